//! A server of a few lines, which answers exactly the bytes that a test gives it, over TCP or TLS.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::http::Fingerprint;

/// What a server does with a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Writes, and waits for the next request.
    Keep(Vec<u8>),
    /// Writes, and closes.
    Close(Vec<u8>),
    /// Writes, and then nothing for ever.
    Stall(Vec<u8>),
}

pub(super) fn ok(body: &str) -> Reply {
    Reply::Keep(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

pub(super) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Server {
    /// A server that answers its requests in turn, the last reply for ever.
    pub(super) async fn plain(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(None, replies).await
    }

    pub(super) async fn tls(identity: &Identity, replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(Some(identity.acceptor()), replies).await
    }

    async fn start(tls: Option<TlsAcceptor>, replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let server = Self { address: listener.local_addr().unwrap(), scheme, seen: Arc::default() };
        let (seen, replies) = (Arc::clone(&server.seen), Arc::new(replies.into_iter().collect::<Vec<_>>()));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, replies, tls) = (Arc::clone(&seen), Arc::clone(&replies), tls.clone());
                seen.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, &seen, &replies).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, &seen, &replies).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that came, head and body, as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.seen.most_at_once.load(Ordering::SeqCst)
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Seen, replies: &[Reply]) {
    while let Some(request) = read(&mut stream).await {
        let now = seen.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most_at_once.fetch_max(now, Ordering::SeqCst);
        let index = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request);
            requests.len() - 1
        };
        // Gives requests that come together the chance to be seen together.
        tokio::task::yield_now().await;
        seen.at_once.fetch_sub(1, Ordering::SeqCst);
        let (bytes, goes_on) = match replies.get(index).or(replies.last()).unwrap() {
            Reply::Keep(bytes) => (bytes, true),
            Reply::Close(bytes) => (bytes, false),
            Reply::Stall(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.flush().await;
                return std::future::pending().await;
            }
        };
        if stream.write_all(bytes).await.is_err() || stream.flush().await.is_err() || !goes_on {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

/// A certificate with its key, and the authority that issued it.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
    pub(super) ca_pem: String,
    pub(super) ca_der: Vec<u8>,
}

impl Identity {
    /// Issued by an authority of its own, for these names.
    pub(super) fn issued(names: &[&str]) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &ca).unwrap();
        Self {
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
            ca_pem: ca.pem(),
            ca_der: ca.der().to_vec(),
        }
    }

    /// Signed by itself, as backup servers come: for another name, and expired.
    pub(super) fn self_signed() -> Self {
        let mut params = CertificateParams::new(vec!["WIN-BACKUP01".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            ca_pem: certificate.pem(),
            ca_der: certificate.der().to_vec(),
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    /// The certificate of one with the key of another: what someone in between has who knows the certificate only.
    pub(super) fn stolen(certificate: &Self, key: &Self) -> Self {
        Self {
            certificate: certificate.certificate.clone(),
            key: key.key.clone(),
            ca_pem: certificate.ca_pem.clone(),
            ca_der: certificate.ca_der.clone(),
        }
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let signing_key = provider.key_provider.load_private_key(key).unwrap();
        // Not `with_single_cert`, which would find out that certificate and key do not belong together.
        let certified = rustls::sign::CertifiedKey::new(vec![self.certificate.clone()], signing_key);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
        TlsAcceptor::from(Arc::new(config))
    }
}
