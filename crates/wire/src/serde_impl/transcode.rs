//! Any self-describing format as JSON text, so that one driver reads them all.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads one value and writes it as JSON.
pub(super) fn to_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut out = String::new();
    deserializer.deserialize_any(Json(&mut out))?;
    Ok(out)
}

struct Json<'o>(&'o mut String);

impl<'de> DeserializeSeed<'de> for Json<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! as_written {
    ($($visit:ident: $number:ty),*) => {$(
        fn $visit<E: Error>(self, value: $number) -> Result<(), E> {
            self.0.push_str(&value.to_string());
            Ok(())
        }
    )*};
}

impl<'de> Visitor<'de> for Json<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    as_written!(visit_bool: bool, visit_i64: i64, visit_i128: i128, visit_u64: u64, visit_u128: u128);

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        // A number that JSON does not have is a text there.
        match value.is_finite() {
            true => self.0.push_str(&serde_json::Value::from(value).to_string()),
            false if value.is_nan() => self.0.push_str("\"NaN\""),
            false => self.0.push_str(if value > 0.0 { "\"INF\"" } else { "\"-INF\"" }),
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        push_text(self.0, text);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push_str("null");
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        let start = self.0.len();
        loop {
            let end = self.0.len();
            if end > start {
                self.0.push(',');
            }
            if list.next_element_seed(Json(self.0))?.is_none() {
                self.0.truncate(end);
                break;
            }
        }
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.push('{');
        let mut first = true;
        while let Some(name) = map.next_key::<Name>()? {
            if !first {
                self.0.push(',');
            }
            first = false;
            push_text(self.0, &name.0);
            self.0.push(':');
            map.next_value_seed(Json(self.0))?;
        }
        self.0.push('}');
        Ok(())
    }
}

/// A member's name; formats with other keys than texts have numbers and booleans.
struct Name(String);

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = String::new();
        deserializer.deserialize_any(Json(&mut json))?;
        match serde_json::from_str(&json) {
            Ok(serde_json::Value::String(name)) => Ok(Self(name)),
            Ok(serde_json::Value::Number(number)) => Ok(Self(number.to_string())),
            Ok(serde_json::Value::Bool(value)) => Ok(Self(value.to_string())),
            _ => Err(D::Error::custom("a member's name is neither text nor a number")),
        }
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
