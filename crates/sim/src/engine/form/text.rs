//! JSON texts: files that say nothing twice, and bodies as servers take them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::FormError;

/// Reads a whole file. A member that stands twice is an error: one of the two would be lost.
pub(crate) fn parse(text: &str) -> Result<Value, FormError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read = serde_json::from_str(text).map(|Once(value)| value);
    read.map_err(|error| {
        let broken = if error.is_data() { "" } else { "not JSON: " };
        FormError::new("", format!("{broken}{error}"))
    })
}

/// A value in which no object has two members of one name.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if all.contains_key(&name) {
                return Err(A::Error::custom(format_args!("`{}` stands twice in one object", name.escape_debug())));
            }
            let Once(value) = members.next_value()?;
            all.insert(name, value);
        }
        Ok(all.into())
    }
}

/// A body without commas before a closing bracket, which the .NET servers pass over.
pub(crate) fn without_trailing_commas(body: &[u8]) -> Cow<'_, [u8]> {
    let mut commas = Vec::new();
    let (mut comma, mut in_text, mut escaped) = (None, false, false);
    for (at, byte) in body.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => {
                in_text = !in_text;
                comma = None;
            }
            _ if in_text => {}
            b',' => comma = Some(at),
            b'}' | b']' => commas.extend(comma.take()),
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
    }
    if commas.is_empty() {
        return Cow::Borrowed(body);
    }
    let mut commas = commas.into_iter().peekable();
    let kept = body.iter().enumerate().filter(|(at, _)| commas.next_if_eq(at).is_none());
    Cow::Owned(kept.map(|(_, byte)| *byte).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_refused_with_its_place() {
        for text in [r#"{"em": {}, "em": {}}"#, "[1, {\"a\": {\"x\": 1,\n\"x\": 1}}]"] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains("stands twice") && error.contains("at line"), "{error}");
        }
        let text = r#"{"a": [1, -1, 1.5, "x", null, true, {"a": {}}]}"#;
        assert_eq!(parse(text), Ok(serde_json::from_str(text).expect(text)));
    }

    #[test]
    fn commas_before_brackets_are_passed_over() {
        for (sent, read) in [
            (r#"{ "a": { "b": "true", } }"#, r#"{ "a": { "b": "true" } }"#),
            ("[1,\n]", "[1\n]"),
            (r#"{"a": ",}", "b\"": [",",]}"#, r#"{"a": ",}", "b\"": [","]}"#),
            ("[1,,]", "[1,]"),
            ("{,}", "{}"),
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
        ] {
            assert_eq!(String::from_utf8_lossy(&without_trailing_commas(sent.as_bytes())), read);
        }
    }
}
