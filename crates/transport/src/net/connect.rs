//! How a connection is made: by TCP, past or through a proxy, under TLS where the address says so.

use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Uri;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;
use url::{Host, Url};

use super::error::{BoxError, Cause};
#[cfg(feature = "platform-tls")]
use super::platform::Platform;
use super::proxy::{Proxies, Proxy};
use super::{HttpOptions, TlsBackend, tls};

/// What this client calls itself.
pub(super) const AGENT: &str = concat!("backhaul/", env!("CARGO_PKG_VERSION"));

/// What a connection's bytes go through.
pub(super) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

pub(super) type Stream = Box<dyn Socket>;

/// Makes connections.
pub(super) struct Connector {
    tcp: HttpConnector,
    pub(super) proxies: Proxies,
    tls: Tls,
    limit: Duration,
}

enum Tls {
    Rustls(tokio_rustls::TlsConnector),
    #[cfg(feature = "platform-tls")]
    Platform(Platform),
}

impl Connector {
    pub(super) fn new(options: &HttpOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Cause> {
        let client = options.client_certificate.as_ref();
        let tls = match options.tls_backend {
            TlsBackend::Rustls => Tls::Rustls(Arc::new(tls::config(&options.tls, client)?).into()),
            #[cfg(feature = "platform-tls")]
            TlsBackend::Platform => Tls::Platform(Platform::new(&options.tls, client)?),
        };
        let limit = options.connect_timeout;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared among the addresses that a name has.
        tcp.set_connect_timeout(Some(limit));
        // A server that is gone without a word is noticed, though nothing is on its way to it.
        let pulse = Duration::from_secs(15);
        tcp.set_keepalive(Some(pulse));
        tcp.set_keepalive_interval(Some(pulse));
        tcp.set_keepalive_retries(Some(3));
        // Nor is it asked for signs of life while something is on its way to it.
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(pulse * 2));
        Ok(Self { tcp, proxies: Proxies::read(variable)?, tls, limit })
    }

    /// A connection to where an address leads, within the time for it.
    pub(super) async fn connect(&self, url: &Url) -> Result<SendRequest<Full<Bytes>>, Cause> {
        // In a box: it is large, and most requests find a connection that is there.
        let made: BoxFuture<'_, _> = Box::pin(async {
            let stream = self.stream(url).await?;
            let of = |error| Cause::of_unsent(error, url.scheme());
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(of)?;
            let driven = tokio::spawn(connection);
            match sender.ready().await {
                Ok(()) => Ok(sender),
                // It ended before a request was on it: why, it alone knows.
                Err(closed) => Err(of(driven.await.ok().and_then(Result::err).unwrap_or(closed))),
            }
        });
        let Ok(made) = tokio::time::timeout(self.limit, made).await else {
            let late = format!("there is no connection after {:?}", self.limit);
            return Err(Cause::Connect(io::Error::new(io::ErrorKind::TimedOut, late).into()));
        };
        made
    }

    async fn stream(&self, url: &Url) -> Result<Stream, Cause> {
        let stream = match self.proxies.of(url) {
            None => self.tcp(url).await?,
            Some(proxy) => self.through(proxy, url).await?,
        };
        if url.scheme() == "https" { self.tls(stream, url).await } else { Ok(stream) }
    }

    async fn tcp(&self, url: &Url) -> Result<Stream, Cause> {
        let opened = self.tcp.clone().call(uri(url)?).await;
        opened.map(|stream| Box::new(stream.into_inner()) as Stream).map_err(|error| Cause::of_connect(error.into()))
    }

    /// A way to where an address leads, or to the proxy where that speaks to the server itself.
    async fn through(&self, proxy: &Proxy, url: &Url) -> Result<Stream, Cause> {
        let stream = self.tcp(&proxy.address).await?;
        let at = uri(&proxy.address)?;
        let opened = match proxy.address.scheme() {
            "socks4" | "socks4a" => {
                let way = SocksV4::new(at, Opened(Some(stream))).call(by_socks(proxy, url).await?).await;
                way.map_err(BoxError::from)
            }
            "socks5" | "socks5h" => {
                let mut way = SocksV5::new(at, Opened(Some(stream)));
                if let Some((user, password)) = &proxy.account {
                    way = way.with_auth(user.clone(), password.clone());
                }
                way.call(by_socks(proxy, url).await?).await.map_err(BoxError::from)
            }
            scheme => {
                let stream = if scheme == "https" { self.tls(stream, &proxy.address).await? } else { stream };
                if url.scheme() == "http" {
                    return Ok(stream);
                }
                let known = HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(AGENT))]);
                let mut way = Tunnel::new(at, Opened(Some(stream))).with_headers(known);
                if let Some(credentials) = proxy.credentials() {
                    way = way.with_auth(credentials);
                }
                way.call(uri(url)?).await.map_err(BoxError::from)
            }
        };
        opened.map(TokioIo::into_inner).map_err(Cause::of_connect)
    }

    async fn tls(&self, stream: Stream, url: &Url) -> Result<Stream, Cause> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        match &self.tls {
            Tls::Rustls(connector) => {
                let name = ServerName::try_from(host).map_err(|error| Cause::of_connect(error.into()))?;
                let secured = connector.connect(name, stream).await;
                secured.map(|stream| Box::new(stream) as Stream).map_err(|error| Cause::of_connect(error.into()))
            }
            #[cfg(feature = "platform-tls")]
            Tls::Platform(platform) => platform.connect(&host, stream).await,
        }
    }
}

/// Scheme, host and port; that of SOCKS where none is known.
fn uri(url: &Url) -> Result<Uri, Cause> {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(1080));
    format!("{}://{host}:{port}", url.scheme()).parse().map_err(Cause::Address)
}

/// Where a SOCKS proxy is to connect to: the name, where it looks names up itself (`socks4a`, `socks5h`).
async fn by_socks(proxy: &Proxy, url: &Url) -> Result<Uri, Cause> {
    let Some(Host::Domain(name)) = url.host().filter(|_| !proxy.address.scheme().ends_with(['a', 'h'])) else {
        return uri(url);
    };
    let mut found = tokio::net::lookup_host((name, url.port_or_known_default().unwrap_or_default()))
        .await
        .map_err(|error| Cause::of_connect(error.into()))?;
    // The older one knows no others.
    let fits = |address: &std::net::SocketAddr| proxy.address.scheme() != "socks4" || address.is_ipv4();
    let Some(address) = found.find(fits) else {
        return Err(Cause::of_connect(format!("`{name}` has no address that the proxy can be told").into()));
    };
    format!("{}://{address}", url.scheme()).parse().map_err(Cause::Address)
}

/// A stream that is there, where one is asked for that makes it.
struct Opened(Option<Stream>);

impl Service<Uri> for Opened {
    type Response = TokioIo<Stream>;
    type Error = io::Error;
    type Future = Ready<io::Result<TokioIo<Stream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().map(TokioIo::new).ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}

#[cfg(test)]
mod tests;
