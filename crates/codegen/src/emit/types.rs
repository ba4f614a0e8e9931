use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::names::{constant, field_name, module_name, type_name, variant};
use super::unions::{any_name, union, wide_doc};
use super::words::{field_words, type_words};
use super::{doc, render};
use crate::ir::{Field, Kind, Place, Repeat, Struct, Type, TypeShape, Types, Value, Versions};

/// The types of one family, as a file. Those in `requests` are sent, and get a constructor and setters; fields that edit hold
/// those in `edited`.
#[must_use]
pub fn family(title: &str, types: &[&Type], requests: &BTreeSet<&str>, edited: &BTreeSet<&str>) -> String {
    let mut structs = Vec::new();
    let mut enums = Vec::new();
    let bodies = types.iter().map(|ty| {
        let name = type_name(&ty.name);
        match &ty.shape {
            TypeShape::Struct(body) => {
                structs.push(quote! { #name; });
                let sent = requests.contains(ty.name.as_str()).then(|| constructor(ty, body));
                let body = structure(ty, &ty.name, body, None);
                quote! { #body #sent }
            }
            TypeShape::Union(body) => {
                let any = type_name(&any_name(&ty.name));
                structs.push(quote! { #name; #any; });
                union(ty, body)
            }
            TypeShape::Enum(values) => {
                enums.push(quote! { #name; });
                enumeration(ty, values)
            }
        }
    });
    let bodies: TokenStream = bodies.collect();
    let edited = types.iter().filter(|ty| edited.contains(ty.name.as_str())).map(|ty| {
        let kind = format_ident!("{}", if matches!(ty.shape, TypeShape::Enum(_)) { "Enum" } else { "Struct" });
        let name = type_name(&ty.name);
        quote! { backhaul_wire::generated_edit! { #kind #name } }
    });
    let title = format!(" {title}");
    let structs = (!structs.is_empty()).then(|| quote! { backhaul_wire::generated_struct! { #(#structs)* } });
    let enums = (!enums.is_empty()).then(|| quote! { backhaul_wire::generated_enum! { #(#enums)* } });
    render(quote! {
        #![doc = #title]
        use super::prelude::*;
        #bodies
        #structs
        #enums
        #(#edited)*
    })
}

/// The module that gathers a system's families.
#[must_use]
pub fn module(types: &Types, api: &str) -> String {
    let api = format_ident!("{api}");
    let families: Vec<_> =
        types.by_family().into_keys().map(|family| format_ident!("{}", module_name(family))).collect();
    let entries = types.types.iter().map(|ty| {
        let name = type_name(&ty.name);
        let shape = constant(&ty.name);
        match ty.shape {
            TypeShape::Struct(_) | TypeShape::Union(_) => quote! { TypeEntry::Struct(&#shape, make::<#name>) },
            TypeShape::Enum(_) => quote! { TypeEntry::Enum(&#shape) },
        }
    });
    render(quote! {
        pub mod operations;
        #(mod #families;)*
        #(pub use #families::*;)*
        mod prelude {
            pub(super) use backhaul_wire::generated::*;
            pub(super) use super::*;
            pub(super) use super::super::#api as ThisApi;
        }
        #[cfg(feature = "registry")]
        use backhaul_wire::generated::{TypeEntry, make};
        /// Every type, in schema order.
        #[cfg(feature = "registry")]
        pub static TYPES: &[TypeEntry] = &[#(#entries),*];
    })
}

/// A struct named `rust`; `union` when its shape is that of a union.
pub(super) fn structure(ty: &Type, rust: &str, body: &Struct, union: Option<&TokenStream>) -> TokenStream {
    let name = type_name(rust);
    let shape = constant(&ty.name);
    let docs = match union {
        None => doc(&documentation(ty)),
        Some(_) => doc(&wide_doc(ty)),
    };
    let members = body.fields.iter().map(|field| {
        let (ident, docs, rust) = (member(field), doc(&field_doc(field)), rust_type(field));
        quote! { #docs pub #ident: #rust, }
    });
    let empties = body.fields.iter().map(|field| {
        let ident = member(field);
        match field.repeat {
            Repeat::One if field.edit => quote! { #ident: Edit::ABSENT, },
            Repeat::One => quote! { #ident: None, },
            Repeat::List => quote! { #ident: Vec::new(), },
            Repeat::Map => quote! { #ident: BTreeMap::new(), },
        }
    });
    let fields = body.fields.iter().map(field_shape);
    let aliases = &ty.aliases;
    let aliases = (!aliases.is_empty()).then(|| quote! { .aliases(&[#(#aliases),*]) });
    let root = body.root.as_ref().map(|root| quote! { .root(#root) });
    let bare = body.bare_list.map(|index| {
        let index = Literal::usize_unsuffixed(index);
        quote! { .bare_list(#index) }
    });
    let title = &ty.name;
    let versions = versions(ty.versions);
    let accessors = accessors(body);
    quote! {
        #docs
        #[non_exhaustive]
        pub struct #name {
            #(#members)*
            /// Fields that this type does not know, written back as they came.
            pub unknown: Unknown,
        }
        pub(crate) static #shape: Shape = Shape::new(#title, &[#(#fields),*]) #aliases #root #bare #union #versions;
        impl #name {
            const EMPTY: Self = Self { #(#empties)* unknown: Unknown::NONE };
        }
        impl Model for #name {
            const SHAPE: &'static Shape = &#shape;
        }
        impl Struct for #name {
            fn shape(&self) -> &'static Shape { &#shape }
            #accessors
        }
    }
}

/// What a caller fills a request with: what it must have at once, the rest by setters.
fn constructor(ty: &Type, body: &Struct) -> TokenStream {
    let name = type_name(&ty.name);
    let (required, optional): (Vec<_>, Vec<_>) = body.fields.iter().partition(|field| field.required);
    let args = required.iter().map(|field| {
        let (ident, given) = (member(field), given_type(field));
        quote! { #ident: #given }
    });
    let sets = required.iter().map(|field| {
        let (ident, value) = (member(field), given_value(field));
        match (field.repeat, field.edit) {
            (Repeat::One, _) | (_, true) => quote! { #ident: #value, },
            _ => quote! { #ident, },
        }
    });
    let setters = optional.iter().map(|field| {
        let (ident, given, value, docs) =
            (member(field), given_type(field), given_value(field), doc(&field_doc(field)));
        quote! {
            #docs
            #[must_use]
            pub fn #ident(mut self, #ident: #given) -> Self { self.#ident = #value; self }
        }
    });
    let new = if required.is_empty() {
        quote! { Self::default() }
    } else {
        quote! { Self { #(#sets)* ..Self::default() } }
    };
    quote! {
        impl #name {
            /// A request with what it must have.
            #[must_use]
            pub fn new(#(#args),*) -> Self { #new }
            #(#setters)*
        }
    }
}

/// What a setter takes.
fn given_type(field: &Field) -> TokenStream {
    let rust = rust_type(field);
    match (field.repeat, &field.kind) {
        _ if field.edit => quote! { impl Into<#rust> },
        (Repeat::One, Kind::Bool) => quote! { bool },
        (Repeat::One, Kind::Int) => quote! { i64 },
        (Repeat::One, Kind::Float) => quote! { f64 },
        (Repeat::One, Kind::Struct(name)) => {
            let name = type_name(name);
            quote! { #name }
        }
        (Repeat::One, Kind::Text) => quote! { impl Into<String> },
        (Repeat::One, Kind::Id) => quote! { impl Into<Id> },
        (Repeat::One, Kind::DateTime) => quote! { impl Into<DateTime> },
        (Repeat::One, Kind::Secret) => quote! { impl Into<Secret> },
        (Repeat::One, Kind::Json) => quote! { impl Into<Value> },
        (Repeat::One, Kind::Enum(name)) => {
            let name = type_name(name);
            quote! { impl Into<#name> }
        }
        _ => rust,
    }
}

fn given_value(field: &Field) -> TokenStream {
    let ident = member(field);
    match (field.repeat, &field.kind) {
        _ if field.edit => quote! { #ident.into() },
        (Repeat::One, Kind::Bool | Kind::Int | Kind::Float) => quote! { Some(#ident) },
        (Repeat::One, Kind::Struct(_)) if field.boxed => quote! { Some(Box::new(#ident)) },
        (Repeat::One, Kind::Struct(_)) => quote! { Some(#ident) },
        (Repeat::One, _) => quote! { Some(#ident.into()) },
        _ => quote! { #ident },
    }
}

/// The places of the fields, to read and to write.
fn accessors(body: &Struct) -> TokenStream {
    if body.fields.is_empty() {
        return quote! {
            fn view(&self, _: usize) -> View<'_> { View::Unknown(&self.unknown) }
            fn slot(&mut self, _: usize) -> Slot<'_> { Slot::Unknown(&mut self.unknown) }
        };
    }
    let view = arms(body, "View", &quote! { & });
    let slot = arms(body, "Slot", &quote! { &mut });
    quote! {
        fn view(&self, index: usize) -> View<'_> { match index { #view _ => View::Unknown(&self.unknown) } }
        fn slot(&mut self, index: usize) -> Slot<'_> { match index { #slot _ => Slot::Unknown(&mut self.unknown) } }
    }
}

/// `0 => View::Text(&self.name), ...`
fn arms(body: &Struct, of: &str, borrow: &TokenStream) -> TokenStream {
    let of = format_ident!("{of}");
    let arms = body.fields.iter().enumerate().map(|(index, field)| {
        let index = Literal::usize_unsuffixed(index);
        let (ident, variant) = (member(field), format_ident!("{}", access(field)));
        quote! { #index => #of::#variant(#borrow self.#ident), }
    });
    arms.collect()
}

/// The Rust name of a field. An XML element that repeats by itself has a singular name; its list is named as in JSON.
pub(super) fn member(field: &Field) -> proc_macro2::Ident {
    let bare = field.repeat == Repeat::List && field.item.is_none();
    field_name(if bare { &field.json } else { &field.wire })
}

pub(super) fn access(field: &Field) -> &'static str {
    if field.edit {
        return "Edit";
    }
    match (field.repeat, &field.kind) {
        (Repeat::One, Kind::Bool) => "Bool",
        (Repeat::One, Kind::Int) => "Int",
        (Repeat::One, Kind::Float) => "Float",
        (Repeat::One, Kind::Text) => "Text",
        (Repeat::One, Kind::Id) => "Id",
        (Repeat::One, Kind::DateTime) => "DateTime",
        (Repeat::One, Kind::Secret) => "Secret",
        (Repeat::One, Kind::Json) => "Json",
        (Repeat::One, Kind::Enum(_)) => "Enum",
        (Repeat::One, Kind::Struct(_)) => "Struct",
        (Repeat::List, Kind::Bool) => "Bools",
        (Repeat::List, Kind::Int) => "Ints",
        (Repeat::List, Kind::Float) => "Floats",
        (Repeat::List, Kind::Text | Kind::Secret) => "Texts",
        (Repeat::List, Kind::Id) => "Ids",
        (Repeat::List, Kind::DateTime) => "DateTimes",
        (Repeat::List, Kind::Json) => "Jsons",
        (Repeat::List, Kind::Enum(_)) => "Enums",
        (Repeat::List, Kind::Struct(_)) => "Structs",
        (Repeat::Map, Kind::Text) => "TextMap",
        (Repeat::Map, Kind::Struct(_)) => "StructMap",
        (Repeat::Map, _) => "JsonMap",
    }
}

fn rust_type(field: &Field) -> TokenStream {
    held_type(field, true)
}

/// The type of a field, or of the one value that it may hold.
pub(super) fn held_type(field: &Field, whole: bool) -> TokenStream {
    let one = match &field.kind {
        Kind::Bool => quote! { bool },
        Kind::Int => quote! { i64 },
        Kind::Float => quote! { f64 },
        Kind::Text => quote! { String },
        Kind::Secret if field.repeat != Repeat::One => quote! { String },
        Kind::Id => quote! { Id },
        Kind::DateTime => quote! { DateTime },
        Kind::Secret => quote! { Secret },
        Kind::Json => quote! { Value },
        Kind::Enum(name) | Kind::Struct(name) => {
            let name = type_name(name);
            if field.boxed {
                quote! { Box<#name> }
            } else {
                quote! { #name }
            }
        }
    };
    match field.repeat {
        Repeat::One if !whole => one,
        Repeat::One if field.edit => quote! { Edit<#one> },
        Repeat::One => quote! { Option<#one> },
        Repeat::List => quote! { Vec<#one> },
        Repeat::Map => match field.kind {
            Kind::Text | Kind::Struct(_) => quote! { BTreeMap<String, #one> },
            _ => quote! { BTreeMap<String, Value> },
        },
    }
}

/// What a method that reads a field gives.
pub(super) fn access_type(field: &Field) -> TokenStream {
    let name = |name: &str| {
        let name = type_name(name);
        quote! { #name }
    };
    let one = match &field.kind {
        Kind::Bool => quote! { bool },
        Kind::Int => quote! { i64 },
        Kind::Float => quote! { f64 },
        Kind::Text => quote! { String },
        Kind::Id => quote! { Id },
        Kind::DateTime => quote! { DateTime },
        Kind::Secret => quote! { Secret },
        Kind::Json => quote! { Value },
        Kind::Enum(target) | Kind::Struct(target) => name(target),
    };
    match (field.repeat, &field.kind) {
        (Repeat::One, Kind::Bool | Kind::Int | Kind::Float) => quote! { Option<#one> },
        (Repeat::One, _) => quote! { Option<&#one> },
        _ => {
            let held = rust_type(field);
            quote! { &#held }
        }
    }
}

/// `Field::new("name", Kind::Text).required()`
pub(super) fn field_shape(field: &Field) -> TokenStream {
    let wire = &field.wire;
    let kind = kind(&field.kind);
    let new = match field.repeat {
        Repeat::One => quote! { new },
        Repeat::List => quote! { list },
        Repeat::Map => quote! { map },
    };
    let json = (field.json != field.wire).then(|| {
        let json = &field.json;
        quote! { .json(#json) }
    });
    let item = field.item.as_ref().map(|item| quote! { .item(#item) });
    let json_item = field.json_item.as_ref().map(|item| quote! { .json_item(#item) });
    let place = match field.place {
        Place::Element => None,
        Place::Attribute => Some(quote! { .attribute() }),
        Place::Text => Some(quote! { .text() }),
    };
    let required = field.required.then(|| quote! { .required() });
    let uncertain = field.uncertain.then(|| quote! { .uncertain() });
    let versions = versions(field.versions);
    quote! { Field::#new(#wire, #kind) #json #item #json_item #place #required #uncertain #versions }
}

pub(super) fn kind(kind: &Kind) -> TokenStream {
    match kind {
        Kind::Bool => quote! { Kind::Bool },
        Kind::Int => quote! { Kind::Int },
        Kind::Float => quote! { Kind::Float },
        Kind::Text => quote! { Kind::Text },
        Kind::Id => quote! { Kind::Id },
        Kind::DateTime => quote! { Kind::DateTime },
        Kind::Secret => quote! { Kind::Secret },
        Kind::Json => quote! { Kind::Json },
        Kind::Enum(name) => {
            let name = constant(name);
            quote! { Kind::Enum(&#name) }
        }
        Kind::Struct(name) => {
            let name = constant(name);
            quote! { Kind::Struct(&#name) }
        }
    }
}

/// `.since(6).until(7)`
pub(super) fn versions(versions: Versions) -> TokenStream {
    let since = versions.since.map(Literal::u8_unsuffixed).map(|version| quote! { .since(#version) });
    let until = versions.until.map(Literal::u8_unsuffixed).map(|version| quote! { .until(#version) });
    quote! { #since #until }
}

fn enumeration(ty: &Type, values: &[Value]) -> TokenStream {
    let name = type_name(&ty.name);
    let shape = constant(&ty.name);
    let docs = doc(&documentation(ty));
    let idents: Vec<_> = values.iter().map(|value| variant(&value.name)).collect();
    let variants = values.iter().zip(&idents).map(|(value, ident)| {
        let text = if value.doc.is_empty() {
            format!("`{}`.", value.name)
        } else {
            format!("`{}`: {}", value.name, value.doc)
        };
        let docs = doc(&with_versions(text, value.versions));
        quote! { #docs #ident, }
    });
    let shapes = values.iter().map(|value| {
        let (text, versions) = (&value.name, versions(value.versions));
        quote! { EnumValue::new(#text) #versions }
    });
    let aliases = &ty.aliases;
    let indices: Vec<_> = (0..values.len()).map(Literal::usize_unsuffixed).collect();
    quote! {
        #docs
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants)*
            /// A value that this list does not have, kept as it came.
            Unknown(UnknownValue),
        }
        pub(crate) static #shape: EnumShape = EnumShape { name: stringify!(#name), aliases: &[#(#aliases),*], values: &[#(#shapes),*] };
        impl Enum for #name {
            const SHAPE: &'static EnumShape = &#shape;
            fn from_index(index: usize) -> Option<Self> {
                Some(match index { #(#indices => Self::#idents,)* _ => return None })
            }
            fn known(&self) -> Known<'_> {
                Known::Listed(match self { #(Self::#idents => #indices,)* Self::Unknown(value) => return Known::Other(value) })
            }
            fn from_unknown(value: UnknownValue) -> Self { Self::Unknown(value) }
        }
    }
}

pub(super) fn documentation(ty: &Type) -> String {
    let mut text = if ty.doc.is_empty() { type_words(&ty.name) } else { ty.doc.clone() };
    if ty.versions != Versions::default() {
        text = with_versions(text, ty.versions);
    }
    if let Some(evidence) = evidence(&ty.evidence) {
        text = format!("{text}\n\n{evidence}");
    }
    format!("{text}\n\nSchema: `{}`", ty.source)
}

pub(super) fn field_doc(field: &Field) -> String {
    let text = if field.doc.is_empty() { field_words(&field.wire) } else { field.doc.clone() };
    with_versions(text, field.versions)
}

/// `... (v6 and later)`.
pub(super) fn with_versions(text: String, versions: Versions) -> String {
    let range = match (versions.since, versions.until) {
        (None, None) => return text,
        (Some(since), None) => format!("v{since} and later"),
        (None, Some(until)) => format!("up to v{until}"),
        (Some(since), Some(until)) if since == until => format!("v{since}"),
        (Some(since), Some(until)) => format!("v{since} to v{until}"),
    };
    format!("{text} ({range})")
}

/// What tells that versions without a vendor's document have something: `Evidence: v3 documented, v4 inferred.`
pub(super) fn evidence(marks: &[(u8, String)]) -> Option<String> {
    let marks: Vec<String> = marks.iter().map(|(version, mark)| format!("v{version} {mark}")).collect();
    (!marks.is_empty()).then(|| format!("Evidence: {}.", marks.join(", ")))
}
