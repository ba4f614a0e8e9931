//! What a field is: its Rust name and type, the view that hands it out, and its shape.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::names::{constant, type_name};
use crate::ir::{Field, Kind, Place, Repeat, Versions};

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
        // Front ends refuse lists and maps of secrets.
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

/// The type of a field, or of the one value that it may hold.
pub(super) fn held_type(field: &Field, whole: bool) -> TokenStream {
    let one = match &field.kind {
        Kind::Bool => quote! { bool },
        Kind::Int => quote! { i64 },
        Kind::Float => quote! { f64 },
        Kind::Text => quote! { String },
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
        (Repeat::One, Kind::Text) => quote! { Option<&str> },
        (Repeat::One, _) => quote! { Option<&#one> },
        (Repeat::List, _) => quote! { &[#one] },
        _ => {
            let held = held_type(field, true);
            quote! { &#held }
        }
    }
}

/// `Field::new("name", Kind::Text).required()`
pub(super) fn field_shape(field: &Field) -> TokenStream {
    let wire = &field.wire;
    let kind = kind(&field.kind);
    let new = match field.repeat {
        Repeat::One if field.edit => quote! { edit },
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
    let required = field.required.then(|| required(field.required_in));
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

/// `.required()`, or `.required_since(9)` where not every version wants it.
pub(super) fn required(within: Versions) -> TokenStream {
    let since = within.since.map(Literal::u8_unsuffixed).map(|version| quote! { .required_since(#version) });
    let until = within.until.map(Literal::u8_unsuffixed).map(|version| quote! { .required_until(#version) });
    if within == Versions::default() {
        quote! { .required() }
    } else {
        quote! { #since #until }
    }
}

/// `.since(6).until(7)`
pub(super) fn versions(versions: Versions) -> TokenStream {
    let since = versions.since.map(Literal::u8_unsuffixed).map(|version| quote! { .since(#version) });
    let until = versions.until.map(Literal::u8_unsuffixed).map(|version| quote! { .until(#version) });
    quote! { #since #until }
}
