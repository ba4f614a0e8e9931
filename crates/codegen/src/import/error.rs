use std::fmt;

use crate::error::SchemaError;

/// What is wrong in a document or in the schemas that it is merged into, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The file.
    pub file: String,
    /// The place in it: a JSON pointer, `row:column` in an XSD, or a line where the text is no JSON.
    pub pointer: String,
    /// The rule, and what breaks it.
    pub rule: String,
}

impl ImportError {
    pub(crate) fn new(file: &str, pointer: &str, rule: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), pointer: pointer.to_owned(), rule: rule.to_string() }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `RestAPI.xsd:12:5: …` is what editors and terminals follow; a JSON pointer comes behind `#`.
        let separator = if self.pointer.starts_with(|c: char| c.is_ascii_digit()) { ':' } else { '#' };
        write!(f, "{}{separator}{}: {}", self.file, self.pointer, self.rule)
    }
}

impl std::error::Error for ImportError {}

impl From<SchemaError> for ImportError {
    fn from(error: SchemaError) -> Self {
        Self::new(&format!("schemas/{}", error.file), &error.pointer, error.rule)
    }
}
