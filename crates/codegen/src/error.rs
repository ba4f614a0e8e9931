//! What is wrong in a schema, and where.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_path_to_error::{Path, Segment};

/// A schema that the generator cannot take: the file, the place in it, and the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The file, relative to `schemas/`.
    pub file: String,
    /// The place: a JSON pointer, or `line:column` in an XSD.
    pub pointer: String,
    /// The rule, and what breaks it.
    pub rule: String,
}

impl SchemaError {
    /// An error at a place.
    pub fn new(file: impl Into<String>, pointer: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { file: file.into(), pointer: pointer.into(), rule: rule.into() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "schemas/{}#{}: {}", self.file, self.pointer, self.rule)
    }
}

impl std::error::Error for SchemaError {}

/// A result whose error is a [`SchemaError`].
pub type Result<T> = std::result::Result<T, SchemaError>;

/// Reads JSON in which no member stands twice: the last would count, and the others would have no effect.
pub(crate) fn parse(file: &str, text: &str) -> Result<serde_json::Value> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let read = Once::deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let Once(value) = read.map_err(|error| SchemaError::new(file, pointer(&track.path()), error.to_string()))?;
    json.end().map_err(|error| SchemaError::new(file, "", error.to_string()))?;
    Ok(value)
}

/// JSON in which no member stands twice.
pub(crate) struct Once(pub(crate) serde_json::Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = serde_json::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(serde_json::Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Once(item)) = list.next_element()? {
            out.push(item);
        }
        Ok(out.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut out = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if out.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member `{name}` stands twice in an object")));
            }
            let Once(value) = map.next_value()?;
            out.insert(name, value);
        }
        Ok(out.into())
    }
}

/// Reads a value of a form that is given by Rust types; an error names the place in the file.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(file: &str, json: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(json)
        .map_err(|error| SchemaError::new(file, pointer(error.path()), error.inner().to_string()))
}

/// A path as a JSON pointer.
pub(crate) fn pointer(path: &Path) -> String {
    let mut out = String::new();
    for segment in path {
        out.push('/');
        match segment {
            Segment::Seq { index } => out.push_str(&index.to_string()),
            Segment::Map { key } => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => out.push_str(variant),
            Segment::Unknown => out.push('?'),
        }
    }
    out
}
