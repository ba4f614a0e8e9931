//! What the client costs beside bare hyper: CPU time for each request, with 1, 64 and 512 of them in flight, plain and
//! over TLS, for a page of 100 KB and for an answer of one row, and the memory of a thousand open clients. The server is
//! a process of its own, so that its work is not counted.
//!
//! `cargo bench -p backhaul-tests --bench client`; words pick parts: `plain`, `TLS`; `page`, `row`; `memory`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use backhaul_models::zstack::operations::{QueryBackupStorage, QueryZone};
use backhaul_transport::net::{Pin, TlsChoice};
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Arguments, Options};
use backhaul_wire::{Call, Operation};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use hyper::header::{ACCEPT, AUTHORIZATION};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What is asked for: a page of 100 KB, as listings bring, and one row.
const ANSWERS: [&Answer; 2] = [
    &Answer { name: "page", operation: QueryBackupStorage::OPERATION, path: "/zstack/v1/backup-storage", rows: 420 },
    &Answer { name: "row", operation: QueryZone::OPERATION, path: "/zstack/v1/zones", rows: 1 },
];
/// How many requests are measured in a turn.
const REQUESTS: usize = 10_000;
const TURNS: usize = 9;
const IN_FLIGHT: [usize; 3] = [1, 64, 512];
/// What the client may cost beside bare hyper.
const GOAL: f64 = 1.25;
const CLIENTS: usize = 1000;

struct Answer {
    name: &'static str,
    operation: &'static Operation,
    path: &'static str,
    rows: usize,
}
/// What an open client of the build before this one took, in KB; half of it is the goal.
const BEFORE: f64 = 165.0;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if words.iter().any(|word| word == "serve") {
        return block_on(serve());
    }
    // A word that is not given leaves its like out, and `memory` alone all the others.
    let given = |part: &str| words.iter().any(|word| word == part);
    let wants = |part: &str, like: &[&str]| given(part) || !given("memory") && !like.iter().any(|part| given(part));
    let server = Server::start();
    for answer in ANSWERS {
        for tls in [false, true] {
            if wants(answer.name, &["page", "row"]) && wants(how(tls), &["plain", "TLS"]) {
                for in_flight in IN_FLIGHT {
                    compare(&server, answer, tls, in_flight);
                }
            }
        }
    }
    if given("memory") || words.is_empty() {
        memory(&server);
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn how(tls: bool) -> &'static str {
    if tls { "TLS" } else { "plain" }
}

/// The CPU time of a request, by bare hyper, reqwest and the client, in turns: what disturbs one disturbs the others.
fn compare(server: &Server, answer: &Answer, tls: bool, in_flight: usize) {
    let mut measured = [const { Vec::new() }; 3];
    for _ in 0..TURNS {
        measured[0].push(block_on(bare(server, answer, tls, in_flight)));
        measured[1].push(block_on(by_reqwest(server, answer, tls, in_flight)));
        measured[2].push(block_on(ours(server, answer, tls, in_flight)));
    }
    let [bare, reqwest, own] = measured.map(|mut of| {
        of.sort_by(f64::total_cmp);
        of[of.len() / 2]
    });
    let ratio = own / bare;
    let verdict = if ratio <= GOAL { "" } else { ", more than the goal" };
    println!(
        "{:>4}, {:<5} {in_flight:>3} in flight: hyper {bare:6.1} µs, reqwest {reqwest:6.1} µs ({:.2}), client {own:6.1} µs of CPU: \
         {ratio:.2} (goal {GOAL}){verdict}",
        answer.name,
        how(tls),
        reqwest / bare
    );
}

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap()).as_secs_f64()
}

/// Connections, each with one request after another.
async fn bare(server: &Server, answer: &Answer, tls: bool, in_flight: usize) -> f64 {
    let connector = TlsConnector::from(Arc::new(server.trusting()));
    let mut senders = Vec::new();
    for _ in 0..in_flight {
        let stream = TcpStream::connect(("127.0.0.1", server.port(tls))).await.unwrap();
        stream.set_nodelay(true).unwrap();
        senders.push(if tls {
            let name = ServerName::try_from("localhost").unwrap();
            handshake(connector.connect(name, stream).await.unwrap()).await
        } else {
            handshake(stream).await
        });
    }
    let ask = async |sender: &mut hyper::client::conn::http1::SendRequest<Empty<Bytes>>, count: usize| {
        for _ in 0..count {
            let request = hyper::Request::get(answer.path)
                .header("host", "localhost")
                .header("accept", "application/json")
                .header("authorization", "OAuth session-1")
                .header("user-agent", "hyper");
            sender.ready().await.unwrap();
            let answer = sender.send_request(request.body(Empty::new()).unwrap()).await.unwrap();
            assert!(!answer.into_body().collect().await.unwrap().to_bytes().is_empty());
        }
    };
    // Each has had a request, as those of the others.
    futures_util::future::join_all(senders.iter_mut().map(|sender| ask(sender, 1))).await;
    let each = REQUESTS / in_flight;
    let begun = cpu();
    futures_util::future::join_all(senders.iter_mut().map(|sender| ask(sender, each))).await;
    (cpu() - begun) * 1e6 / (each * in_flight) as f64
}

async fn handshake<S>(stream: S) -> hyper::client::conn::http1::SendRequest<Empty<Bytes>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// The same with reqwest, on which the client was built once.
async fn by_reqwest(server: &Server, answer: &Answer, tls: bool, in_flight: usize) -> f64 {
    let builder = reqwest::Client::builder().http1_only().no_proxy().user_agent("reqwest");
    let builder = builder.redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never());
    let client = builder.tls_backend_preconfigured(server.trusting()).build().unwrap();
    let scheme = if tls { "https" } else { "http" };
    let url = format!("{scheme}://localhost:{}{}", server.port(tls), answer.path);
    let url: reqwest::Url = url.parse().unwrap();
    let ask = || async {
        let asked = client.get(url.clone()).header(ACCEPT, "application/json").header(AUTHORIZATION, "OAuth session-1");
        assert!(!asked.send().await.unwrap().bytes().await.unwrap().is_empty());
    };
    each_of(ask, in_flight).await
}

/// The whole client, without reading what the bodies say.
async fn ours(server: &Server, answer: &Answer, tls: bool, in_flight: usize) -> f64 {
    let client = server.client(tls);
    let (client, given) = (client.client(), Arguments::default());
    let ask = || async { assert!(!client.send(answer.operation, &given).await.unwrap().body.is_empty()) };
    each_of(ask, in_flight).await
}

async fn each_of<F: Future<Output = ()>>(ask: impl Fn() -> F, in_flight: usize) -> f64 {
    // The connections are made before.
    futures_util::future::join_all((0..in_flight).map(|_| ask())).await;
    let each = REQUESTS / in_flight;
    let begun = cpu();
    // As many callers as with bare hyper, each with one request after another.
    let callers = (0..in_flight).map(async |_| {
        for _ in 0..each {
            ask().await;
        }
    });
    futures_util::future::join_all(callers).await;
    (cpu() - begun) * 1e6 / (each * in_flight) as f64
}

fn memory(server: &Server) {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN)
    };
    block_on(async {
        let ask = async |client: &ZstackClient| {
            client.client().send(QueryZone::OPERATION, &Arguments::default()).await.unwrap();
        };
        // All stay open, so that the second kind does not live in what the first one gave back.
        let mut open = Vec::new();
        for tls in [false, true] {
            // What is made once is made.
            ask(&server.client(tls)).await;
            let before = resident();
            let clients: Vec<ZstackClient> = (0..CLIENTS).map(|_| server.client(tls)).collect();
            for client in &clients {
                ask(client).await;
            }
            open.push(clients);
            let each = (resident() - before) / CLIENTS as f64;
            let (how, goal) = (if tls { "over TLS" } else { "plain" }, BEFORE / 2.0);
            println!(
                "{CLIENTS} open clients, {how}: {each:.0} KB each ({:.2} of {BEFORE}; goal {goal})",
                each / BEFORE
            );
        }
    });
}

/// The server, as a process of its own.
struct Server {
    child: Child,
    plain: u16,
    tls: u16,
    certificate: Vec<u8>,
}

impl Server {
    fn start() -> Self {
        let own = std::env::current_exe().unwrap();
        let mut child = Command::new(own).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut next = || lines.next().unwrap();
        let (plain, tls) = (next().parse().unwrap(), next().parse().unwrap());
        let certificate = next().split(' ').map(|byte| byte.parse().unwrap()).collect();
        Self { child, plain, tls, certificate }
    }

    fn port(&self, tls: bool) -> u16 {
        if tls { self.tls } else { self.plain }
    }

    fn client(&self, tls: bool) -> ZstackClient {
        ZstackClient::new(self.options(tls)).unwrap()
    }

    fn options(&self, tls: bool) -> Options {
        let scheme = if tls { "https" } else { "http" };
        let mut options =
            Options::new(&format!("{scheme}://127.0.0.1:{}", self.port(tls)), "admin", "password").unwrap();
        options.http.tls = TlsChoice::Pin(Pin::of(&self.certificate));
        options
    }

    fn trusting(&self) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.certificate.clone())).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn serve() {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (plain, tls) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    println!("{}\n{}", plain.local_addr().unwrap().port(), tls.local_addr().unwrap().port());
    println!("{}", certificate.der().iter().map(u8::to_string).collect::<Vec<_>>().join(" "));
    let pages: Pages = Box::leak(Box::new(ANSWERS.map(|answer| (answer, page(answer.rows)))));
    tokio::join!(
        async {
            while let Ok((stream, _)) = plain.accept().await {
                drop(stream.set_nodelay(true));
                tokio::spawn(converse(stream, pages));
            }
        },
        async {
            while let Ok((stream, _)) = tls.accept().await {
                drop(stream.set_nodelay(true));
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        converse(stream, pages).await;
                    }
                });
            }
        }
    );
}

type Pages = &'static [(&'static Answer, Bytes)];

/// Some 240 bytes a row.
fn page(rows: usize) -> Bytes {
    const ROW: &str = r#"{"uuid": "6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c", "name": "store 1", "description": "the first of all", "state": "Enabled",
        "type": "ImageStoreBackupStorage", "createDate": "Apr 11, 2018 2:50:54 PM", "lastOpDate": "Apr 11, 2018 2:50:54 PM"}"#;
    Bytes::from(format!(r#"{{"inventories": [{}]}}"#, vec![ROW; rows].join(",")))
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, pages: Pages) {
    let answer = service_fn(move |request: hyper::Request<hyper::body::Incoming>| async move {
        let asked = pages.iter().find(|(answer, _)| answer.path == request.uri().path());
        let body =
            asked.map_or(Bytes::from_static(br#"{"inventory": {"uuid": "session-1"}}"#), |(_, page)| page.clone());
        let answer = hyper::Response::builder().header("content-type", "application/json;charset=utf-8");
        Ok::<_, Infallible>(answer.body(Full::new(body)).unwrap())
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}
