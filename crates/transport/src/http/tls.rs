//! Whom to trust.

use std::fmt;
use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use super::error::Cause;

/// Whom to trust with a connection. The choice holds for every request of a client.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum TlsChoice {
    /// The roots that the system trusts.
    #[default]
    System,
    /// These CA certificates alone, in PEM.
    Ca(Vec<u8>),
    /// The one certificate with this SHA-256, whatever its name, issuer and dates: for appliances that signed their own.
    Pin([u8; 32]),
    /// Anyone. The connection is encrypted, and may be with an impostor.
    Insecure,
}

impl fmt::Debug for TlsChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::Ca(pem) => write!(f, "Ca({} bytes)", pem.len()),
            Self::Pin(pin) => write!(f, "Pin({})", hex(pin)),
            Self::Insecure => f.write_str("Insecure"),
        }
    }
}

/// Reads a SHA-256 in hex, with or without colons, in any letter case.
///
/// # Errors
/// When the text is anything else; the error says what.
pub fn parse_pin(text: &str) -> Result<[u8; 32], String> {
    let digits: Vec<u8> = text.trim().bytes().filter(|byte| *byte != b':').collect();
    let mut pin = [0; 32];
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(
            "a pin is the SHA-256 of the server's certificate: 64 hex digits, with or without colons".to_owned()
        );
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
    for (byte, pair) in pin.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0]) << 4 | value(pair[1]);
    }
    Ok(pin)
}

pub(super) fn hex(print: &[u8; 32]) -> String {
    print.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Remembers the certificate that was shown last, for the error that says what could be pinned.
#[derive(Debug, Default)]
pub(super) struct Witness(Mutex<Option<[u8; 32]>>);

impl Witness {
    fn saw(&self, certificate: &CertificateDer<'_>) -> [u8; 32] {
        let print: [u8; 32] = Sha256::digest(certificate).into();
        if let Ok(mut last) = self.0.lock() {
            *last = Some(print);
        }
        print
    }

    pub(super) fn last(&self) -> Option<[u8; 32]> {
        self.0.lock().ok().and_then(|last| *last)
    }
}

/// The TLS side of a client.
pub(super) fn config(choice: &TlsChoice, witness: &Arc<Witness>) -> Result<ClientConfig, Cause> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = match choice {
        TlsChoice::System => Trust::Roots(roots(system_roots()?, &provider)?),
        TlsChoice::Ca(pem) => {
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate =
                    certificate.map_err(|error| Cause::Config(format!("the CA file is not PEM: {error}")))?;
                store
                    .add(certificate)
                    .map_err(|error| Cause::Config(format!("a certificate in the CA file: {error}")))?;
            }
            if store.is_empty() {
                return Err(Cause::Config("the CA file holds no certificate".to_owned()));
            }
            Trust::Roots(roots(store, &provider)?)
        }
        TlsChoice::Pin(pin) => Trust::Pin(*pin),
        TlsChoice::Insecure => Trust::Anyone,
    };
    let verifier = Verifier { trust, provider: Arc::clone(&provider), witness: Arc::clone(witness) };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Cause::Config(error.to_string()))?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn system_roots() -> Result<RootCertStore, Cause> {
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    // Systems carry a few certificates that are not of the form; the others serve.
    store.add_parsable_certificates(found.certs);
    Ok(store)
}

fn roots(store: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>, Cause> {
    // A machine without trusted roots trusts nobody, and says so when it is asked to.
    if store.is_empty() {
        return Ok(None);
    }
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    builder.build().map(Some).map_err(|error| Cause::Config(error.to_string()))
}

#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    witness: Arc<Witness>,
}

#[derive(Debug)]
enum Trust {
    Roots(Option<Arc<WebPkiServerVerifier>>),
    Pin([u8; 32]),
    Anyone,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = self.witness.saw(end_entity);
        match &self.trust {
            Trust::Roots(Some(roots)) => {
                roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            Trust::Roots(None) => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
            Trust::Pin(pin) if *pin == shown => Ok(ServerCertVerified::assertion()),
            Trust::Pin(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
            Trust::Anyone => Ok(ServerCertVerified::assertion()),
        }
    }

    // The server must hold the key of the certificate that it shows, whoever is trusted.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
