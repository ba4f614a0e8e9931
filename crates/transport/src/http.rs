//! Requests, TLS, limits, retries: what all three systems need of HTTP.
//!
//! Redirects are not followed and cookies are not kept: a session belongs to the server that gave it, and Enterprise Manager
//! prefers a cookie to the header. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured, but loopback is never proxied.

mod error;
mod message;
mod retry;
mod tls;

pub use error::HttpError;
pub use message::{Request, Response, StreamingResponse};
pub use retry::RetryPolicy;
pub use tls::{TlsChoice, parse_pin};

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use tokio::sync::Semaphore;
use url::{Host, Url};

use error::Cause;
use retry::{Budget, Verdict};
use tls::Witness;

/// TLS, timeouts, limits and retries of a client.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Whom to trust.
    pub tls: TlsChoice,
    /// How long a connection may take to be there: 10 seconds.
    pub connect_timeout: Duration,
    /// How long each try of a request may take in all, body included: 60 seconds; none for no limit. For an answer that is read
    /// as it comes: how long each part may take.
    pub timeout: Option<Duration>,
    /// How large an answer may be: 256 MiB. A larger one is an error, never cut.
    pub max_body_bytes: u64,
    /// How many requests may be under way at once, until their answers are read: 512. Further ones wait.
    pub max_in_flight: usize,
    /// When to try again.
    pub retry: RetryPolicy,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            tls: TlsChoice::default(),
            connect_timeout: Duration::from_secs(10),
            timeout: Some(Duration::from_secs(60)),
            max_body_bytes: 256 << 20,
            max_in_flight: 512,
            retry: RetryPolicy::default(),
        }
    }
}

/// An HTTP client. Cheap to clone; all clones share connections, limits and the budget of retries.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    options: HttpOptions,
    witness: Arc<Witness>,
    in_flight: Arc<Semaphore>,
    budget: Budget,
}

impl HttpClient {
    /// A client with these options.
    ///
    /// # Errors
    /// When the TLS choice cannot be used: a CA file without a certificate, a system without trusted roots.
    pub fn new(options: HttpOptions) -> Result<Self, HttpError> {
        let witness = Arc::new(Witness::default());
        let config = tls::config(&options.tls, &witness).map_err(|cause| HttpError::new(cause, None))?;
        let build = |builder: reqwest::ClientBuilder| {
            let builder = builder
                .tls_backend_preconfigured(config.clone())
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                // One place decides what is sent again: the policy.
                .retry(reqwest::retry::never())
                // Less than servers keep idle connections, so that one rarely closes under a request.
                .pool_idle_timeout(Duration::from_secs(15))
                .user_agent(concat!("backhaul/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(options.connect_timeout);
            let builder = match options.timeout {
                Some(timeout) => builder.read_timeout(timeout),
                None => builder,
            };
            builder.build().map_err(|error| HttpError::new(Cause::Other(error.without_url()), None))
        };
        let proxied = build(reqwest::Client::builder())?;
        let direct = build(reqwest::Client::builder().no_proxy())?;
        let in_flight = Arc::new(Semaphore::new(options.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        let budget = Budget::new(options.retry.budget_percent);
        Ok(Self { shared: Arc::new(Shared { proxied, direct, options, witness, in_flight, budget }) })
    }

    /// Sends a request and reads the whole answer; tries again as the policy says.
    ///
    /// # Errors
    /// When no answer came, or it was cut short or too large. An answer of any status is no error here.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let policy = &self.shared.options.retry;
        self.shared.budget.deposit();
        let mut attempt = 1;
        loop {
            let outcome = match self.shared.options.timeout {
                None => self.attempt(&request).await,
                Some(limit) => match tokio::time::timeout(limit, self.attempt(&request)).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(HttpError::new(Cause::Timeout, Some(request.place()))),
                },
            };
            match policy.verdict(&request, attempt, &outcome) {
                Verdict::Again(delay) if self.shared.budget.withdraw() => tokio::time::sleep(delay).await,
                _ => return outcome,
            }
            attempt += 1;
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Response, HttpError> {
        self.open(request.clone()).await?.read().await
    }

    /// Sends a request and gives the answer before its body, once and without trying again.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn open(&self, request: Request) -> Result<StreamingResponse, HttpError> {
        let place = Some(request.place());
        if let Some(name) = &request.bad_header {
            return Err(HttpError::new(Cause::Header(name.clone()), place));
        }
        // The semaphore is never closed.
        let permit = Arc::clone(&self.shared.in_flight).acquire_owned().await.ok();
        let client = if is_loopback(&request.url) { &self.shared.direct } else { &self.shared.proxied };
        let mut headers = request.headers;
        // Windows' own HTTP server refuses (411) a POST that does not say that its body is empty.
        if request.body.is_empty() && (request.method == Method::POST || request.method == Method::PUT) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let built = client.request(request.method, request.url).headers(headers).body(request.body);
        let answer = built.send().await.map_err(|error| {
            HttpError::new(Cause::of(error, &self.shared.witness, &self.shared.options.tls), place.clone())
        })?;
        Ok(StreamingResponse::new(answer, self.shared.options.max_body_bytes, place, permit))
    }
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}
