//! What carries a request to its server: the network, or a stub in its place. The one place that knows reqwest.

use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method};
use reqwest::redirect::Policy;
use tokio::sync::OnceCell;

use super::error::{Cause, HttpError};
use super::message::{Request, Response};
#[cfg(feature = "platform-tls")]
use super::platform::Platform;
use super::{HttpOptions, Stub, TlsBackend, proxy, tls};

/// How long an idle connection is kept: less than servers do, so that one rarely closes while a request is on its way.
const IDLE: Duration = Duration::from_secs(15);

pub(super) enum Carrier {
    Network(Box<Connections>),
    Stub(Arc<dyn Stub>),
}

/// Connections to a server, and how they are made.
pub(super) struct Connections {
    kept: OnceCell<reqwest::Client>,
    /// Makes a new connection for each request: one that the server closes at this moment would swallow what may not be
    /// sent twice.
    fresh: OnceCell<reqwest::Client>,
    proxies: Vec<reqwest::Proxy>,
    tls: Tls,
    connect_timeout: Duration,
}

enum Tls {
    Rustls(Box<rustls::ClientConfig>),
    #[cfg(feature = "platform-tls")]
    Platform(Platform),
}

/// An answer: its head, or all of it.
pub(super) enum Came {
    Head(reqwest::Response),
    Whole(Response),
}

impl Carrier {
    pub(super) fn network(options: &HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Cause> {
        let client = options.client_certificate.as_ref();
        let tls = match options.tls_backend {
            TlsBackend::Rustls => Tls::Rustls(Box::new(tls::config(&options.tls, client)?)),
            #[cfg(feature = "platform-tls")]
            TlsBackend::Platform => Tls::Platform(Platform::new(&options.tls, client)?),
        };
        let (proxies, connect_timeout) = (proxy::proxies(variable)?, options.connect_timeout);
        let (kept, fresh) = (OnceCell::new(), OnceCell::new());
        Ok(Self::Network(Box::new(Connections { kept, fresh, proxies, tls, connect_timeout })))
    }

    /// Sends a request once.
    pub(super) async fn carry(&self, request: &Request) -> Result<Came, HttpError> {
        match self {
            Self::Stub(stub) => stub.answer(request.clone()).await.map(Came::Whole),
            Self::Network(network) => {
                let fail = |cause| HttpError::new(cause, Some(request.place()));
                let client = network.client(request).await.map_err(fail)?;
                let mut built = reqwest::Request::new(request.method.clone(), request.bare_url());
                built.headers_mut().clone_from(&request.headers);
                // Windows' own HTTP server refuses (411) a POST that does not say that its body is empty.
                if request.body.is_empty() && (request.method == Method::POST || request.method == Method::PUT) {
                    built.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
                }
                if !request.body.is_empty() {
                    *built.body_mut() = Some(request.body.clone().into());
                }
                let sent = client.execute(built).await;
                sent.map(Came::Head).map_err(|error| fail(Cause::of(error, request.url.scheme())))
            }
        }
    }
}

impl Connections {
    /// What may not be sent twice goes over a new connection.
    async fn client(&self, request: &Request) -> Result<&reqwest::Client, Cause> {
        let made = if request.idempotent { &self.kept } else { &self.fresh };
        made.get_or_try_init(|| self.make(request)).await
    }

    async fn make(&self, request: &Request) -> Result<reqwest::Client, Cause> {
        let mut builder = reqwest::Client::builder()
            .http1_only()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(concat!("backhaul/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(IDLE)
            .no_proxy();
        builder = match &self.tls {
            Tls::Rustls(config) => builder.tls_backend_preconfigured(config.as_ref().clone()),
            #[cfg(feature = "platform-tls")]
            Tls::Platform(platform) if request.url.scheme() == "https" => {
                platform.configured(builder, &request.url, self.connect_timeout).await?
            }
            #[cfg(feature = "platform-tls")]
            Tls::Platform(_) => builder.tls_backend_native(),
        };
        if !request.idempotent {
            builder = builder.pool_max_idle_per_host(0);
        }
        for proxy in &self.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder.build().map_err(|error| Cause::Other(error.without_url()))
    }
}
