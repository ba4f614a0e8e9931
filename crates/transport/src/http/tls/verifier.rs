//! Checks a server's certificate, and keeps its fingerprint when it is refused.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::provider;
use crate::http::Fingerprint;

#[derive(Debug)]
pub(super) enum Check {
    System,
    Authorities(Arc<WebPkiServerVerifier>),
    Pin(Fingerprint),
    Nothing,
}

#[derive(Debug)]
pub(super) struct Verifier {
    check: Check,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(check: Check, provider: &CryptoProvider) -> Self {
        Self { check, algorithms: provider.signature_verification_algorithms }
    }
}

/// A certificate that is not trusted.
#[derive(Debug)]
pub(in crate::http) struct Untrusted {
    pub(in crate::http) presented: Fingerprint,
    /// The pin that it should have matched.
    pub(in crate::http) expected: Option<Fingerprint>,
    why: Option<Error>,
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
        let by = |verifier: &dyn ServerCertVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let (expected, verdict) = match &self.check {
            Check::System => (None, system().and_then(by)),
            Check::Authorities(verifier) => (None, by(&**verifier)),
            Check::Pin(pin) if Fingerprint::of(end_entity) == *pin => (None, Ok(ServerCertVerified::assertion())),
            Check::Pin(pin) => (Some(*pin), Err(CertificateError::ApplicationVerificationFailure.into())),
            Check::Nothing => (None, Ok(ServerCertVerified::assertion())),
        };
        verdict.map_err(|why| {
            let why = expected.is_none().then_some(why);
            let untrusted = Untrusted { presented: Fingerprint::of(end_entity), expected, why };
            CertificateError::Other(OtherError(Arc::new(untrusted))).into()
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.check {
            Check::Nothing => Ok(HandshakeSignatureValid::assertion()),
            _ => verify_tls12_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.check {
            Check::Nothing => Ok(HandshakeSignatureValid::assertion()),
            _ => verify_tls13_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The platform's authorities, read once per process and not before a server's certificate asks for them: a system without
/// any still speaks plain HTTP and knows pins.
fn system() -> Result<&'static dyn ServerCertVerifier, Error> {
    static SYSTEM: OnceLock<Result<rustls_platform_verifier::Verifier, Error>> = OnceLock::new();
    match SYSTEM.get_or_init(|| rustls_platform_verifier::Verifier::new(provider())) {
        Ok(verifier) => Ok(verifier),
        Err(error) => Err(error.clone()),
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { presented, expected, why } = self;
        if let Some(expected) = expected {
            return write!(
                f,
                "the server's certificate is not the pinned one: its SHA-256 is {presented}, the pin is {expected}; if the \
                 certificate was renewed, compare the new one on the server and pin it, else something stands between"
            );
        }
        f.write_str("the server's certificate is not trusted: ")?;
        match why {
            Some(Error::InvalidCertificate(error)) => write!(f, "{}", Reason(error))?,
            Some(Error::General(rule)) => write!(f, "{rule}")?,
            Some(error) => write!(f, "{error}")?,
            None => f.write_str("it was refused")?,
        }
        write!(f, "; if it is the server's own, pin it by its SHA-256 {presented}, or name its CA")
    }
}

impl std::error::Error for Untrusted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.why.as_ref().map(|why| why as _)
    }
}

/// Why a certificate is refused, in words.
struct Reason<'a>(&'a CertificateError);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            CertificateError::UnknownIssuer => f.write_str("no authority that is trusted here has issued it"),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => f.write_str("it has expired"),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                f.write_str("it is not valid yet (is the clock right?)")
            }
            CertificateError::NotValidForName => f.write_str("it is for another name than the address has"),
            CertificateError::NotValidForNameContext { expected, presented } if presented.is_empty() => {
                write!(f, "it does not name {}", expected.to_str())
            }
            CertificateError::NotValidForNameContext { expected, presented } => {
                write!(f, "it is not for {}, but for {}", expected.to_str(), presented.join(", "))
            }
            CertificateError::Revoked => f.write_str("it was revoked"),
            CertificateError::BadSignature => f.write_str("its signature is wrong"),
            CertificateError::BadEncoding => f.write_str("it cannot be read"),
            // What a self-signed certificate is that may sign others.
            CertificateError::Other(OtherError(other)) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
                f.write_str("it is an authority's, not a server's")
            }
            other => write!(f, "{other}"),
        }
    }
}
