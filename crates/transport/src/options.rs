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
    /// The account; the id of an access key.
    pub user: String,
    /// Its password; the secret of an access key.
    pub password: Secret,
    /// TLS, timeouts, limits, retries.
    pub http: HttpOptions,
    /// The version of the API to speak; the newest that both sides know when left out.
    pub version: Option<Version>,
    /// What Enterprise Manager answers in.
    pub em_format: EmFormat,
    /// Whose account it is, for Enterprise Manager.
    pub em_logon: EmLogon,
    /// What `user` and `password` are to ZStack.
    pub zstack_logon: ZstackLogon,
    /// How far ZStack's clock is ahead of UTC. Only requests signed with an access key tell the time: by default the server
    /// compares what its own clock shows, whatever zone a request names.
    pub zstack_utc_offset: UtcOffset,
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

/// What logs on to ZStack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ZstackLogon {
    /// An account: its name and its password, for a session.
    #[default]
    Account,
    /// A user of the account with this name: the user's name and password, for a session.
    User(String),
    /// An access key: its id and its secret. There is no session: each request is signed, and says when it was made.
    AccessKey,
}

/// How far a clock is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UtcOffset {
    minutes: i16,
}

impl UtcOffset {
    /// Reads `+08:00`, `-03:30` or `Z`.
    ///
    /// # Errors
    /// When the text is none of these, or further from UTC than any place is (18 hours).
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{}` is no offset from UTC: write it as +08:00", text.escape_debug());
        if text.eq_ignore_ascii_case("z") {
            return Ok(Self::default());
        }
        let (sign, digits) = match text.split_at_checked(1) {
            Some(("+", digits)) => (1, digits),
            Some(("-", digits)) => (-1, digits),
            _ => return Err(wrong()),
        };
        let number = |part: &str| match part.as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i16::from(tens - b'0') * 10 + i16::from(ones - b'0')),
            _ => None,
        };
        let parts = digits.split_once(':').and_then(|(hours, minutes)| number(hours).zip(number(minutes)));
        match parts {
            Some((hours @ 0..=17, minutes @ 0..=59)) => Ok(Self { minutes: sign * (hours * 60 + minutes) }),
            Some((18, 0)) => Ok(Self { minutes: sign * 18 * 60 }),
            _ => Err(wrong()),
        }
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
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
    pub const VB365: std::ops::RangeInclusive<u8> = backhaul_models::vb365::VERSIONS;

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
            zstack_logon: ZstackLogon::default(),
            zstack_utc_offset: UtcOffset::default(),
            vb365_logon: Vb365Logon::default(),
        })
    }

    /// A ZStack server at `url`, with an access key; the rest as by default. A server whose clock is not at UTC needs
    /// [`zstack_utc_offset`](Options::zstack_utc_offset) as well.
    ///
    /// ```
    /// use backhaul_transport::{Options, UtcOffset};
    ///
    /// # fn options(secret: &str) -> Result<Options, String> {
    /// let mut options = Options::zstack_access_key("http://10.0.0.5:8080", "BVnIRxvR4iXMrZIgvQKj", secret)?;
    /// options.zstack_utc_offset = UtcOffset::parse("+08:00")?;
    /// # Ok(options)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn zstack_access_key(
        url: &str,
        id: impl Into<String>,
        secret: impl Into<Secret>,
    ) -> std::result::Result<Self, String> {
        Ok(Self { zstack_logon: ZstackLogon::AccessKey, ..Self::new(url, id, secret)? })
    }

    /// A ZStack server at `url`, with a user of an account; the rest as by default.
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn zstack_user(
        url: &str,
        account: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> std::result::Result<Self, String> {
        Ok(Self { zstack_logon: ZstackLogon::User(account.into()), ..Self::new(url, user, password)? })
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
            .field("zstack_logon", &self.zstack_logon)
            .field("zstack_utc_offset", &self.zstack_utc_offset)
            .field("vb365_logon", &self.vb365_logon)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_written() {
        let read = |text: &str| UtcOffset::parse(text).map(|offset| (offset.seconds(), offset.to_string()));
        for (text, seconds) in [("+08:00", 28_800), ("-03:30", -12_600), ("+00:00", 0), ("-18:00", -64_800)] {
            assert_eq!(read(text), Ok((seconds, text.to_owned())));
        }
        assert_eq!(read("z"), Ok((0, "+00:00".to_owned())));
        for wrong in
            ["", "+", "8", "+8:00", "+0800", "+18:01", "+08:60", "+19:00", "08:00", "+\u{b2}8:00", "GMT", "+-1:00"]
        {
            assert!(read(wrong).is_err_and(|error| error.contains("+08:00")), "{wrong}");
        }
    }
}
