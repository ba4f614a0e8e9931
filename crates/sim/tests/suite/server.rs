//! Listening, TLS, limits, and what a simulator tells of itself.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use crate::common::{Client, FORM, send, vb365};
use backhaul_sim::{Estate, Sim, TlsMode};
use backhaul_wire::System;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

#[tokio::test]
async fn none_named_starts_all() {
    let sim = Sim::builder().start().await.unwrap();
    let announced: serde_json::Value = serde_json::from_str(&sim.announce()).unwrap();
    assert!(!sim.announce().contains('\n') && sim.announce().starts_with("{\"em\":"));
    for (system, scheme) in [(System::Em, "https"), (System::Vb365, "https"), (System::Zstack, "http")] {
        let url = sim.url(system).unwrap();
        assert!(url.starts_with(&format!("{scheme}://127.0.0.1:")), "{url}");
        assert_eq!(announced[system.name()], url);
    }
    assert_eq!(announced["cert_sha256"], sim.cert_sha256().unwrap());
    let certificate = CertificateDer::from_pem_slice(sim.cert_pem().unwrap().as_bytes()).unwrap();
    assert_eq!(sim.cert_sha256(), Some(hex::encode(Sha256::digest(&certificate)).as_str()));
}

#[tokio::test]
async fn only_what_is_named_is_started() {
    let sim = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    assert_eq!((sim.url(System::Em), sim.url(System::Vb365), sim.cert_sha256()), (None, None, None));
    let url = sim.url(System::Zstack).unwrap();
    assert_eq!(sim.announce(), format!(r#"{{"em":null,"vb365":null,"zstack":"{url}","cert_sha256":null}}"#));
}

#[tokio::test]
async fn tls_for_all_or_none() {
    let all = Sim::builder().tls(TlsMode::AllTls).start().await.unwrap();
    assert!(System::ALL.iter().all(|system| all.url(*system).unwrap().starts_with("https://")));
    crate::common::zstack(&all).await.get("/zstack/v1/zones").await.expect(200);
    let none = Sim::builder().tls(TlsMode::NoTls).start().await.unwrap();
    assert!(none.cert_pem().is_none());
    crate::common::em(&none).await.get("/api/query?type=Repository").await.expect(200);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = Sim::builder().zstack("127.0.0.1:0").start().await.unwrap();
    let address = taken.url(System::Zstack).unwrap().strip_prefix("http://").unwrap();
    let error = Sim::builder().vb365("127.0.0.1:0").zstack(address).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let text = error.to_string();
    assert!(text.starts_with(&format!("the simulated ZStack cannot listen on {address}: ")), "{text}");
    let error = Sim::builder().em("nonsense").start().await.unwrap_err().to_string();
    assert!(error.starts_with("the simulated Veeam Backup Enterprise Manager cannot listen on nonsense: "), "{error}");
}

#[tokio::test]
async fn another_account() {
    let sim = Sim::builder().vb365("127.0.0.1:0").account("Jürgen", "pass word&=").start().await.unwrap();
    let client = Client::new(&sim, System::Vb365);
    let body = "grant_type=password&username=J%C3%BCrgen&password=pass+word%26%3D";
    client.send("POST /v8/token", &[FORM], body).await.expect(200);
    client.send("POST /v8/token", &[FORM], "grant_type=password&username=admin&password=password").await.expect(400);
}

#[tokio::test]
async fn requests_are_remembered_without_secrets() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    vb365(&sim, 8, "admin").await.get("/v8/Organizations?limit=1").await.expect(200);
    let seen = sim.requests();
    let seen: Vec<_> =
        seen.iter().map(|it| (it.system, it.method.as_str(), it.path_and_query.as_str(), it.status)).collect();
    let expected = [
        (System::Vb365, "POST", "/v8/token", Some(200)),
        (System::Vb365, "GET", "/v8/Organizations?limit=1", Some(200)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let sim = Sim::builder().zstack("127.0.0.1:0").patience(Duration::from_millis(100)).start().await.unwrap();
    let large = vec![b' '; (1 << 20) + 1];
    let answer = send(&sim, System::Zstack, "PUT /zstack/v1/accounts/login", &[], &large).await;
    assert!(answer.is_none_or(|answer| [408, 413].contains(&answer.status)));

    let host = sim.url(System::Zstack).unwrap().strip_prefix("http://").unwrap();
    for slow in [
        "PUT /zstack/v1/accounts/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12",
        "GET /zstack/v1/zones HTTP/1.1\r\nHo",
    ] {
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(slow.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{slow}");
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
}

#[tokio::test]
async fn a_dropped_simulator_is_gone() {
    let sim = Sim::builder().zstack("127.0.0.1:0").estate(Estate::default()).start().await.unwrap();
    let host = sim.url(System::Zstack).unwrap().strip_prefix("http://").unwrap().to_owned();
    let mut open = TcpStream::connect(&host).await.unwrap();
    open.write_all(b"GET /zstack/v1/zones HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(open.read(&mut [0; 64]).await.unwrap() > 0);
    sim.shutdown();
    // The task ends at its next turn.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest).await;
    assert!(TcpStream::connect(&host).await.is_err());
}

#[tokio::test]
async fn many_at_once() {
    let sim = Sim::builder().vb365("127.0.0.1:0").start().await.unwrap();
    let client = vb365(&sim, 8, "admin").await;
    let client = &client;
    let requests: Vec<_> = (0..100).map(|_| Box::pin(client.get("/v8/BackupRepositories"))).collect();
    let mut answers = Vec::new();
    // All are started before any is awaited to its end.
    let mut pending = requests;
    std::future::poll_fn(|context| {
        pending.retain_mut(|request| match request.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                answers.push(answer.status);
                false
            }
            std::task::Poll::Pending => true,
        });
        if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    assert_eq!(answers, [200; 100]);
    assert_eq!(sim.requests().len(), 101);
}
