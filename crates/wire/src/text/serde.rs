//! Ids, dates and secrets in serde's formats.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{DateTime, Id, Secret};

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Takes any text, as [`DateTime::from`] does; [`DateTime::parts`] says whether it is a date.
impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

/// A secret is read as it is. How it is written has to be said, for a `***` that is sent would become the password:
///
/// ```
/// # use backhaul_wire::Secret;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Account {
///     user: String,
///     #[serde(serialize_with = "Secret::redacted")]
///     password: Secret,
/// }
/// ```
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Into::into)
    }
}

impl Secret {
    /// For serde's `serialize_with`: writes `***`, and an empty secret as it is.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn redacted<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_empty() { "" } else { Self::REDACTED })
    }

    /// For serde's `serialize_with`: writes the secret itself.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn exposed<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}
