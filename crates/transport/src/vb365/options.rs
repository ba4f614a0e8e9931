//! How to speak to VB365.

use backhaul_models::vb365::{KNOWN, VERSIONS};
use backhaul_wire::{ApiVersion, Secret};

use crate::options::{Options, OptionsError};

/// Everything a client of VB365 needs to know. [`Options`] alone make the rest as by default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Vb365Options {
    /// Where the server is, and who logs on.
    pub common: Options,
    /// What proves who logs on.
    pub logon: Vb365Logon,
    /// The version of the API to speak, one of [`KNOWN`]; the newest that the server serves when left out.
    pub version: Option<ApiVersion>,
}

impl From<Options> for Vb365Options {
    fn from(common: Options) -> Self {
        Self { common, logon: Vb365Logon::default(), version: None }
    }
}

/// The versions that are known here, the oldest first.
pub(super) fn known() -> impl DoubleEndedIterator<Item = ApiVersion> {
    VERSIONS.filter_map(ApiVersion::new)
}

/// Reads a version of VB365's API: `v8` or `8`.
///
/// # Errors
/// When the text is none of [`KNOWN`].
pub fn parse_version(text: &str) -> Result<ApiVersion, OptionsError> {
    let number = text.trim().trim_start_matches(['v', 'V']).parse().ok();
    let version = number.and_then(ApiVersion::new).filter(|version| is_known(*version));
    version.ok_or_else(|| OptionsError::version(text, "VB365", &KNOWN.to_string()))
}

pub(super) fn is_known(version: ApiVersion) -> bool {
    VERSIONS.contains(&version.get())
}

/// What proves to VB365 who logs on. Where it is not the password, `user` and `password` of [`Options`] are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Vb365Logon {
    /// The account and its password.
    #[default]
    Password,
    /// The Microsoft identity platform's answer to a logon there, for an organization with modern authentication (v4
    /// and later). [`DeviceLogon`](crate::vb365::DeviceLogon) gets one.
    Assertion(Assertion),
    /// The same, for an operator of the Restore Portal (v6 and later).
    Operator(Assertion),
}

/// A logon at the Microsoft identity platform that is shown to VB365.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The application that was logged on to; for an operator also `<userId>.<tenantId>`.
    pub client_id: String,
    /// The platform's answer, a JSON object, whole.
    pub token: Secret,
}
