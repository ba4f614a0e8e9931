//! Types, requests and calls as tables: what the generator writes for systems that are too large to be written out.
//!
//! Each macro takes one table and gives what the generator writes out for the other systems. A table is a third as long, and a reader sees all that
//! is known of a field in one row. `docs/decisions/0014-zstack-operations-as-tables.md` says why.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::reflect::{Enum, Unknown};
use crate::text::{DateTime, Id};

/// An empty field, as a constant.
pub trait Empty {
    /// The field.
    const EMPTY: Self;
}

impl<T> Empty for Option<T> {
    const EMPTY: Self = None;
}

impl<T> Empty for Vec<T> {
    const EMPTY: Self = Vec::new();
}

impl<K, V> Empty for BTreeMap<K, V> {
    const EMPTY: Self = Self::new();
}

impl Empty for Unknown {
    const EMPTY: Self = Self::NONE;
}

/// A field that takes a `T` from a caller.
pub trait Given<T> {
    /// The field with the value.
    fn given(value: T) -> Self;
}

impl<T> Given<T> for Option<T> {
    fn given(value: T) -> Self {
        Some(value)
    }
}

impl<T> Given<Self> for Vec<T> {
    fn given(value: Self) -> Self {
        value
    }
}

impl<K, V> Given<Self> for BTreeMap<K, V> {
    fn given(value: Self) -> Self {
        value
    }
}

/// A parameter's value as text.
pub trait ParamText {
    /// The text, before any escaping.
    fn text(&self) -> Cow<'_, str>;
}

macro_rules! param_text {
    ($($name:ty: $value:ident => $text:expr;)*) => {$(
        impl ParamText for $name {
            fn text(&self) -> Cow<'_, str> {
                let $value = self;
                $text.into()
            }
        }
    )*};
}

param_text! {
    String: value => value.as_str();
    Id: value => value.as_str();
    DateTime: value => value.as_str();
    bool: value => if *value { "true" } else { "false" };
    i64: value => value.to_string();
    f64: value => value.to_string();
}

impl<T: Enum> ParamText for T {
    fn text(&self) -> Cow<'_, str> {
        Enum::text(self).into()
    }
}

/// The values of a parameter: one, one or none, or several.
pub trait ParamValue {
    /// Hands each to `visit`, with the parameter's name.
    fn visit(&self, name: &'static str, visit: &mut dyn FnMut(&'static str, &str));
}

impl<T: ParamText> ParamValue for T {
    fn visit(&self, name: &'static str, visit: &mut dyn FnMut(&'static str, &str)) {
        visit(name, &self.text());
    }
}

impl<T: ParamText> ParamValue for Option<T> {
    fn visit(&self, name: &'static str, visit: &mut dyn FnMut(&'static str, &str)) {
        self.iter().for_each(|value| visit(name, &value.text()));
    }
}

impl<T: ParamText> ParamValue for Vec<T> {
    fn visit(&self, name: &'static str, visit: &mut dyn FnMut(&'static str, &str)) {
        self.iter().for_each(|value| visit(name, &value.text()));
    }
}

/// A struct: a row for each field with its index, name, type, view and shape.
///
/// ```text
/// Zone = ZONE("Zone").aliases(&["ZoneInventory"]);
/// 0 uuid: Option<Id> = Id, new("uuid", Kind::Id);
/// 1 name: Option<String> = Text, new("name", Kind::Text);
/// ```
///
/// `ZONE` is the static [`Shape`](crate::shape::Shape); `Id` the variant of [`View`](crate::reflect::View) and
/// [`Slot`](crate::reflect::Slot) that hands the field out; `new(..)` and what follows make its [`Field`](crate::shape::Field).
#[macro_export]
#[doc(hidden)]
macro_rules! generated_model {
    (
        $(#[$doc:meta])* $name:ident = $shape:ident($title:literal) $(.$with:ident $given:tt)*;
        $($(#[$field_doc:meta])* $at:literal $field:ident: $ty:ty = $view:ident, $make:ident $def:tt $(.$more:ident $arg:tt)*;)*
    ) => {
        $(#[$doc])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
            /// Fields that this type does not know, written back as they came.
            pub unknown: $crate::generated::Unknown,
        }
        pub(crate) static $shape: $crate::generated::Shape = $crate::generated::Shape::new(
            $title,
            &[$($crate::generated::Field::$make $def $(.$more $arg)*),*],
        ) $(.$with $given)*;
        impl $name {
            const EMPTY: Self = Self {
                $($field: <$ty as $crate::generated::Empty>::EMPTY,)*
                unknown: $crate::generated::Unknown::NONE,
            };
        }
        impl $crate::generated::Model for $name {
            const SHAPE: &'static $crate::generated::Shape = &$shape;
        }
        impl $crate::generated::Struct for $name {
            fn shape(&self) -> &'static $crate::generated::Shape {
                &$shape
            }
            fn view(&self, index: usize) -> $crate::generated::View<'_> {
                match index {
                    $($at => $crate::generated::View::$view(&self.$field),)*
                    _ => $crate::generated::View::Unknown(&self.unknown),
                }
            }
            fn slot(&mut self, index: usize) -> $crate::generated::Slot<'_> {
                match index {
                    $($at => $crate::generated::Slot::$view(&mut self.$field),)*
                    _ => $crate::generated::Slot::Unknown(&mut self.unknown),
                }
            }
        }
    };
}

/// What a caller fills a request with: what it must have at once, the rest by setters.
///
/// ```text
/// CreateZoneRequest(name: String) { description: String, is_default: bool }
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! generated_request {
    ($name:ident($($must:ident: $must_ty:ty),*) { $($may:ident: $may_ty:ty),* }) => {
        impl $name {
            /// A request with what it must have.
            #[must_use]
            #[allow(clippy::too_many_arguments, reason = "the API wants them all")]
            pub fn new($($must: impl Into<$must_ty>),*) -> Self {
                #[allow(unused_mut, reason = "there may be nothing that it must have")]
                let mut request = Self::EMPTY;
                $(request.$must = $crate::generated::Given::<$must_ty>::given($must.into());)*
                request
            }
            $(
                #[doc = concat!("Sets [`", stringify!($may), "`](Self#structfield.", stringify!($may), ").")]
                #[must_use]
                pub fn $may(mut self, $may: impl Into<$may_ty>) -> Self {
                    self.$may = $crate::generated::Given::<$may_ty>::given($may.into());
                    self
                }
            )*
        }
    };
}

/// An enum: a row for each value with its index, name and text.
///
/// ```text
/// ZoneState = ZONE_STATE(&[]);
/// 0 Enabled = "Enabled";
/// ```
///
/// What stands in brackets after the shape's name are the enum's other names.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_choice {
    (
        $(#[$doc:meta])* $name:ident = $shape:ident($aliases:expr);
        $($at:literal $value:ident = $text:literal $(.$more:ident $arg:tt)*;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`.")]
                $value,
            )*
            /// A value that this list does not have, kept as it came.
            Unknown($crate::generated::UnknownValue),
        }
        pub(crate) static $shape: $crate::generated::EnumShape = $crate::generated::EnumShape {
            name: stringify!($name),
            aliases: $aliases,
            values: &[$($crate::generated::EnumValue::new($text) $(.$more $arg)*),*],
        };
        impl $crate::generated::Enum for $name {
            const SHAPE: &'static $crate::generated::EnumShape = &$shape;
            fn from_index(index: usize) -> Option<Self> {
                Some(match index {
                    $($at => Self::$value,)*
                    _ => return None,
                })
            }
            fn known(&self) -> $crate::generated::Known<'_> {
                $crate::generated::Known::Listed(match self {
                    $(Self::$value => $at,)*
                    Self::Unknown(value) => return $crate::generated::Known::Other(value),
                })
            }
            fn from_unknown(value: $crate::generated::UnknownValue) -> Self {
                Self::Unknown(value)
            }
        }
    };
}

/// A typed call: what it must be made with, its parameters in wire order and how each begins, and its body.
///
/// ```text
/// UpdateZone = 4 -> Reply<super::Zone>, (uuid: Id) super::UpdateZoneRequest;
/// uuid: Id = "uuid" uuid.into();
/// user_tags: Vec<String> = "userTags" Vec::new();
/// ```
///
/// 4 is the index of its operation among `OPERATIONS` of the module.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_call {
    (
        $(#[$doc:meta])* $name:ident = $at:literal -> $answer:ty, ($($arg:ident: $given:ty),*) $($body:ty)?;
        $($(#[$param_doc:meta])* $param:ident: $ty:ty = $wire:literal $begin:expr;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$param_doc])* pub $param: $ty,)*
            $(
                /// The body to send.
                pub body: $body,
            )?
        }
        impl $name {
            /// A call with what it must have.
            #[must_use]
            #[allow(clippy::too_many_arguments, reason = "the API wants them all")]
            #[allow(clippy::new_without_default, reason = "what a call must have may change with the API")]
            pub fn new($($arg: impl Into<$given>,)* $(body: $body)?) -> Self {
                Self {
                    $($param: $begin,)*
                    $(body: <$body as From<$body>>::from(body),)?
                }
            }
        }
        impl $crate::generated::Call for $name {
            type Api = ThisApi;
            type Answer = $answer;
            const OPERATION: &'static $crate::generated::Operation = &OPERATIONS[$at];
            $(
                #[inline]
                fn body(&self) -> Option<&dyn $crate::generated::Struct> {
                    let body: &$body = &self.body;
                    Some(body)
                }
            )?
            #[inline]
            #[allow(unused_variables, reason = "a call may have no parameters")]
            fn params(&self, visit: &mut dyn FnMut(&'static str, &str)) {
                $($crate::generated::ParamValue::visit(&self.$param, $wire, visit);)*
            }
        }
    };
}
