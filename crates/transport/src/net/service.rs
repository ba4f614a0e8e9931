//! tower's services in place of the network, and the network as one of them.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::Mutex;
use tower_service::Service;
use url::Url;

use super::carrier::{Came, Carrier};
use super::error::{BoxError, Cause, HttpError};
use super::message::{Limits, Request, Response, StreamingResponse};
use super::{HttpOptions, Stub};

/// A service of [tower](https://docs.rs/tower) that carries a client's requests: limits, caches, records, whatever
/// layers are put around [`Network`] or around a network of your own. Retries, sessions, deadlines and how answers are
/// read stay the client's.
///
/// Answers are read whole before they are given.
///
/// ```no_run
/// use backhaul_transport::net::{Network, Tower};
/// use backhaul_transport::{Options, em::EmClient};
/// use tower::ServiceBuilder;
///
/// # fn run(password: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let options = Options::new("https://em.example.com:9398", "admin", password)?;
/// let stack = ServiceBuilder::new().concurrency_limit(4).service(Network::new(&options.http)?);
/// let em = EmClient::over(options, Tower::new(stack))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Tower<S>(Mutex<S>);

impl<S> Tower<S> {
    /// Over this service.
    pub fn new(service: S) -> Self {
        Self(Mutex::new(service))
    }
}

impl<S, B> Stub for Tower<S>
where
    S: Service<http::Request<Bytes>, Response = http::Response<B>> + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    fn answer(&self, request: Request) -> BoxFuture<'_, Result<Response, HttpError>> {
        Box::pin(async move {
            let place = request.place();
            let fail = |error: BoxError| match error.downcast::<HttpError>() {
                // What the network said, through the layers.
                Ok(error) => *error,
                Err(error) => HttpError::new(Cause::Service(error), Some(place.clone())),
            };
            let request = into_http(request)?;
            let called = {
                // Ready and called belong together; what is called then goes on beside the next.
                let mut service = self.0.lock().await;
                poll_fn(|context| service.poll_ready(context)).await.map_err(|error| fail(error.into()))?;
                service.call(request)
            };
            let (head, body) = called.await.map_err(|error| fail(error.into()))?.into_parts();
            let body = body.collect().await.map_err(|error| fail(error.into()))?.to_bytes();
            Ok(Response { status: head.status, headers: head.headers, body })
        })
    }
}

/// The connections to a server, as a service of tower: each request is sent once, and its answer read whole.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    carrier: Carrier,
    largest: u64,
}

impl Network {
    /// With the TLS choice, the time to connect and the largest answer of these options; proxies are the environment's.
    ///
    /// # Errors
    /// When the TLS choice or a proxy from the environment cannot be used.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpError> {
        let carrier = Carrier::network(options, |name| std::env::var(name).ok());
        let carrier = carrier.map_err(|cause| HttpError::new(cause, None))?;
        Ok(Self(Arc::new(Inner { carrier, largest: options.max_body_bytes })))
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").finish_non_exhaustive()
    }
}

impl Service<http::Request<Bytes>> for Network {
    type Response = http::Response<http_body_util::Full<Bytes>>;
    type Error = HttpError;
    type Future = BoxFuture<'static, Result<Self::Response, HttpError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HttpError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Bytes>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let request = from_http(request)?;
            let limits = Limits { largest: inner.largest, patience: None, least: 0, deadline: None };
            let is_head = request.method == http::Method::HEAD;
            let answer = match inner.carrier.carry(&request).await? {
                Came::Whole(answer) => answer,
                Came::Head(head) => StreamingResponse::new(head, is_head, limits, None, request.place()).read().await?,
            };
            let mut out = http::Response::new(http_body_util::Full::new(answer.body));
            (*out.status_mut(), *out.headers_mut()) = (answer.status, answer.headers);
            Ok(out)
        })
    }
}

/// What may be sent twice, where a layer hands it on; else the method tells.
#[derive(Clone, Copy)]
struct Idempotent(bool);

fn into_http(request: Request) -> Result<http::Request<Bytes>, HttpError> {
    let unfit = |error| HttpError::new(Cause::Address(error), Some(request.place()));
    let uri: http::Uri = request.bare_url().as_str().parse().map_err(unfit)?;
    let mut out = http::Request::new(request.body);
    (*out.method_mut(), *out.uri_mut(), *out.headers_mut()) = (request.method, uri, request.headers);
    out.extensions_mut().insert(Idempotent(request.idempotent));
    Ok(out)
}

fn from_http(request: http::Request<Bytes>) -> Result<Request, HttpError> {
    let (head, body) = request.into_parts();
    let unfit = |error: url::ParseError| HttpError::new(Cause::Config(format!("the address is none: {error}")), None);
    let url = Url::parse(&head.uri.to_string()).map_err(unfit)?;
    let mut out = Request::new(head.method, url);
    (out.headers, out.body) = (head.headers, body);
    if let Some(Idempotent(idempotent)) = head.extensions.get() {
        out.idempotent = *idempotent;
    }
    Ok(out)
}
