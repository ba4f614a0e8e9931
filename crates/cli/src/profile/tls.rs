//! How TLS is spoken with a server, beside [whom to trust](super::Trust).

use std::path::PathBuf;
use std::str::FromStr;

use crate::exit::Failure;
use crate::secret::{self, Secret};

/// How TLS is spoken with a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tls {
    pub(crate) backend: Backend,
    pub(crate) client: Option<ClientFiles>,
}

/// Which TLS speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Backend {
    #[default]
    Rustls,
    /// The platform's, for servers that rustls cannot reach: not in every build.
    Platform,
}

impl Backend {
    /// What the configuration file calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rustls => "rustls",
            Self::Platform => "platform",
        }
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match [Self::Rustls, Self::Platform].into_iter().find(|known| known.name().eq_ignore_ascii_case(text)) {
            Some(Self::Platform) if !cfg!(feature = "platform-tls") => {
                Err("this build has no TLS of the platform's: build it with `--features platform-tls`".to_owned())
            }
            Some(known) => Ok(known),
            None => Err(format!("`{}` is no TLS: it is `rustls` or `platform`", text.escape_debug())),
        }
    }
}

/// The files, in PEM, by which a server that wants a certificate knows this client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientFiles {
    pub(crate) certificate: PathBuf,
    /// Where the key is not in the same file.
    pub(crate) key: Option<PathBuf>,
}

impl ClientFiles {
    /// Certificate and key. The file with the key must be readable by its owner alone.
    pub(crate) fn read(&self) -> Result<Secret, Failure> {
        const KEY: &str = "the file with the client's key";
        let Some(key) = &self.key else { return secret::from_file_of(KEY, &self.certificate) };
        let certificate = std::fs::read_to_string(&self.certificate);
        let certificate = certificate.map_err(|error| Failure::file(&self.certificate, &error))?;
        let key = secret::from_file_of(KEY, key)?;
        Ok(Secret::from(format!("{certificate}\n{}\n", key.expose())))
    }
}
