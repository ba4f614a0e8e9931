//! The same tables as rows alone: shapes and operations for programs that know a system by name, without its types.
//!
//! A struct is a name that leads to its shape, for the tables of calls; what a table says of Rust types, setters and how
//! values begin is not looked at. `docs/decisions/0046-parts-as-rows.md` says what that saves.

/// A struct as its shape.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_model {
    (
        $(#[$doc:meta])* $name:ident = $shape:ident($title:literal) $(.$with:ident $given:tt)* $(holds $secrets:ident)?;
        $($(#[$field_doc:meta])* $at:literal $field:ident: $ty:ty = $view:ident, $make:ident $def:tt $(.$more:ident $arg:tt)*;)*
    ) => {
        #[doc(hidden)]
        pub static $shape: $crate::generated::Shape = $crate::generated::Shape::new(
            $title,
            &[$($crate::generated::Field::$make $def $(.$more $arg)*),*],
        ) $(.$with $given)*;
        #[doc(hidden)]
        #[deprecated(note = "what it belongs to is off and it is a row alone: turn on a feature that brings the type")]
        pub struct $name;
        impl $crate::generated::Shaped for $name {
            const SHAPE: &'static $crate::generated::Shape = &$shape;
        }
    };
}

/// A union as its kinds and the shape of all their fields.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_union {
    (
        $(#[$doc:meta])* $name:ident = $kinds:ident($any:ident, $tag:expr) $(holds $secrets:ident)?;
        $($(#[$kind_doc:meta])* $at:literal $kind:ident($ty:ident) = $shape:ident, $tags:expr $(, sets $set:ident to $value:expr)?;)*
        shared $shared:tt
    ) => {
        #[doc(hidden)]
        pub static $kinds: $crate::generated::UnionShape = $crate::generated::UnionShape {
            tag: $tag,
            variants: &[$($crate::generated::Variant { shape: &$shape, tags: $tags }),*],
        };
        #[doc(hidden)]
        #[deprecated(note = "what it belongs to is off and it is a row alone: turn on a feature that brings the type")]
        pub struct $name;
        impl $crate::generated::Shaped for $name {
            const SHAPE: &'static $crate::generated::Shape = <$any as $crate::generated::Shaped>::SHAPE;
        }
    };
}

/// An enum as its values.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_choice {
    (
        $(#[$doc:meta])* $name:ident = $shape:ident($aliases:expr);
        $($(#[$value_doc:meta])* $at:literal $value:ident = $text:literal $(.$more:ident $arg:tt)*;)*
    ) => {
        #[doc(hidden)]
        pub static $shape: $crate::generated::EnumShape = $crate::generated::EnumShape {
            name: stringify!($name),
            aliases: $aliases,
            values: &[$($crate::generated::EnumValue::new($text) $(.$more $arg)*),*],
        };
    };
}

/// An operation as its row.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_call {
    (
        $(#[$doc:meta])* $name:ident = $form:ident($($op:expr),*) $(.$with:ident $given:tt)* $(until $until:literal)?;
        ($($arg:ident: $arg_ty:ty),*) $(body($body:ty))? $(maybe($maybe:ty))? -> $how:ident($answer:ty $(, $reference:ty)?);
        $($(#[$param_doc:meta])* $param:ident: $ty:ty [$begin:expr] $place:ident($wire:literal, $kind:expr) $(.$more:ident($($of:tt)*))*;)*
    ) => {
        #[allow(non_upper_case_globals, reason = "it is named like the call that it stands for")]
        const $name: $crate::generated::Operation = {
            const PARAMS: &[$crate::generated::Param] = &[
                $($crate::generated::Param::$place($wire, $kind) $(.$more($($of)*))*,)*
                $($crate::generated::asks::<$reference>(),)?
            ];
            $crate::generated::$form(<ThisApi as $crate::generated::Api>::SYSTEM, $($op),*)
                $(.$with $given)*
                $(.request(<$body as $crate::generated::Shaped>::SHAPE))?
                $(.request(<$maybe as $crate::generated::Shaped>::SHAPE))?
                .params(PARAMS)
                .response($crate::generated::$how::<$answer $(, $reference)?>())
        };
    };
}

/// The operations of a file.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_operations {
    (calls { $($name:ident;)* } $(op($($op:expr),*) $(.$with:ident $given:tt)*;)*) => {
        /// The operations of this family, in schema order.
        pub const OPERATIONS: &[$crate::generated::Operation] = &[
            $($name,)*
            $(
                $crate::generated::Operation::new(<ThisApi as $crate::generated::Api>::SYSTEM, $($op),*)
                    $(.$with $given)*,
            )*
        ];
    };
}

/// The types of a file; of none there is a way to make a value that is not its shape's.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_types {
    (in $($up:ident)::+; $($sort:ident $name:ident = $shape:ident;)*) => {
        pub(in $($up)::+) const TYPES: &[$crate::generated::TypeEntry] = &[$($crate::generated::TypeEntry::$sort(&$shape),)*];
        #[cfg(feature = "typed-registry")]
        pub(in $($up)::+) const MAKES: &[Option<$crate::generated::Make>] = &[$($crate::rows_types! { @$name },)*];
    };
    (@$name:ident) => { None };
}

/// What only a type has: traits, setters, old names.
#[macro_export]
#[doc(hidden)]
macro_rules! rows_nothing {
    ($($table:tt)*) => {};
}
