//! What generated code calls. Not for use by hand: it may change with any release of the generator.

pub use crate::operation::{Answer, Api, Call, ENTITY, FORMAT, Form, Operation, Param, ParamPlace, Response, System};
pub use crate::reflect::{
    Edit, EditValue, Enum, EnumList, EnumSlot, Known, Model, Slot, Struct, StructList, StructMap, StructSlot,
    UnionSlot, Unknown, UnknownValue, View, copy, narrow,
};
pub use crate::serde_impl::{deserialize, deserialize_enum, serialize};
pub use crate::shape::{EnumShape, EnumValue, Field, Kind, Shape, UnionShape, Variant};
pub use crate::tables::{Empty, Given, ParamText, ParamValue};
pub use crate::text::{DateTime, Id, Secret};
pub use crate::version::{ApiVersion, Versions};
pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Value;
pub use std::collections::BTreeMap;

/// How an empty value of some type is made.
pub type Make = fn() -> Box<dyn Struct>;

/// A generated type, as `types` and `check` find it by name.
#[derive(Debug, Clone, Copy)]
pub enum TypeEntry {
    /// A struct.
    Struct(&'static Shape),
    /// An enum.
    Enum(&'static EnumShape),
}

impl TypeEntry {
    /// The type's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Struct(shape) => shape.name,
            Self::Enum(shape) => shape.name,
        }
    }

    /// Names that vendors' documents give the type.
    #[must_use]
    pub const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Struct(shape) => shape.aliases,
            Self::Enum(shape) => shape.aliases,
        }
    }
}

/// An empty value, whatever its type.
#[must_use]
pub fn make<T: Model>() -> Box<dyn Struct> {
    Box::<T>::default()
}

/// How many items lists have in all.
#[must_use]
pub const fn total<T>(parts: &[&[T]]) -> usize {
    let (mut total, mut part) = (0, 0);
    while part < parts.len() {
        total += parts[part].len();
        part += 1;
    }
    total
}

/// The items of all lists, in one. `N` is their [`total`], and not 0.
#[must_use]
pub const fn concat<T: Copy, const N: usize>(parts: &[&[T]]) -> [T; N] {
    let mut first = 0;
    while parts[first].is_empty() {
        first += 1;
    }
    let mut all = [parts[first][0]; N];
    let (mut next, mut part) = (0, 0);
    while part < parts.len() {
        let mut item = 0;
        while item < parts[part].len() {
            all[next] = parts[part][item];
            next += 1;
            item += 1;
        }
        part += 1;
    }
    all
}

/// The traits of a generated struct that need no field names.
///
/// What holds secrets is no [`Serialize`]: the `***` that people are shown would be sent for the password. The two
/// forms that it can be written in are [`crate::json::Wire`] and [`crate::json::Redacted`].
#[macro_export]
#[doc(hidden)]
macro_rules! generated_struct {
    (holds secrets: $name:ident;) => { $crate::generated_struct! { @ $name } };
    ($($name:ident;)*) => {$(
        $crate::generated_struct! { @ $name }
        impl $crate::generated::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::generated::serialize(self, serializer)
            }
        }
    )*};
    (@ $name:ident) => {
        impl Default for $name {
            #[inline]
            fn default() -> Self {
                // A constant: making one is a copy, not a store per field, and costs a build less.
                Self::EMPTY
            }
        }
        impl Clone for $name {
            #[inline]
            fn clone(&self) -> Self {
                let mut copy = <Self as Default>::default();
                $crate::generated::copy(self, &mut copy);
                copy
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self as &dyn $crate::generated::Struct, f)
            }
        }
        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                *(self as &dyn $crate::generated::Struct) == *(other as &dyn $crate::generated::Struct)
            }
        }
        impl<'de> $crate::generated::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::generated::deserialize(deserializer)
            }
        }
    };
}

/// The traits of a generated enum that need no value names.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_enum {
    ($($name:ident;)*) => {$(
        impl $name {
            /// The text as on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                $crate::generated::Enum::text(self)
            }
        }
        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl AsRef<str> for $name {
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
        impl From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                $crate::generated::Enum::from_text(text)
            }
        }
        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }
        impl Eq for $name {}
        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }
        impl $crate::generated::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> $crate::generated::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::generated::deserialize_enum(deserializer)
            }
        }
    )*};
}

/// What an edited field holds.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_edit {
    ($kind:ident $name:ident) => {
        impl $crate::generated::EditValue for $name {
            #[inline]
            fn view(place: &Option<Self>) -> $crate::generated::View<'_> {
                $crate::generated::View::$kind(place)
            }
            #[inline]
            fn slot(place: &mut Option<Self>) -> $crate::generated::Slot<'_> {
                $crate::generated::Slot::$kind(place)
            }
        }
    };
}
