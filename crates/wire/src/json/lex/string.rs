use std::borrow::Cow;

use super::{Altered, Cursor, Result};
use crate::scan;

impl<'t> Cursor<'t> {
    /// Reads the string whose quote is next; a copy is made only where there are escapes.
    #[inline]
    pub(in crate::json) fn string(&mut self) -> Result<Cow<'t, str>> {
        let start = self.at + 1;
        let end = plain(self.text.as_bytes(), start);
        if self.text.as_bytes().get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.escaped(start, end).map(Cow::Owned)
    }

    #[cold]
    fn escaped(&mut self, start: usize, end: usize) -> Result<String> {
        // Mostly to the next quote, and once the escapes are resolved not beyond.
        let rest = self.text.as_bytes().get(end..).and_then(|rest| memchr::memchr(b'"', rest));
        let mut out = String::with_capacity(end - start + rest.unwrap_or_default());
        out.push_str(&self.text[start..end]);
        self.at = end;
        while let Some(char) = self.escape()? {
            out.push(char);
            let start = self.at;
            self.at = plain(self.text.as_bytes(), start);
            out.push_str(&self.text[start..self.at]);
        }
        Ok(out)
    }

    /// Passes over the string whose quote is next.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        self.at = plain(self.text.as_bytes(), self.at + 1);
        let altered = self.altered;
        while self.escape()?.is_some() {
            self.at = plain(self.text.as_bytes(), self.at);
        }
        // What is not kept cannot be altered.
        self.altered = altered;
        Ok(())
    }

    /// Reads an escape; `None` at the string's end, which is passed.
    #[inline]
    fn escape(&mut self) -> Result<Option<char>> {
        match self.byte() {
            Some(b'"') => {
                self.at += 1;
                Ok(None)
            }
            Some(b'\\') => {
                self.at += 1;
                self.escape_body().map(Some)
            }
            Some(_) => Err(self.malformed("a control character stands in a string, which must be escaped")),
            None => Err(self.malformed("the string has no end")),
        }
    }

    fn escape_body(&mut self) -> Result<char> {
        let char = match self.byte() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            Some(_) => return Err(self.malformed("invalid escape")),
            None => return Err(self.malformed("the string has no end")),
        };
        self.at += 1;
        Ok(char)
    }

    fn unicode(&mut self) -> Result<char> {
        let unit = self.hex()?;
        if let Some(char) = char::from_u32(unit) {
            return Ok(char);
        }
        // A surrogate: two of them make a character, one alone makes none.
        if unit < 0xdc00 && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low)
                && let Some(char) = char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
            {
                return Ok(char);
            }
            self.at = back;
        }
        self.altered = Some(Altered::Surrogate);
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = match self.byte() {
                Some(byte) => char::from(byte).to_digit(16),
                None => return Err(self.malformed("the string has no end")),
            };
            match digit {
                Some(digit) => value = value * 16 + digit,
                None => return Err(self.malformed("invalid escape: four hexadecimal digits are expected")),
            }
            self.at += 1;
        }
        Ok(value)
    }
}

/// The first byte from `at` on that a string cannot simply hold.
#[inline]
fn plain(bytes: &[u8], at: usize) -> usize {
    scan::plain(bytes, at, b'"', b'\\')
}
