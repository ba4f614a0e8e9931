//! Lenient readers of single values: null is absence, numbers and booleans may be strings, `4900.0` is an integer.

use std::borrow::Cow;

use super::super::lex::{Error, Result};
use super::Driver;
use crate::text::{parse_bool, parse_float, parse_int};

impl<'t> Driver<'t, '_, '_> {
    pub(super) fn bool(&mut self) -> Result<Option<bool>> {
        match self.cursor.peek()? {
            b't' => self.cursor.literal("true").map(|()| Some(true)),
            b'f' => self.cursor.literal("false").map(|()| Some(false)),
            b'n' => self.null(),
            b'"' => parse_bool(&self.cursor.string()?).map_err(Error::misfit),
            _ => Err(self.another("true or false")),
        }
    }

    pub(super) fn int(&mut self) -> Result<Option<i64>> {
        if let Some(value) = self.cursor.short_int() {
            return Ok(Some(value));
        }
        match self.cursor.peek()? {
            b'0'..=b'9' | b'-' => {
                let number = self.cursor.number()?;
                match number.int {
                    None => parse_int(number.text).map_err(Error::misfit),
                    some => Ok(some),
                }
            }
            b'n' => self.null(),
            b'"' => parse_int(&self.cursor.string()?).map_err(Error::misfit),
            _ => Err(self.another("an integer")),
        }
    }

    pub(super) fn float(&mut self) -> Result<Option<f64>> {
        match self.cursor.peek()? {
            b'0'..=b'9' | b'-' | b'N' | b'I' => {
                let number = self.cursor.number()?;
                parse_float(number.text).map_err(Error::misfit)
            }
            b'n' => self.null(),
            b'"' => parse_float(&self.cursor.string()?).map_err(Error::misfit),
            _ => Err(self.another("a number")),
        }
    }

    /// Text; a number or a boolean gives its text.
    #[inline]
    pub(super) fn text(&mut self) -> Result<Option<Cow<'t, str>>> {
        match self.cursor.peek()? {
            b'"' => self.cursor.string().map(Some),
            b'n' => self.null(),
            b't' => self.cursor.literal("true").map(|()| Some(Cow::Borrowed("true"))),
            b'f' => self.cursor.literal("false").map(|()| Some(Cow::Borrowed("false"))),
            b'0'..=b'9' | b'-' | b'N' | b'I' => Ok(Some(Cow::Borrowed(self.cursor.number()?.text))),
            _ => Err(self.another("text")),
        }
    }

    fn null<T>(&mut self) -> Result<Option<T>> {
        self.cursor.literal("null").map(|()| None)
    }

    /// Something else stands here than is expected.
    #[cold]
    pub(super) fn another(&mut self, expected: &str) -> Error {
        let mut ahead = self.cursor;
        let found = match ahead.peek() {
            Ok(b'{') => "an object",
            Ok(b'[') => "a list",
            Ok(b'"') => "text",
            Ok(b't' | b'f') => "true or false",
            Ok(b'n') => "null",
            _ => "a number",
        };
        // What is no value at all is the text's fault, not the value's.
        match ahead.skip() {
            Err(error) => error,
            Ok(()) => Error::misfit(format_args!("{found} stands where {expected} is expected")),
        }
    }
}
