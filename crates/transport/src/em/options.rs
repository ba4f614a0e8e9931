//! How to speak to Enterprise Manager.

use std::fmt;
use std::str::FromStr;

use crate::options::{Options, OptionsError};

/// Everything a client of Enterprise Manager needs to know. [`Options`] alone make the rest as by default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EmOptions {
    /// Where the server is, and who logs on.
    pub common: Options,
    /// What the server answers in.
    pub format: EmFormat,
    /// Whose account it is.
    pub logon: EmLogon,
    /// The version of the API to speak; the server's newest when left out.
    pub version: Option<EmVersion>,
}

impl From<Options> for EmOptions {
    fn from(common: Options) -> Self {
        Self { common, format: EmFormat::default(), logon: EmLogon::default(), version: None }
    }
}

/// Whose account logs on to Enterprise Manager.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmLogon {
    /// One of Enterprise Manager's own, with a role there.
    #[default]
    Account,
    /// A standalone tenant of Veeam Cloud Connect. Its session reaches `CloudConnectService` only: replicas, their
    /// restore points and failover plans.
    Tenant,
    /// An account of the VMware Cloud Director organization with this name. Its session reaches as far as a tenant's.
    VCloudOrganization(String),
}

/// What Enterprise Manager answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmFormat {
    /// XML, its own default.
    #[default]
    Xml,
    /// JSON.
    Json,
}

impl EmFormat {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml",
            Self::Json => "application/json",
        }
    }
}

/// A version of Enterprise Manager's API: 1.5, 1.6 or 1.7. The logon asks for it; the numbers are in no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmVersion {
    minor: u8,
}

impl EmVersion {
    /// 1.5, of Backup & Replication 10.
    pub const V1_5: Self = Self { minor: 5 };
    /// 1.6, of Backup & Replication 11.
    pub const V1_6: Self = Self { minor: 6 };
    /// 1.7, of Backup & Replication 12 and 13.
    pub const V1_7: Self = Self { minor: 7 };
}

/// Reads `1.7`, `v1.7` and `v1_7`.
impl FromStr for EmVersion {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        match text.trim().trim_start_matches(['v', 'V']).split_once(['.', '_']) {
            Some(("1", "5")) => Ok(Self::V1_5),
            Some(("1", "6")) => Ok(Self::V1_6),
            Some(("1", "7")) => Ok(Self::V1_7),
            _ => Err(OptionsError::version(text, "Enterprise Manager", "1.5, 1.6 or 1.7")),
        }
    }
}

/// As the documents write it: `1.7`.
impl fmt::Display for EmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}
