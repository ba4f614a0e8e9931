//! serde's traits for every generated type: one line each there, all of it here.
//!
//! serde's side is for people's formats (JSON, YAML, TOML, MessagePack with names): those that describe themselves. Any
//! of them gets the JSON form: schema names, absent fields left out. Secrets are redacted there, so what is written is
//! not what a server takes: that is [`crate::json::encode`] and [`crate::xml::encode`].

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

use crate::context::Context;
use crate::json::{Out, read};
use crate::reflect::{Enum, Model, Struct};

mod transcode;

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
/// The deserializer's own, and that of [`crate::json::decode`].
pub fn deserialize<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    let text = transcode::to_json(deserializer)?;
    read(&mut value, &text, &mut Context::new(None)).map_err(D::Error::custom)?;
    Ok(value)
}

/// [`serde::Deserialize`] of a generated enum.
///
/// # Errors
/// The deserializer's own.
pub fn deserialize_enum<'de, E: Enum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    struct Text<E>(std::marker::PhantomData<E>);
    impl<E: Enum> Visitor<'_> for Text<E> {
        type Value = E;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a {}", E::SHAPE.name)
        }
        fn visit_str<X: Error>(self, text: &str) -> Result<E, X> {
            Ok(E::from_text(text))
        }
    }
    deserializer.deserialize_str(Text(std::marker::PhantomData))
}
