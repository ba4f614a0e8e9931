//! Reading the simulator's own JSON files, with errors that say where.

mod records;
mod text;

use std::fmt;

use serde_json::{Map, Value};

pub(crate) use records::{fill, record, records, refers};
pub(crate) use text::{parse, without_trailing_commas};

/// An estate or fault file that cannot be used: what is wrong, and where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    path: String,
    message: String,
}

impl FormError {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// Where in the file, such as `vb365.usage[3].organizationId`; empty for the whole of it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "at `{}`: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for FormError {}

/// An object that is being read; what is left in the end is an error.
#[derive(Debug)]
pub(crate) struct Object {
    path: String,
    members: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Object {
    pub(crate) fn new(path: impl Into<String>, value: Value) -> Result<Self, FormError> {
        let path = path.into();
        match value {
            Value::Object(members) => Ok(Self { path, members, known: Vec::new() }),
            other => Err(FormError::new(path, expected("an object", &other))),
        }
    }

    /// The path of a member.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Takes a member out; null is absence.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.members.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, FormError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(FormError::new(self.at(name), expected("text", &other))),
        }
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Result<String, FormError> {
        self.text(name)?.ok_or_else(|| FormError::new(self.path.clone(), format!("`{name}` is missing")))
    }

    pub(crate) fn number(&mut self, name: &'static str) -> Result<Option<u64>, FormError> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => {
                    let message = expected("a whole number from 0", &value);
                    Err(FormError::new(self.at(name), message))
                }
            },
        }
    }

    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Self>, FormError> {
        let path = self.at(name);
        self.take(name).map(|value| Self::new(path, value)).transpose()
    }

    /// The items of an array, each with its path; none when the array is absent.
    pub(crate) fn list(&mut self, name: &'static str) -> Result<Vec<(String, Value)>, FormError> {
        let path = self.at(name);
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                Ok(items.map(|(i, item)| (format!("{path}[{i}]"), item)).collect())
            }
            Some(other) => Err(FormError::new(path, expected("an array", &other))),
        }
    }

    /// What has not been taken, for a record that reads the rest.
    pub(crate) fn rest(self) -> (String, Value) {
        (self.path, Value::Object(self.members))
    }

    /// Fails when something has not been taken.
    pub(crate) fn finish(self) -> Result<(), FormError> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => {
                let message =
                    format!("`{}` is not known here; there are {}", name.escape_debug(), self.known.join(", "));
                Err(FormError::new(self.path, message))
            }
        }
    }
}

fn expected(what: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    format!("expected {what}, found {found}")
}
