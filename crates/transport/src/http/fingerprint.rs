//! The SHA-256 fingerprint of a certificate.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The SHA-256 fingerprint of a certificate's DER form.
///
/// Parsed from 64 hex digits of either case, with or without colons or spaces; `SHA256 Fingerprint=` or `sha256:`, as tools
/// print it, may stand before. Printed as 64 lower-case digits.
///
/// ```
/// use backhaul_transport::http::Fingerprint;
///
/// let colons = ["AB"; 32].join(":");
/// assert_eq!(colons.parse::<Fingerprint>()?.to_string(), "ab".repeat(32));
/// # Ok::<_, backhaul_transport::http::ParseFingerprintError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER form.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Fingerprint {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.rsplit_once('=').map_or(text, |(_, digits)| digits).trim();
        let text = match text.get(..7) {
            Some(label) if label.eq_ignore_ascii_case("sha256:") => &text[7..],
            _ => text,
        };
        let mut bytes = [0_u8; 32];
        let mut digits = 0;
        for char in text.chars().filter(|char| !matches!(char, ':' | ' ')) {
            let Some(digit) = char.to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else {
                return Err(ParseFingerprintError::NotHex(char));
            };
            if let Some(byte) = bytes.get_mut(digits / 2) {
                *byte = *byte << 4 | digit;
            }
            digits += 1;
        }
        if digits == 64 { Ok(Self(bytes)) } else { Err(ParseFingerprintError::Length(digits)) }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that is no [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseFingerprintError {
    /// A character that is no hex digit.
    NotHex(char),
    /// Not 64 digits but this many.
    Length(usize),
}

impl fmt::Display for ParseFingerprintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SHA-256 fingerprint has 64 hex digits: ")?;
        match self {
            Self::NotHex(char) => write!(f, "{char:?} is none"),
            Self::Length(digits) => write!(f, "here are {digits}"),
        }
    }
}

impl std::error::Error for ParseFingerprintError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_read() {
        let expected = Fingerprint::from(std::array::from_fn(|index| u8::try_from(index).unwrap_or(0) * 7));
        let plain = expected.to_string();
        let upper = plain.to_uppercase();
        let colons = upper.as_bytes().chunks(2).map(String::from_utf8_lossy).collect::<Vec<_>>().join(":");
        let labelled = [format!("sha256 Fingerprint={colons}"), format!("SHA256:{plain}"), format!(" {plain}\n")];
        for text in [plain, upper, colons].iter().chain(&labelled) {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert_eq!("ab".repeat(31).parse::<Fingerprint>(), Err(ParseFingerprintError::Length(62)));
        assert_eq!("ab".repeat(33).parse::<Fingerprint>(), Err(ParseFingerprintError::Length(66)));
        assert_eq!("xy".parse::<Fingerprint>(), Err(ParseFingerprintError::NotHex('x')));
        assert_eq!("größe: ü".parse::<Fingerprint>(), Err(ParseFingerprintError::NotHex('g')));
    }

    #[test]
    fn it_is_the_sha_256_of_the_bytes() {
        assert_eq!(
            Fingerprint::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
