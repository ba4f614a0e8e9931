//! The platform's TLS (OpenSSL, SChannel, Security Framework), for servers that rustls cannot reach: those that offer
//! suites in CBC mode only, or a key of a rare kind.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, Identity};
use url::Url;

use super::error::Cause;
use super::pin::Pin;
use super::tls::{ClientCertificate, TlsChoice};

/// What the platform is told of a server, read and checked.
pub(super) struct Platform {
    trust: Trust,
    identity: Option<Identity>,
}

enum Trust {
    System,
    Ca(Vec<Certificate>),
    Pin(Pin),
    Anyone,
}

impl Platform {
    pub(super) fn new(choice: &TlsChoice, client: Option<&ClientCertificate>) -> Result<Self, Cause> {
        let trust = match choice {
            TlsChoice::System => Trust::System,
            TlsChoice::Ca(pem) => {
                let wrong = |error: reqwest::Error| Cause::Config(format!("the CA file: {error}"));
                Trust::Ca(Certificate::from_pem_bundle(pem).map_err(wrong)?)
            }
            TlsChoice::Pin(pin) => Trust::Pin(*pin),
            TlsChoice::Insecure => Trust::Anyone,
        };
        let identity = client.map(|client| {
            let pem = client.pem().as_bytes();
            let wrong = |_| Cause::Config("the client certificate: the platform wants its key as PKCS#8".to_owned());
            Identity::from_pkcs8_pem(pem, pem).map_err(wrong)
        });
        Ok(Self { trust, identity: identity.transpose()? })
    }

    /// The builder of a client that speaks to the server at `url`. A pin is looked at first: the platform cannot be
    /// asked about a certificate while it connects, and trusts the pinned one as if it were a CA after that. For this
    /// it must have signed itself, as those of appliances do.
    pub(super) async fn configured(
        &self,
        builder: ClientBuilder,
        url: &Url,
        limit: Duration,
    ) -> Result<ClientBuilder, Cause> {
        let builder = builder.tls_backend_native();
        let builder = match &self.trust {
            Trust::System => builder,
            Trust::Ca(certificates) => builder.tls_certs_only(certificates.iter().cloned()),
            Trust::Pin(pin) => {
                let pinned = pinned(url.clone(), *pin, limit).await?;
                // Whatever its name.
                builder.tls_certs_only([pinned]).tls_danger_accept_invalid_hostnames(true)
            }
            Trust::Anyone => builder.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true),
        };
        Ok(match &self.identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        })
    }
}

/// The certificate that a server shows, if it is the pinned one. Nothing is sent but the handshake.
async fn pinned(url: Url, pin: Pin, limit: Duration) -> Result<Certificate, Cause> {
    let shown = tokio::task::spawn_blocking(move || shown(&url, limit)).await;
    let der = shown.map_err(|error| Cause::Tls(error.to_string()))??;
    let presented = Pin::of(&der);
    if presented != pin {
        let why = "it is not the pinned one".to_owned();
        return Err(Cause::Untrusted { presented: presented.to_string(), pinned: Some(pin.to_string()), why });
    }
    Certificate::from_der(&der).map_err(|error| Cause::Tls(error.to_string()))
}

fn shown(url: &Url, limit: Duration) -> Result<Vec<u8>, Cause> {
    let fail =
        |error: &dyn std::error::Error| Cause::Tls(format!("the pinned certificate cannot be looked at: {error}"));
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let address = (host.as_str(), url.port_or_known_default().unwrap_or(443)).to_socket_addrs();
    let address = address.map_err(|error| fail(&error))?.next();
    let address = address.ok_or_else(|| Cause::Tls(format!("`{host}` has no address")))?;
    let stream = TcpStream::connect_timeout(&address, limit).map_err(|error| fail(&error))?;
    for set in [stream.set_read_timeout(Some(limit)), stream.set_write_timeout(Some(limit))] {
        set.map_err(|error| fail(&error))?;
    }
    let mut connector = native_tls::TlsConnector::builder();
    connector.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
    let connector = connector.build().map_err(|error| fail(&error))?;
    let tls = connector.connect(&host, stream).map_err(|error| fail(&error))?;
    let certificate = tls.peer_certificate().map_err(|error| fail(&error))?;
    let certificate = certificate.ok_or_else(|| Cause::Tls("the server shows no certificate".to_owned()))?;
    certificate.to_der().map_err(|error| fail(&error))
}
