//! JSON's own grammar (RFC 8259): a cursor over a text that is UTF-8 already.
//!
//! Everything here is well-formedness; what a value means to a field is the driver's.

mod copy;
mod number;
mod string;

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::room::{self, TooLarge};

/// How deep objects and lists may nest, as in serde_json.
pub(crate) const MAX_DEPTH: usize = 128;

/// Why reading stopped.
pub(super) struct Error(Box<Reason>);

enum Reason {
    /// The text is not JSON, from this byte on.
    Malformed(Cow<'static, str>, usize),
    /// A value that is JSON and does not fit its field.
    Misfit(String),
    /// A value that would take more memory than it may.
    TooLarge(TooLarge),
}

pub(super) type Result<T> = std::result::Result<T, Error>;

impl Error {
    #[cold]
    pub(super) fn misfit(what: impl fmt::Display) -> Self {
        Self(Box::new(Reason::Misfit(what.to_string())))
    }

    /// The reason, when it is the value's and not the text's.
    pub(super) fn as_misfit(&self) -> Option<&str> {
        match &*self.0 {
            Reason::Misfit(what) => Some(what),
            Reason::Malformed(..) | Reason::TooLarge(_) => None,
        }
    }

    /// The message for people, with the place in the text.
    pub(super) fn explain(&self, text: &str) -> String {
        match &*self.0 {
            Reason::Misfit(what) => what.clone(),
            Reason::TooLarge(what) => what.to_string(),
            Reason::Malformed(what, at) => {
                let before = text.get(..*at).unwrap_or(text);
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                let end = if *at >= text.len() { "the body ends too early: " } else { "" };
                format!("{end}{what} at line {line} column {column}")
            }
        }
    }
}

impl From<TooLarge> for Error {
    #[cold]
    fn from(what: TooLarge) -> Self {
        Self(Box::new(Reason::TooLarge(what)))
    }
}

/// What a text says that a value cannot hold as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Altered {
    /// `\ud83d` without its other half, read as U+FFFD.
    Surrogate,
    /// `NaN` or an infinity among unknown members, which JSON has no numbers for, kept as text.
    NoNumber,
    /// A number of more than 64 bits among unknown members, kept as the nearest double, or as text beyond a double's
    /// range.
    Number,
}

impl Altered {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Surrogate => "half a character (a lone surrogate) was read as U+FFFD",
            Self::NoNumber => "NaN or an infinity, which JSON has no numbers for, was kept as text",
            Self::Number => "a number of more than 64 bits was not kept digit by digit",
        }
    }
}

/// A place in a text. A copy is a place to come back to.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    altered: Option<Altered>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0, altered: None }
    }

    /// A cursor at a place where [`Cursor::at`] was, that deep in the text.
    pub(super) fn resume(text: &'t str, (at, depth): (usize, usize)) -> Self {
        Self { text, at, depth, altered: None }
    }

    pub(super) fn at(&self) -> (usize, usize) {
        (self.at, self.depth)
    }

    /// The text from where [`Cursor::at`] was.
    pub(super) fn since(&self, (at, _): (usize, usize)) -> &'t str {
        self.text.get(at..self.at).unwrap_or_default().trim_start()
    }

    /// Goes back to where [`Cursor::at`] was.
    pub(super) fn go_back(&mut self, (at, depth): (usize, usize)) {
        *self = Self { at, depth, ..*self };
    }

    /// What was read and could not be kept as it stood, since this was asked last.
    #[inline]
    pub(super) fn take_altered(&mut self) -> Option<Altered> {
        match self.altered {
            None => None,
            some => {
                self.altered = None;
                some
            }
        }
    }

    #[cold]
    pub(super) fn malformed(&self, what: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Reason::Malformed(what.into(), self.at)))
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The byte that the next token begins with.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(self.malformed("more is expected")),
            }
        }
    }

    /// Refuses what stands behind the document.
    pub(super) fn end(&mut self) -> Result<()> {
        match self.peek() {
            Ok(_) => Err(self.malformed("trailing characters")),
            Err(_) => Ok(()),
        }
    }

    /// Goes into the object or list whose first byte is next.
    #[inline]
    pub(super) fn open(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.malformed(format!("objects and lists nest deeper than {MAX_DEPTH}")));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether another item stands before `close`; behind `close` when not. `first` is true before the first item
    /// alone.
    #[inline]
    pub(super) fn more(&mut self, close: u8, first: &mut bool) -> Result<bool> {
        let byte = self.peek()?;
        if byte == close {
            self.at += 1;
            self.depth = self.depth.saturating_sub(1);
            return Ok(false);
        }
        if *first {
            *first = false;
            return Ok(true);
        }
        if byte != b',' {
            return Err(self.malformed(format!("expected `,` or `{}`", char::from(close))));
        }
        self.at += 1;
        match self.peek()? {
            next if next == close => Err(self.malformed("trailing comma")),
            _ => Ok(true),
        }
    }

    /// Whether another member stands in an object, at its name.
    #[inline]
    pub(super) fn more_members(&mut self, first: &mut bool) -> Result<bool> {
        // As most bodies have it: nothing between a comma and the next name.
        if !*first && matches!(self.text.as_bytes().get(self.at..), Some([b',', b'"', ..])) {
            self.at += 1;
            return Ok(true);
        }
        Ok(self.more(b'}', first)? && {
            if self.peek()? != b'"' {
                return Err(self.malformed("key must be a string"));
            }
            true
        })
    }

    /// Passes a member's name and its colon if it is one of the first of these, in any letter case; says which.
    ///
    /// Only for names that stand as most do: without escapes, the colon right behind.
    #[inline]
    pub(super) fn take_name<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at + 1..)?;
        for (index, name) in names.enumerate() {
            let Some((found, [b'"', b':', ..])) = rest.split_at_checked(name.len()) else { continue };
            if found == name.as_bytes() || found.eq_ignore_ascii_case(name.as_bytes()) {
                self.at += name.len() + 3;
                return Some(index);
            }
        }
        None
    }

    /// Passes the colon behind a member's name.
    #[inline]
    pub(super) fn colon(&mut self) -> Result<()> {
        if self.peek()? != b':' {
            return Err(self.malformed("expected `:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Passes `true`, `false` or `null`.
    #[inline]
    pub(super) fn literal(&mut self, word: &'static str) -> Result<()> {
        match self.text.as_bytes().get(self.at..self.at + word.len()) {
            Some(found) if found == word.as_bytes() => {
                self.at += word.len();
                Ok(())
            }
            _ if word.starts_with(&self.text[self.at..]) => {
                self.at = self.text.len();
                Err(self.malformed(format!("expected `{word}`")))
            }
            _ => Err(self.malformed(format!("expected `{word}`"))),
        }
    }

    /// Reads any value.
    pub(super) fn value(&mut self) -> Result<Value> {
        Ok(match self.peek()? {
            b'"' => Value::String(self.string()?.into_owned()),
            b'{' => {
                let (mut map, mut first) = (Map::new(), true);
                self.open()?;
                while self.more_members(&mut first)? {
                    let name = self.string()?.into_owned();
                    self.colon()?;
                    map.insert(name, self.value()?);
                }
                Value::Object(map)
            }
            b'[' => {
                let (mut list, mut first) = (Vec::new(), true);
                self.open()?;
                while self.more(b']', &mut first)? {
                    list.push(self.value()?);
                }
                Value::Array(list)
            }
            b't' => self.literal("true").map(|()| Value::Bool(true))?,
            b'f' => self.literal("false").map(|()| Value::Bool(false))?,
            b'n' => self.literal("null").map(|()| Value::Null)?,
            _ => {
                let (value, altered) = self.number()?.value();
                self.altered = altered.or(self.altered);
                value
            }
        })
    }

    /// How much memory the value ahead takes as a tree, beside its texts.
    pub(super) fn weight(mut self) -> Result<usize> {
        self.weigh()
    }

    /// Passes over any value, and gives what it takes.
    fn weigh(&mut self) -> Result<usize> {
        let (mut first, mut count, mut weight) = (true, 0, 0);
        match self.peek()? {
            b'{' => {
                self.open()?;
                while self.more_members(&mut first)? {
                    self.skip_string()?;
                    self.colon()?;
                    weight += self.weigh()? + room::of_entry(count, size_of::<Value>());
                    count += 1;
                }
            }
            b'[' => {
                self.open()?;
                while self.more(b']', &mut first)? {
                    weight += self.weigh()?;
                    count += 1;
                }
                weight += room::of_list(count, size_of::<Value>());
            }
            b'"' => {
                self.skip_string()?;
                weight = room::ALLOCATION;
            }
            _ => self.skip()?,
        }
        Ok(weight)
    }

    /// Passes over any value.
    pub(super) fn skip(&mut self) -> Result<()> {
        match self.peek()? {
            b'"' => self.skip_string(),
            b'{' => {
                let mut first = true;
                self.open()?;
                while self.more_members(&mut first)? {
                    self.skip_string()?;
                    self.colon()?;
                    self.skip()?;
                }
                Ok(())
            }
            b'[' => {
                let mut first = true;
                self.open()?;
                while self.more(b']', &mut first)? {
                    self.skip()?;
                }
                Ok(())
            }
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => self.number().map(|_| ()),
        }
    }
}
