//! Where a server is and how to speak to it: what holds for all three systems.
//!
//! What one system alone has is in its module: [`EmOptions`](crate::em::EmOptions),
//! [`Vb365Options`](crate::vb365::Vb365Options), [`ZstackOptions`](crate::zstack::ZstackOptions).

use std::fmt;

use backhaul_wire::Secret;
use url::Url;

use crate::net::HttpOptions;

/// Where a server is, and who logs on there.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// The address, such as `https://em.example.com:9398`; a path stands before the API's own.
    pub url: Url,
    /// Other names of the same server: a link of its own that names one of them is followed, at [`url`](Options::url).
    /// Add them with [`Options::also_known_as`].
    pub also_known_as: Vec<Url>,
    /// The account; the id of an access key.
    pub user: String,
    /// Its password; the secret of an access key.
    pub password: Secret,
    /// TLS, timeouts, limits, retries.
    pub http: HttpOptions,
}

impl Options {
    /// A server at `url`, with an account; the rest as by default.
    ///
    /// # Errors
    /// When the address is not an http or https URL, or carries an account of its own, a query or a fragment.
    pub fn new(url: &str, user: impl Into<String>, password: impl Into<Secret>) -> Result<Self, OptionsError> {
        Ok(Self {
            url: address(url)?,
            also_known_as: Vec::new(),
            user: user.into(),
            password: password.into(),
            http: HttpOptions::default(),
        })
    }

    /// The same server, which also names itself so in its links: `https://localhost:9398`, or by a name behind NAT.
    /// Nothing is ever sent there: such a link is asked for at the server's address.
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn also_known_as(mut self, url: &str) -> Result<Self, OptionsError> {
        self.also_known_as.push(address(url)?);
        Ok(self)
    }

    /// The address as people write it: no trailing slash.
    pub(crate) fn server(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }
}

fn address(url: &str) -> Result<Url, OptionsError> {
    let wrong = |why: &str| OptionsError(format!("`{}` is not an address: {why}", shown(url)));
    let parsed = Url::parse(url.trim()).map_err(|error| wrong(&format!("{error}; use https://HOST:PORT")))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return Err(wrong("use https://HOST:PORT"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(OptionsError("the address must not carry an account or a password".to_owned()));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong("leave out what begins with `?` or `#`"));
    }
    Ok(parsed)
}

/// An address for an error text: what stands before an `@` may be a password.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    let cut: String = rest.chars().take(100).collect::<String>().escape_debug().to_string();
    if scheme.is_empty() { cut } else { format!("{scheme}://{cut}") }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url.as_str())
            .field("user", &self.user)
            .field("password", &self.password)
            .finish_non_exhaustive()
    }
}

/// An option that cannot be: its text says which, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionsError(String);

impl OptionsError {
    pub(crate) fn version(text: &str, product: &str, known: &str) -> Self {
        Self(format!("`{}` is not a version of the API of {product}: use {known}", text.escape_debug()))
    }

    pub(crate) fn offset(text: &str) -> Self {
        Self(format!("`{}` is no offset from UTC: write it as +08:00", text.escape_debug()))
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OptionsError {}
