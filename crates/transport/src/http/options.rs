//! What a client is told when it is made.

use std::time::Duration;

use super::{Proxies, RetryPolicy, TlsChoice};

/// How a client speaks: trust, timeouts, limits, proxies, retries.
///
/// | option | default |
/// | --- | --- |
/// | [`tls`](Self::tls) | the platform's authorities |
/// | [`connect_timeout`](Self::connect_timeout) | 10 s |
/// | [`request_timeout`](Self::request_timeout) | 60 s |
/// | [`max_body_bytes`](Self::max_body_bytes) | 256 MiB |
/// | [`max_in_flight`](Self::max_in_flight) | 32 |
/// | [`user_agent`](Self::user_agent) | `backhaul/` and the version |
/// | [`proxies`](Self::proxies) | those of the environment, when the options are made |
/// | [`retry`](Self::retry) | [`RetryPolicy::default`] |
#[derive(Debug, Clone)]
pub struct HttpOptions {
    pub(super) tls: TlsChoice,
    pub(super) connect_timeout: Duration,
    pub(super) request_timeout: Option<Duration>,
    pub(super) max_body_bytes: u64,
    pub(super) max_in_flight: usize,
    pub(super) user_agent: String,
    pub(super) proxies: Proxies,
    pub(super) retry: RetryPolicy,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            tls: TlsChoice::default(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Some(Duration::from_secs(60)),
            max_body_bytes: 256 << 20,
            max_in_flight: 32,
            user_agent: concat!("backhaul/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxies: Proxies::from_env(),
            retry: RetryPolicy::default(),
        }
    }
}

impl HttpOptions {
    /// Which certificate is trusted. It holds for every request of the client alike.
    #[must_use]
    pub fn tls(mut self, tls: TlsChoice) -> Self {
        self.tls = tls;
        self
    }

    /// How long a connection may take to be there, TLS included.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take from its start to the last byte of the answer, or for a streamed answer to its head and
    /// then between two pieces of its body. `None` waits for ever. Waiting for the client's own limit does not count.
    #[must_use]
    pub fn request_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.request_timeout = timeout.into();
        self
    }

    /// How large an answer may be once decompressed. A larger one is an error, never cut. Streamed answers have no limit.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: u64) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// How many requests, and with them connections, the client has open at once; others wait. At least 1.
    #[must_use]
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests.max(1);
        self
    }

    /// What the client calls itself.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Which proxies stand between.
    #[must_use]
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// When an attempt is made again. [`RetryPolicy::never`] leaves that to a layer of the caller's own.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }
}
