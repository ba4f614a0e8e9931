//! serde's traits for every generated type: one line each there, all of it here.
//!
//! Both go through the JSON drivers, so any format gets the JSON form: schema names, absent fields left out, secrets redacted.

use serde::de::DeserializeSeed;
use serde::{Deserializer, Serialize, Serializer};

use crate::json::{Context, Out, StructSeed};
use crate::reflect::{Enum, Model, Struct};

/// [`serde::Serialize`] of a generated struct.
///
/// # Errors
/// The serializer's own.
pub fn serialize<S: Serializer>(value: &dyn Struct, serializer: S) -> Result<S::Ok, S::Error> {
    Out::shown(value).serialize(serializer)
}

/// [`serde::Deserialize`] of a generated struct.
///
/// # Errors
/// The deserializer's own.
pub fn deserialize<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    StructSeed { target: &mut value, context: &mut Context::new(None) }.deserialize(deserializer)?;
    Ok(value)
}

/// [`serde::Deserialize`] of a generated enum.
///
/// # Errors
/// The deserializer's own.
pub fn deserialize_enum<'de, E: Enum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    let text: std::borrow::Cow<'de, str> = serde::Deserialize::deserialize(deserializer)?;
    Ok(E::from_text(&text))
}
