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

/// Reads 64 hex digits in any letter case, with or without colons; what tools print before them, a label that ends in
/// `=` or `sha256:`, may stand there.
impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let text = text.rsplit_once('=').map_or(text, |(_, digits)| digits).trim();
        let text = match text.split_at_checked(7) {
            Some((label, digits)) if label.eq_ignore_ascii_case("sha256:") => digits,
            _ => text,
        };
        let digits = text.replace([':', ' '], "");
        let mut print = [0; 32];
        hex::decode_to_slice(&digits, &mut print).map_err(|error| PinError {
            length: (!matches!(error, hex::FromHexError::InvalidHexCharacter { .. })).then_some(digits.len()),
        })?;
        Ok(Self(print))
    }
}

/// 64 hex digits in lower case.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinError {
    /// How many digits there are, where nothing else is wrong.
    length: Option<usize>,
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            Some(length) => write!(f, "a pin has 64 hex digits, this one {length}"),
            None => f.write_str("a pin is the SHA-256 fingerprint of a certificate, in hex digits"),
        }
    }
}

impl std::error::Error for PinError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_print_it() {
        let plain = "0123456789abcdef".repeat(4);
        let colons = plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase());
        let colons = colons.collect::<Vec<_>>().join(":");
        for text in [
            plain.clone(),
            colons.clone(),
            format!("sha256:{plain}"),
            format!("SHA256:{colons}"),
            format!("sha256 Fingerprint={colons}\n"),
        ] {
            assert_eq!(text.parse::<Pin>().map(|pin| pin.to_string()), Ok(plain.clone()), "{text}");
        }
    }

    #[test]
    fn all_else_is_refused() {
        let sha1 = "0123456789abcdef0123456789abcdef01234567";
        let told = sha1.parse::<Pin>().map_err(|error| error.to_string());
        assert_eq!(told, Err("a pin has 64 hex digits, this one 40".to_owned()));
        for text in ["", "xyz", &"g".repeat(64), "sha256//AAAA", "\u{df}\u{df}\u{df}\u{df}"] {
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }
}
