//! The three systems that the command speaks to.

use std::fmt;
use std::str::FromStr;

/// One of the three APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum System {
    /// Veeam Backup Enterprise Manager.
    Em,
    /// Veeam Backup for Microsoft 365.
    Vb365,
    /// ZStack.
    Zstack,
}

impl System {
    /// All three.
    pub(crate) const ALL: [Self; 3] = [Self::Em, Self::Vb365, Self::Zstack];

    /// `em`, `vb365` or `zstack`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Em => "em",
            Self::Vb365 => "vb365",
            Self::Zstack => "zstack",
        }
    }

    /// The product's full name.
    pub(crate) const fn product(self) -> &'static str {
        match self {
            Self::Em => "Veeam Backup Enterprise Manager",
            Self::Vb365 => "Veeam Backup for Microsoft 365",
            Self::Zstack => "ZStack",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for System {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL
            .into_iter()
            .find(|system| system.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            format!(
                "`{}` is not a system: use em, vb365 or zstack",
                text.escape_debug()
            )
        })
    }
}
