//! Requests, TLS, limits, retries: what all three systems need of HTTP.
//!
//! Redirects are not followed and cookies are not kept: a session belongs to the server that gave it, and Enterprise
//! Manager prefers a cookie to the header. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured, but loopback is
//! never proxied.
//!
//! Each call is a span of the `tracing` crate at the level `debug`, each try of a request an event in it, by
//! OpenTelemetry's names for HTTP: method, address, route, status or error, how often it was sent before, milliseconds.
//! Queries, headers and bodies are never in it.

mod breaker;
mod carrier;
mod client;
mod connect;
mod error;
mod message;
mod pace;
mod pin;
#[cfg(feature = "platform-tls")]
mod platform;
mod pool;
mod proxy;
mod rate;
mod retry;
mod service;
mod spki;
mod stub;
mod tls;
mod trace;
mod verify;

pub use breaker::BreakerPolicy;
pub use client::HttpClient;
pub use error::HttpError;
pub(crate) use message::shown;
pub use message::{Request, Response, StreamingResponse};
pub use pin::{Pin, PinError};
pub use retry::RetryPolicy;
pub use service::{Network, Tower};
pub use stub::Stub;
pub use tls::{ClientCertificate, TlsBackend, TlsChoice};

use std::time::Duration;

/// TLS, timeouts, limits and retries of a client.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Whom to trust.
    pub tls: TlsChoice,
    /// Which TLS speaks to the server.
    pub tls_backend: TlsBackend,
    /// What this client shows to a server that wants to know it by a certificate.
    pub client_certificate: Option<ClientCertificate>,
    /// How long a connection may take to be there: 10 seconds.
    pub connect_timeout: Duration,
    /// How long each try of a request may take in all, body included: 60 seconds; none for no limit. For an answer that
    /// is read as it comes: how long it may take to begin, and how long each further part may.
    pub timeout: Option<Duration>,
    /// How many bytes a second a body must bring, measured over each `timeout`: 16. It holds for an answer that is read
    /// as it comes.
    pub min_bytes_per_second: u32,
    /// How large an answer that is read whole may be: 256 MiB. A larger one is an error, never cut.
    pub max_body_bytes: u64,
    /// How many requests may be under way at once: 512. Further ones wait. An answer that is read as it comes counts
    /// until it is dropped.
    pub max_in_flight: usize,
    /// How many requests may begin in a second, tries counted one by one; none for no limit. Further ones wait.
    pub max_per_second: Option<u32>,
    /// When to try again.
    pub retry: RetryPolicy,
    /// When to leave the server alone.
    pub breaker: BreakerPolicy,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            tls: TlsChoice::default(),
            tls_backend: TlsBackend::default(),
            client_certificate: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Some(Duration::from_secs(60)),
            min_bytes_per_second: 16,
            max_body_bytes: 256 << 20,
            max_in_flight: 512,
            max_per_second: None,
            retry: RetryPolicy::default(),
            breaker: BreakerPolicy::default(),
        }
    }
}
