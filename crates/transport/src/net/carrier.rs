//! What carries a request to its server: the network, or a stub in its place. The one place that knows reqwest.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use reqwest::redirect::Policy;

use super::error::{Cause, HttpError};
use super::message::{Request, Response};
use super::{HttpOptions, Stub, proxy, tls};

/// How long an idle connection is kept: less than servers do, so that one rarely closes while a request is on its way.
const IDLE: Duration = Duration::from_secs(15);

pub(super) enum Carrier {
    Network(Box<Network>),
    Stub(Arc<dyn Stub>),
}

/// Connections to a server, and how they are made.
pub(super) struct Network {
    kept: reqwest::Client,
    /// Makes a new connection for each request: one that the server closes at this moment would swallow what may not be sent twice.
    fresh: OnceLock<reqwest::Client>,
    proxies: Vec<reqwest::Proxy>,
    tls: rustls::ClientConfig,
    connect_timeout: Duration,
}

/// An answer: its head, or all of it.
pub(super) enum Came {
    Head(reqwest::Response),
    Whole(Response),
}

impl Carrier {
    pub(super) fn network(options: &HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Cause> {
        let tls = tls::config(&options.tls, options.client_certificate.as_ref())?;
        let proxies = proxy::proxies(variable)?;
        let connect_timeout = options.connect_timeout;
        let kept = client(&tls, &proxies, connect_timeout, true)?;
        Ok(Self::Network(Box::new(Network { kept, fresh: OnceLock::new(), proxies, tls, connect_timeout })))
    }

    /// Sends a request once.
    pub(super) async fn carry(&self, request: &Request) -> Result<Came, HttpError> {
        match self {
            Self::Stub(stub) => stub.answer(request.clone()).await.map(Came::Whole),
            Self::Network(network) => {
                let fail = |cause| HttpError::new(cause, Some(request.place()));
                let client = network.client(request).map_err(fail)?;
                let mut headers = request.headers.clone();
                // Windows' own HTTP server refuses (411) a POST that does not say that its body is empty.
                if request.body.is_empty() && (request.method == Method::POST || request.method == Method::PUT) {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
                let built = client.request(request.method.clone(), request.bare_url());
                let sent = built.headers(headers).body(request.body.clone()).send().await;
                sent.map(Came::Head).map_err(|error| fail(Cause::of(error, request.url.scheme())))
            }
        }
    }
}

impl Network {
    /// What may not be sent twice goes over a new connection.
    fn client(&self, request: &Request) -> Result<reqwest::Client, Cause> {
        if request.idempotent {
            return Ok(self.kept.clone());
        }
        if let Some(made) = self.fresh.get() {
            return Ok(made.clone());
        }
        let made = client(&self.tls, &self.proxies, self.connect_timeout, false)?;
        Ok(self.fresh.get_or_init(|| made).clone())
    }
}

/// A client whose connections are kept or not.
fn client(
    tls: &rustls::ClientConfig,
    proxies: &[reqwest::Proxy],
    connect_timeout: Duration,
    keeps: bool,
) -> Result<reqwest::Client, Cause> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(concat!("backhaul/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect_timeout)
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
