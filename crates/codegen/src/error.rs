//! What is wrong in a schema, and where.

use std::fmt;

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

/// Reads a value of a form that is given by Rust types; an error names the place in the file.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(file: &str, json: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            pointer.push('/');
            pointer.push_str(&segment.to_string().replace('~', "~0").replace('/', "~1").replace(['[', ']'], ""));
        }
        SchemaError::new(file, pointer, error.inner().to_string())
    })
}
