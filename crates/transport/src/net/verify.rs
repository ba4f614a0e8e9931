//! Looking at the certificate that a server shows.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName, SignatureVerificationAlgorithm,
    SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::pin::Pin;
use super::spki::PublicKey;

#[derive(Debug)]
pub(super) enum Trust {
    /// Certificates that lead to one of these; to none when there are none.
    Roots(Option<Arc<WebPkiServerVerifier>>),
    /// The one certificate.
    Pin(Pin),
    Anyone,
}

/// Which certificate was refused, and why. It travels within the error of its own connection, so that the certificates
/// of two servers are never confused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) presented: String,
    pub(super) pinned: Option<String>,
    pub(super) why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {} refused: {}", self.presented, self.why)
    }
}

impl std::error::Error for Refusal {}

#[derive(Debug)]
pub(super) struct Verifier {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(trust: Trust, provider: &CryptoProvider) -> Self {
        Self { trust, algorithms: provider.signature_verification_algorithms }
    }
}

impl Verifier {
    /// Checks a signature of TLS 1.2 by the key alone, where the certificate around it does not read (version 1), or
    /// the key is a short one: whoever pinned the certificate chose it.
    fn verify_with_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Option<HandshakeSignatureValid> {
        let key = PublicKey::of(certificate)?;
        let short: &[&dyn SignatureVerificationAlgorithm] = match signature.scheme {
            SignatureScheme::RSA_PKCS1_SHA256 => {
                &[&ShortRsa(&ring::signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY)]
            }
            SignatureScheme::RSA_PKCS1_SHA512 => {
                &[&ShortRsa(&ring::signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY)]
            }
            _ => &[],
        };
        let usual = self.algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signature.scheme);
        let mut usual = usual.flat_map(|(_, algorithms)| algorithms.iter().copied());
        let fits = |algorithm: &dyn SignatureVerificationAlgorithm| {
            algorithm.public_key_alg_id().as_ref() == key.algorithm
                && algorithm.verify_signature(key.bits, message, signature.signature()).is_ok()
        };
        let valid = usual.any(fits) || short.iter().any(|algorithm| fits(*algorithm));
        valid.then(HandshakeSignatureValid::assertion)
    }
}

/// RSA of 1024 bits and more, which the usual algorithms begin at 2048.
#[derive(Debug)]
struct ShortRsa(&'static ring::signature::RsaParameters);

impl SignatureVerificationAlgorithm for ShortRsa {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = ring::signature::UnparsedPublicKey::new(self.0, key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        rustls::pki_types::alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        rustls::pki_types::alg_id::RSA_PKCS1_SHA256
    }
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
        let presented = Pin::of(end_entity);
        let (pinned, why) = match &self.trust {
            Trust::Anyone => return Ok(ServerCertVerified::assertion()),
            Trust::Pin(pin) if *pin == presented => return Ok(ServerCertVerified::assertion()),
            Trust::Pin(pin) => (Some(pin.to_string()), "it is not the pinned one".to_owned()),
            Trust::Roots(None) => (None, "this machine has no trusted CA certificates".to_owned()),
            Trust::Roots(Some(roots)) => {
                match roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                    Err(Error::InvalidCertificate(error)) => (None, reason(&error)),
                    other => return other,
                }
            }
        };
        let refusal = Refusal { presented: presented.to_string(), pinned, why };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refusal)))))
    }

    // The server must hold the key of a pinned certificate: anyone can show a copy of it.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.trust {
            Trust::Anyone => Ok(HandshakeSignatureValid::assertion()),
            Trust::Pin(_) => match verify_tls12_signature(message, certificate, signature, &self.algorithms) {
                Ok(valid) => Ok(valid),
                Err(error) => self.verify_with_key(message, certificate, signature).ok_or(error),
            },
            Trust::Roots(_) => verify_tls12_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.trust {
            Trust::Anyone => Ok(HandshakeSignatureValid::assertion()),
            // The certificate is known byte for byte: that nothing else in it reads as usual does not matter.
            Trust::Pin(_) => match verify_tls13_signature(message, certificate, signature, &self.algorithms) {
                Err(error) => match PublicKey::of(certificate) {
                    Some(key) => {
                        let key = SubjectPublicKeyInfoDer::from(key.info);
                        verify_tls13_signature_with_raw_key(message, &key, signature, &self.algorithms)
                    }
                    None => Err(error),
                },
                valid => valid,
            },
            Trust::Roots(_) => verify_tls13_signature(message, certificate, signature, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        if matches!(self.trust, Trust::Pin(_)) {
            // Servers choose in our order. Of a short RSA key, only this form can be checked.
            schemes.sort_by_key(|scheme| {
                !matches!(scheme, SignatureScheme::RSA_PKCS1_SHA256 | SignatureScheme::RSA_PKCS1_SHA512)
            });
        }
        schemes
    }
}

fn reason(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "no trusted CA issued it".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it was issued for another name".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock right?".to_owned()
        }
        CertificateError::BadEncoding => "it does not read as a certificate".to_owned(),
        CertificateError::BadSignature => "its signature is not its issuer's".to_owned(),
        CertificateError::Revoked => "its issuer has revoked it".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it was not issued for a server".to_owned()
        }
        // What webpki says comes as the name of its error.
        CertificateError::Other(OtherError(other)) => match other.to_string().as_str() {
            "CaUsedAsEndEntity" => "it is a CA's own, and no server's".to_owned(),
            "UnsupportedCertVersion" => "it is of X.509 version 1 or 2, and only 3 can be checked".to_owned(),
            name => format!("it cannot be checked: {name}"),
        },
        other => format!("it cannot be checked: {other}"),
    }
}
