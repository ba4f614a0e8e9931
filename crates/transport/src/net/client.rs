//! The client: one request out, one answer in, within its limits.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::Breaker;
use super::carrier::{Came, Carrier};
use super::error::{Cause, HttpError};
use super::message::{Limits, Request, Response, StreamingResponse, within};
use super::pace::Pace;
use super::retry::Budget;
use super::{HttpOptions, Stub, trace};

/// An HTTP client. Cheap to clone; all clones share connections, limits and the budget of retries.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    carrier: Carrier,
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

    /// A client whose requests a stub answers: nothing of the TLS choice and of proxies holds for it.
    #[must_use]
    pub fn from_stub(options: HttpOptions, stub: impl Stub) -> Self {
        Self::over(Carrier::Stub(Arc::new(stub)), options)
    }

    fn with_environment(options: HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, HttpError> {
        let carrier = Carrier::network(&options, variable).map_err(|cause| HttpError::new(cause, None))?;
        Ok(Self::over(carrier, options))
    }

    fn over(carrier: Carrier, options: HttpOptions) -> Self {
        let in_flight = Arc::new(Semaphore::new(options.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        let budget = Budget::new(options.retry.budget_percent);
        let breaker = Breaker::new(options.breaker.clone());
        let pace = options.max_per_second.map(Pace::new);
        Self { shared: Arc::new(Shared { carrier, options, in_flight, pace, budget, breaker }) }
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
                    trace::pausing(&request, attempt, pause, outcome.as_ref().map(|answer| answer.status));
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
                    trace::pausing(&request, attempt, pause, head.as_ref().map(|answer| answer.status));
                    tokio::time::sleep(pause).await;
                }
                _ => return opened,
            }
            attempt += 1;
        }
    }
}

impl Shared {
    async fn whole(&self, request: &Request) -> Result<Response, HttpError> {
        // The limit holds for the whole of it.
        self.tried(request, async |permit| self.answer(request, permit, None).await?.read().await).await
    }

    async fn begin(&self, request: &Request) -> Result<StreamingResponse, HttpError> {
        let limit = request.timeout.or(self.options.timeout);
        self.tried(request, async |permit| self.answer(request, permit, limit).await).await
    }

    /// One try, when it is its turn; all of it before the request's deadline, and what is done in its turn within the
    /// time for a try.
    async fn tried<T>(
        &self,
        request: &Request,
        work: impl AsyncFnOnce(Option<OwnedSemaphorePermit>) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        let place = || request.place();
        let permit = pin!(async { Ok(self.permit().await) });
        let permit = within(None, request.deadline, place, permit).await?;
        self.breaker.ask().map_err(|cause| HttpError::new(cause, Some(place())))?;
        let limit = request.timeout.or(self.options.timeout);
        let work = pin!(work(permit));
        let outcome = within(limit, request.deadline, place, work).await;
        self.breaker.tell(outcome.as_ref().map(drop));
        outcome
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
        let limits = Limits {
            largest: self.options.max_body_bytes,
            patience,
            least: self.options.min_bytes_per_second,
            deadline: request.deadline,
        };
        Ok(match self.carrier.carry(request).await? {
            Came::Whole(answer) => StreamingResponse::ready(answer, limits, permit, place),
            Came::Head(answer) => StreamingResponse::new(answer, request.method == Method::HEAD, limits, permit, place),
        })
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
