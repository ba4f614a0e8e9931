use proc_macro2::Ident;
use quote::format_ident;

use super::docs::{documentation, field_doc};
use super::names::{constant, member, type_name, variant};
use super::tables::{self, doc, plain};
use super::types::access_type;
use crate::ir::{Field, Kind, Repeat, Struct, Type, Union};

/// The name of the struct that holds the unknown kinds of a union, and has every field of the known ones.
pub(super) fn any_name(union: &str) -> String {
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
    wide + &choice(ty, body, &any, &kinds, secretive)
}

/// The enum over the kinds of a union.
fn choice(ty: &Type, body: &Union, any: &str, kinds: &Ident, secretive: bool) -> String {
    let mut out = format!("generated_union! {{\n{}", doc(&documentation(ty)));
    let secrets = if secretive { " holds secrets" } else { "" };
    out.push_str(&format!("    {} = {kinds}({any}, {:?}){secrets};\n", ty.name, body.tag));
    for (index, (kind, ident)) in body.variants.iter().zip(variants(body)).enumerate() {
        let docs = match &*kind.tags {
            [] => format!("A [`{}`].", kind.ty),
            tags => {
                let tags: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
                format!("{}.", tags.join(", "))
            }
        };
        out.push_str(&doc(&docs));
        let (name, shape, sets) = (type_name(&kind.ty), constant(&kind.ty), sets(kind, body));
        out.push_str(&format!("    {index} {ident}({name}) = {shape}, &{:?}{sets};\n", kind.tags));
    }
    out.push_str("    shared {\n");
    for field in common(body) {
        let how = match field.repeat {
            Repeat::One if matches!(field.kind, Kind::Bool | Kind::Int | Kind::Float) => "copied",
            Repeat::One if field.boxed || field.kind == Kind::Text => "as_deref",
            Repeat::One => "as_ref",
            _ => "borrow",
        };
        out.push_str(&indented(&doc(&field_doc(field))));
        out.push_str(&format!("        {}: {} = {how};\n", member(field), plain(access_type(field))));
    }
    out + "    }\n}\n"
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}

/// What a kind that becomes the union sets: a tag that was left out and can only have one value.
fn sets(kind: &crate::ir::Variant, body: &Union) -> String {
    let tag = body.fields.iter().find(|field| Some(&field.json) == body.tag.as_ref());
    match (tag, &*kind.tags) {
        (Some(tag @ Field { kind: Kind::Enum(values), .. }), [only]) => {
            format!(", sets {} to {}::{}", member(tag), type_name(values), variant(only))
        }
        _ => String::new(),
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
