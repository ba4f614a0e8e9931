//! The words a filter may use: the fields of each query type, their kinds, and where a record keeps
//! their values.
//!
//! A filter field is not a field of the entity: `Disabled` is the negation of `Enabled`,
//! `BackupServerName` is the name of a link, and some words only the server understands. [`Source`]
//! says which is which.
//!
//! Types that are known when the code is built have a marker that implements [`QueryType`], and
//! constants that are [`Field`]s; the generated code consists of those. A [`Schema`] can also be
//! put together while running.

use std::fmt;
use std::marker::PhantomData;

use crate::ast::is_name;

/// A type that can be queried, known when the code is built.
pub trait QueryType {
    /// Its fields.
    const DEF: &'static QueryDef;
}

/// The schema of a type that is known when the code is built.
pub type QueryDef = Schema<'static>;

/// A field of a type that is known when the code is built.
pub type FieldDef = FieldSchema<'static>;

/// The fields that a filter on one type may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema<'a> {
    /// The name of the type.
    pub name: &'a str,
    /// Its fields, in the vendor's order.
    pub fields: &'a [FieldSchema<'a>],
}

impl<'a> Schema<'a> {
    /// The field of this name, in any ASCII case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a FieldSchema<'a>> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// One field that a filter may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSchema<'a> {
    /// The name in a filter.
    pub name: &'a str,
    /// What its values are.
    pub kind: Kind,
    /// The values of an enumeration, lowest first; empty for the other kinds.
    pub values: &'a [&'a str],
    /// Where a record keeps the value.
    pub source: Source<'a>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// A number.
    Float,
    /// A moment.
    DateTime,
    /// An identifier: a GUID, or a URN that ends in one.
    Uid,
    /// One of a list of words, compared by place in the list.
    Enum,
}

impl Kind {
    /// Whether the vendor defines an order of such values.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::DateTime | Self::Enum)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Bool => "boolean",
            Self::Int => "whole number",
            Self::Float => "number",
            Self::DateTime => "date and time",
            Self::Uid => "identifier",
            Self::Enum => "enumeration",
        })
    }
}

/// Where the value of a filter field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source<'a> {
    /// A field of the record, by path.
    Field(&'a str),
    /// The opposite of a boolean field.
    Not(&'a str),
    /// An attribute of the record's XML element.
    Attribute(&'a str),
    /// The name on the link of this type.
    LinkName(&'a str),
    /// The identifier in the link of this type.
    LinkId(&'a str),
    /// Nothing in the record: only the server knows.
    ServerOnly,
}

impl<'a> Source<'a> {
    /// Where to look in a record, if a record has it.
    #[must_use]
    pub const fn place(self) -> Option<Place<'a>> {
        match self {
            Self::Field(path) | Self::Not(path) => Some(Place::Field(path)),
            Self::Attribute(name) => Some(Place::Attribute(name)),
            Self::LinkName(link) => Some(Place::LinkName(link)),
            Self::LinkId(link) => Some(Place::LinkId(link)),
            Self::ServerOnly => None,
        }
    }

    /// Whether the value is the opposite of what the record holds.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(self, Self::Not(_))
    }
}

/// A place in a record. What a [`Source`] comes down to: a record never hears of negation or of the
/// server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place<'a> {
    /// A field, by path.
    Field(&'a str),
    /// An attribute of the record's XML element.
    Attribute(&'a str),
    /// The name on the link of this type.
    LinkName(&'a str),
    /// The identifier in the link of this type.
    LinkId(&'a str),
}

/// A field of the query type `Q` with values of the kind `K`: the start of a typed
/// [`Filter`](crate::Filter).
pub struct Field<Q, K> {
    name: &'static str,
    of: PhantomData<fn() -> (Q, K)>,
}

impl<Q, K> Field<Q, K> {
    /// A field by name.
    ///
    /// # Panics
    /// When the name is no field name. In a constant, where fields belong, this is an error of the
    /// build.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        assert!(is_name(name), "not a field name");
        Self { name, of: PhantomData }
    }

    /// The name in a filter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<Q, K> Clone for Field<Q, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, K> Copy for Field<Q, K> {}

impl<Q, K> fmt::Debug for Field<Q, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field").field(&self.name).finish()
    }
}

/// The kinds as types, for [`Field`].
pub mod kind {
    mod sealed {
        #[allow(unnameable_types, reason = "sealed")]
        pub trait Sealed {}
    }

    /// A kind of value.
    pub trait FieldKind: sealed::Sealed {
        /// The kind.
        const KIND: super::Kind;
    }

    /// A kind whose values the vendor gives an order.
    pub trait Ordered: FieldKind {}

    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident $(: $ordered:ident)?),* $(,)?) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}

            impl sealed::Sealed for $name {}

            impl FieldKind for $name {
                const KIND: super::Kind = super::Kind::$name;
            }

            $(impl $ordered for $name {})?
        )*};
    }

    kinds! {
        /// Any text.
        Text,
        /// `true` or `false`.
        Bool,
        /// A whole number.
        Int: Ordered,
        /// A number.
        Float: Ordered,
        /// A moment.
        DateTime: Ordered,
        /// An identifier.
        Uid,
        /// One of a list of words.
        Enum: Ordered,
    }

    /// A moment as the server's clock shows it, in a time zone that the server does not tell (ZStack).
    #[derive(Debug, Clone, Copy)]
    pub enum LocalTime {}

    impl sealed::Sealed for LocalTime {}

    impl FieldKind for LocalTime {
        const KIND: super::Kind = super::Kind::DateTime;
    }

    impl Ordered for LocalTime {}
}
