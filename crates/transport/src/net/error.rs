//! Why no answer came.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use http::HeaderName;
use rustls::{CertificateError, OtherError};

use super::message::Place;
use super::verify::Refusal;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// No answer came, or not all of it.
///
/// # Troubleshooting
/// The text says what happened, to which address, and what to do. When the server's certificate is not trusted,
/// [`HttpError::fingerprint`] is what could be pinned, once it has been compared with the server's own.
#[derive(Clone)]
pub struct HttpError(Arc<Inner>);

struct Inner {
    cause: Cause,
    place: Option<String>,
}

pub(super) enum Cause {
    /// The connection could not be made.
    Connect(BoxError),
    /// The server's certificate is not trusted.
    Untrusted {
        presented: String,
        pinned: Option<String>,
        why: String,
    },
    /// TLS failed in another way.
    Tls(String),
    /// TLS failed in a way that the platform's may not.
    OldTls(String),
    /// What answered on the port does not speak TLS.
    NotTls,
    /// It took longer than this, where the limit is known.
    Timeout(Option<Duration>),
    /// The time for the whole work ran out.
    Deadline,
    /// The body comes slower than so many bytes a second.
    TooSlow(u32),
    /// So many tries in a row got no answer: the server is left alone for a while.
    Open {
        failures: u32,
        pause: Duration,
    },
    /// The answer is larger than the limit.
    TooLarge(u64),
    /// The answer ended before its end; `unsent` when nothing of the request was on its way.
    Interrupted {
        error: BoxError,
        unsent: bool,
    },
    /// What answered does not speak HTTP, whether within TLS or without.
    NotHttp {
        https: bool,
        error: BoxError,
    },
    /// A stub gave no answer.
    Broken,
    /// A layer around the network gave none.
    Service(BoxError),
    /// The address cannot be written into a request.
    Address(http::uri::InvalidUri),
    /// A header's value cannot be sent.
    Header(HeaderName),
    /// An option or the environment holds what cannot be used.
    Config(String),
    Other(BoxError),
}

impl Cause {
    /// The cause of a request that got no answer.
    pub(super) fn of(error: hyper::Error, scheme: &str) -> Self {
        if let Some(tls) = Self::of_any_tls(&error) {
            return tls;
        }
        let kind = find::<io::Error>(&error).map(io::Error::kind);
        let cut = kind.is_some_and(is_cut);
        match error {
            // The system gave the connection up.
            _ if kind == Some(io::ErrorKind::TimedOut) => Self::Timeout(None),
            _ if error.is_parse() => Self::NotHttp { https: scheme == "https", error: error.into() },
            _ if error.is_canceled() => Self::Interrupted { error: error.into(), unsent: true },
            _ if error.is_incomplete_message() || cut => Self::Interrupted { error: error.into(), unsent: false },
            _ => Self::Other(error.into()),
        }
    }

    /// The cause of a connection that ended before a request was on it.
    pub(super) fn of_unsent(error: hyper::Error, scheme: &str) -> Self {
        match Self::of(error, scheme) {
            Self::Interrupted { error, .. } => Self::Interrupted { error, unsent: true },
            other => other,
        }
    }

    /// The cause of a connection that could not be made.
    pub(super) fn of_connect(error: BoxError) -> Self {
        Self::of_any_tls(&*error).unwrap_or(Self::Connect(error))
    }

    fn of_any_tls(error: &(dyn StdError + 'static)) -> Option<Self> {
        #[cfg(feature = "platform-tls")]
        if let Some(tls) = find::<native_tls::Error>(error) {
            return Some(Self::Tls(format!("{tls} (the platform's TLS)")));
        }
        find::<rustls::Error>(error).map(Self::of_tls)
    }

    fn of_tls(error: &rustls::Error) -> Self {
        if let rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other))) = error
            && let Some(Refusal { presented, pinned, why }) = other.downcast_ref()
        {
            return Self::Untrusted { presented: presented.clone(), pinned: pinned.clone(), why: why.clone() };
        }
        match error {
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            other if is_of_old_tls(other) => Self::OldTls(handshake(other)),
            other => Self::Tls(handshake(other)),
        }
    }

    /// The cause of a body that could not be read to its end.
    pub(super) fn of_body(error: hyper::Error) -> Self {
        match find::<io::Error>(&error).map(io::Error::kind) {
            Some(io::ErrorKind::TimedOut) => Self::Timeout(None),
            _ => Self::Interrupted { error: error.into(), unsent: false },
        }
    }
}

/// Whether a server may be one that the platform's TLS reaches.
fn is_of_old_tls(error: &rustls::Error) -> bool {
    use rustls::{AlertDescription as Alert, PeerIncompatible as Peer};
    matches!(
        error,
        rustls::Error::AlertReceived(Alert::HandshakeFailure | Alert::InsufficientSecurity)
            | rustls::Error::PeerIncompatible(
                Peer::NoCipherSuitesInCommon | Peer::NoKxGroupsInCommon | Peer::NoSignatureSchemesInCommon
            )
            | rustls::Error::InvalidCertificate(_)
    )
}

/// What a handshake that failed shows, and what helps.
fn handshake(error: &rustls::Error) -> String {
    use rustls::{AlertDescription as Alert, PeerIncompatible as Peer};
    let platform = "use the platform's TLS (`TlsBackend::Platform`, the feature `platform-tls`)";
    match error {
        rustls::Error::AlertReceived(Alert::HandshakeFailure | Alert::InsufficientSecurity)
        | rustls::Error::PeerIncompatible(Peer::NoCipherSuitesInCommon | Peer::NoKxGroupsInCommon) => format!(
            "the server has no cipher suite in common with this client; old Windows servers offer only suites in CBC mode, or a key that \
             this TLS does not have (P-521, RSA-PSS): {platform}, or let the server offer suites with GCM"
        ),
        rustls::Error::AlertReceived(Alert::ProtocolVersion)
        | rustls::Error::PeerIncompatible(Peer::ServerDoesNotSupportTls12Or13) => {
            "the server speaks no TLS from 1.2 on: let it speak TLS 1.2; older ones are not safe".to_owned()
        }
        rustls::Error::AlertReceived(
            Alert::CertificateRequired | Alert::BadCertificate | Alert::CertificateUnknown | Alert::UnknownCA,
        ) => format!(
            "the server does not accept this client's certificate, or wants one ({error}): give one that it knows"
        ),
        rustls::Error::InvalidCertificate(CertificateError::BadSignature)
        | rustls::Error::PeerIncompatible(Peer::NoSignatureSchemesInCommon) => {
            format!(
                "the server's key cannot be checked by this TLS: it is an RSA key shorter than 2048 bits, or of a rare kind; {platform}"
            )
        }
        rustls::Error::InvalidCertificate(other) => {
            format!("the server's certificate does not read ({other}): pin it, or {platform}")
        }
        other => other.to_string(),
    }
}

fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof)
}

fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An `io::Error` hides what it carries from `source`.
        if let Some(io) = error.downcast_ref::<io::Error>()
            && let Some(inner) = io.get_ref()
            && let Some(found) = find(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The whole chain of sources: the first text says little.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = error.source();
    }
    text
}

impl HttpError {
    pub(super) fn new(cause: Cause, place: Option<Place>) -> Self {
        Self(Arc::new(Inner { cause, place: place.map(|place| place.to_string()) }))
    }

    /// A connection that ended before the answer did, for a [`Stub`](super::Stub) to give.
    #[must_use]
    pub fn broken() -> Self {
        Self::new(Cause::Broken, None)
    }

    /// Whether the connection could not be made: nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.cause, Cause::Connect(_)) || self.is_tls()
    }

    /// Whether TLS failed: the certificate is not trusted, or the other side does not speak TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.0.cause, Cause::Untrusted { .. } | Cause::Tls(_) | Cause::OldTls(_) | Cause::NotTls)
    }

    /// Whether TLS failed in a way that the platform's may not: old suites, a rare key
    /// ([`TlsBackend::Platform`](super::TlsBackend), with the feature `platform-tls`).
    #[must_use]
    pub fn wants_platform_tls(&self) -> bool {
        matches!(self.0.cause, Cause::OldTls(_))
    }

    /// Whether nothing of the request can have been read: sending it again does nothing twice.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self.0.cause, Cause::Connect(_) | Cause::Interrupted { unsent: true, .. })
    }

    /// Whether the time for the whole work ran out.
    #[must_use]
    pub fn is_deadline(&self) -> bool {
        matches!(self.0.cause, Cause::Deadline)
    }

    /// Whether the server was not asked, since many tries in a row got no answer.
    #[must_use]
    pub fn is_left_alone(&self) -> bool {
        matches!(self.0.cause, Cause::Open { .. })
    }

    /// Whether it took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match &self.0.cause {
            Cause::Timeout(_) | Cause::Deadline | Cause::TooSlow(_) => true,
            Cause::Connect(error) => {
                find::<io::Error>(&**error).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
            }
            _ => false,
        }
    }

    /// Whether the answer was larger than the client's limit.
    #[must_use]
    pub fn is_body_too_large(&self) -> bool {
        matches!(self.0.cause, Cause::TooLarge(_))
    }

    /// Whether the connection ended before the answer did.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0.cause, Cause::Interrupted { .. } | Cause::Broken)
    }

    /// The SHA-256 of the certificate that the server showed, in hex, when it is not trusted.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Untrusted { presented, .. } if !presented.is_empty() => Some(presented),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        match &self.0.cause {
            Cause::Connect(error) => {
                write!(f, "cannot connect ({}): check the address, the port and any proxy", chain(&**error))
            }
            Cause::Untrusted { presented, pinned: Some(pinned), .. } => write!(
                f,
                "the server's certificate is not the pinned one: it shows {presented}, pinned is {pinned}; \
                 if it was replaced on purpose, pin the new one"
            ),
            Cause::Untrusted { presented, why, .. } => write!(
                f,
                "the server's certificate is not trusted ({why}); its SHA-256 is {presented}: \
                 compare it with the server's own and pin it, or name its CA"
            ),
            Cause::Tls(why) | Cause::OldTls(why) => write!(f, "TLS failed: {why}"),
            Cause::NotTls => f.write_str("the server does not speak TLS on this port: check the port, or use http://"),
            Cause::Timeout(Some(limit)) => {
                write!(f, "no whole answer within {limit:?}: raise the timeout, or ask for less")
            }
            Cause::Timeout(None) => f.write_str("no answer in time: raise the timeout, or ask for less"),
            Cause::Deadline => f.write_str("no answer before the deadline of the whole work: give it more time"),
            Cause::TooSlow(least) => {
                write!(f, "the answer comes slower than {least} bytes a second: it was given up, ask again")
            }
            Cause::Open { failures, pause } => write!(
                f,
                "not asked: {failures} tries in a row got no answer, the server is left alone for {pause:?} after the last"
            ),
            Cause::TooLarge(limit) => {
                write!(f, "the answer is larger than the limit of {limit} bytes: ask for less, or raise it")
            }
            Cause::Interrupted { error, .. } => {
                write!(f, "the connection ended before the answer did ({})", chain(&**error))
            }
            Cause::NotHttp { https: false, error } => write!(
                f,
                "what answers there does not speak plain HTTP ({}): check the port, or use https://",
                chain(&**error)
            ),
            Cause::NotHttp { https: true, error } => {
                write!(f, "what answers there does not speak HTTP ({}): check the port", chain(&**error))
            }
            Cause::Service(error) => write!(f, "the request was not carried: {}", chain(&**error)),
            Cause::Broken => f.write_str("the connection ended before the answer did"),
            Cause::Address(error) => write!(f, "the address cannot be sent: {error}"),
            Cause::Header(name) => {
                write!(f, "the value for the header `{name}` holds characters that HTTP cannot carry")
            }
            Cause::Config(why) => write!(f, "the client cannot be set up: {why}"),
            Cause::Other(error) => write!(f, "the request failed: {}", chain(&**error)),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpError({self})")
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Connect(error)
            | Cause::Interrupted { error, .. }
            | Cause::NotHttp { error, .. }
            | Cause::Other(error) => Some(&**error),
            _ => None,
        }
    }
}
