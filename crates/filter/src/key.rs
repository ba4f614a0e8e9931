//! A value of a known kind, in the form in which it compares.
//!
//! Both sides of a comparison, what the filter says and what the record holds, become a [`Key`] of
//! the field's kind.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write};

use crate::datetime::DateTime;
use crate::field::Kind;
use crate::record::Scalar;
use crate::text::{cmp_fold, eq_fold};

/// A value, ready to compare. Two keys that meet were made for the same kind.
#[derive(Debug, Clone)]
pub(crate) enum Key<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Moment(DateTime),
    Guid(u128),
    /// A known word of an enumeration, by its place.
    Place(usize),
    /// A text; for any kind but text: a value that could not be read as that kind.
    Text(Cow<'a, str>),
}

impl Key<'static> {
    /// What a filter says. `None` when no value of this kind is written so.
    pub(crate) fn of_literal(kind: Kind, values: &[&str], text: &str) -> Option<Self> {
        match kind {
            Kind::Text => Some(Key::Text(Cow::Owned(text.to_owned()))),
            Kind::Bool if text.eq_ignore_ascii_case("true") => Some(Key::Bool(true)),
            Kind::Bool if text.eq_ignore_ascii_case("false") => Some(Key::Bool(false)),
            Kind::Bool => None,
            Kind::Int => text.parse().ok().map(|int| Key::Number(Number::Int(int))),
            Kind::Float => Number::read(text).map(Key::Number),
            Kind::DateTime => DateTime::read(text).map(Key::Moment),
            Kind::Uid | Kind::Enum => Some(Key::of_text(kind, values, text).into_owned()),
        }
    }
}

impl<'a> Key<'a> {
    /// What a record holds. `shown` is room for the text of a value that is no text, so that none is allocated.
    pub(crate) fn of_scalar(kind: Kind, values: &[&str], scalar: &'a Scalar<'_>, shown: &'a mut Shown) -> Self {
        match (kind, scalar) {
            (_, Scalar::Null) => Key::Null,
            (Kind::Text, Scalar::Text(text)) => Key::Text(Cow::Borrowed(text)),
            (Kind::Bool, Scalar::Bool(value)) => Key::Bool(*value),
            (Kind::Int | Kind::Float, Scalar::Int(int)) => Key::Number(Number::Int(*int)),
            (Kind::Int | Kind::Float, Scalar::Float(float)) if !float.is_nan() => Key::Number(Number::Float(*float)),
            (_, Scalar::Text(text)) if text.trim().is_empty() => Key::Null,
            (_, Scalar::Text(text)) => Key::of_text(kind, values, text),
            (_, other) => Key::of_text(kind, values, shown.text(other)),
        }
    }

    fn of_text(kind: Kind, values: &[&str], text: &'a str) -> Self {
        let known = match kind {
            Kind::Text => None,
            Kind::Bool => match text.trim() {
                "1" => Some(Key::Bool(true)),
                "0" => Some(Key::Bool(false)),
                word if word.eq_ignore_ascii_case("true") => Some(Key::Bool(true)),
                word if word.eq_ignore_ascii_case("false") => Some(Key::Bool(false)),
                _ => None,
            },
            Kind::Int | Kind::Float => Number::read(text.trim()).map(Key::Number),
            Kind::DateTime => DateTime::of_record(text.trim()).map(Key::Moment),
            Kind::Uid => {
                let local = after_urn(text);
                return guid(local).map_or(Key::Text(Cow::Borrowed(local)), Key::Guid);
            }
            Kind::Enum => values.iter().position(|value| value.eq_ignore_ascii_case(text)).map(Key::Place),
        };
        known.unwrap_or(Key::Text(Cow::Borrowed(text)))
    }

    fn into_owned(self) -> Key<'static> {
        match self {
            Key::Text(text) => Key::Text(Cow::Owned(text.into_owned())),
            Key::Null => Key::Null,
            Key::Bool(value) => Key::Bool(value),
            Key::Number(number) => Key::Number(number),
            Key::Moment(moment) => Key::Moment(moment),
            Key::Guid(guid) => Key::Guid(guid),
            Key::Place(place) => Key::Place(place),
        }
    }

    /// The opposite of a boolean; anything else stays what it is.
    pub(crate) fn negated(self) -> Self {
        match self {
            Key::Bool(value) => Key::Bool(!value),
            other => other,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Key::Null)
    }

    /// Whether a record's value equals what a filter says.
    pub(crate) fn equals(&self, literal: &Key<'_>, kind: Kind) -> bool {
        match (self, literal) {
            (Key::Text(a), Key::Text(b)) => eq_fold(a, b),
            // XML leaves an empty element out or in, JSON says null: all the same.
            (Key::Null, Key::Text(text)) => kind == Kind::Text && text.is_empty(),
            (Key::Null, _) => false,
            _ => self.order(literal, kind) == Some(Ordering::Equal),
        }
    }

    /// The order of two values, where there is one.
    pub(crate) fn order(&self, other: &Key<'_>, kind: Kind) -> Option<Ordering> {
        match (self, other) {
            (Key::Bool(a), Key::Bool(b)) => Some(a.cmp(b)),
            (Key::Number(a), Key::Number(b)) => Some(a.order(*b)),
            (Key::Moment(a), Key::Moment(b)) => Some(a.cmp(b)),
            (Key::Guid(a), Key::Guid(b)) => Some(a.cmp(b)),
            (Key::Place(a), Key::Place(b)) => Some(a.cmp(b)),
            (Key::Text(a), Key::Text(b)) if kind == Kind::Text => Some(cmp_fold(a, b)),
            _ => None,
        }
    }

    /// A total order, for sorting: nothing, then the known, then the unknown by its text.
    pub(crate) fn sort_order(&self, other: &Key<'_>) -> Ordering {
        let rank = |key: &Key<'_>| match key {
            Key::Null => 0,
            Key::Text(_) => 2,
            _ => 1,
        };
        match (self, other) {
            (Key::Text(a), Key::Text(b)) => cmp_fold(a, b),
            _ => self.order(other, Kind::Text).unwrap_or_else(|| rank(self).cmp(&rank(other))),
        }
    }
}

/// The text of a number or a boolean, on the stack: the longest number takes 327 bytes.
pub(crate) struct Shown {
    bytes: [u8; 352],
    len: usize,
}

impl Shown {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 352], len: 0 }
    }

    /// The text of a value: its own, or one that is written here.
    pub(crate) fn text<'a>(&'a mut self, scalar: &'a Scalar<'_>) -> &'a str {
        self.len = 0;
        let written = match scalar {
            Scalar::Null => return "",
            Scalar::Text(text) => return text,
            Scalar::Bool(true) => return "true",
            Scalar::Bool(false) => return "false",
            Scalar::Int(int) => write!(self, "{int}"),
            Scalar::Float(float) => write!(self, "{float}"),
        };
        let text = written.ok().and_then(|()| std::str::from_utf8(self.bytes.get(..self.len)?).ok());
        text.unwrap_or_default()
    }
}

impl Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

/// A number; whole and broken ones compare exactly, beyond the 53 bits of a float, too. Never a
/// NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(int) => Some(Self::Int(int)),
            Err(_) => text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float),
        }
    }

    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            (Self::Int(a), Self::Float(b)) => int_to_float(a, b),
            (Self::Float(a), Self::Int(b)) => int_to_float(b, a).reverse(),
        }
    }
}

fn int_to_float(int: i64, float: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float >= BEYOND {
        Ordering::Less
    } else if float < -BEYOND {
        Ordering::Greater
    } else {
        int.cmp(&(float.trunc() as i64)).then_with(|| 0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal))
    }
}

/// What stands behind `urn:<system>:<type>:`, or the text itself.
fn after_urn(text: &str) -> &str {
    let text = text.trim();
    let mut parts = text.splitn(4, ':');
    match (parts.next(), parts.nth(2)) {
        (Some(urn), Some(local)) if urn.eq_ignore_ascii_case("urn") => local.trim(),
        _ => text,
    }
}

/// The GUID that a text is: with hyphens, without, or in braces.
fn guid(text: &str) -> Option<u128> {
    let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let bytes = text.as_bytes();
    let mut digits = [0; 32];
    match bytes.len() {
        32 => digits.copy_from_slice(bytes),
        36 if [8, 13, 18, 23].iter().all(|&at| bytes[at] == b'-') => {
            digits[..8].copy_from_slice(&bytes[..8]);
            digits[8..12].copy_from_slice(&bytes[9..13]);
            digits[12..16].copy_from_slice(&bytes[14..18]);
            digits[16..20].copy_from_slice(&bytes[19..23]);
            digits[20..].copy_from_slice(&bytes[24..]);
        }
        _ => return None,
    }
    let (mut guid, mut seen) = ([0; 16], 0);
    for (byte, pair) in guid.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (NIBBLE[pair[0] as usize], NIBBLE[pair[1] as usize]);
        seen |= high | low;
        *byte = high << 4 | low;
    }
    (seen < 16).then(|| u128::from_be_bytes(guid))
}

/// The value of a hexadecimal digit; beyond 15 for any other byte.
const NIBBLE: [u8; 256] = {
    let mut table = [0x10; 256];
    let mut digit = 0;
    while digit < 16 {
        let lower = b"0123456789abcdef"[digit];
        table[lower as usize] = digit as u8;
        table[lower.to_ascii_uppercase() as usize] = digit as u8;
        digit += 1;
    }
    table
};

/// Whether a text looks like an identifier: a GUID, or a URN.
pub(crate) fn is_uid(text: &str) -> bool {
    let local = after_urn(text);
    guid(local).is_some() || local.len() < text.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let id = 0x7445e6ce_86f5_4171_b909_dac209c66563_u128;
        for text in [
            "7445e6ce-86f5-4171-b909-dac209c66563",
            "7445E6CE-86F5-4171-B909-DAC209C66563",
            "7445e6ce86f54171b909dac209c66563",
            "{7445e6ce-86f5-4171-b909-dac209c66563}",
            "urn:veeam:Backup:7445e6ce-86f5-4171-b909-dac209c66563",
            "urn: veeam:Repository:7445e6ce-86f5-4171-b909-dac209c66563",
        ] {
            assert_eq!(guid(after_urn(text)), Some(id), "{text}");
            assert!(is_uid(text));
        }
        assert_eq!(after_urn("urn:VMware:Vm:b5a60ace.vm-31017"), "b5a60ace.vm-31017");
        assert!(is_uid("urn:VMware:Vm:b5a60ace.vm-31017"));
        for text in [
            "",
            "x",
            "urn:veeam:Backup",
            "7445e6ce-86f5-4171-b909-dac209c6656é",
            "7445e6ce_86f5_4171_b909_dac209c66563",
        ] {
            assert_eq!(guid(text), None, "{text}");
            assert!(!is_uid(text), "{text}");
        }
    }

    #[test]
    fn every_number_has_room_for_its_text() {
        let mut shown = Shown::new();
        for float in [f64::MIN, f64::MIN_POSITIVE, -5e-324, f64::MAX, -1.797_693_134_862_315_7e-308, 0.1, f64::NAN] {
            assert_eq!(shown.text(&Scalar::Float(float)), float.to_string());
        }
        assert_eq!(shown.text(&Scalar::Int(i64::MIN)), i64::MIN.to_string());
        assert_eq!(shown.text(&Scalar::Bool(true)), "true");
        assert_eq!(shown.text(&Scalar::Null), "");
    }

    #[test]
    fn numbers_compare_exactly() {
        let order = |a: i64, b: f64| int_to_float(a, b);
        assert_eq!(order(9_007_199_254_740_993, 9_007_199_254_740_992.0), Ordering::Greater);
        assert_eq!(order(i64::MAX, 9_223_372_036_854_775_807.0), Ordering::Less);
        assert_eq!(order(i64::MIN, -9_223_372_036_854_775_808.0), Ordering::Equal);
        assert_eq!(order(-1, -1.5), Ordering::Greater);
        assert_eq!(order(1, 1.5), Ordering::Less);
        assert_eq!(order(0, -0.0), Ordering::Equal);
        assert_eq!(order(0, f64::INFINITY), Ordering::Less);
    }
}
