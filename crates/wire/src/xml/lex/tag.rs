//! Start tags and end tags.

use std::collections::HashSet;

use super::{Error, Result, Source, Span, Token};
use crate::scan;

/// An attribute as it stands in a tag.
#[derive(Debug, Clone, Copy)]
pub(in crate::xml) struct Attribute {
    pub(in crate::xml) name: Span,
    pub(in crate::xml) value: Span,
    /// Whether the value means just what it says.
    pub(in crate::xml) plain: bool,
}

impl Source<'_> {
    /// Reads a start tag.
    #[inline]
    pub(super) fn tag(&mut self) -> Result<Token> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let (mut at, prefixed) = name_end(bytes, start);
        let name = Span { start, end: at };
        self.attributes.clear();
        let empty = loop {
            let blanks = at;
            at = past_blanks(bytes, at);
            match bytes.get(at) {
                Some(b'>') => {
                    at += 1;
                    break false;
                }
                Some(b'/') => {
                    at += 1;
                    match bytes.get(at) {
                        Some(b'>') => at += 1,
                        Some(_) => return Err(self.malformed("`/` stands inside a tag", at)),
                        None => return Err(Error::Short("a tag")),
                    }
                    break true;
                }
                None => return Err(Error::Short("a tag")),
                Some(_) if at == blanks => return Err(self.malformed("a tag's name or attributes are malformed", at)),
                Some(_) => {}
            }
            let (end, prefixed) = name_end(bytes, at);
            let name = Span { start: at, end };
            at = past_blanks(bytes, end);
            match bytes.get(at) {
                Some(b'=') => at = past_blanks(bytes, at + 1),
                Some(_) => return Err(self.malformed("an attribute has no value", at)),
                None => return Err(Error::Short("a tag")),
            }
            let quote = match bytes.get(at) {
                Some(quote @ (b'"' | b'\'')) => *quote,
                Some(_) => return Err(self.malformed("an attribute's value has no quotes", at)),
                None => return Err(Error::Short("a tag")),
            };
            let start = at + 1;
            let mut end = scan::plain(bytes, start, quote, b'&');
            let plain = bytes.get(end) == Some(&quote);
            if !plain {
                let rest = bytes.get(end..).unwrap_or_default();
                end += memchr::memchr(quote, rest).ok_or(Error::Short("an attribute"))?;
            }
            if !is_name(bytes, name, prefixed) {
                return Err(self.malformed("an attribute has no proper name", name.start));
            }
            self.attributes.push(Attribute { name, value: Span { start, end }, plain });
            at = end + 1;
        };
        if !is_name(bytes, name, prefixed) {
            return Err(self.malformed("a tag has no proper name", self.at));
        }
        self.once()?;
        self.at = at;
        if !empty {
            self.names.push(self.open.len());
            self.open.push_str(self.text.get(name.start..name.end).unwrap_or_default());
        }
        Ok(Token::Open { name, empty })
    }

    /// Refuses attributes that stand twice, as XML does.
    #[inline]
    fn once(&self) -> Result<()> {
        let names = || self.attributes.iter().map(|attribute| self.str(attribute.name));
        let twice = match &*self.attributes {
            [] | [_] => None,
            few if few.len() <= 8 => {
                names().enumerate().find(|(at, name)| names().take(*at).any(|other| other == *name))
            }
            many => {
                let mut seen = HashSet::with_capacity(many.len());
                names().enumerate().find(|(_, name)| !seen.insert(*name))
            }
        };
        match twice {
            None => Ok(()),
            Some((_, name)) => {
                Err(self.malformed(format_args!("the attribute `{name}` stands twice in a tag"), self.at))
            }
        }
    }

    /// Reads the end tag of what was opened last.
    #[inline]
    pub(super) fn close(&mut self) -> Result<()> {
        let bytes = self.text.as_bytes();
        let Some(&opened) = self.names.last() else {
            return Err(self.malformed("an end tag closes nothing", self.at));
        };
        let name = self.open.as_bytes().get(opened..).unwrap_or_default();
        let start = self.at + 2;
        let rest = bytes.get(start..).unwrap_or_default();
        if !rest.starts_with(name) {
            return Err(match name.starts_with(rest) {
                true => Error::Short("a tag"),
                false => {
                    let found = self.str(Span { start, end: name_end(bytes, start).0 });
                    let open = self.open.get(opened..).unwrap_or_default();
                    self.malformed(format_args!("`</{found}>` closes `<{open}>`"), self.at)
                }
            });
        }
        let end = past_blanks(bytes, start + name.len());
        match bytes.get(end) {
            Some(b'>') => {
                self.at = end + 1;
                self.names.pop();
                self.open.truncate(opened);
                Ok(())
            }
            Some(_) => Err(self.malformed("an end tag does not close what was opened last", self.at)),
            None => Err(Error::Short("a tag")),
        }
    }

    /// Passes over the rest of the element opened last, in a text in memory. Nothing is looked for but its end: what is
    /// not well-formed inside is told where it hides that.
    pub(in crate::xml) fn pass(&mut self) -> Result<()> {
        let from = self.at;
        if self.quick_pass().is_none() {
            // Tag by tag says what is wrong.
            self.at = from;
            let above = self.names.len().saturating_sub(1);
            while self.names.len() > above {
                self.next()?;
            }
        }
        Ok(())
    }

    fn quick_pass(&mut self) -> Option<()> {
        let mut open = 1_usize;
        loop {
            let bytes = self.text.as_bytes();
            self.at = find(bytes, self.at, |rest| memchr::memchr(b'<', rest))?;
            match bytes.get(self.at + 1)? {
                b'/' => {
                    open -= 1;
                    if open == 0 {
                        return self.close().ok();
                    }
                    self.at = find(bytes, self.at, |rest| memchr::memchr(b'>', rest))?;
                }
                b'!' | b'?' => drop(self.special().ok()?),
                _ => {
                    self.at = tag_end(bytes, self.at)?;
                    if bytes.get(self.at - 1) != Some(&b'/') {
                        open += 1;
                    }
                }
            }
        }
    }

    /// Reads the text and the end tag of the element opened last, when there is nothing else in it.
    #[inline]
    pub(in crate::xml) fn leaf(&mut self) -> Option<(Span, bool)> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = scan::plain(bytes, start, b'<', b'&');
        let plain = bytes.get(end) == Some(&b'<');
        if !plain {
            end += memchr::memchr(b'<', bytes.get(end..)?)?;
        }
        let opened = *self.names.last()?;
        let name = self.open.as_bytes().get(opened..)?;
        let rest = bytes.get(end..)?.strip_prefix(b"</")?.strip_prefix(name)?;
        if rest.first() != Some(&b'>') {
            return None;
        }
        self.at = end + name.len() + 3;
        self.names.pop();
        self.open.truncate(opened);
        Some((Span { start, end }, plain))
    }
}

/// Where something stands, from `at` on.
#[inline]
fn find(bytes: &[u8], at: usize, search: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
    search(bytes.get(at..)?).map(|found| at + found)
}

/// The `>` of the tag that starts at `at`: none in an attribute's value is meant.
fn tag_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = find(bytes, at, |rest| memchr::memchr3(b'>', b'"', b'\'', rest))?;
        match bytes.get(at)? {
            b'>' => return Some(at),
            quote => at = find(bytes, at + 1, |rest| memchr::memchr(*quote, rest))? + 1,
        }
    }
}

#[inline]
fn past_blanks(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

/// The end of the name that starts at `at`, and whether there is a colon in it.
#[inline]
fn name_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let mut seen = 0;
    while let Some(class @ 1..) = bytes.get(at).map(|byte| NAME[usize::from(*byte)]) {
        seen |= class;
        at += 1;
    }
    (at, seen & COLON != 0)
}

/// Whether a name is one: it does not begin with a digit, a dash or a dot, nor does what stands behind its one prefix,
/// without which it is written.
#[inline]
fn is_name(bytes: &[u8], name: Span, prefixed: bool) -> bool {
    let begins = |at: usize| at < name.end && !matches!(bytes.get(at), Some(b'0'..=b'9' | b'-' | b'.'));
    if !prefixed {
        return begins(name.start);
    }
    let text = bytes.get(name.start..name.end).unwrap_or_default();
    let colon = memchr::memchr(b':', text);
    begins(name.start)
        && colon.is_none_or(|colon| begins(name.start + colon + 1) && memchr::memrchr(b':', text) == Some(colon))
}

const COLON: u8 = 2;

/// The bytes that names are made of, which are not 0; beyond ASCII all of them.
const NAME: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        table[byte] = match ascii {
            b':' => COLON,
            b'_' | b'-' | b'.' | 0x80.. => 1,
            _ => ascii.is_ascii_alphanumeric() as u8,
        };
        byte += 1;
    }
    table
};
