//! A small HTTP client: one request, one connection, nothing assumed.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod facts;

use std::sync::Arc;

use backhaul_sim::Sim;
use backhaul_wire::System;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?} {}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }
}

/// Sends a request and reads the answer; `None` when the connection ends without one.
pub async fn send(sim: &Sim, system: System, head: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
    let url = sim.url(system).unwrap();
    let (scheme, host) = url.split_once("://").unwrap();
    let mut request = format!("{head} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request.push_str(&format!("Host: {host}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    let stream = TcpStream::connect(host).await.unwrap();
    let raw =
        if scheme == "https" { exchange(tls(sim, stream).await, &bytes).await } else { exchange(stream, &bytes).await };
    parse(&raw)
}

/// A TLS connection that trusts the simulator's certificate and nothing else.
pub async fn tls(sim: &Sim, stream: TcpStream) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(sim.cert_pem().unwrap().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> Vec<u8> {
    // A server may answer, or go away, before it has read everything.
    let _ = stream.write_all(request).await;
    let _ = stream.flush().await;
    let mut raw = Vec::new();
    let _ = stream.read_to_end(&mut raw).await;
    raw
}

fn parse(raw: &[u8]) -> Option<Answer> {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let headers = lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.into(), value.into()));
    Some(Answer { status, headers: headers.collect(), body: raw[end + 4..].to_vec() })
}

/// A client of one system that keeps what it needs to stay logged on.
pub struct Client<'s> {
    pub sim: &'s Sim,
    pub system: System,
    pub headers: Vec<(String, String)>,
}

impl<'s> Client<'s> {
    pub fn new(sim: &'s Sim, system: System) -> Self {
        Self { sim, system, headers: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub async fn send(&self, head: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = own.chain(headers.iter().copied()).collect();
        send(self.sim, self.system, head, &all, body.as_bytes()).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await
    }
}

pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Logs on to VB365, without antiforgery tokens.
pub async fn vb365<'s>(sim: &'s Sim, version: u8, user: &str) -> Client<'s> {
    let client = Client::new(sim, System::Vb365);
    let body = format!("grant_type=password&username={user}&password=password&disable_antiforgery_token=true");
    let token = client.send(&format!("POST /v{version}/token"), &[FORM], &body).await.expect(200).json();
    let token = token["access_token"].as_str().unwrap().to_owned();
    client.with("Authorization", format!("Bearer {token}"))
}

/// The SHA-512 of `password`.
pub const SHA512: &str = "b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c706a8bb980b1d7785e5976ec049b46df5f1326af5a2ea6d103fd07c95385ffab0cacbc86";

/// Logs on to ZStack.
pub async fn zstack(sim: &Sim) -> Client<'_> {
    let client = Client::new(sim, System::Zstack);
    let body = format!(r#"{{"logInByAccount":{{"accountName":"admin","password":"{SHA512}"}}}}"#);
    let session = client.send("PUT /zstack/v1/accounts/login", &[], &body).await.expect(200).json();
    let session = session["inventory"]["uuid"].as_str().unwrap().to_owned();
    client.with("Authorization", format!("OAuth {session}"))
}

/// `admin:password`.
pub const BASIC: (&str, &str) = ("Authorization", "Basic YWRtaW46cGFzc3dvcmQ=");

/// Logs on to Enterprise Manager.
pub async fn em(sim: &Sim) -> Client<'_> {
    let client = Client::new(sim, System::Em);
    let answer = client.send("POST /api/sessionMngr/?v=latest", &[BASIC], "").await.expect(201);
    let token = answer.header("X-RestSvcSessionId").unwrap().to_owned();
    client.with("X-RestSvcSessionId", token)
}

/// The path of a URL on whatever host.
pub fn path_of(url: &str) -> &str {
    url.find("/zstack/").map(|at| &url[at..]).unwrap()
}
