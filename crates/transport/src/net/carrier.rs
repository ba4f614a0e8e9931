//! What carries a request to its server: the network, or a stub in its place.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, HOST, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderValue, Method};
use http_body_util::Full;
use url::{Position, Url};

use super::connect::{AGENT, Connector};
use super::error::{Cause, HttpError};
use super::message::{Body, Request, Response};
use super::pool::Pool;
use super::{HttpOptions, Stub};

pub(super) enum Carrier {
    Network(Box<Network>),
    Stub(Arc<dyn Stub>),
}

/// The network, with the connections that were made.
pub(super) struct Network {
    connector: Connector,
    pool: Arc<Pool>,
}

/// An answer: its head, or all of it.
pub(super) enum Came {
    Head(http::Response<Body>),
    Whole(Response),
}

impl Carrier {
    pub(super) fn network(options: &HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Cause> {
        let connector = Connector::new(options, variable)?;
        Ok(Self::Network(Box::new(Network { connector, pool: Arc::default() })))
    }

    /// Sends a request once.
    pub(super) async fn carry(&self, request: &Request) -> Result<Came, HttpError> {
        match self {
            Self::Stub(stub) => stub.answer(request.clone()).await.map(Came::Whole),
            Self::Network(network) => {
                let answer = network.send(request).await;
                answer.map(Came::Head).map_err(|cause| HttpError::new(cause, Some(request.place())))
            }
        }
    }
}

impl Network {
    /// What may not be sent twice goes over a new connection: one that the server closes at this moment would swallow
    /// it.
    async fn send(&self, request: &Request) -> Result<http::Response<Body>, Cause> {
        let mut out = self.written(request)?;
        loop {
            let waiting = if request.idempotent { self.pool.take(&request.url).await } else { None };
            let mut connection = match waiting {
                Some(connection) => connection,
                None => {
                    let made = self.connector.connect(&request.url).await?;
                    self.pool.connection(&request.url, made, request.idempotent)
                }
            };
            match connection.sender.try_send_request(out).await {
                Ok(answer) => return Ok(answer.map(|body| Body::on_the_way(body, connection))),
                Err(mut failed) => match failed.take_message() {
                    // It was closed while it waited: nothing of the request was sent.
                    Some(unsent) if connection.is_used => out = unsent,
                    _ => return Err(Cause::of(failed.into_error(), request.url.scheme())),
                },
            }
        }
    }

    /// The request as it is written.
    fn written(&self, request: &Request) -> Result<http::Request<Full<Bytes>>, Cause> {
        let url = &request.url;
        let mut out = http::Request::new(Full::new(request.body.clone()));
        out.method_mut().clone_from(&request.method);
        out.headers_mut().clone_from(&request.headers);
        let headers = out.headers_mut();
        headers.entry(HOST).or_insert(host(url)?);
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        // Windows' own HTTP server refuses (411) a POST that does not say that its body is empty.
        if request.body.is_empty() && (request.method == Method::POST || request.method == Method::PUT) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let target = match self.connector.proxies.of(url).filter(|proxy| proxy.speaks_to(url)) {
            None => url[Position::BeforePath..Position::AfterQuery].parse(),
            // It speaks to the server itself, and is told which one.
            Some(proxy) => {
                if let Some(credentials) = proxy.credentials() {
                    headers.entry(PROXY_AUTHORIZATION).or_insert(credentials);
                }
                request.bare_url()[..Position::AfterQuery].parse()
            }
        };
        *out.uri_mut() = target.map_err(Cause::Address)?;
        Ok(out)
    }
}

/// Host, and the port where it is not the scheme's own.
fn host(url: &Url) -> Result<HeaderValue, Cause> {
    let host = &url[Position::BeforeHost..Position::AfterPort];
    HeaderValue::from_str(host).map_err(|_| Cause::Config(format!("`{host}` cannot be sent as a server's name")))
}
