//! The client: one request out, one answer in, within its limits.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, StatusCode};
use reqwest::redirect::Policy;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::Breaker;
use super::error::{Cause, HttpError};
use super::message::{Limits, Request, Response, StreamingResponse, within};
use super::pace::Pace;
use super::retry::Budget;
use super::{HttpOptions, proxy, tls, trace};

/// How long an idle connection is kept: less than servers do, so that one rarely closes while a request is on its way.
const IDLE: Duration = Duration::from_secs(15);

/// An HTTP client. Cheap to clone; all clones share connections, limits and the budget of retries.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    engine: reqwest::Client,
    /// Makes a new connection for each request: one that the server closes at this moment would swallow what may not be sent twice.
    fresh: OnceLock<reqwest::Client>,
    proxies: Vec<reqwest::Proxy>,
    tls: rustls::ClientConfig,
    options: HttpOptions,
    in_flight: Arc<Semaphore>,
    pace: Option<Pace>,
    budget: Budget,
    breaker: Breaker,
}

impl HttpClient {
    /// A client with these options.
    ///
    /// # Errors
    /// When the TLS choice or a proxy from the environment cannot be used.
    pub fn new(options: HttpOptions) -> Result<Self, HttpError> {
        Self::with_environment(options, |name| std::env::var(name).ok())
    }

    fn with_environment(options: HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, HttpError> {
        let config = |cause| HttpError::new(cause, None);
        let tls = tls::config(&options.tls).map_err(config)?;
        let proxies = proxy::proxies(variable).map_err(config)?;
        let engine = engine(&options, &tls, &proxies, true).map_err(config)?;
        let in_flight = Arc::new(Semaphore::new(options.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        let budget = Budget::new(options.retry.budget_percent);
        let breaker = Breaker::new(options.breaker.clone());
        let pace = options.max_per_second.map(Pace::new);
        let fresh = OnceLock::new();
        let shared = Shared { engine, fresh, proxies, tls, options, in_flight, pace, budget, breaker };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How many retries the budget has left: each request adds a part of one, each retry takes one.
    #[must_use]
    pub fn retries_left(&self) -> u32 {
        self.shared.budget.left()
    }

    /// Sends a request and reads the whole answer; tries again as the policy says.
    ///
    /// # Errors
    /// When no answer came, or it was cut short or too large. An answer of any status is no error here.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let shared = &*self.shared;
        let retry = request.retry.as_ref().unwrap_or(&shared.options.retry);
        shared.budget.deposit();
        let mut attempt = 1;
        loop {
            let begun = Instant::now();
            let outcome = Box::pin(shared.whole(&request)).await;
            trace::tried(&request, attempt, begun, outcome.as_ref().map(|answer| answer.status));
            match retry.pause(&request, attempt, outcome.as_ref()) {
                Some(pause) if shared.budget.withdraw() => {
                    trace::pausing(&request, attempt, pause);
                    tokio::time::sleep(pause).await;
                }
                _ => return outcome,
            }
            attempt += 1;
        }
    }

    /// Sends a request and gives the answer before its body, which may be of any size. Tries again as the policy says.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn open(&self, request: Request) -> Result<StreamingResponse, HttpError> {
        let shared = &*self.shared;
        let retry = request.retry.as_ref().unwrap_or(&shared.options.retry);
        shared.budget.deposit();
        let mut attempt = 1;
        loop {
            let begun = Instant::now();
            let mut opened = Box::pin(shared.begin(&request)).await;
            trace::tried(&request, attempt, begun, opened.as_ref().map(|answer| answer.status));
            let head = match opened {
                // Its body tells what it means.
                Ok(answer) if answer.status == StatusCode::SERVICE_UNAVAILABLE => {
                    let (answer, read) = answer.read_ahead().await?;
                    opened = Ok(answer);
                    Ok(read)
                }
                Ok(ref answer) => Ok(answer.head()),
                Err(ref error) => Err(error.clone()),
            };
            match retry.pause(&request, attempt, head.as_ref()) {
                Some(pause) if shared.budget.withdraw() => {
                    // It counts as under way until it is dropped.
                    drop(opened);
                    trace::pausing(&request, attempt, pause);
                    tokio::time::sleep(pause).await;
                }
                _ => return opened,
            }
            attempt += 1;
        }
    }
}

/// What carries requests out, with connections that are kept or not.
fn engine(
    options: &HttpOptions,
    tls: &rustls::ClientConfig,
    proxies: &[reqwest::Proxy],
    keeps: bool,
) -> Result<reqwest::Client, Cause> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("backhaul/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE)
        .no_proxy();
    if !keeps {
        builder = builder.pool_max_idle_per_host(0);
    }
    for proxy in proxies {
        builder = builder.proxy(proxy.clone());
    }
    builder.build().map_err(|error| Cause::Other(error.without_url()))
}

impl Shared {
    async fn whole(&self, request: &Request) -> Result<Response, HttpError> {
        let limit = request.timeout.or(self.options.timeout);
        self.tried(request, async |permit, place| {
            // The limit holds for the whole of it.
            let work = async { self.answer(request, permit, None).await?.read().await };
            within(limit, None, place, work).await
        })
        .await
    }

    async fn begin(&self, request: &Request) -> Result<StreamingResponse, HttpError> {
        let limit = request.timeout.or(self.options.timeout);
        self.tried(request, async |permit, place| within(limit, None, place, self.answer(request, permit, limit)).await)
            .await
    }

    /// One try, when it is its turn; all of it before the request's deadline.
    async fn tried<T>(
        &self,
        request: &Request,
        work: impl AsyncFnOnce(Option<OwnedSemaphorePermit>, &str) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        let place = request.place();
        let outcome = within(None, request.deadline, &place, async {
            let permit = self.permit().await;
            self.breaker.ask().map_err(|cause| HttpError::new(cause, Some(place.clone())))?;
            work(permit, &place).await
        })
        .await;
        self.breaker.tell(outcome.as_ref().map(drop));
        outcome
    }

    /// What may not be sent twice goes over a new connection.
    fn engine(&self, request: &Request) -> Result<reqwest::Client, Cause> {
        if request.idempotent {
            return Ok(self.engine.clone());
        }
        if let Some(made) = self.fresh.get() {
            return Ok(made.clone());
        }
        let made = engine(&self.options, &self.tls, &self.proxies, false)?;
        Ok(self.fresh.get_or_init(|| made).clone())
    }

    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.in_flight).acquire_owned().await.ok();
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        permit
    }

    async fn answer(
        &self,
        request: &Request,
        permit: Option<OwnedSemaphorePermit>,
        patience: Option<Duration>,
    ) -> Result<StreamingResponse, HttpError> {
        let place = request.place();
        if let Some(name) = &request.bad_header {
            return Err(HttpError::new(Cause::Header(name.clone()), Some(place)));
        }
        let head = request.method == Method::HEAD;
        let engine = self.engine(request).map_err(|cause| HttpError::new(cause, Some(place.clone())))?;
        let built = engine.request(request.method.clone(), request.bare_url());
        let mut headers = request.headers.clone();
        // Windows' own HTTP server refuses (411) a POST that does not say that its body is empty.
        if request.body.is_empty() && (request.method == Method::POST || request.method == Method::PUT) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let sent = built.headers(headers).body(request.body.clone()).send().await;
        match sent {
            Ok(answer) => {
                let limits = Limits {
                    largest: self.options.max_body_bytes,
                    patience,
                    least: self.options.min_bytes_per_second,
                    deadline: request.deadline,
                };
                Ok(StreamingResponse::new(answer, head, limits, permit, place))
            }
            Err(error) => Err(HttpError::new(Cause::of(error, request.url.scheme()), Some(place))),
        }
    }
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpClient").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn first_line(listener: &TcpListener) -> String {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut text, mut part) = (Vec::new(), [0; 1024]);
        while !text.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut part).await.unwrap();
            assert_ne!(read, 0, "the request ended early");
            text.extend_from_slice(&part[..read]);
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.unwrap();
        String::from_utf8(text).unwrap().lines().next().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn a_proxy_serves_other_hosts_but_never_loopback() {
        let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy_port = proxy.local_addr().unwrap().port();
        let client = HttpClient::with_environment(HttpOptions::default(), |name| {
            (name == "http_proxy").then(|| format!("http://who:secret@127.0.0.1:{proxy_port}"))
        })
        .unwrap();
        let get = |url: String| client.send(Request::new(Method::GET, url.parse().unwrap()));

        let (answer, line) = tokio::join!(get("http://em.example.invalid/api".to_owned()), first_line(&proxy));
        assert_eq!(answer.unwrap().status, 204);
        assert_eq!(line, "GET http://em.example.invalid/api HTTP/1.1");

        let port = server.local_addr().unwrap().port();
        let (answer, line) = tokio::join!(get(format!("http://127.0.0.1:{port}/api")), first_line(&server));
        assert_eq!(answer.unwrap().status, 204);
        assert_eq!(line, "GET /api HTTP/1.1");
    }
}
