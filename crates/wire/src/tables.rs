//! Types, requests and calls as tables: what the generator writes.
//!
//! Each macro takes one table and gives what would else be written out. A table is a third as long, and a reader sees
//! all that is known of a field in one row. `docs/decisions/0020-one-dialect-of-generated-code.md` says why.

mod rows;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::reflect::{Edit, Enum, Unknown};
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

impl<T> Empty for Edit<T> {
    const EMPTY: Self = Self::ABSENT;
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

impl<T> Given<Self> for Edit<T> {
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
/// A type that holds a secret, or another type that does, says `holds secrets` at the end of the first line, for those
/// who read it: what such a type lacks is told to `generated_struct!`, which gives all of a file's types their traits.
/// `ZONE` is the static [`Shape`](crate::shape::Shape); `Id` the variant of [`View`](crate::reflect::View) and
/// [`Slot`](crate::reflect::Slot) that hands the field out; `new(..)` and what follows make its
/// [`Field`](crate::shape::Field).
#[macro_export]
#[doc(hidden)]
macro_rules! generated_model {
    (
        $(#[$doc:meta])* $name:ident = $shape:ident($title:literal) $(.$with:ident $given:tt)* $(holds $secrets:ident)?;
        $($(#[$field_doc:meta])* $at:literal $field:ident: $ty:ty = $view:ident, $make:ident $def:tt $(.$more:ident $arg:tt)*;)*
    ) => {
        $(#[$doc])*
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $ty,)*
            /// Fields that this type does not know, written back as they came.
            pub unknown: $crate::generated::Unknown,
        }
        #[doc(hidden)]
        pub static $shape: $crate::generated::Shape = $crate::generated::Shape::new(
            $title,
            &[$($crate::generated::Field::$make $def $(.$more $arg)*),*],
        ) $(.$with $given)*;
        impl $name {
            const EMPTY: Self = Self {
                $($field: $crate::generated::Empty::EMPTY,)*
                unknown: $crate::generated::Unknown::NONE,
            };
        }
        impl $crate::generated::Model for $name {
            const SHAPE: &'static $crate::generated::Shape = &$shape;
        }
        impl $crate::generated::Struct for $name {
            #[inline]
            fn shape(&self) -> &'static $crate::generated::Shape {
                &$shape
            }
            #[inline]
            fn view(&self, index: usize) -> $crate::generated::View<'_> {
                match index {
                    $($at => $crate::generated::View::$view(&self.$field),)*
                    _ => $crate::generated::View::Unknown(&self.unknown),
                }
            }
            #[inline]
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
/// CreateZoneRequest(name: impl Into<String>) { description: impl Into<String>, is_default: bool }
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! generated_request {
    ($name:ident($($must:ident: $must_ty:ty),*) { $($may:ident: $may_ty:ty),* }) => {
        /// A request is made with what it must have; what it may have, too, is set by methods named after the fields.
        impl $name {
            /// A request with what it must have.
            #[must_use]
            #[allow(clippy::too_many_arguments, reason = "the API wants them all")]
            #[inline]
            pub fn new($($must: $must_ty),*) -> Self {
                #[allow(unused_mut, reason = "there may be nothing that it must have")]
                let mut request = Self::EMPTY;
                $(request.$must = $crate::generated::Given::given($must.into());)*
                request
            }
            $(
                #[must_use]
                #[inline]
                pub fn $may(mut self, $may: $may_ty) -> Self {
                    self.$may = $crate::generated::Given::given($may.into());
                    self
                }
            )*
        }
    };
}

/// A union: a row for each kind with its index, name, type, shape and the values of the tag that mean it, and one for
/// each field that every kind has.
///
/// ```text
/// JobItem = JOB_ITEM_KINDS(AnyJobItem, Some("type"));
/// 0 Site(JobSiteItem) = JOB_SITE_ITEM, &["Site"], sets r#type to JobBackupItemType::Site;
/// shared {
///     id: Option<&Id> = as_ref;
/// }
/// ```
///
/// `AnyJobItem` is the struct of unknown kinds; it comes before, and has every field of the known ones. `sets` stands
/// where a tag that was left out can only have one value. A shared field is handed out as it is (`copied`), from a box
/// (`as_deref`), as a reference to what may be there (`as_ref`) or to what is (`borrow`).
#[macro_export]
#[doc(hidden)]
macro_rules! generated_union {
    (
        $(#[$doc:meta])* $name:ident = $kinds:ident($any:ident, $tag:expr) $(holds $secrets:ident)?;
        $($(#[$kind_doc:meta])* $at:literal $kind:ident($ty:ident) = $shape:ident, $tags:expr $(, sets $set:ident to $value:expr)?;)*
        shared { $($(#[$field_doc:meta])* $field:ident: $held:ty = $how:ident;)* }
    ) => {
        $(#[$doc])*
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "a box for each would cost more than it saves")]
        pub enum $name {
            $($(#[$kind_doc])* $kind($ty),)*
            /// A kind that this list does not have, with its body.
            Unknown($any),
        }
        #[doc(hidden)]
        pub static $kinds: $crate::generated::UnionShape = $crate::generated::UnionShape {
            tag: $tag,
            variants: &[$($crate::generated::Variant { shape: &$shape, tags: $tags }),*],
        };
        impl $name {
            const EMPTY: Self = Self::Unknown($any::EMPTY);
        }
        $crate::generated_union! { @shared $name [$($kind)*] $($(#[$field_doc])* $field: $held = $how;)* }
        impl $crate::generated::Model for $name {
            const SHAPE: &'static $crate::generated::Shape = <$any as $crate::generated::Model>::SHAPE;
        }
        impl $crate::generated::Struct for $name {
            #[inline]
            fn shape(&self) -> &'static $crate::generated::Shape {
                match self {
                    $(Self::$kind(kind) => kind.shape(),)*
                    Self::Unknown(kind) => kind.shape(),
                }
            }
            #[inline]
            fn view(&self, index: usize) -> $crate::generated::View<'_> {
                match self {
                    $(Self::$kind(kind) => kind.view(index),)*
                    Self::Unknown(kind) => kind.view(index),
                }
            }
            #[inline]
            fn slot(&mut self, index: usize) -> $crate::generated::Slot<'_> {
                match self {
                    $(Self::$kind(kind) => kind.slot(index),)*
                    Self::Unknown(kind) => kind.slot(index),
                }
            }
            #[inline]
            fn union(&mut self) -> Option<&mut dyn $crate::generated::UnionSlot> {
                Some(self)
            }
        }
        impl $crate::generated::UnionSlot for $name {
            #[inline]
            fn kinds(&self) -> &'static $crate::generated::UnionShape {
                &$kinds
            }
            #[inline]
            fn choose(&mut self, index: Option<usize>) {
                *self = match index {
                    $(Some($at) => Self::$kind(Default::default()),)*
                    _ => Self::Unknown(Default::default()),
                };
            }
        }
        /// The kind that the fields say it is; unknown when no kind has all of them.
        impl From<$any> for $name {
            #[inline]
            fn from(any: $any) -> Self {
                $crate::generated::narrow(&any).unwrap_or(Self::Unknown(any))
            }
        }
        $(
            impl From<$ty> for $name {
                #[inline]
                #[allow(unused_mut, reason = "its tag may have several values")]
                fn from(mut kind: $ty) -> Self {
                    $(kind.$set.get_or_insert($value);)?
                    Self::$kind(kind)
                }
            }
        )*
    };
    (@shared $name:ident $kinds:tt $($(#[$doc:meta])* $field:ident: $held:ty = $how:ident;)*) => {
        impl $name {
            $(
                $(#[$doc])*
                #[must_use]
                #[inline]
                pub fn $field(&self) -> $held {
                    $crate::generated_union! { @match self $kinds $field $how }
                }
            )*
        }
    };
    (@match $self:ident [$($kind:ident)*] $field:ident $how:ident) => {
        match $self {
            $(Self::$kind(kind) => $crate::generated::$how(&kind.$field),)*
            Self::Unknown(kind) => $crate::generated::$how(&kind.$field),
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
        $($(#[$value_doc:meta])* $at:literal $value:ident = $text:literal $(.$more:ident $arg:tt)*;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$value_doc])* $value,)*
            /// A value that this list does not have, kept as it came.
            Unknown($crate::generated::UnknownValue),
        }
        #[doc(hidden)]
        pub static $shape: $crate::generated::EnumShape = $crate::generated::EnumShape {
            name: stringify!($name),
            aliases: $aliases,
            values: &[$($crate::generated::EnumValue::new($text) $(.$more $arg)*),*],
        };
        impl $crate::generated::Enum for $name {
            const SHAPE: &'static $crate::generated::EnumShape = &$shape;
            #[inline]
            fn from_index(index: usize) -> Option<Self> {
                Some(match index {
                    $($at => Self::$value,)*
                    _ => return None,
                })
            }
            #[inline]
            fn known(&self) -> $crate::generated::Known<'_> {
                $crate::generated::Known::Listed(match self {
                    $(Self::$value => $at,)*
                    Self::Unknown(value) => return $crate::generated::Known::Other(value),
                })
            }
            #[inline]
            fn from_unknown(value: $crate::generated::UnknownValue) -> Self {
                Self::Unknown(value)
            }
        }
    };
}

/// An operation: its row, and a typed call of it.
///
/// ```text
/// UpdateZone = op("UpdateZone", "PUT", "/zstack/v1/zones/{uuid}/actions").wrapper("updateZone").long_running();
/// (uuid: impl Into<Id>) body(UpdateZoneRequest) -> body(Reply<Zone>);
/// uuid: Id [uuid.into()] path("uuid", Kind::Id);
/// user_tags: Vec<String> [Vec::new()] body("userTags", Kind::Text).list();
/// ```
///
/// In the second line stand what the call must be made with, its body (`maybe` where it may be left out), how the
/// answer comes ([`Response`](crate::operation::Response)) and its type; below, a row for each parameter with its name,
/// type, how it begins and its [`Param`](crate::operation::Param). A call of an older form begins with `GetX =
/// older(GetXNow::OPERATION) until 5;` instead.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_call {
    (
        $(#[$doc:meta])* $name:ident = $form:ident($($op:expr),*) $(.$with:ident $given:tt)* $(until $until:literal)?;
        ($($arg:ident: $arg_ty:ty),*) $(body($body:ty))? $(maybe($maybe:ty))? -> $how:ident($answer:ty $(, $reference:ty)?);
        $($(#[$param_doc:meta])* $param:ident: $ty:ty [$begin:expr] $place:ident($wire:literal, $kind:expr) $(.$more:ident($($of:tt)*))*;)*
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
            $(
                /// The body to send, if any.
                pub body: Option<$maybe>,
            )?
        }
        impl $name {
            /// A call with what it must have.
            #[must_use]
            #[allow(clippy::too_many_arguments, reason = "the API wants them all")]
            #[allow(clippy::new_without_default, reason = "what a call must have may change with the API")]
            #[inline]
            pub fn new($($arg: $arg_ty,)* $(body: $body)?) -> Self {
                Self {
                    $($param: $begin,)*
                    $(body: { let body: $body = body; body },)?
                    $(body: None::<$maybe>,)?
                }
            }
        }
        impl $crate::generated::Call for $name {
            type Api = ThisApi;
            type Answer = $answer;
            const OPERATION: &'static $crate::generated::Operation = {
                // By itself, since what refers to the static of an enum is not promoted inside an expression.
                const PARAMS: &[$crate::generated::Param] = &[
                    $($crate::generated::Param::$place($wire, $kind) $(.$more($($of)*))*,)*
                    $($crate::generated::asks::<$reference>(),)?
                ];
                &$crate::generated::$form(<ThisApi as $crate::generated::Api>::SYSTEM, $($op),*)
                    $(.$with $given)*
                    $(.request(<$body as $crate::generated::Model>::SHAPE))?
                    $(.request(<$maybe as $crate::generated::Model>::SHAPE))?
                    .params(PARAMS)
                    .response($crate::generated::$how::<$answer $(, $reference)?>())
            };
            $(const FORM_UNTIL: Option<$crate::generated::ApiVersion> = $crate::generated::ApiVersion::new($until);)?
            $(
                #[inline]
                fn body(&self) -> Option<&dyn $crate::generated::Struct> {
                    let body: &$body = &self.body;
                    Some(body)
                }
            )?
            $(
                #[inline]
                fn body(&self) -> Option<&dyn $crate::generated::Struct> {
                    let body: Option<&$maybe> = self.body.as_ref();
                    body.map(|body| body as &dyn $crate::generated::Struct)
                }
            )?
            #[allow(unused_variables, reason = "a call may have no parameters")]
            #[inline]
            fn params(&self, visit: &mut dyn FnMut(&'static str, &str)) {
                $($crate::generated::ParamValue::visit(&self.$param, $wire, visit);)*
                // A typed call reads one type, so it always asks for all fields.
                $($crate::generated::ask::<$reference>(visit);)?
            }
        }
    };
}

/// The operations of a file: calls by name, and operations that have none as rows.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_operations {
    (calls { $($name:ident;)* } $(op($($op:expr),*) $(.$with:ident $given:tt)*;)*) => {
        /// The operations of this family, in schema order.
        pub const OPERATIONS: &[$crate::generated::Operation] = &[
            $(*<$name as $crate::generated::Call>::OPERATION,)*
            $(
                $crate::generated::Operation::new(<ThisApi as $crate::generated::Api>::SYSTEM, $($op),*)
                    $(.$with $given)*,
            )*
        ];
    };
}

/// The types of a file, in schema order: of a struct or enum its name and shape.
///
/// ```text
/// in super;
/// Struct Zone = ZONE;
/// Enum ZoneState = ZONE_STATE;
/// ```
///
/// The list of shapes costs a build nothing but data. How generated values are made stands in a list of its own, which
/// makes every type part of the program.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_types {
    (in $($up:ident)::+; $($sort:ident $name:ident = $shape:ident;)*) => {
        #[cfg(feature = "registry")]
        pub(in $($up)::+) const TYPES: &[$crate::generated::TypeEntry] = &[$($crate::generated::TypeEntry::$sort(&$shape),)*];
        #[cfg(feature = "typed-registry")]
        pub(in $($up)::+) const MAKES: &[Option<$crate::generated::Make>] =
            &[$($crate::generated_types! { @$sort $name },)*];
    };
    (@Struct $name:ident) => { Some($crate::generated::make::<$name>) };
    (@Enum $name:ident) => { None };
}

/// An old name of a type or call, for those who use it.
#[macro_export]
#[doc(hidden)]
macro_rules! generated_alias {
    ($($item:item)*) => { $($item)* };
}
