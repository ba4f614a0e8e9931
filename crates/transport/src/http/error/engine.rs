//! From the engine's errors to ours.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, InvalidMessage, OtherError};

use super::{HttpError, Kind, Place};
use crate::http::tls::Untrusted;

/// How far a request had come.
#[derive(Clone, Copy)]
pub(in crate::http) enum Phase {
    /// Its answer's head had not come.
    Head,
    /// Its answer's body was coming: how much of it was there, and how much there should be.
    Body { received: u64, expected: Option<u64> },
}

/// An error of the engine, with what has to be known to name it.
pub(in crate::http) struct Trouble<'a> {
    pub(in crate::http) place: &'a Place,
    pub(in crate::http) phase: Phase,
    pub(in crate::http) connect_timeout: Duration,
    /// The proxy on the way, as it may be shown.
    pub(in crate::http) proxy: Option<String>,
}

impl Trouble<'_> {
    pub(in crate::http) fn name(self, error: reqwest::Error) -> HttpError {
        // The engine's text would repeat the address, with all that is in it.
        let error = error.without_url();
        let kind = match self.phase {
            Phase::Head => self.before_head(&error),
            Phase::Body { received, expected } if is_cut(&error) => Kind::CutInBody { received, expected },
            Phase::Body { .. } => Kind::Malformed(root(&error)),
        };
        self.place.fail(kind).with_source(error)
    }

    fn before_head(&self, error: &reqwest::Error) -> Kind {
        if error.is_builder() {
            return Kind::Invalid(format!("the request cannot be sent: {}", root(error)));
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return tls(error);
        }
        if error.is_connect() {
            // The system's own limit (ETIMEDOUT) may be shorter than ours.
            if error.is_timeout() && find::<io::Error>(error).is_none_or(|error| error.raw_os_error().is_none()) {
                return Kind::ConnectTimeout(self.connect_timeout);
            }
            // A refused TCP connection has a kind of its own: what ends or is reset here, ends in the TLS handshake.
            if self.proxy.is_none() && self.place.url.scheme() == "https" && is_cut(error) {
                return Kind::Tls(
                    "the server closed the connection during the TLS handshake; does it speak TLS 1.2 or 1.3 on this port?".to_owned(),
                );
            }
            let why = match error.is_dns() {
                true => format!("the name {} cannot be resolved ({})", self.place.url.host_str().unwrap_or("?"), root(error)),
                false => root(error),
            };
            return Kind::Connect { why, proxy: self.proxy.clone() };
        }
        match find::<hyper::Error>(error) {
            Some(error) if error.is_parse() => Kind::NotHttp,
            _ if is_cut(error) => Kind::CutBeforeHead,
            _ => Kind::Malformed(root(error)),
        }
    }
}

fn tls(error: &rustls::Error) -> Kind {
    let old = "the server offers neither TLS 1.2 nor 1.3 with a cipher that is safe; update it or its TLS settings";
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => match other.downcast_ref::<Untrusted>() {
            Some(untrusted) => untrusted.into(),
            None => Kind::Tls(format!("the server's certificate cannot be used: {error}")),
        },
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion | InvalidMessage::MessageTooLarge,
        ) => Kind::Tls("the server does not speak TLS on this port; use http:// or another port".to_owned()),
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(_) => Kind::Tls(format!("{old} ({error})")),
        rustls::Error::AlertReceived(_) => Kind::Tls(format!("the server refused the TLS session: {error}")),
        _ => Kind::Tls(format!("no TLS session: {error}")),
    }
}

/// Whether the other side ended the connection.
fn is_cut(error: &reqwest::Error) -> bool {
    chain(error).any(|error| {
        let by_hyper = error
            .downcast_ref::<hyper::Error>()
            .is_some_and(|error| error.is_incomplete_message() || error.is_closed() || error.is_canceled());
        by_hyper
            || error.downcast_ref::<io::Error>().is_some_and(|error| {
                use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
                matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe | NotConnected)
            })
    })
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error and all its causes. [`io::Error`] leaves out the one that it wraps: here it is in.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as _),
        None => error.source(),
    })
}

/// The text of the innermost cause.
fn root(error: &reqwest::Error) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
