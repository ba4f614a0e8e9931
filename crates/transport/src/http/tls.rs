//! Which certificate of a server is trusted, and the TLS configuration that follows.

mod verifier;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::Fingerprint;
use super::error::{HttpError, Kind};
pub(super) use verifier::Untrusted;
use verifier::{Check, Verifier};

/// Which certificate of a server is trusted.
///
/// TLS 1.2 and 1.3 are spoken, nothing older.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TlsChoice {
    /// One that the platform's authorities vouch for.
    #[default]
    System,
    /// One that these authorities vouch for and no others: certificates in PEM, or a single one in DER, as Windows exports it.
    CaPem(Vec<u8>),
    /// Exactly the one with this fingerprint, whatever its name, issuer or age. The server must still prove that it holds the
    /// certificate's key.
    Pin(Fingerprint),
    /// Any: nothing is checked, and whoever stands between can read and change everything.
    Insecure,
}

impl TlsChoice {
    /// The authorities in a file, as [`TlsChoice::CaPem`].
    ///
    /// # Errors
    /// When the file cannot be read or has no certificate.
    pub fn ca_file(path: impl AsRef<Path>) -> Result<Self, HttpError> {
        let path = path.as_ref();
        let fail = |rule: String| HttpError::new(Kind::Invalid(rule));
        let pem = std::fs::read(path)
            .map_err(|error| fail(format!("the CA file {} cannot be read: {error}", path.display())).with_source(error))?;
        authorities(&pem).map_err(|rule| fail(format!("the CA file {} cannot be used: {rule}", path.display())))?;
        Ok(Self::CaPem(pem))
    }

    pub(super) fn config(&self) -> Result<ClientConfig, HttpError> {
        let fail = |rule: String| HttpError::new(Kind::Invalid(rule));
        let check = match self {
            Self::System => Check::System,
            Self::CaPem(pem) => {
                let roots = authorities(pem).map_err(|rule| fail(format!("the CA cannot be used: {rule}")))?;
                let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
                Check::Authorities(verifier.map_err(|error| fail(format!("the CA cannot be used: {error}")))?)
            }
            Self::Pin(pin) => Check::Pin(*pin),
            Self::Insecure => Check::Nothing,
        };
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| fail(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier::new(check, &provider())))
            .with_no_client_auth();
        // A client speaks to one server or a few, not to the web.
        config.resumption = Resumption::in_memory_sessions(8);
        Ok(config)
    }
}

impl fmt::Debug for TlsChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::CaPem(pem) => write!(f, "CaPem({} bytes)", pem.len()),
            Self::Pin(pin) => write!(f, "Pin({pin})"),
            Self::Insecure => f.write_str("Insecure"),
        }
    }
}

/// ring, whatever other provider the process may have installed.
fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}

fn authorities(bytes: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    if bytes.first() == Some(&0x30) {
        roots.add(CertificateDer::from(bytes)).map_err(|error| error.to_string())?;
        return Ok(roots);
    }
    for certificate in CertificateDer::pem_slice_iter(bytes) {
        let certificate = certificate.map_err(|error| format!("it is not well-formed PEM: {error}"))?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("it has no certificate in PEM form".to_owned()) } else { Ok(roots) }
}
