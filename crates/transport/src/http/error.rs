//! What can go wrong between a request and the end of its answer.

mod engine;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use ::http::Method;
use url::Url;

use super::Fingerprint;
use super::request::Shown;
use super::tls::Untrusted;

pub(super) use engine::{Phase, Trouble};

/// A request that did not get its answer, or a client that cannot be made.
///
/// Its text is for people: what happened, with which request, and what to do. It never has a header's value, an account, the
/// value of a query parameter or any part of a body. The text says what matters of the cause; [`source`](StdError::source)
/// leads to the rest.
///
/// # Troubleshooting
/// | predicate | what happened | what to do |
/// | --- | --- | --- |
/// | [`is_connect`](Self::is_connect) | no connection was made, so nothing was sent | check address, port, firewall, proxy |
/// | [`is_tls`](Self::is_tls) | a connection, but no TLS session, so nothing was sent | pin the certificate or name its CA; check the port |
/// | [`is_timeout`](Self::is_timeout) | the connection or the answer took too long | allow more time, ask for less |
/// | [`is_interrupted`](Self::is_interrupted) | the connection was cut before the answer was complete | try again if that is safe |
/// | [`is_body_too_large`](Self::is_body_too_large) | the answer is larger than the limit | raise it, ask for less, or stream |
/// | [`is_invalid`](Self::is_invalid) | the request or the options cannot be used | mend them |
pub struct HttpError(Box<Inner>);

struct Inner {
    kind: Kind,
    place: Option<Place>,
    attempts: u32,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Which request.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) hide_path: bool,
}

pub(super) enum Kind {
    /// The request or the options cannot be used.
    Invalid(String),
    /// No connection: why, and through which proxy.
    Connect { why: String, proxy: Option<String> },
    /// No connection in time.
    ConnectTimeout(Duration),
    /// A connection whose certificate is not trusted.
    Untrusted { presented: Fingerprint, text: String },
    /// A connection without a TLS session, for another reason.
    Tls(String),
    /// No whole answer in time.
    Timeout { after: Duration, received: Option<u64> },
    /// The answer is larger than allowed.
    TooLarge { limit: u64 },
    /// The connection ended before the answer's head.
    CutBeforeHead,
    /// The connection ended in the answer's body.
    CutInBody { received: u64, expected: Option<u64> },
    /// What answers does not speak HTTP.
    NotHttp,
    /// The body is not what its head says.
    Malformed(String),
}

impl Place {
    pub(super) fn fail(&self, kind: Kind) -> HttpError {
        let mut error = HttpError::new(kind);
        error.0.place = Some(self.clone());
        error
    }
}

impl HttpError {
    pub(super) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, place: None, attempts: 1, source: None }))
    }

    pub(super) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(super) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Whether no connection was made, also when it took too long: nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, Kind::Connect { .. } | Kind::ConnectTimeout(_))
    }

    /// Whether the connection came to no TLS session, be it that the certificate is not trusted or that the server does not
    /// speak TLS: nothing was sent.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.0.kind, Kind::Untrusted { .. } | Kind::Tls(_))
    }

    /// Whether the certificate is not trusted; [`HttpError::fingerprint`] then has it.
    #[must_use]
    pub fn is_untrusted(&self) -> bool {
        matches!(self.0.kind, Kind::Untrusted { .. })
    }

    /// Whether the connection or the answer took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, Kind::ConnectTimeout(_) | Kind::Timeout { .. })
    }

    /// Whether the answer is larger than the client allows.
    #[must_use]
    pub fn is_body_too_large(&self) -> bool {
        matches!(self.0.kind, Kind::TooLarge { .. })
    }

    /// Whether the connection was cut before the answer was complete.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0.kind, Kind::CutBeforeHead | Kind::CutInBody { .. })
    }

    /// Whether the request or the options cannot be used: nothing was sent.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.0.kind, Kind::Invalid(_))
    }

    /// The fingerprint of the certificate that the server presented and that is not trusted.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        match self.0.kind {
            Kind::Untrusted { presented, .. } => Some(presented),
            _ => None,
        }
    }

    /// How often the request was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The request's method; none when the client could not be made.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.place.as_ref().map(|place| &place.method)
    }

    /// The request's address, without what may be secret in it.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.0.place.as_ref().map(|place| Shown(&place.url, place.hide_path).to_string())
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, place, attempts, .. } = &*self.0;
        if let Some(place) = place {
            write!(f, "{} {}: ", place.method, Shown(&place.url, place.hide_path))?;
        }
        let https = place.as_ref().is_some_and(|place| place.url.scheme() == "https");
        match kind {
            Kind::Invalid(text) | Kind::Untrusted { text, .. } | Kind::Tls(text) => f.write_str(text)?,
            Kind::Connect { why, proxy: None } => {
                write!(f, "cannot connect: {why}; check the address, the port and the firewall")?;
            }
            Kind::Connect { why, proxy: Some(proxy) } => write!(
                f,
                "cannot connect through the proxy {proxy}: {why}; the environment names the proxy, and NO_PROXY can leave this \
                 server out"
            )?,
            Kind::ConnectTimeout(after) => {
                write!(f, "no connection within {after:?}; check the address, the port and the firewall")?;
            }
            Kind::Timeout { after, received: None } => {
                write!(f, "no answer within {after:?}; allow more time, or ask for less at once")?;
            }
            Kind::Timeout { after, received: Some(received) } => write!(
                f,
                "the answer did not go on within {after:?} ({received} bytes came); allow more time, or ask for less at once"
            )?,
            Kind::TooLarge { limit } => {
                write!(f, "the answer is larger than the limit of {limit} bytes; ask for less at once, or raise the limit")?;
            }
            Kind::CutBeforeHead => {
                f.write_str("the connection was cut before an answer came")?;
                if !https {
                    f.write_str("; if it is so every time, the server may want https:// on this port")?;
                }
            }
            Kind::CutInBody { received, expected: Some(expected) } => {
                write!(f, "the connection was cut after {received} of {expected} bytes of the answer")?;
            }
            Kind::CutInBody { received, expected: None } => {
                write!(f, "the connection was cut after {received} bytes of the answer, before its end")?;
            }
            Kind::NotHttp if https => f.write_str("what answers is not HTTP; check the port")?,
            Kind::NotHttp => f.write_str("what answers is not HTTP; the server may want https:// on this port, or check the port")?,
            Kind::Malformed(why) => write!(f, "the body of the answer is broken: {why}")?,
        }
        if *attempts > 1 {
            write!(f, " (tried {attempts} times)")?;
        }
        Ok(())
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpError({self})")
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

impl From<&Untrusted> for Kind {
    fn from(untrusted: &Untrusted) -> Self {
        Self::Untrusted { presented: untrusted.presented, text: untrusted.to_string() }
    }
}
