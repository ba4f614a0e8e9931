//! The fingerprint of a certificate.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The SHA-256 of a server's certificate: what a pin names, and what an error tells of a certificate that is not
/// trusted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pin([u8; 32]);

impl Pin {
    /// Of a certificate, in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl From<[u8; 32]> for Pin {
    fn from(print: [u8; 32]) -> Self {
        Self(print)
    }
}

/// Reads 64 hex digits in any letter case, with or without colons.
impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let digits = text.trim().bytes().filter(|byte| *byte != b':');
        let digits = digits.map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
        let digits: Vec<u8> = digits.collect::<Option<_>>().ok_or(PinError)?;
        let mut print = [0; 32];
        if digits.len() != 2 * print.len() {
            return Err(PinError);
        }
        for (byte, pair) in print.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self(print))
    }
}

/// 64 hex digits in lower case.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinError;

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pin is the SHA-256 of the server's certificate: 64 hex digits, with or without colons")
    }
}

impl std::error::Error for PinError {}
