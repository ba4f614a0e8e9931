//! The listener's TLS.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::exit::Failure;

/// An acceptor with a certificate chain and its key, both PEM files.
pub(super) fn acceptor(chain: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    let read = |path: &Path, error: pem::Error| match error {
        pem::Error::Io(error) => Failure::file(path, &error),
        pem::Error::NoItemsFound => wrong(path, &"there is no such thing in PEM form in this file"),
        error => wrong(path, &error),
    };
    let certificates = CertificateDer::pem_file_iter(chain).map_err(|error| read(chain, error))?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|error| read(chain, error))?;
    if certificates.is_empty() {
        return Err(wrong(chain, &"there is no certificate in this file"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| read(key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| Failure::internal(error.to_string()))?.with_no_client_auth();
    let mut config = config.with_single_cert(certificates, secret).map_err(|error| wrong(key, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
