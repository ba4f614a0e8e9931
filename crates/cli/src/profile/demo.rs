//! The built-in profiles, which speak to the embedded simulator over loopback.

use crate::system::System;

/// A built-in profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    /// Enterprise Manager.
    Em,
    /// VB365, as its administrator sees it.
    Vb365,
    /// The same VB365, as an organization's own account sees it.
    Vb365Org,
    /// ZStack.
    Zstack,
}

impl Demo {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Em, Self::Vb365, Self::Vb365Org, Self::Zstack];

    /// Those that serve when none is named: each server once, so that nothing is counted twice.
    pub(crate) const DEFAULT: [Self; 3] = [Self::Em, Self::Vb365, Self::Zstack];

    /// The profile's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Em => "demo-em",
            Self::Vb365 => "demo-vb365",
            Self::Vb365Org => "demo-vb365-org",
            Self::Zstack => "demo-zstack",
        }
    }

    /// What runs there.
    pub(crate) const fn system(self) -> System {
        match self {
            Self::Em => System::Em,
            Self::Vb365 | Self::Vb365Org => System::Vb365,
            Self::Zstack => System::Zstack,
        }
    }

    /// The profile of that name; case does not matter.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|demo| demo.name().eq_ignore_ascii_case(name))
    }
}
