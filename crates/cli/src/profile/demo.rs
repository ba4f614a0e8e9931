//! The built-in profiles, which speak to the embedded simulator over loopback.

use backhaul_wire::System;

/// A built-in profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demo {
    /// Enterprise Manager.
    Em,
    /// VB365, as its administrator sees it.
    Vb365,
    /// The same VB365, as an organization's own account sees it.
    Vb365Org,
    Zstack,
}

impl Demo {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Em, Self::Vb365, Self::Vb365Org, Self::Zstack];

    /// Those that serve when none is named. An organization's own account sees itself alone, so a command about one
    /// system asks the administrator's unless that account is named.
    pub(crate) fn serving(system: Option<System>) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |demo| match system {
            None => true,
            Some(system) => demo.system() == system && *demo != Self::Vb365Org,
        })
    }

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

    /// The API version that it speaks unless the command line says otherwise: those of the vendor's documented calls.
    pub(crate) const fn api_version(self) -> Option<&'static str> {
        match self {
            Self::Em | Self::Zstack => None,
            Self::Vb365 => Some("v6"),
            Self::Vb365Org => Some("v5"),
        }
    }

    /// The profile of that name; case does not matter.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|demo| demo.name().eq_ignore_ascii_case(name))
    }
}
