//! Percent-encoding as EM's query string wants it.
//!
//! Encoded are the bytes that would end or change the filter (`&`, `#`, `%`, `+`), those that a URL
//! may not hold (blanks, `"`, `<`, `>`, controls, everything beyond ASCII), and nothing else: `=`,
//! `;`, `,`, `(` and `)` stay as the vendor writes them. What clients send is encoded by `backhaul-models`, which is
//! held to the same by a test.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// Encodes a text as the value of a query parameter.
///
/// ```
/// assert_eq!(backhaul_filter::url::encode(r#"Name=="A & B";Size>5"#), "Name==%22A%20%26%20B%22;Size%3E5");
/// ```
#[must_use]
pub fn encode(text: &str) -> Cow<'_, str> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let Some(first) = text.bytes().position(|byte| !RAW[byte as usize]) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    out.push_str(&text[..first]);
    for byte in text.bytes().skip(first) {
        if RAW[byte as usize] {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    Cow::Owned(out)
}

/// Decodes the value of a query parameter: `%XX` in either case, and both `+` and `%20` as a blank.
/// Bytes that should have been encoded and were not are taken as they are, because EM's own paging
/// links hold them.
///
/// ```
/// assert_eq!(backhaul_filter::url::decode(r#"Name=="ABC+Company";x%3e%3d5"#)?, r#"Name=="ABC Company";x>=5"#);
/// # Ok::<(), backhaul_filter::url::DecodeError>(())
/// ```
///
/// # Errors
/// When a `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
pub fn decode(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(|byte| matches!(byte, b'%' | b'+')) else {
        return Ok(Cow::Borrowed(text));
    };
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..first]);
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digit = |at: usize| bytes.get(at).and_then(|&digit| char::from(digit).to_digit(16));
                let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
                    return Err(DecodeError { at: Some(at) });
                };
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            other => out.push(other),
        }
        at += 1;
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| DecodeError { at: None })
}

/// The parameters of a query string, in order, names and values decoded. A part without `=` has an
/// empty value.
///
/// ```
/// let query = "type=Job&filter=Platform==vCloud&JobType==Backup";
/// let pairs: Result<Vec<_>, _> = backhaul_filter::url::pairs(query).collect();
/// let pairs = pairs?;
/// assert_eq!(pairs[1], ("filter".into(), "Platform==vCloud".into()));
/// assert_eq!(pairs[2], ("JobType".into(), "=Backup".into())); // what a raw `&` makes of the rest
/// # Ok::<(), backhaul_filter::url::DecodeError>(())
/// ```
pub fn pairs(query: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), DecodeError>> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

/// A text that is not percent-encoded UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    at: Option<usize>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "the `%` at byte {at} is not followed by two hexadecimal digits"),
            None => f.write_str("the decoded bytes are not UTF-8"),
        }
    }
}

impl Error for DecodeError {}

/// The bytes that stay: RFC 3986's `query`, without `&` and `+`, which mean something inside it.
const RAW: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"-._~!$'()*,;=:@/?";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            table[byte as usize] = true;
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn encoding() {
        assert_eq!(encode("a==b;c!=d,(e==f)"), "a==b;c!=d,(e==f)");
        assert_eq!(encode("\"< >&#%+"), "%22%3C%20%3E%26%23%25%2B");
        assert_eq!(encode("é\u{1}\u{7f}[]{}|\\^`"), "%C3%A9%01%7F%5B%5D%7B%7D%7C%5C%5E%60");
    }

    #[test]
    fn decoding() {
        assert_eq!(decode("a%20b+c%2b%2B").unwrap(), "a b c++");
        assert_eq!(decode("CreationTime%3e%3d2025-02-18T14%3a16%3a31").unwrap(), "CreationTime>=2025-02-18T14:16:31");
        assert_eq!(decode("raw \"<é").unwrap(), "raw \"<é");
        for (bad, at) in [("%", 0), ("a%2", 1), ("%zz", 0), ("%+1", 0), ("ok%%20", 2), ("%é", 0)] {
            assert_eq!(decode(bad).unwrap_err(), DecodeError { at: Some(at) }, "{bad}");
        }
        assert_eq!(decode("%ff").unwrap_err().to_string(), "the decoded bytes are not UTF-8");
    }
}
