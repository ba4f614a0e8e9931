//! The platform's TLS (OpenSSL, SChannel, Security Framework), for servers that rustls cannot reach: those that offer
//! suites in CBC mode only, or a key of a rare kind.

use native_tls::{Certificate, Identity, TlsConnector};
use tokio_native_tls::TlsStream;

use super::connect::Stream;
use super::error::Cause;
use super::pin::Pin;
use super::tls::{ClientCertificate, TlsChoice, certificates};

/// The platform's TLS with what it is told of a server, read and checked.
pub(super) struct Platform {
    connector: tokio_native_tls::TlsConnector,
    pin: Option<Pin>,
}

impl Platform {
    pub(super) fn new(choice: &TlsChoice, client: Option<&ClientCertificate>) -> Result<Self, Cause> {
        let mut builder = TlsConnector::builder();
        let mut pinned = None;
        match choice {
            TlsChoice::System => {}
            TlsChoice::Ca(pem) => {
                let wrong = |error: native_tls::Error| Cause::Config(format!("the CA file: {error}"));
                builder.disable_built_in_roots(true);
                for certificate in certificates(pem)? {
                    builder.add_root_certificate(Certificate::from_der(&certificate).map_err(wrong)?);
                }
            }
            // The pin is looked at after the handshake, which proves that the server has the certificate's key, and
            // before anything is sent.
            TlsChoice::Pin(pin) => {
                pinned = Some(*pin);
                builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
            }
            TlsChoice::Insecure => {
                builder.danger_accept_invalid_certs(true).danger_accept_invalid_hostnames(true);
            }
        }
        if let Some(client) = client {
            let pem = client.pem().as_bytes();
            let wrong = |_| Cause::Config("the client certificate: the platform wants its key as PKCS#8".to_owned());
            builder.identity(Identity::from_pkcs8(pem, pem).map_err(wrong)?);
        }
        let connector = builder.build().map_err(|error| Cause::Config(format!("the platform's TLS: {error}")))?;
        Ok(Self { connector: connector.into(), pin: pinned })
    }

    pub(super) async fn connect(&self, host: &str, stream: Stream) -> Result<Stream, Cause> {
        let secured = self.connector.connect(host, stream).await.map_err(|error| Cause::of_connect(error.into()))?;
        if let Some(pin) = self.pin {
            let presented = presented(&secured)?;
            if presented != pin {
                let (presented, pinned) = (presented.to_string(), Some(pin.to_string()));
                return Err(Cause::Untrusted { presented, pinned, why: "it is not the pinned one".to_owned() });
            }
        }
        Ok(Box::new(secured))
    }
}

fn presented(secured: &TlsStream<Stream>) -> Result<Pin, Cause> {
    let fail = |error: native_tls::Error| Cause::of_connect(error.into());
    let certificate = secured.get_ref().peer_certificate().map_err(fail)?;
    let certificate = certificate.ok_or_else(|| Cause::Tls("the server shows no certificate".to_owned()))?;
    Ok(Pin::of(&certificate.to_der().map_err(fail)?))
}
