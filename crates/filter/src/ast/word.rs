//! The names and values of conditions.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The name of a filter field: letters, digits and underscores, or several such names joined by
/// dots (`zone.name`).
///
/// EM knows no dotted names. Names compare as written; looking one up in a
/// [`QueryDef`](crate::QueryDef) ignores ASCII case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(Cow<'static, str>);

impl FieldName {
    /// A name, if it is one.
    ///
    /// # Errors
    /// When the text is not a name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, InvalidName> {
        let name = name.into();
        if is_name(&name) { Ok(Self(name)) } else { Err(InvalidName { name: name.into_owned() }) }
    }

    /// A name that the parser or a constant has already looked at.
    pub(crate) const fn checked(name: Cow<'static, str>) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name has a dot in it, which EM's filter does not know.
    #[must_use]
    pub fn is_dotted(&self) -> bool {
        self.0.contains('.')
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FieldName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        Self::new(name.to_owned())
    }
}

/// Whether a byte may stand in a field name.
pub(crate) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether the text is a field name, dotted or not.
pub(crate) const fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut after_dot = true;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'.' {
            if after_dot {
                return false;
            }
            after_dot = true;
        } else if is_name_byte(bytes[at]) {
            after_dot = false;
        } else {
            return false;
        }
        at += 1;
    }
    !after_dot
}

/// A text that is no field name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName {
    name: String,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a field name: letters, digits and `_`, in parts joined by `.`", self.name)
    }
}

impl Error for InvalidName {}

/// The value of a comparison: any text, and never anything but a value.
///
/// What the text means depends on the field it is compared with, so a number and its digits are the
/// same value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(String);

impl Value {
    /// A value.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::from(if value { "true" } else { "false" })
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(value.to_string())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(value.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["Name", "_x", "9", "zone.name", "a.b.c", "__systemTag__"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a b", "a-b", "naïve", "a==1"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
