//! What filters are evaluated on, and why one cannot be.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::ast::{FieldName, MAX_DEPTH, Value};
use crate::field::{Kind, Place, Schema};
use crate::suggest::suggest;
use crate::text::shown;

/// Something a filter can be asked about: a map, a decoded entity, a row of a table.
///
/// ```
/// use std::collections::BTreeMap;
/// use backhaul_filter::{Place, Record, Scalar};
///
/// struct Row(BTreeMap<String, String>);
///
/// impl Record for Row {
///     fn get(&self, place: Place<'_>) -> Scalar<'_> {
///         match place {
///             Place::Field(path) => self.0.get(path).map(String::as_str).into(),
///             _ => Scalar::Null,
///         }
///     }
/// }
/// ```
pub trait Record {
    /// The value at a place; [`Scalar::Null`] when there is none. Types need not fit the field's
    /// kind: a number may come as text.
    fn get(&self, place: Place<'_>) -> Scalar<'_>;
}

impl<R: Record + ?Sized> Record for &R {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        R::get(self, place)
    }
}

/// A value in a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// No value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text, a date, an identifier, a word of an enumeration.
    Text(Cow<'a, str>),
}

macro_rules! scalar_from {
    ($($from:ty => $value:ident => $scalar:expr;)*) => {$(
        impl<'a> From<$from> for Scalar<'a> {
            fn from($value: $from) -> Self {
                $scalar
            }
        }
    )*};
}

scalar_from! {
    bool => value => Self::Bool(value);
    i64 => value => Self::Int(value);
    i32 => value => Self::Int(value.into());
    u32 => value => Self::Int(value.into());
    f64 => value => Self::Float(value);
    &'a str => value => Self::Text(Cow::Borrowed(value));
    String => value => Self::Text(Cow::Owned(value));
    Cow<'a, str> => value => Self::Text(value);
}

impl<'a, T: Into<Scalar<'a>>> From<Option<T>> for Scalar<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Why an expression cannot be evaluated here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvalError {
    /// The type has no such field.
    UnknownField {
        /// The name in the filter.
        field: FieldName,
        /// The type.
        of: String,
        /// A field of a similar name.
        suggestion: Option<String>,
    },
    /// No record holds the field: only the server can evaluate it.
    ServerOnly {
        /// The name in the filter.
        field: FieldName,
    },
    /// The value is not one of the field's kind.
    BadValue {
        /// The field.
        field: String,
        /// Its kind.
        kind: Kind,
        /// The value.
        value: Value,
    },
    /// The field cannot be calculated with.
    NoNumber {
        /// The field.
        field: String,
        /// Its kind.
        kind: Kind,
    },
    /// What is calculated with is no number, size, length of time or date.
    BadConstant {
        /// What it is.
        value: Value,
    },
    /// Dates and numbers are mixed so that nothing comes out.
    Calculation {
        /// The calculation.
        text: String,
    },
    /// The expression nests deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl EvalError {
    pub(crate) fn unknown(name: &FieldName, schema: &Schema<'_>) -> Self {
        Self::UnknownField {
            field: name.clone(),
            of: schema.name.to_owned(),
            suggestion: suggest(name.as_str(), schema.fields.iter().map(|field| field.name)).map(str::to_owned),
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { field, of, suggestion } => {
                write!(f, "{of} has no filter field `{field}`")?;
                suggestion.as_ref().map_or(Ok(()), |name| write!(f, "; did you mean `{name}`?"))
            }
            Self::ServerOnly { field } => {
                write!(
                    f,
                    "`{field}` is known to the server only: its answers do not hold it, so it cannot be evaluated here"
                )
            }
            Self::BadValue { field, kind, value } => {
                write!(f, "`{field}` holds a {kind}, and {} is not one", shown(value.as_str()))
            }
            Self::NoNumber { field, kind } => {
                write!(f, "`{field}` holds a {kind}, and only numbers and dates are calculated with")
            }
            Self::BadConstant { value } => {
                write!(f, "{} is no number, size, length of time or date", shown(value.as_str()))
            }
            Self::Calculation { text } => {
                write!(f, "in {} dates and numbers do not fit together", shown(text))
            }
            Self::TooDeep => write!(f, "the filter nests deeper than {MAX_DEPTH} groups"),
        }
    }
}

impl Error for EvalError {}
