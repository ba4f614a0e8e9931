//! The HTTP layer against a server that says exactly what a test wants.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul_transport::net::{HttpClient, HttpOptions, Pin, Request, RetryPolicy, TlsChoice};
use http::Method;
use http::header::AUTHORIZATION;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

/// A server that gives its answers one after the other, the last one again and again; counts the requests that it read.
async fn server(answers: &[&str]) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
    let (answers, seen): (Vec<String>, _) =
        (answers.iter().map(|a| (*a).to_owned()).collect(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            // A TLS greeting (22) gets its answer too, as from any server that speaks plain HTTP only.
            while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.first() != Some(&22) {
                let mut part = [0; 1024];
                match stream.read(&mut part).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&part[..read]),
                }
            }
            let number = count.fetch_add(1, Ordering::SeqCst);
            let answer = &answers[number.min(answers.len() - 1)];
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, seen)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

fn client(change: impl FnOnce(&mut HttpOptions)) -> HttpClient {
    let mut options = HttpOptions::default();
    options.tls = TlsChoice::Insecure;
    options.retry.base_delay = Duration::from_millis(1);
    change(&mut options);
    HttpClient::new(options).unwrap()
}

fn get(url: &Url) -> Request {
    Request::new(Method::GET, url.clone())
}

#[tokio::test]
async fn a_busy_server_is_asked_again_where_503_means_that() {
    let (busy, fine) = (answer("503 Busy", "", ""), answer("200 OK", "", "fine"));
    let (url, seen) = server(&[&busy, &fine]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().body, "fine");
    assert_eq!(seen.load(Ordering::SeqCst), 2);

    let (url, seen) = server(&[&busy, &fine]).await;
    let mut request = get(&url);
    request.own_503 = |_| true;
    assert_eq!(client(|_| {}).send(request).await.unwrap().status, 503);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_the_server_read_is_not_posted_twice() {
    let (url, seen) = server(&[""]).await;
    let error = client(|_| {}).send(Request::new(Method::POST, url).body("text/plain", "once")).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_and_then_told() {
    let (url, seen) = server(&["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"]).await;
    let error = client(|_| {}).send(get(&url)).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn retries_have_a_budget() {
    let (url, seen) = server(&[&answer("503 Busy", "", "")]).await;
    let client = client(|options| options.retry.budget_percent = 0);
    for _ in 0..20 {
        assert_eq!(client.send(get(&url)).await.unwrap().status, 503);
    }
    // Twenty requests, and the ten repeats that a new client may make.
    assert_eq!(seen.load(Ordering::SeqCst), 30);
}

#[tokio::test]
async fn a_server_that_wants_a_long_pause_is_left_alone() {
    let (url, seen) = server(&[&answer("429 Slow", "Retry-After: 3600\r\n", "")]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().status, 429);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (url, seen) = server(&[&answer("302 Found", "Location: http://192.0.2.1/\r\n", "")]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().status, 302);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_large_answer_is_refused_and_never_cut() {
    let (url, _) = server(&[&answer("200 OK", "", &"x".repeat(2000))]).await;
    let error = client(|options| options.max_body_bytes = 1999).send(get(&url)).await.unwrap_err();
    assert!(error.is_body_too_large(), "{error}");
    assert!(error.to_string().contains("1999 bytes"), "{error}");
    let whole = client(|options| options.max_body_bytes = 2000).send(get(&url)).await.unwrap();
    assert_eq!(whole.body.len(), 2000);
}

#[tokio::test]
async fn silence_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let client = client(|options| options.timeout = Some(Duration::from_millis(50)));
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = client(|options| options.retry = RetryPolicy::none()).send(get(&url)).await.unwrap_err();
    assert!(error.is_connect() && !error.is_tls(), "{error}");
}

#[tokio::test]
async fn a_port_without_tls_is_told_from_an_untrusted_one() {
    let (url, _) = server(&[&answer("400 Bad Request", "", "plain HTTP here")]).await;
    let url = Url::parse(&url.as_str().replace("http://", "https://")).unwrap();
    let error = client(|_| {}).send(get(&url)).await.unwrap_err();
    assert!(error.is_tls() && error.fingerprint().is_none(), "{error}");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

#[tokio::test]
async fn secrets_are_in_no_text() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://user:hunter2@{}/zstack/v1/accounts/sessions/hunter2?token=hunter2",
        listener.local_addr().unwrap()
    );
    drop(listener);
    let request = Request::new(Method::DELETE, Url::parse(&url).unwrap()).secret_header(AUTHORIZATION, "OAuth hunter2");
    assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");
    let error = client(|options| options.retry = RetryPolicy::none()).send(request).await.unwrap_err();
    assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
    let bad = get(&Url::parse("http://127.0.0.1:1/").unwrap()).secret_header(AUTHORIZATION, "hunter2\n");
    let error = client(|_| {}).send(bad).await.unwrap_err();
    assert!(error.to_string().contains("authorization") && !error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn pins_are_read_in_the_forms_that_tools_print() {
    let plain = "ab".repeat(32);
    let colons = vec!["AB"; 32].join(":");
    assert_eq!(plain.parse(), Ok(Pin::from([0xab; 32])));
    assert_eq!(colons.parse(), Ok(Pin::from([0xab; 32])));
    for wrong in ["", "ab", &"xy".repeat(32), &"ab".repeat(33), &"é".repeat(32)] {
        assert!(wrong.parse::<Pin>().is_err(), "{wrong}");
    }
}

/// A server whose certificate, for the name `localhost`, comes from a CA of its own: address, SHA-256 and CA in PEM.
async fn tls_server() -> (Url, String, Vec<u8>) {
    let (key, ca_key) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = rcgen::CertifiedIssuer::self_signed(ca, ca_key).unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let url = serve_tls(leaf.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap()).await;
    (url, sha256(leaf.der()), issuer.pem().into_bytes())
}

async fn serve_tls(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> Url {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    let mut part = [0; 1024];
                    match stream.read(&mut part).await {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&part[..read]),
                    }
                }
                let _ = stream.write_all(answer("200 OK", "", "safe").as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Url::parse(&url).unwrap()
}

fn sha256(certificate: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn trusting(tls: TlsChoice, url: &Url) -> Result<bytes::Bytes, backhaul_transport::net::HttpError> {
    client(|options| options.tls = tls).send(get(url)).await.map(|answer| answer.body)
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted_and_no_other() {
    let (url, print, _) = tls_server().await;
    assert_eq!(trusting(TlsChoice::Pin(print.parse().unwrap()), &url).await.unwrap(), "safe");
    // Whatever its name.
    let by_address = Url::parse(&url.as_str().replace("localhost", "127.0.0.1")).unwrap();
    assert_eq!(trusting(TlsChoice::Pin(print.parse().unwrap()), &by_address).await.unwrap(), "safe");

    let error = trusting(TlsChoice::Pin([0xab; 32].into()), &url).await.unwrap_err();
    assert!(error.is_tls() && error.fingerprint() == Some(&print), "{error}");
    assert!(error.to_string().contains(&print) && error.to_string().contains(&"ab".repeat(32)), "{error}");
}

#[tokio::test]
async fn a_named_ca_is_trusted_for_the_names_that_it_certified() {
    let (url, print, ca) = tls_server().await;
    assert_eq!(trusting(TlsChoice::Ca(ca.clone()), &url).await.unwrap(), "safe");

    let by_address = Url::parse(&url.as_str().replace("localhost", "127.0.0.1")).unwrap();
    let error = trusting(TlsChoice::Ca(ca), &by_address).await.unwrap_err();
    assert!(error.to_string().contains("another name") && error.fingerprint() == Some(&print), "{error}");

    let (_, _, other) = tls_server().await;
    let error = trusting(TlsChoice::Ca(other), &url).await.unwrap_err();
    assert!(error.is_tls() && error.fingerprint() == Some(&print), "{error}");
}

#[tokio::test]
async fn the_system_does_not_trust_a_stranger_and_says_what_to_pin() {
    let (url, print, _) = tls_server().await;
    let error = trusting(TlsChoice::System, &url).await.unwrap_err();
    assert!(error.is_tls() && error.fingerprint() == Some(&print), "{error}");
    assert!(error.to_string().contains("not trusted") && error.to_string().contains(&print), "{error}");
    assert_eq!(trusting(TlsChoice::Insecure, &url).await.unwrap(), "safe");
}

/// An appliance's own certificate is often marked as a CA's.
#[tokio::test]
async fn why_a_certificate_is_not_trusted_is_said_in_words() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let url = serve_tls(certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap()).await;
    let error = trusting(TlsChoice::Ca(certificate.pem().into_bytes()), &url).await.unwrap_err();
    assert!(error.to_string().contains("not trusted (it is a CA's own, and no server's)"), "{error}");
    let pin = sha256(certificate.der()).parse().unwrap();
    assert_eq!(trusting(TlsChoice::Pin(pin), &url).await.unwrap(), "safe");
}

/// A copy of a certificate is public: only the key proves whose it is.
#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_refused() {
    let (real, other) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&real).unwrap();
    let key = ring::sign::any_supported_type(&PrivateKeyDer::try_from(other.serialize_der()).unwrap()).unwrap();
    let thief = tokio_rustls::rustls::sign::CertifiedKey::new(vec![certificate.der().clone()], key);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(tokio_rustls::rustls::sign::SingleCertAndKey::from(thief)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://localhost:{}/", listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = TlsAcceptor::from(Arc::new(config.clone())).accept(stream).await;
        }
    });
    let pin = sha256(certificate.der()).parse().unwrap();
    let error = trusting(TlsChoice::Pin(pin), &url).await.unwrap_err();
    assert!(error.is_tls(), "{error}");
    // It is the pinned one: to pin "the new one" would be no advice.
    assert!(error.fingerprint().is_none() && !error.to_string().contains("not the pinned one"), "{error}");
    assert!(trusting(TlsChoice::Insecure, &url).await.is_err());
}

#[tokio::test]
async fn each_connection_tells_of_its_own_certificate() {
    let servers = [tls_server().await, tls_server().await];
    let client = client(|options| options.tls = TlsChoice::System);
    let mut asked = Vec::new();
    for _ in 0..20 {
        for (url, print, _) in &servers {
            let (client, request, print) = (client.clone(), get(url), print.clone());
            asked.push(tokio::spawn(async move { (client.send(request).await.unwrap_err(), print) }));
        }
    }
    for one in asked {
        let (error, print) = one.await.unwrap();
        assert_eq!(error.fingerprint(), Some(&*print));
    }
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_told_as_such() {
    let (url, _, _) = tls_server().await;
    let url = Url::parse(&url.as_str().replace("https://", "http://")).unwrap();
    let error = client(|_| {}).send(get(&url)).await.unwrap_err();
    assert!(error.to_string().contains("use https://"), "{error}");
}

/// Its parts come slower together than the timeout allows, but each of them in time; and it is larger than what is read
/// whole.
#[tokio::test]
async fn a_file_may_take_longer_than_the_timeout_and_be_of_any_size() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // An answer that goes before its request is none.
        assert_ne!(stream.read(&mut [0; 1024]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n").await.unwrap();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            stream.write_all(&[b'x'; 10]).await.unwrap();
        }
        // What it still has to read would make closing a reset.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let client = client(|options| (options.timeout, options.max_body_bytes) = (Some(Duration::from_secs(1)), 20));
    let mut file = client.open(get(&url)).await.unwrap();
    let mut size = 0;
    while let Some(part) = file.chunk().await.unwrap() {
        size += part.len();
    }
    assert_eq!(size, 40);
}

#[tokio::test]
async fn a_file_whose_server_falls_silent_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // An answer that goes before its request is none.
        assert_ne!(stream.read(&mut [0; 1024]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n").await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let mut file = client(|options| options.timeout = Some(Duration::from_millis(200))).open(get(&url)).await.unwrap();
    let error = file.chunk().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(file);
    server.await.unwrap();
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let (url, seen) = server(&[&answer("200 OK", "", "fine")]).await;
    let client = client(|options| options.max_in_flight = 1);
    let first = client.open(get(&url)).await.unwrap();
    let second = tokio::spawn({
        let (client, request) = (client.clone(), get(&url));
        async move { client.send(request).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(seen.load(Ordering::SeqCst), 1);
    drop(first);
    assert_eq!(second.await.unwrap().unwrap().body, "fine");
}

#[tokio::test]
async fn waiting_for_other_requests_is_not_the_servers_delay() {
    let (url, _) = server(&[&answer("200 OK", "", "fine")]).await;
    let client = client(|options| (options.max_in_flight, options.timeout) = (1, Some(Duration::from_millis(500))));
    let first = client.open(get(&url)).await.unwrap();
    let second = tokio::spawn({
        let (client, request) = (client.clone(), get(&url));
        async move { client.send(request).await }
    });
    tokio::time::sleep(Duration::from_millis(1000)).await;
    drop(first);
    assert_eq!(second.await.unwrap().unwrap().body, "fine");
}

/// A file too: nothing was sent, so that nothing is sent twice.
#[tokio::test]
async fn a_connection_that_was_not_made_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let client = client(|options| options.retry.base_delay = Duration::from_millis(100));
    let begun = std::time::Instant::now();
    let error = client.open(Request::new(Method::POST, url)).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    // Two pauses, of 50 ms and 100 ms at least.
    assert!(begun.elapsed() >= Duration::from_millis(150), "{:?}", begun.elapsed());
}

/// What a listener is told of each try.
#[derive(Clone, Default)]
pub(crate) struct Listener(pub(crate) Arc<std::sync::Mutex<Vec<String>>>);

impl tracing::Subscriber for Listener {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("backhaul_transport")
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        struct Line(String);
        impl tracing::field::Visit for Line {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{field}={value:?} "));
            }
        }
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn each_try_is_told_without_secrets() {
    let (url, _) = server(&[&answer("503 Busy", "", ""), &answer("200 OK", "", "fine")]).await;
    let url = url.join("/api/logonSessions/hunter2?filter=hunter2").unwrap();
    let listener = Listener::default();
    let guard = tracing::subscriber::set_default(listener.clone());
    client(|_| {}).send(get(&url).secret_header(AUTHORIZATION, "Basic hunter2")).await.unwrap();
    drop(guard);
    let lines = listener.0.lock().unwrap().clone();
    assert_eq!(lines.len(), 3, "{lines:?}");
    let tells = |line: &str, words: &[&str]| words.iter().all(|word| line.contains(word));
    assert!(tells(&lines[0], &["http.response.status_code=503", "http.request.resend_count=0"]), "{lines:?}");
    assert!(tells(&lines[1], &["pause_ms=", "answered with 503"]), "{lines:?}");
    assert!(tells(&lines[2], &["http.response.status_code=200", "http.request.resend_count=1"]), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("/api/logonSessions/***\"")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("hunter2")), "{lines:?}");
}

#[tokio::test]
async fn no_more_requests_begin_in_a_second_than_allowed() {
    let (url, seen) = server(&[&answer("200 OK", "", "fine")]).await;
    let client = client(|options| options.max_per_second = Some(2));
    client.send(get(&url)).await.unwrap();
    // The second one's turn is half a second later, whatever its own timeout.
    let early = tokio::time::timeout(Duration::from_millis(100), client.send(get(&url))).await;
    assert!(early.is_err() && seen.load(Ordering::SeqCst) == 1);
}

/// A server that sends interim answers without end keeps its connection busy, and a limit holds all the same.
#[cfg(feature = "blocking")]
#[test]
fn a_flood_of_interim_answers_ends_by_the_timeout() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Bytes before the request would be an answer to none, which is another fault.
        let mut asked = [0; 4096];
        assert!(std::io::Read::read(&mut stream, &mut asked).unwrap() > 0);
        let (flood, begun) = ("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), std::time::Instant::now());
        while begun.elapsed() < Duration::from_secs(120)
            && std::io::Write::write_all(&mut stream, flood.as_bytes()).is_ok()
        {}
    });
    let client = client(|options| {
        options.timeout = Some(Duration::from_millis(500));
        options.retry = RetryPolicy::none();
    });
    let begun = std::time::Instant::now();
    let error = backhaul_transport::blocking::Blocking::new().unwrap().wait(client.send(get(&url))).unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}
