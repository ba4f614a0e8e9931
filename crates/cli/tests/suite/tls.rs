//! A server that wants to know its clients by a certificate.

use std::net::TcpListener;
use std::sync::Arc;

use crate::common::{Home, Result, set_mode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// What the server and its client need: PEM, and where the server is.
struct Server {
    url: String,
    ca: String,
    client: String,
    client_key: String,
}

/// An Enterprise Manager that speaks with nobody whose certificate its CA has not signed.
fn server() -> Result<Server> {
    let (key, ca_key, client_key) =
        (rcgen::KeyPair::generate()?, rcgen::KeyPair::generate()?, rcgen::KeyPair::generate()?);
    let mut ca = rcgen::CertificateParams::new(Vec::new())?;
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = rcgen::CertifiedIssuer::self_signed(ca, ca_key)?;
    let own = rcgen::CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &ca)?;
    let client = rcgen::CertificateParams::new(vec!["backhaul".to_owned()])?.signed_by(&client_key, &ca)?;

    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build()?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![own.der().clone()], PrivateKeyDer::try_from(key.serialize_der())?)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // It ends with the test program.
    std::thread::spawn(move || {
        runtime.block_on(async {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move { answer(&acceptor, stream).await });
            }
        });
    });
    Ok(Server { url, ca: ca.pem(), client: client.pem(), client_key: client_key.serialize_pem() })
}

async fn answer(acceptor: &TlsAcceptor, stream: tokio::net::TcpStream) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&part[..read]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let asked = crate::common::scripted::Asked { method, target, head: head.clone(), body: String::new() };
    let (status, body) = crate::common::scripted::logon(&asked).unwrap_or((404, String::new()));
    let length = body.len();
    let session = "X-RestSvcSessionId: Njk1YTNhNDI=";
    let answer =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{session}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

#[test]
fn a_client_certificate_of_the_profile_is_shown() -> Result {
    let (server, home) = (server()?, Home::new()?);
    let ca = home.file("ca.pem", &server.ca)?;
    let (certificate, key) = (home.file("client.pem", &server.client)?, home.file("client.key", &server.client_key)?);
    home.add("em", "em", &server.url, &["--ca", &ca])?;
    let refused = home.run(&["profile", "test", "em"])?.ends(4);
    assert!(refused.err.contains("certificate"), "{}", refused.err);

    // The key is a secret, as a password is.
    let set = ["profile", "set", "em", "--client-certificate", &certificate, "--client-key", &key];
    if cfg!(unix) {
        set_mode(home.path("client.key").as_path(), 0o644)?;
        let open = home.run(&set)?.ends(2);
        assert!(open.err.contains("others can read the file with the client's key"), "{}", open.err);
        assert!(open.err.contains("chmod 600"), "{}", open.err);
    }
    set_mode(home.path("client.key").as_path(), 0o600)?;
    home.run(&set)?.ends(0);
    home.run(&["profile", "test", "em"])?.ends(0);
    let shown = home.run(&["profile", "show", "em", "-o", "json"])?.ends(0).json()?;
    assert_eq!(
        (&shown["client_certificate"], &shown["client_key"]),
        (&certificate.clone().into(), &key.clone().into())
    );

    // Both in one file, which is then the secret.
    let both = home.file("both.pem", &format!("{}{}", server.client, server.client_key))?;
    set_mode(home.path("both.pem").as_path(), 0o600)?;
    home.run(&["profile", "set", "em", "--client-certificate", &both])?.ends(0);
    home.run(&["profile", "test", "em"])?.ends(0);

    home.run(&["profile", "set", "em", "--no-client-certificate"])?.ends(0);
    home.run(&["profile", "test", "em"])?.ends(4);
    Ok(())
}

#[test]
fn a_client_certificate_that_is_none_is_refused_before_anything_is_saved() -> Result {
    let home = Home::new()?;
    home.add("em", "em", "https://localhost:1", &[])?;
    let before = std::fs::read_to_string(home.config())?;
    let none = home.file("none.pem", "no certificate")?;
    set_mode(home.path("none.pem").as_path(), 0o600)?;
    let refused = home.run(&["profile", "set", "em", "--client-certificate", &none])?.ends(2);
    assert!(refused.err.contains("the client certificate"), "{}", refused.err);
    let gone = home.path("gone.pem").to_string_lossy().into_owned();
    home.run(&["profile", "set", "em", "--client-certificate", &gone])?.ends(2);
    home.run(&["profile", "set", "em", "--client-key", &none])?.ends(2);
    let refused = home.run(&["profile", "set", "em", "--tls", "schannel"])?.ends(2);
    assert!(refused.err.contains("`rustls` or `platform`"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(home.config())?, before);
    Ok(())
}

/// A build without the platform's TLS names the build that has it; one with it takes the profile.
#[test]
fn the_platforms_tls_is_in_the_builds_that_have_it() -> Result {
    let home = Home::new()?;
    home.add("em", "em", "https://localhost:1", &["--insecure"])?;
    let set = home.run(&["profile", "set", "em", "--tls", "platform"])?;
    if cfg!(feature = "platform-tls") {
        set.ends(0);
        assert_eq!(home.run(&["profile", "show", "em", "-o", "json"])?.ends(0).json()?["tls"], "platform");
    } else {
        let set = set.ends(2);
        assert!(set.err.contains("--features platform-tls"), "{}", set.err);
    }
    Ok(())
}

/// What is true of a fleet is said once.
#[test]
fn many_profiles_that_trust_anybody_are_one_warning() -> Result {
    let home = Home::new()?;
    for name in ["a", "b", "c", "d"] {
        home.add(name, "em", "https://localhost:1", &["--insecure"])?;
    }
    let warnings = |chosen: &str| -> Result<Vec<String>> {
        let run = home.run(&["usage", "-p", chosen, "--timeout", "1s"])?;
        Ok(run.err.lines().filter(|line| line.contains("any certificate")).map(str::to_owned).collect())
    };
    let few = warnings("a,b,c")?;
    assert!(few.len() == 3 && few[2].starts_with("warning: `c` trusts any certificate:"), "{few:?}");
    let many = warnings("a,b,c,d")?;
    assert!(many.len() == 1 && many[0].starts_with("warning: `a`, `b` and 2 more: each trusts any"), "{many:?}");
    Ok(())
}

/// Another list of authorities than the machine's, as OpenSSL's programs take it.
#[tokio::test(flavor = "multi_thread")]
async fn the_authorities_may_be_named_by_the_environment() -> Result {
    let sim = backhaul_sim::Sim::builder().em("127.0.0.1:0").start().await?;
    let home = Home::new()?;
    let port = sim.url(backhaul_wire::System::Em).and_then(|url| url.rsplit(':').next()).ok_or("no port")?;
    home.add("em", "em", &format!("https://localhost:{}", port.trim_end_matches('/')), &[])?;
    let list = home.file("authorities.pem", sim.cert_pem().ok_or("no certificate")?)?;
    let unnamed = home.run(&["usage", "-p", "em", "--count"])?.ends(4);
    assert!(unnamed.err.contains("is not trusted"), "{}", unnamed.err);
    let mut named = home.unnamed(&["usage", "-p", "em", "--count"]);
    named.env("BACKHAUL_CONFIG", home.config()).env("SSL_CERT_FILE", list);
    let named = crate::common::Ran::new(named.output()?)?.ends(0);
    assert!(named.out.trim().parse::<u32>()? > 0, "{}", named.out);
    Ok(())
}
