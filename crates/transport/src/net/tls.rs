//! Whom to trust.

use std::fmt;
use std::sync::{Arc, OnceLock};

use backhaul_wire::Secret;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::error::Cause;
use super::pin::Pin;
use super::verify::{Trust, Verifier};

/// Whom to trust with a connection. The choice holds for every request of a client.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum TlsChoice {
    /// The roots that the system trusts.
    #[default]
    System,
    /// These CA certificates alone, in PEM.
    Ca(Vec<u8>),
    /// The one certificate with this SHA-256, whatever its name, issuer and dates: for appliances that signed their
    /// own.
    Pin(Pin),
    /// Anyone. The connection is encrypted, and may be with an impostor.
    Insecure,
}

/// Which TLS speaks to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TlsBackend {
    /// rustls, which is the same everywhere.
    #[default]
    Rustls,
    /// The platform's, with the feature `platform-tls`: for servers that rustls cannot reach, since they offer only
    /// suites in CBC mode (as Windows Server 2012 R2 does with an RSA certificate), or a key on P-521 or for RSA-PSS.
    #[cfg(feature = "platform-tls")]
    Platform,
}

/// A certificate and its key, by which a server that wants one knows this client.
#[derive(Clone)]
pub struct ClientCertificate(Secret);

impl ClientCertificate {
    /// From PEM: the certificate, those that lead to a CA if the server needs them, and the key (PKCS#8, PKCS#1 or
    /// SEC1).
    #[must_use]
    pub fn from_pem(pem: impl Into<Secret>) -> Self {
        Self(pem.into())
    }

    #[cfg(feature = "platform-tls")]
    pub(super) fn pem(&self) -> &str {
        self.0.expose()
    }

    fn read(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Cause> {
        let pem = self.0.expose().as_bytes();
        // What is wrong with a key is not said in its own words.
        let wrong = |what: &str| Cause::Config(format!("the client certificate: there is no {what} in PEM"));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| wrong("certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| wrong("key"))?;
        Ok((chain, key))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(***)")
    }
}

impl fmt::Debug for TlsChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::Ca(pem) => write!(f, "Ca({} bytes)", pem.len()),
            Self::Pin(pin) => pin.fmt(f),
            Self::Insecure => f.write_str("Insecure"),
        }
    }
}

/// The TLS side of a client.
pub(super) fn config(choice: &TlsChoice, client: Option<&ClientCertificate>) -> Result<ClientConfig, Cause> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = match choice {
        TlsChoice::System => Trust::Roots(system_roots(&provider)?),
        TlsChoice::Ca(pem) => Trust::Roots(roots(given_roots(pem)?, &provider)?),
        TlsChoice::Pin(pin) => Trust::Pin(*pin),
        TlsChoice::Insecure => Trust::Anyone,
    };
    let verifier = Arc::new(Verifier::new(trust, &provider));
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Cause::Config(error.to_string()))?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    match client {
        None => Ok(builder.with_no_client_auth()),
        Some(client) => {
            let (chain, key) = client.read()?;
            let wrong = |error: rustls::Error| Cause::Config(format!("the client certificate: {error}"));
            builder.with_client_auth_cert(chain, key).map_err(wrong)
        }
    }
}

/// The certificates of a CA file, one at least.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| Cause::Config(format!("the CA file is not PEM: {error}")))?;
    if found.is_empty() {
        return Err(Cause::Config("the CA file holds no certificate in PEM".to_owned()));
    }
    Ok(found)
}

fn given_roots(pem: &[u8]) -> Result<RootCertStore, Cause> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem)? {
        store.add(certificate).map_err(|error| Cause::Config(format!("a certificate in the CA file: {error}")))?;
    }
    Ok(store)
}

/// The system's roots, read once: a fleet has a client for each of its servers.
fn system_roots(provider: &Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>, Cause> {
    static ROOTS: OnceLock<Option<Arc<WebPkiServerVerifier>>> = OnceLock::new();
    if let Some(known) = ROOTS.get() {
        return Ok(known.clone());
    }
    let mut store = RootCertStore::empty();
    // Systems carry a few certificates that are not of the form; the others serve.
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let read = roots(store, provider)?;
    Ok(ROOTS.get_or_init(|| read).clone())
}

fn roots(store: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>, Cause> {
    // A machine without trusted roots trusts nobody, and says so when it is asked to.
    if store.is_empty() {
        return Ok(None);
    }
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    builder.build().map(Some).map_err(|error| Cause::Config(error.to_string()))
}
