use serde_json::Value;

use super::{Altered, Cursor, Result};

/// What .NET's DataContractJsonSerializer, Json.NET, Gson and Python write for doubles that are no numbers.
const NO_NUMBERS: [&str; 5] = ["NaN", "Infinity", "-Infinity", "INF", "-INF"];

/// A number as it stands in the text.
#[derive(Clone, Copy)]
pub(in crate::json) struct Number<'t> {
    pub(in crate::json) text: &'t str,
    /// Its value, when it is written as an integer and needs no more than 64 bits.
    pub(in crate::json) int: Option<i64>,
}

impl Number<'_> {
    /// The number as a tree has it, and why it is not that number exactly (or, for a fraction, the nearest double).
    pub(super) fn value(self) -> (Value, Option<Altered>) {
        match self.int {
            // `-0` is a double alone.
            Some(int) if int != 0 || !self.text.starts_with('-') => return (int.into(), None),
            _ => {}
        }
        if let Ok(int) = self.text.parse::<u64>() {
            return (int.into(), None);
        }
        let double = self.text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        match double {
            Some(double) => {
                let exact = self.int.is_some() || self.text.contains(['.', 'e', 'E']);
                (Value::Number(double), (!exact).then_some(Altered::Number))
            }
            None => {
                let why = if NO_NUMBERS.contains(&self.text) { Altered::NoNumber } else { Altered::Number };
                (Value::String(self.text.to_owned()), Some(why))
            }
        }
    }
}

impl<'t> Cursor<'t> {
    /// Reads an integer of few digits, which most numbers are; `None`, and nothing read, when another value is next.
    #[inline]
    pub(in crate::json) fn short_int(&mut self) -> Option<i64> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (mut value, mut count) = (0_i64, 0);
        for byte in rest.iter().take(19) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            count += 1;
        }
        // More digits may be more than 64 bits. A leading zero, a fraction, an exponent or no digit at all is for the
        // whole grammar.
        let plain = count == 1 || (2..=18).contains(&count) && rest.first() != Some(&b'0');
        if !plain || matches!(rest.get(count), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += count;
        Some(value)
    }

    /// Reads a number.
    #[inline]
    pub(in crate::json) fn number(&mut self) -> Result<Number<'t>> {
        let start = self.at;
        let negative = self.byte() == Some(b'-');
        self.at += usize::from(negative);
        let (mut value, digits, mut count) = (0_i64, self.at, 0);
        for byte in self.text.as_bytes().get(digits..).unwrap_or_default() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
            count += 1;
        }
        self.at = digits + count;
        if count == 0 || count > 1 && self.text.as_bytes().get(digits) == Some(&b'0') {
            return self.no_number(start, digits);
        }
        if matches!(self.byte(), Some(b'.' | b'e' | b'E')) {
            self.fraction()?;
            return Ok(Number { text: &self.text[start..self.at], int: None });
        }
        let text = &self.text[start..self.at];
        // 18 digits always fit.
        let int = if count <= 18 { Some(if negative { -value } else { value }) } else { text.parse().ok() };
        Ok(Number { text, int })
    }

    #[cold]
    fn no_number(&mut self, start: usize, digits: usize) -> Result<Number<'t>> {
        let rest = self.text.get(start..).unwrap_or_default();
        let word = NO_NUMBERS.into_iter().find(|word| rest.starts_with(word));
        if let Some(word) = word.filter(|word| !rest[word.len()..].starts_with(|next: char| next.is_alphanumeric())) {
            self.at = start + word.len();
            return Ok(Number { text: word, int: None });
        }
        Err(self.not_a_value(start, digits))
    }

    fn not_a_value(&mut self, start: usize, digits: usize) -> super::Error {
        if self.at >= self.text.len() && self.at == digits {
            return self.malformed("a number is expected");
        }
        if digits == start && self.at == start {
            return self.malformed("expected value");
        }
        self.at = start;
        self.malformed("invalid number")
    }

    fn fraction(&mut self) -> Result<()> {
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == start { Err(self.malformed("invalid number: expected a digit")) } else { Ok(()) }
    }
}
