//! Which certificate of a server is trusted.

use std::path::PathBuf;

use backhaul_transport::net::Pin;

/// Which certificate of a server is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// One that the system's trusted authorities vouch for.
    System,
    /// The one with this fingerprint, and no other.
    Pin(Pin),
    /// One that the authorities in this PEM file vouch for.
    Ca(PathBuf),
    /// Any.
    Insecure,
}

impl Trust {
    /// `system`, `pin`, `ca` or `insecure`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Pin(_) => "pin",
            Self::Ca(_) => "ca",
            Self::Insecure => "insecure",
        }
    }
}
