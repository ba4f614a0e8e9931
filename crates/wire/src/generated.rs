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
use std::ops::Deref;

/// Tables as types.
pub mod typed {
    pub use crate::{
        generated_alias, generated_call, generated_choice, generated_edit, generated_enum, generated_model,
        generated_operations, generated_request, generated_struct, generated_types, generated_union,
    };
}

/// The same tables as rows alone, under the same names.
pub mod rows {
    pub use crate::rows_call as generated_call;
    pub use crate::rows_choice as generated_choice;
    pub use crate::rows_model as generated_model;
    pub use crate::rows_nothing as generated_alias;
    pub use crate::rows_nothing as generated_edit;
    pub use crate::rows_nothing as generated_enum;
    pub use crate::rows_nothing as generated_request;
    pub use crate::rows_nothing as generated_struct;
    pub use crate::rows_operations as generated_operations;
    pub use crate::rows_types as generated_types;
    pub use crate::rows_union as generated_union;
}

/// What has a shape: a type, or the name that stands for one whose table is rows alone.
pub trait Shaped {
    /// The shape.
    const SHAPE: &'static Shape;
}

impl<T: Model> Shaped for T {
    const SHAPE: &'static Shape = <T as Model>::SHAPE;
}

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

/// The row of an operation, as the table of its call begins it.
#[must_use]
pub const fn op(system: System, name: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation::new(system, name, method, path)
}

/// The row of an older form's call, which is that of the newest: what the older one asks for and answers stands there.
#[must_use]
pub const fn older(_: System, newest: &'static Operation) -> Older {
    Older(newest)
}

/// A row that takes nothing from the table of its call.
#[derive(Debug, Clone, Copy)]
pub struct Older(&'static Operation);

impl Older {
    /// The body of the older form.
    #[must_use]
    pub const fn request(self, _: &'static Shape) -> Self {
        self
    }

    /// The parameters of the older form.
    #[must_use]
    pub const fn params(self, _: &'static [Param]) -> Self {
        self
    }

    /// The row, whatever the older form answers.
    #[must_use]
    pub const fn response(self, _: Response) -> Operation {
        *self.0
    }
}

/// An answer without a body.
#[must_use]
pub const fn empty<A>() -> Response {
    Response::Empty
}

/// An answer that is a file.
#[must_use]
pub const fn bytes<A>() -> Response {
    Response::Bytes
}

/// An answer that is one value.
#[must_use]
pub const fn body<A: Shaped>() -> Response {
    Response::Body(A::SHAPE)
}

/// An answer that lists.
pub trait Paged: Shaped {
    /// The field that holds the items.
    const LIST: &'static str;
}

/// An answer that lists.
#[must_use]
pub const fn page<A: Paged>() -> Response {
    Response::Page(A::SHAPE, A::LIST)
}

/// An answer that is a value, or a reference to it.
#[must_use]
pub const fn forms<A: Shaped, R: Shaped>() -> Response {
    Response::Forms(A::SHAPE, R::SHAPE)
}

/// The parameter that says which of the two [`forms`] is wanted.
#[must_use]
pub const fn asks<R: Shaped>() -> Param {
    Param::query(FORMAT, Kind::Text)
}

/// Asks for the value of the two [`forms`].
pub fn ask<R: Model>(visit: &mut dyn FnMut(&'static str, &str)) {
    visit(FORMAT, ENTITY);
}

/// A shared field of a union that is copied.
pub const fn copied<T: Copy>(place: &T) -> T {
    *place
}

/// A shared field of a union that may be there.
pub const fn as_ref<T>(place: &Option<T>) -> Option<&T> {
    place.as_ref()
}

/// A shared field of a union that may be there, without what it is held in.
pub fn as_deref<T: Deref>(place: &Option<T>) -> Option<&T::Target> {
    place.as_deref()
}

/// A shared field of a union that is always there.
pub const fn borrow<T: ?Sized>(place: &T) -> &T {
    place
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

/// The traits of generated structs that need no field names; in one list for many, since each expansion of a macro costs
/// the compiler more than the items that it gives.
///
/// What holds secrets is no [`Serialize`]: the `***` that people are shown would be sent for the password. The two
/// forms that it can be written in are [`crate::json::Wire`] and [`crate::json::Redacted`].
#[macro_export]
#[doc(hidden)]
macro_rules! generated_struct {
    (holds secrets: $($name:ident;)*) => {$(
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
    )*};
    ($($name:ident;)*) => {
        $crate::generated_struct! { holds secrets: $($name;)* }
        $(
            impl $crate::generated::Serialize for $name {
                #[inline]
                fn serialize<S: $crate::generated::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    $crate::generated::serialize(self, serializer)
                }
            }
        )*
    };
}

/// The traits of generated enums that need no value names.
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

/// The traits of generic answers, which the generator does not write.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_reply {
    ($($name:ident),*) => {$(
        impl<T: $crate::generated::Model> Clone for $name<T> {
            fn clone(&self) -> Self {
                let mut copy = Self::default();
                $crate::generated::copy(self, &mut copy);
                copy
            }
        }
        impl<T: $crate::generated::Model> ::std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self as &dyn $crate::generated::Struct, f)
            }
        }
        impl<T: $crate::generated::Model> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                *(self as &dyn $crate::generated::Struct) == *(other as &dyn $crate::generated::Struct)
            }
        }
        impl<T: $crate::generated::Model + $crate::generated::Serialize> $crate::generated::Serialize for $name<T> {
            fn serialize<S: $crate::generated::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::generated::serialize(self, serializer)
            }
        }
        impl<'de, T: $crate::generated::Model> $crate::generated::Deserialize<'de> for $name<T> {
            fn deserialize<D: $crate::generated::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::generated::deserialize(deserializer)
            }
        }
    )*};
}
