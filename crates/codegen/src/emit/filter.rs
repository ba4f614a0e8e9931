//! The filter fields of each query type, for `backhaul-filter`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::families::{Gathered, family_of};
use super::{HEADER, doc, render};
use crate::ir::Types;
use crate::queries::{Param, ParamKind, Queries, QueryType, Source};

/// The files `em.rs` and `em/FAMILY.rs` of `crates/filter/src/generated`, by the family of what a query answers with.
#[must_use]
pub fn filter_fields(queries: &Queries, types: &Types) -> BTreeMap<PathBuf, String> {
    let mut families: BTreeMap<&str, Vec<TokenStream>> = BTreeMap::new();
    for ty in &queries.types {
        families.entry(family_of(types, &ty.entity)).or_default().push(query(ty));
    }
    let files = families.into_iter().map(|(family, bodies)| {
        let title = format!(" Queries: {}", types.title(family));
        let code = render(quote! {
            #![doc = #title]
            use crate::field::{Field, FieldDef, Kind, QueryDef, QueryType, Source, kind};
            #(#bodies)*
        });
        (family, code)
    });
    let names = queries.types.iter().map(|query| format_ident!("{}", query.name));
    let all = render(quote! {
        use crate::field::{QueryDef, QueryType};
        /// Every query type, in schema order.
        pub static QUERIES: &[&QueryDef] = &[#(#names::DEF),*];
    });
    let title = "What Enterprise Manager can be queried for, and the fields that a filter may use.";
    Gathered { system: "em", title, rest: all.trim_start_matches(HEADER) }.files(files.collect())
}

fn query(query: &QueryType) -> TokenStream {
    let ident = format_ident!("{}", query.name);
    let (docs, name) = (doc(&format!("Filter fields of the `{}` query type.", query.name)), &query.name);
    let rows = query.params.iter().map(row);
    let constants = query.params.iter().map(constant);
    quote! {
        #docs
        #[derive(Debug, Clone, Copy)]
        pub enum #ident {}
        impl QueryType for #ident {
            const DEF: &'static QueryDef = &QueryDef { name: #name, fields: &[#(#rows),*] };
        }
        impl #ident { #(#constants)* }
    }
}

/// `FieldDef { name: "Disabled", kind: Kind::Bool, values: &[], source: Source::Not("Enabled") }`
fn row(param: &Param) -> TokenStream {
    let (name, kind, values) = (&param.name, kind(param.kind), &param.values);
    let source = match &param.source {
        Source::Field(path) => quote! { Source::Field(#path) },
        Source::Not(path) => quote! { Source::Not(#path) },
        Source::Attribute(name) => quote! { Source::Attribute(#name) },
        Source::LinkName(link) => quote! { Source::LinkName(#link) },
        Source::LinkId(link) => quote! { Source::LinkId(#link) },
        Source::ServerOnly => quote! { Source::ServerOnly },
    };
    quote! { FieldDef { name: #name, kind: Kind::#kind, values: &[#(#values),*], source: #source } }
}

/// `pub const DISABLED: Field<Self, kind::Bool> = Field::new("Disabled");`
fn constant(param: &Param) -> TokenStream {
    let (ident, kind, name) = (constant_name(&param.name), kind(param.kind), &param.name);
    let mut text = format!("`{name}`: {}.", what(param.kind));
    if !param.description.is_empty() {
        text = format!("{text} {}", param.description);
    }
    if param.kind == ParamKind::Enum {
        let values: Vec<_> = param.values.iter().map(|value| format!("`{value}`")).collect();
        text = format!("{text}\n\nValues, lowest first: {}.", values.join(", "));
    }
    if param.source == Source::ServerOnly {
        text.push_str("\n\nOnly the server knows it: it cannot be evaluated here.");
    }
    let docs = doc(&text);
    quote! { #docs pub const #ident: Field<Self, kind::#kind> = Field::new(#name); }
}

/// The vendor writes `Uid`, `UID` and `UId`; all three are `UID` here.
fn constant_name(name: &str) -> Ident {
    let name = name.replace("UId", "Uid").to_shouty_snake_case();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format_ident!("N{name}"),
        false => Ident::new(&name, Span::call_site()),
    }
}

fn kind(kind: ParamKind) -> Ident {
    let name = match kind {
        ParamKind::String => "Text",
        ParamKind::Boolean => "Bool",
        ParamKind::Int | ParamKind::Int64 => "Int",
        ParamKind::Double => "Float",
        ParamKind::DateTime => "DateTime",
        ParamKind::UidType => "Uid",
        ParamKind::Enum => "Enum",
    };
    Ident::new(name, Span::call_site())
}

fn what(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::String => "text",
        ParamKind::Boolean => "boolean",
        ParamKind::Int | ParamKind::Int64 => "whole number",
        ParamKind::Double => "number",
        ParamKind::DateTime => "date and time",
        ParamKind::UidType => "identifier",
        ParamKind::Enum => "enumeration",
    }
}
