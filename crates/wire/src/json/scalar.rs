//! Lenient readers of single values: null is absence, numbers and booleans may be strings, `4900.0` is an integer.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

/// Reads a boolean.
#[derive(Clone, Copy)]
pub(super) struct Bool;
/// Reads an integer.
#[derive(Clone, Copy)]
pub(super) struct Int;
/// Reads a double.
#[derive(Clone, Copy)]
pub(super) struct Float;
/// Reads text; a number or a boolean gives its text.
#[derive(Clone, Copy)]
pub(super) struct Text;

macro_rules! seed {
    ($name:ident => $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name {
            type Value = Option<$value>;
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}

seed!(Bool => bool);
seed!(Int => i64);
seed!(Float => f64);
seed!(Text => String);

impl Visitor<'_> for Bool {
    type Value = Option<bool>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_bool(text).map_err(E::custom)
    }
}

impl Visitor<'_> for Int {
    type Value = Option<i64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        i64::try_from(value).map(Some).map_err(|_| E::custom(format_args!("the integer {value} is too large")))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        integral(value).map(Some).ok_or_else(|| E::custom(format_args!("{value} is not an integer")))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_int(text).map_err(E::custom)
    }
}

impl Visitor<'_> for Float {
    type Value = Option<f64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_float(text).map_err(E::custom)
    }
}

impl Visitor<'_> for Text {
    type Value = Option<String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }
}

/// Hands a value's text to a closure, without a copy where it is a string.
pub(super) struct WithText<F>(pub(super) F);

impl<F: FnOnce(Option<&str>)> Visitor<'_> for WithText<F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        (self.0)(None);
        Ok(())
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.0)(Some(text));
        Ok(())
    }
    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        (self.0)(Some(if value { "true" } else { "false" }));
        Ok(())
    }
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        (self.0)(Some(&value.to_string()));
        Ok(())
    }
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        (self.0)(Some(&value.to_string()));
        Ok(())
    }
}

/// `true`, `False`, ` 1`; empty is absent.
pub(crate) fn parse_bool(text: &str) -> Result<Option<bool>, String> {
    let text = text.trim();
    match text {
        "" => Ok(None),
        "1" => Ok(Some(true)),
        "0" => Ok(Some(false)),
        _ if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        _ if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        _ => Err(format!("`{}` is neither true nor false", shown(text))),
    }
}

/// `12566568`, `4900.0`; empty is absent.
pub(crate) fn parse_int(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(value) = text.parse() {
        return Ok(Some(value));
    }
    // `9223372036854775807.5` and the like must not be rounded to something that was not said.
    let whole =
        text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|b| b == b'0')).map(|(whole, _)| whole);
    whole.and_then(|whole| whole.parse().ok()).map(Some).ok_or_else(|| format!("`{}` is not an integer", shown(text)))
}

/// `0.5`, `12`; empty is absent.
pub(crate) fn parse_float(text: &str) -> Result<Option<f64>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let value: Option<f64> = text.parse().ok();
    value.filter(|v| v.is_finite()).map(Some).ok_or_else(|| format!("`{}` is not a number", shown(text)))
}

fn integral(value: f64) -> Option<i64> {
    // 2^53: from it on a double no longer says which integer was meant (2^53 + 1 reads as 2^53).
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    cut.escape_debug().to_string()
}
