//! Types, requests and calls as tables for the macros of `backhaul_wire::tables`.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;

use super::names::{constant, field_name, type_name, variant};
use super::operations::{answer, request_type, value_type};
use super::types::{access, documentation, field_doc, field_shape, held_type, member, versions, with_versions};
use super::words::field_words;
use crate::ir::{Field, Operation, Param, Repeat, Struct, Type, Value};

/// A struct named `rust`; `docs` and `more` (of the shape) differ for the struct behind a union.
pub(super) fn model(ty: &Type, rust: &str, body: &Struct, docs: &str, more: &str) -> String {
    let mut out = format!("backhaul_wire::generated_model! {{\n{}", doc(docs));
    let aliases: Vec<String> = ty.aliases.iter().map(|alias| format!("{alias:?}")).collect();
    let aliases = if aliases.is_empty() { String::new() } else { format!(".aliases(&[{}])", aliases.join(", ")) };
    let bare = body.bare_list.map(|index| format!(".bare_list({index})")).unwrap_or_default();
    let range = plain(versions(ty.versions));
    let (shape, title) = (constant(&ty.name), &ty.name);
    out.push_str(&format!("    {rust} = {shape}({title:?}){aliases}{bare}{more}{range};\n"));
    for (index, field) in body.fields.iter().enumerate() {
        let (name, held, view) = (member(field), plain(held_type(field, true)), access(field));
        let shape = plain(field_shape(field));
        let shape = shape.trim_start_matches("Field::");
        out.push_str(&doc(&field_doc(field)));
        out.push_str(&format!("    {index} {name}: {held} = {view}, {shape};\n"));
    }
    out + "}\n"
}

/// A struct as it stands in the schemas.
pub(super) fn structure(ty: &Type, body: &Struct) -> String {
    model(ty, &ty.name, body, &documentation(ty), "")
}

/// What a caller fills a request with.
pub(super) fn request(ty: &Type, body: &Struct) -> String {
    let list = |required: bool| {
        let fields = body.fields.iter().filter(|field| field.required == required);
        let given = fields.map(|field| format!("{}: {}", member(field), plain(given(field))));
        given.collect::<Vec<_>>().join(", ")
    };
    format!("backhaul_wire::generated_request! {{ {}({}) {{ {} }} }}\n", ty.name, list(true), list(false))
}

fn given(field: &Field) -> TokenStream {
    held_type(field, field.repeat != Repeat::One || field.edit)
}

/// An enum.
pub(super) fn choice(ty: &Type, values: &[Value]) -> String {
    let mut out = format!("backhaul_wire::generated_choice! {{\n{}", doc(&documentation(ty)));
    out.push_str(&format!("    {} = {}(&{:?});\n", ty.name, constant(&ty.name), ty.aliases));
    for (index, value) in values.iter().enumerate() {
        let range = plain(versions(value.versions));
        out.push_str(&format!("    {index} {} = {:?}{range};\n", variant(&value.name), value.name));
    }
    out + "}\n"
}

/// A typed call of the operation at `index`.
pub(super) fn call(index: usize, operation: &Operation) -> String {
    let text = format!("`{} {}`: {}", operation.method, operation.path, operation.doc);
    let text = with_versions(text, operation.versions);
    let answer = answer(&operation.response).map_or_else(|| "()".to_owned(), plain);
    let must = |param: &&Param| param.required && !param.list;
    let given = operation.params.iter().filter(must);
    let given = given.map(|param| format!("{}: {}", field_name(&param.name), plain(value_type(&param.kind))));
    let body =
        operation.request.as_ref().map(|request| format!(" {}", plain(request_type(request)))).unwrap_or_default();
    let mut out = format!(
        "backhaul_wire::generated_call! {{\n{}    {} = {index} -> {answer}, ({}){body};\n",
        doc(&format!("{text}\n\nSchema: `{}`", operation.source)),
        type_name(&operation.name.to_upper_camel_case()),
        given.collect::<Vec<_>>().join(", "),
    );
    for param in &operation.params {
        let text = if param.doc.is_empty() { field_words(&param.name) } else { param.doc.clone() };
        out.push_str(&doc(&with_versions(text, param.versions)));
        let (name, ty, wire) = (field_name(&param.name), plain(value_type(&param.kind)), &param.name);
        out.push_str(&match (param.required, param.list) {
            (_, true) => format!("    {name}: Vec<{ty}> = {wire:?} Vec::new();\n"),
            (true, false) => format!("    {name}: {ty} = {wire:?} {name}.into();\n"),
            (false, false) => format!("    {name}: Option<{ty}> = {wire:?} None;\n"),
        });
    }
    out + "}\n"
}

/// `///` lines in a table.
fn doc(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", format!("/// {line}").trim_end())).collect()
}

/// A text one step further in.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

/// Tokens as a person would write them: quote puts a blank around each.
pub(super) fn plain(tokens: TokenStream) -> String {
    let mut out = String::new();
    let text = tokens.to_string();
    let mut in_text = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                in_text = !in_text;
                out.push(c);
            }
            '\\' if in_text => {
                out.push(c);
                out.extend(chars.next());
            }
            ' ' if !in_text => {
                let next = chars.peek().copied().unwrap_or(' ');
                let before = out.chars().last().unwrap_or(' ');
                let open = matches!(before, '(' | '[' | '<' | ':' | '&' | '.' | '#' | '!');
                let close = matches!(next, ')' | ']' | '>' | ',' | ';' | ':' | '.' | '<' | '(' | '?' | '!');
                if !open && !close {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out
}
