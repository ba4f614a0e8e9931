use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::docs::{documentation, field_doc};
use super::names::{constant, member, type_name, variant};
use super::types::access_type;
use super::{HEADER, doc, render, tables};
use crate::ir::{Field, Kind, Repeat, Struct, Type, Union};

/// The name of the struct that holds the unknown kinds of a union, and has every field of the known ones.
fn any_name(union: &str) -> String {
    format!("Any{union}")
}

/// A union: the struct of its unknown kinds, and an enum over all of them.
pub(super) fn union(ty: &Type, body: &Union, secretive: bool) -> String {
    let any = any_name(&ty.name);
    let wide = Struct { fields: body.fields.clone(), ..Struct::default() };
    let docs = format!(
        "Every field that a kind of [`{}`] has, and those that an unknown kind came with.\n\nSchema: `{}`",
        ty.name, ty.source
    );
    let kinds = format_ident!("{}_KINDS", constant(&ty.name));
    let wide = tables::model(ty, &any, &wide, &docs, &format!(".union(&{kinds})"), secretive);
    wide + render(choice(ty, body, &kinds, secretive)).trim_start_matches(HEADER)
}

/// The enum over the kinds of a union.
fn choice(ty: &Type, body: &Union, shape: &Ident, secretive: bool) -> TokenStream {
    let holds = secretive.then(|| quote! { holds secrets: });
    let name = type_name(&ty.name);
    let any = any_name(&ty.name);
    let any = type_name(&any);
    let docs = doc(&documentation(ty));
    let idents = variants(body);
    let types: Vec<Ident> = body.variants.iter().map(|variant| type_name(&variant.ty)).collect();
    let docs_of_kinds = body.variants.iter().map(|variant| match &*variant.tags {
        [] => doc(&format!("A [`{}`].", variant.ty)),
        tags => {
            let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
            doc(&format!("{}.", tags.join(", ")))
        }
    });
    let tag = match &body.tag {
        None => quote! { None },
        Some(tag) => quote! { Some(#tag) },
    };
    let rows = body.variants.iter().map(|variant| {
        let (shape, tags) = (constant(&variant.ty), &variant.tags);
        quote! { Variant { shape: &#shape, tags: &[#(#tags),*] } }
    });
    let indices: Vec<_> = (0..body.variants.len()).map(Literal::usize_unsuffixed).collect();
    let froms = body.variants.iter().zip(&idents).map(|(variant, ident)| from(&name, ident, variant, body));
    let accessors = common(body).map(|field| {
        let (docs, member, rust) = (doc(&field_doc(field)), member(field), access_type(field));
        let read = |kind: &Ident| match field.repeat {
            Repeat::One if matches!(field.kind, Kind::Bool | Kind::Int | Kind::Float) => {
                quote! { Self::#kind(kind) => kind.#member, }
            }
            Repeat::One if field.boxed => quote! { Self::#kind(kind) => kind.#member.as_deref(), },
            Repeat::One => quote! { Self::#kind(kind) => kind.#member.as_ref(), },
            _ => quote! { Self::#kind(kind) => &kind.#member, },
        };
        let arms = idents.iter().chain([&format_ident!("Unknown")]).map(read).collect::<TokenStream>();
        quote! {
            #docs
            #[must_use]
            pub fn #member(&self) -> #rust { match self { #arms } }
        }
    });
    let accessors: TokenStream = accessors.collect();
    quote! {
        #docs
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "a box for each would cost more than it saves")]
        pub enum #name {
            #(#docs_of_kinds #idents(#types),)*
            /// A kind that this list does not have, with its body.
            Unknown(#any),
        }
        pub(crate) static #shape: UnionShape = UnionShape { tag: #tag, variants: &[#(#rows),*] };
        impl #name {
            const EMPTY: Self = Self::Unknown(#any::EMPTY);
            fn kind(&self) -> &dyn Struct {
                match self { #(Self::#idents(kind) => kind,)* Self::Unknown(kind) => kind }
            }
            #accessors
        }
        impl Model for #name {
            const SHAPE: &'static Shape = #any::SHAPE;
        }
        impl Struct for #name {
            fn shape(&self) -> &'static Shape { self.kind().shape() }
            fn view(&self, index: usize) -> View<'_> { self.kind().view(index) }
            fn union(&mut self) -> Option<&mut dyn UnionSlot> { Some(self) }
            fn slot(&mut self, index: usize) -> Slot<'_> {
                match self { #(Self::#idents(kind) => kind.slot(index),)* Self::Unknown(kind) => kind.slot(index) }
            }
        }
        impl UnionSlot for #name {
            fn kinds(&self) -> &'static UnionShape { &#shape }
            fn choose(&mut self, index: Option<usize>) {
                *self = match index {
                    #(Some(#indices) => Self::#idents(Default::default()),)*
                    _ => Self::Unknown(Default::default()),
                };
            }
        }
        /// The kind that the fields say it is; unknown when no kind has all of them.
        impl From<#any> for #name {
            fn from(any: #any) -> Self { narrow(&any).unwrap_or(Self::Unknown(any)) }
        }
        #(#froms)*
        backhaul_wire::generated_struct! { #holds #name; }
    }
}

/// A kind becomes the union; a tag that was left out and can only have one value is set.
fn from(name: &Ident, ident: &Ident, kind: &crate::ir::Variant, body: &Union) -> TokenStream {
    let ty = type_name(&kind.ty);
    let tag = body.fields.iter().find(|field| Some(&field.json) == body.tag.as_ref());
    let set = match (tag, &*kind.tags) {
        (Some(Field { kind: Kind::Enum(values), .. }), [only]) => {
            let (values, value) = (type_name(values), variant(only));
            let member = tag.map(member);
            Some(quote! { kind.#member.get_or_insert(#values::#value); })
        }
        _ => None,
    };
    let given = if set.is_some() {
        quote! { mut kind }
    } else {
        quote! { kind }
    };
    quote! {
        impl From<#ty> for #name {
            fn from(#given: #ty) -> Self { #set Self::#ident(kind) }
        }
    }
}

/// The fields that every kind has.
fn common(body: &Union) -> impl Iterator<Item = &Field> {
    body.fields.iter().filter(|field| body.shared.contains(&field.json))
}

/// The kinds' names: those of their types, without the words that all of these start or end with.
fn variants(body: &Union) -> Vec<Ident> {
    let words: Vec<Vec<String>> = body.variants.iter().map(|variant| words(&variant.ty)).collect();
    // A kind that came later and is named in another way takes nothing from the names of the others.
    let first: Vec<&Vec<String>> =
        words.iter().zip(&body.variants).filter(|(_, kind)| !kind.is_later).map(|(words, _)| words).collect();
    let first = if first.is_empty() { words.iter().collect() } else { first };
    let Some(model) = first.first().copied() else { return Vec::new() };
    let least = first.iter().map(|words| words.len()).min().unwrap_or(0);
    let same = |at: &dyn Fn(&Vec<String>) -> Option<&String>| first.iter().all(|other| at(other) == at(model));
    let mut start = 0;
    while first.len() > 1 && start + 1 < least && same(&|other| other.get(start)) {
        start += 1;
    }
    let mut end = 0;
    while first.len() > 1 && start + end + 1 < least && same(&|other| other.iter().rev().nth(end)) {
        end += 1;
    }
    let names = words.iter().map(|words| {
        let shares = words.len() > start + end
            && words[..start] == model[..start]
            && words[words.len() - end..] == model[model.len() - end..];
        if shares { words[start..words.len() - end].concat() } else { words.concat() }
    });
    names.map(|name| variant(&name)).collect()
}

/// `RestoreSessionUpdateEvent` as its words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if !c.is_uppercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}
