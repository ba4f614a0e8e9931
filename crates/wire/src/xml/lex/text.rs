//! Text and its references.

use std::borrow::Cow;

use super::{Attribute, Error, Result, Source, Span, Token};
use crate::scan;

impl Source<'_> {
    /// Reads text up to the next tag.
    #[inline]
    pub(super) fn run(&mut self) -> Result<Token> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = scan::plain(bytes, start, b'<', b'&');
        let plain = bytes.get(end) == Some(&b'<');
        if !plain {
            end = match memchr::memchr(b'<', bytes.get(end..).unwrap_or_default()) {
                Some(found) => end + found,
                None if self.feed.is_some() || !self.names.is_empty() => return Err(Error::Short("an element")),
                None => bytes.len(),
            };
        }
        self.at = end;
        Ok(Token::Text { span: Span { start, end }, plain })
    }

    /// What a text means.
    #[inline]
    pub(in crate::xml) fn meaning(&self, span: Span, plain: bool) -> Result<Cow<'_, str>> {
        let raw = self.str(span);
        if plain { Ok(Cow::Borrowed(raw)) } else { resolved(raw, false) }
    }

    /// What an attribute's value means.
    #[inline]
    pub(in crate::xml) fn value(&self, attribute: Attribute) -> Result<Cow<'_, str>> {
        let raw = self.str(attribute.value);
        if attribute.plain { Ok(Cow::Borrowed(raw)) } else { resolved(raw, true) }
    }
}

/// A text with its references resolved and its line ends made one; in attributes blanks of any kind are spaces.
fn resolved(raw: &str, attribute: bool) -> Result<Cow<'_, str>> {
    let special: &[char] = if attribute { &['&', '\r', '\n', '\t'] } else { &['&', '\r'] };
    let mut rest = raw;
    let mut out = String::new();
    while let Some(at) = rest.find(special) {
        out.reserve(raw.len());
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(reference) = rest.strip_prefix('&') {
            // The longest is `&#1114111;`; leading zeros are allowed, and nobody writes hundreds.
            let Some((name, behind)) = reference.split_once(';').filter(|(name, _)| name.len() <= 64) else {
                let cut: String = reference.chars().take(20).collect();
                return Err(Error::refused(format_args!("`&` without an entity that XML has: `&{cut}`")));
            };
            out.push(character(name)?);
            rest = behind;
        } else {
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
            out.push(if attribute { ' ' } else { '\n' });
        }
    }
    if out.is_empty() && rest.len() == raw.len() {
        return Ok(Cow::Borrowed(raw));
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

fn character(name: &str) -> Result<char> {
    let number = match (name.strip_prefix("#x"), name.strip_prefix('#')) {
        (Some(hex), _) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
        (None, Some(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    };
    let found = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => number.filter(|code| *code != 0).and_then(char::from_u32),
    };
    found.ok_or_else(|| Error::refused(format_args!("the entity `&{name};` is not one that XML has")))
}
