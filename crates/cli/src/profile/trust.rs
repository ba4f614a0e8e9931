//! Which certificate of a server is trusted.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Which certificate of a server is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// One that the system's trusted authorities vouch for.
    System,
    /// The one with this fingerprint, and no other.
    Pin(Pin),
    /// One that the authorities in this PEM file vouch for.
    Ca(PathBuf),
    /// Any.
    Insecure,
}

impl Trust {
    /// `system`, `pin`, `ca` or `insecure`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Pin(_) => "pin",
            Self::Ca(_) => "ca",
            Self::Insecure => "insecure",
        }
    }
}

/// The SHA-256 fingerprint of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin(pub(crate) [u8; 32]);

impl FromStr for Pin {
    type Err = String;

    /// 64 hex digits, with or without colons; a label that ends in `=` or `sha256:`, as tools print it, may stand
    /// before.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.rsplit_once('=').map_or(text, |(_, digits)| digits).trim();
        let label = text.get(..7).filter(|label| label.eq_ignore_ascii_case("sha256:"));
        let digits: Vec<u8> = text
            .bytes()
            .skip(label.map_or(0, str::len))
            .filter(|b| !matches!(b, b':' | b' '))
            .map(|b| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or("a pin is the SHA-256 fingerprint of a certificate, in hex digits")?;
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(format!("a pin has 64 hex digits, this one {}", digits.len()));
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self(bytes))
    }
}

/// 64 lower-case hex digits.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

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
        for text in ["", "xyz", sha1, &"g".repeat(64), "sha256//AAAA", "\u{df}\u{df}\u{df}\u{df}"] {
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }
}
