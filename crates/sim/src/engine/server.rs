//! Listening, TLS, HTTP/1.1, and the faults in between.

mod body;
mod record;
mod tls;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul_wire::System;
use http::header::{CONNECTION, HOST};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use self::body::SimBody;
pub use self::record::RecordedRequest;
pub(crate) use self::tls::Identity;
use crate::engine::fault::{Effect, Outcome, Plan, rewrite};
use crate::engine::message::{Made, Reply, Request, WorkFault};
use crate::engine::session::lock;

/// A free port of this machine.
pub(crate) const ANY_PORT: &str = "127.0.0.1:0";
/// The largest request body that is read.
const MAX_BODY: usize = 1 << 20;
/// How many requests are remembered.
const MAX_RECORDED: usize = 10_000;

/// A simulated system: requests in, answers out, no I/O.
pub(crate) trait Api: Send + Sync {
    fn answer(&self, request: &Request) -> Reply;
    /// Ends every session.
    fn expire_sessions(&self);
    /// Puts the simulated clock forward, where there is one.
    fn advance(&self, _by: Duration) {}
    /// The target as it may be remembered: without secrets.
    fn without_secrets(&self, target: String) -> String {
        target
    }
}

/// What a server task needs.
pub(crate) struct Server {
    pub(crate) system: System,
    pub(crate) api: Box<dyn Api>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) requests: Arc<Mutex<VecDeque<RecordedRequest>>>,
    /// How long a client may take for a TLS handshake, for a request's head, and for its body.
    pub(crate) patience: Duration,
}

impl Server {
    /// Serves until the task is aborted, which ends the connections, too.
    pub(crate) async fn run(self: Arc<Self>, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(self.clone().connection(stream, tls.clone()));
                    }
                    // Out of file handles, most likely: others must end before the next can begin.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are written whole: waiting for more would only cost a client time. Where it fails, it costs just
        // that.
        let _ = stream.set_nodelay(true);
        let local = stream.local_addr().ok();
        match tls {
            None => self.serve(stream, "http", local).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = timeout(self.patience, tls.accept(stream)).await {
                    self.serve(stream, "https", local).await;
                }
            }
        }
    }

    async fn serve<S>(self: Arc<Self>, stream: S, scheme: &'static str, local: Option<SocketAddr>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let patience = self.patience;
        let service = service_fn(move |request: http::Request<Incoming>| {
            let server = self.clone();
            async move {
                let base = base(&request, scheme, local);
                server.request(request, base).await
            }
        });
        // An error here is a client that went away, or a fault that ended the connection: nobody is left to tell.
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn request(&self, request: http::Request<Incoming>, base: String) -> Result<Response<SimBody>, Ended> {
        let (head, incoming) = request.into_parts();
        let modern = head.version >= http::Version::HTTP_11;
        let hosts = head.headers.get_all(HOST).iter().count();
        let mut request = Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or("").to_owned(),
            headers: head.headers,
            body: bytes::Bytes::new(),
            base,
            work_fault: WorkFault::default(),
        };
        let body = timeout(self.patience, Limited::new(incoming, MAX_BODY).collect()).await;
        let refused = match body {
            Ok(Ok(body)) => {
                request.body = body.to_bytes();
                None
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => Some(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(_)) => return Err(Ended),
            Err(_) => Some(StatusCode::REQUEST_TIMEOUT),
        };
        // HTTP/1.1 wants exactly one; of several, a proxy and a server may each believe another.
        let refused = refused.or((hosts > 1 || hosts == 0 && modern).then_some(StatusCode::BAD_REQUEST));
        if let Some(status) = refused {
            self.record(&request, Some(status));
            return Ok(send(Reply::empty(status).with(CONNECTION, "close")));
        }
        let outcome = self.outcome(&mut request).await;
        let status = match &outcome {
            Outcome::Answer(reply) | Outcome::Cut(reply, _) | Outcome::Padded(reply, _) => Some(reply.status),
            Outcome::Nothing => None,
        };
        self.record(&request, status);
        match outcome {
            Outcome::Answer(reply) => Ok(send(reply)),
            Outcome::Cut(reply, bytes) => Ok(reply.respond(|body, rest| SimBody::cut(body, rest, bytes))),
            Outcome::Padded(reply, bytes) => Ok(reply.respond(|body, _| SimBody::padded(body, bytes))),
            Outcome::Nothing => Err(Ended),
        }
    }

    async fn outcome(&self, request: &mut Request) -> Outcome {
        let target = request.target();
        let met = self.plan.meet(self.system, request.method.as_str(), &request.path, &target);
        let Some(met) = met else {
            return Outcome::Answer(self.api.answer(request));
        };
        if !met.delay.is_zero() {
            tokio::time::sleep(met.delay).await;
        }
        if met.effect == Effect::ExpireSessions {
            self.api.expire_sessions();
        }
        request.work_fault = match &met.effect {
            Effect::TaskHangs => WorkFault::Hangs,
            Effect::TaskFails(message) => WorkFault::Fails(message.clone()),
            Effect::TaskVanishes => WorkFault::Vanishes,
            _ => WorkFault::default(),
        };
        let reply = match met.effect {
            // The server never sees what another answers in its place.
            Effect::Status { .. } | Effect::Html { .. } => Reply::empty(StatusCode::OK),
            _ => self.api.answer(request),
        };
        rewrite(&met.effect, reply, &format!("{}{target}", request.base))
    }

    fn record(&self, request: &Request, status: Option<StatusCode>) {
        let mut requests = lock(&self.requests);
        if requests.len() == MAX_RECORDED {
            requests.pop_front();
        }
        requests.push_back(RecordedRequest {
            system: self.system,
            method: request.method.to_string(),
            path_and_query: self.api.without_secrets(request.target()),
            status: status.map(|status| status.as_u16()),
        });
    }
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Ended;

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection ended on purpose")
    }
}

impl std::error::Error for Ended {}

/// The scheme, host and port that the client knows the server by.
fn base<B>(request: &http::Request<B>, scheme: &str, local: Option<SocketAddr>) -> String {
    let header = || request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = request.uri().authority().map(http::uri::Authority::as_str).or_else(header);
    match (host, local) {
        (Some(host), _) => format!("{scheme}://{host}"),
        (None, Some(local)) => format!("{scheme}://{local}"),
        (None, None) => format!("{scheme}://localhost"),
    }
}

fn send(reply: Reply) -> Response<SimBody> {
    reply.respond(SimBody::whole)
}

impl Reply {
    fn respond(self, body: impl FnOnce(bytes::Bytes, Option<Made>) -> SimBody) -> Response<SimBody> {
        let mut response = Response::new(body(self.body, self.rest));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// Listens on an address; the error names it.
pub(crate) async fn listen(system: System, address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let product = system.product();
        io::Error::new(error.kind(), format!("the simulated {product} cannot listen on {address}: {error}"))
    })
}
