//! Where a server is and how to speak to it.

use std::fmt;

use backhaul_wire::{Secret, System};
use url::Url;

use crate::http::HttpOptions;

/// Everything a client needs to know of its server.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// The address, such as `https://em.example.com:9398`; a path stands before the API's own.
    pub url: Url,
    /// The account.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// TLS, timeouts, limits, retries.
    pub http: HttpOptions,
    /// The version of the API to speak; the newest that both sides know when left out.
    pub version: Option<Version>,
    /// What Enterprise Manager answers in.
    pub em_format: EmFormat,
    /// Whose account it is, for Enterprise Manager.
    pub em_logon: EmLogon,
    /// What proves who logs on, for VB365.
    pub vb365_logon: Vb365Logon,
}

/// Whose account logs on to Enterprise Manager.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmLogon {
    /// One of Enterprise Manager's own, with a role there.
    #[default]
    Account,
    /// A standalone tenant of Veeam Cloud Connect. Its session reaches `CloudConnectService` only: replicas, their restore points
    /// and failover plans.
    Tenant,
    /// An account of the VMware Cloud Director organization with this name. Its session reaches as far as a tenant's.
    VCloudOrganization(String),
}

/// What proves to VB365 who logs on. Where it is not the password, `user` and `password` of [`Options`] are not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Vb365Logon {
    /// The account and its password.
    #[default]
    Password,
    /// The Microsoft identity platform's answer to a logon there, for an organization with modern authentication (v4 and later).
    /// [`DeviceLogon`](crate::vb365::DeviceLogon) gets one.
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

/// A version of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// VB365's REST version, 3 to 8.
    Vb365(u8),
    /// Enterprise Manager's API version, such as 1.7.
    Em(u8, u8),
}

impl Version {
    /// VB365's versions that are known here.
    pub const VB365: std::ops::RangeInclusive<u8> = 3..=8;

    /// Reads `v6`, `6` (VB365), `1.7`, `v1_7` (EM); `latest` is `None`.
    ///
    /// # Errors
    /// When the text is not a version of the system, or the system has none.
    pub fn parse(system: System, text: &str) -> std::result::Result<Option<Self>, String> {
        let plain = text.trim().trim_start_matches(['v', 'V']);
        if text.eq_ignore_ascii_case("latest") {
            return Ok(None);
        }
        let numbers: Vec<Option<u8>> = plain.split(['.', '_']).map(|part| part.parse().ok()).collect();
        match (system, numbers.as_slice()) {
            (System::Vb365, [Some(version)]) if Self::VB365.contains(version) => Ok(Some(Self::Vb365(*version))),
            (System::Vb365, _) => Err(format!("`{text}` is not a version of the VB365 API: use v3 to v8")),
            (System::Em, [Some(1), Some(minor @ 5..=7)]) => Ok(Some(Self::Em(1, *minor))),
            (System::Em, _) => Err(format!("`{text}` is not a version of the EM API: use 1.5, 1.6, 1.7 or latest")),
            (System::Zstack, _) => Err("the ZStack API has one version only".to_owned()),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vb365(version) => write!(f, "v{version}"),
            Self::Em(major, minor) => write!(f, "{major}.{minor}"),
        }
    }
}

impl Options {
    /// A server at `url`, with an account; the rest as by default.
    ///
    /// # Errors
    /// When the address is not an http or https URL, or carries an account of its own.
    pub fn new(url: &str, user: impl Into<String>, password: impl Into<Secret>) -> std::result::Result<Self, String> {
        let parsed = Url::parse(url).map_err(|error| format!("`{}` is not an address: {error}", shown(url)))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(format!("`{}` is not an address: use https://HOST:PORT", shown(url)));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("the address must not carry an account or a password".to_owned());
        }
        Ok(Self {
            url: parsed,
            user: user.into(),
            password: password.into(),
            http: HttpOptions::default(),
            version: None,
            em_format: EmFormat::default(),
            em_logon: EmLogon::default(),
            vb365_logon: Vb365Logon::default(),
        })
    }

    /// The address as people write it: no trailing slash.
    pub(crate) fn server(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }
}

/// An address for an error text: what stands before an `@` may be a password.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    let cut: String = rest.chars().take(100).collect();
    if scheme.is_empty() { cut } else { format!("{scheme}://{cut}") }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url.as_str())
            .field("user", &self.user)
            .field("password", &self.password)
            .field("version", &self.version)
            .field("em_format", &self.em_format)
            .field("em_logon", &self.em_logon)
            .field("vb365_logon", &self.vb365_logon)
            .finish_non_exhaustive()
    }
}
