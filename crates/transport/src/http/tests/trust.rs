use std::error::Error;

use super::server::{Identity, Reply, Server, ok};
use super::*;

async fn send(server: &Server, tls: TlsChoice) -> Result<Response, HttpError> {
    client(options().tls(tls)).send(get(&server.url("/api/"))).await
}

#[tokio::test]
async fn a_pin_accepts_its_certificate_whatever_its_name_issuer_and_age() {
    let identity = Identity::self_signed();
    let server = Server::tls(&identity, [ok("pinned")]).await;
    let answer = send(&server, TlsChoice::Pin(identity.fingerprint())).await.unwrap();
    assert_eq!(answer.body, "pinned");
}

#[tokio::test]
async fn a_pin_refuses_any_other_certificate_and_names_both() {
    let (identity, other) = (Identity::self_signed(), Identity::self_signed());
    let server = Server::tls(&identity, [ok("")]).await;
    let error = send(&server, TlsChoice::Pin(other.fingerprint())).await.unwrap_err();
    assert!(error.is_tls() && error.is_untrusted() && !error.is_connect(), "{error}");
    assert_eq!(error.fingerprint(), Some(identity.fingerprint()));
    let text = error.to_string();
    for part in [identity.fingerprint().to_string(), other.fingerprint().to_string(), server.url("/api/")] {
        assert!(text.contains(&part), "{part} not in {text}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_pin_is_no_help_to_who_has_the_certificate_but_not_its_key() {
    let identity = Identity::self_signed();
    let server = Server::tls(&Identity::stolen(&identity, &Identity::self_signed()), [ok("")]).await;
    let error = send(&server, TlsChoice::Pin(identity.fingerprint())).await.unwrap_err();
    assert!(error.is_tls() && !error.is_untrusted(), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_ca_vouches_for_what_it_issued_in_pem_and_der() {
    let identity = Identity::issued(&["127.0.0.1"]);
    let server = Server::tls(&identity, [ok("issued")]).await;
    for ca in [identity.ca_pem.clone().into_bytes(), identity.ca_der.clone()] {
        assert_eq!(send(&server, TlsChoice::CaPem(ca)).await.unwrap().body, "issued");
    }
}

#[tokio::test]
async fn a_ca_vouches_for_nothing_else() {
    let identity = Identity::issued(&["127.0.0.1"]);
    let server = Server::tls(&identity, [ok("")]).await;
    let error = send(&server, TlsChoice::CaPem(Identity::issued(&[]).ca_pem.into_bytes())).await.unwrap_err();
    assert!(error.is_untrusted() && error.fingerprint() == Some(identity.fingerprint()), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_with_its_names() {
    let identity = Identity::issued(&["em.example.com"]);
    let server = Server::tls(&identity, [ok("")]).await;
    let error = send(&server, TlsChoice::CaPem(identity.ca_pem.into_bytes())).await.unwrap_err();
    assert!(error.is_untrusted(), "{error}");
    let text = error.to_string();
    assert!(text.contains("it is not for 127.0.0.1, but for") && text.contains("em.example.com"), "{text}");
}

#[tokio::test]
async fn the_platform_refuses_what_nobody_vouches_for_and_the_fingerprint_is_told() {
    let identity = Identity::issued(&["127.0.0.1"]);
    let server = Server::tls(&identity, [ok("")]).await;
    let error = send(&server, TlsChoice::System).await.unwrap_err();
    assert!(error.is_untrusted() && error.fingerprint() == Some(identity.fingerprint()), "{error}");
    assert!(error.to_string().contains("pin it"), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn insecure_checks_nothing() {
    let identity = Identity::stolen(&Identity::self_signed(), &Identity::self_signed());
    let server = Server::tls(&identity, [ok("whoever")]).await;
    assert_eq!(send(&server, TlsChoice::Insecure).await.unwrap().body, "whoever");
}

#[tokio::test]
async fn a_port_without_tls_is_named_as_such() {
    let http = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut first, _) = listener.accept().await.unwrap();
        first.write_all(http).await.unwrap();
        let (mut second, _) = listener.accept().await.unwrap();
        let _ = second.read(&mut [0; 1024]).await;
        drop(second);
        first
    });
    let client = client(options());
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(error.is_tls() && error.to_string().contains("does not speak TLS on this port"), "{error}");
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(error.is_tls() && error.to_string().contains("does it speak TLS"), "{error}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_port_that_wants_tls_is_named_as_such() {
    let server = Server::tls(&Identity::self_signed(), [ok("")]).await;
    let error = client(options()).send(get(&format!("http://{}/", server.address()))).await.unwrap_err();
    assert!(!error.is_connect() && error.to_string().contains("https://"), "{error}");
}

#[tokio::test]
async fn a_tls_connection_cut_in_the_body_is_interrupted() {
    let identity = Identity::self_signed();
    let cut = Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec());
    let server = Server::tls(&identity, [cut]).await;
    let error = send(&server, TlsChoice::Insecure).await.unwrap_err();
    assert!(error.is_interrupted() && !error.is_tls(), "{error}");
}

#[test]
fn a_ca_that_is_none_is_refused_before_anything_is_sent() {
    let error = HttpClient::new(options().tls(TlsChoice::CaPem(b"nonsense".to_vec()))).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("no certificate"), "{error}");
    let error = TlsChoice::ca_file("/nonexistent/ca.pem").unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("/nonexistent/ca.pem"), "{error}");
}
