//! Types as tables for the macros of `backhaul_wire::tables`.

use proc_macro2::TokenStream;

use super::docs::{documentation, field_doc, value_doc};
use super::names::{constant, member, variant};
use super::types::{access, field_shape, held_type, versions};
use super::unions;
use crate::ir::{Field, Kind, Repeat, Struct, Type, TypeShape, Value};

/// What is known of a type from the others.
#[derive(Clone, Copy)]
pub(super) struct Role {
    /// It is a request's body.
    pub(super) sent: bool,
    /// Fields that edit hold it.
    pub(super) edited: bool,
    /// It holds a secret, or a type that does.
    pub(super) secretive: bool,
}

pub(super) fn ty(ty: &Type, role: Role) -> String {
    let mut out = match &ty.shape {
        TypeShape::Struct(body) => {
            let request = if role.sent { request(ty, body) } else { String::new() };
            model(ty, &ty.name, body, &documentation(ty), "", role.secretive) + &request
        }
        TypeShape::Union(body) => unions::union(ty, body, role.secretive),
        TypeShape::Enum(values) => choice(ty, values),
    };
    for old in &ty.formerly {
        out.push_str(&renamed(old, &ty.name));
    }
    if role.edited {
        let kind = if matches!(ty.shape, TypeShape::Enum(_)) { "Enum" } else { "Struct" };
        out.push_str(&format!("generated_edit! {{ {kind} {} }}\n", ty.name));
    }
    out
}

/// The old name of a type or call, which stays for those who use it.
pub(super) fn renamed(old: &str, new: &str) -> String {
    let item = format!("    #[deprecated(note = \"renamed to `{new}`\")]\n    pub type {old} = {new};\n");
    format!("generated_alias! {{\n    /// Now [`{new}`].\n{item}}}\n")
}

/// What stands once for all types of a file: the traits that need no field names, and the list of the types.
pub(super) fn lists(types: &[(&Type, Role)], up: &str) -> String {
    let mut out = String::new();
    let (enums, structs): (Vec<_>, Vec<_>) = types.iter().partition(|(ty, _)| matches!(ty.shape, TypeShape::Enum(_)));
    let (secretive, plain): (Vec<_>, Vec<_>) = structs.into_iter().partition(|(_, role)| role.secretive);
    for (head, types) in [("struct! {", plain), ("struct! { holds secrets:", secretive), ("enum! {", enums)] {
        let mut names = Vec::new();
        for (ty, _) in types {
            if matches!(ty.shape, TypeShape::Union(_)) {
                names.push(unions::any_name(&ty.name));
            }
            names.push(ty.name.clone());
        }
        if !names.is_empty() {
            let names: String = names.iter().map(|name| format!("    {name};\n")).collect();
            out.push_str(&format!("generated_{head}\n{names}}}\n"));
        }
    }
    let entries = types.iter().map(|(ty, _)| {
        let sort = if matches!(ty.shape, TypeShape::Enum(_)) { "Enum" } else { "Struct" };
        format!("    {sort} {} = {};\n", ty.name, constant(&ty.name))
    });
    out + &format!("generated_types! {{ in {up};\n{}}}\n", entries.collect::<String>())
}

/// A struct named `rust`; `docs` and `more` (of the shape) differ for the struct behind a union.
pub(super) fn model(ty: &Type, rust: &str, body: &Struct, docs: &str, more: &str, secretive: bool) -> String {
    let mut out = format!("generated_model! {{\n{}", doc(docs));
    let secrets = if secretive { " holds secrets" } else { "" };
    let aliases: Vec<String> = ty.aliases.iter().map(|alias| format!("{alias:?}")).collect();
    let aliases = if aliases.is_empty() { String::new() } else { format!(".aliases(&[{}])", aliases.join(", ")) };
    let root = body.root.as_ref().map(|root| format!(".root({root:?})")).unwrap_or_default();
    let bare = body.bare_list.map(|index| format!(".bare_list({index})")).unwrap_or_default();
    let range = plain(versions(ty.versions));
    let (shape, title) = (constant(&ty.name), &ty.name);
    out.push_str(&format!("    {rust} = {shape}({title:?}){aliases}{root}{bare}{more}{range}{secrets};\n"));
    for (index, field) in body.fields.iter().enumerate() {
        let (name, held, view) = (member(field), plain(held_type(field, true)), access(field));
        let shape = plain(field_shape(field));
        let shape = shape.trim_start_matches("Field::");
        out.push_str(&doc(&field_doc(field)));
        out.push_str(&format!("    {index} {name}: {held} = {view}, {shape};\n"));
    }
    out + "}\n"
}

/// What a caller fills a request with.
///
/// What came or became required after the type's first version is set like what is optional, so that a newer version of
/// an API changes no constructor: whether it is there is checked when it is sent to a version that wants it.
fn request(ty: &Type, body: &Struct) -> String {
    let from_the_start = |field: &Field| {
        let since = field.versions.since.is_none_or(|since| ty.versions.since.is_some_and(|first| since <= first));
        field.required && field.required_in.since.is_none() && since && field.versions.until.is_none()
    };
    let list = |required: bool| {
        let fields = body.fields.iter().filter(|field| from_the_start(field) == required);
        let given = fields.map(|field| {
            let (name, ty) = (member(field), plain(given(field)));
            if is_converted(field) { format!("{name}: impl Into<{ty}>") } else { format!("{name}: {ty}") }
        });
        given.collect::<Vec<_>>().join(", ")
    };
    format!("generated_request! {{ {}({}) {{ {} }} }}\n", ty.name, list(true), list(false))
}

/// Whether a caller's value is converted: texts are taken as literals, too, what is edited may be null, and what stands
/// in a box comes without one. Of other types the caller's own `into()` and number literals are understood.
fn is_converted(field: &Field) -> bool {
    let text = matches!(field.kind, Kind::Text | Kind::Id | Kind::DateTime | Kind::Secret);
    field.repeat == Repeat::One && (text || field.boxed) || field.edit
}

fn given(field: &Field) -> TokenStream {
    held_type(field, field.repeat != Repeat::One || field.edit)
}

/// An enum.
fn choice(ty: &Type, values: &[Value]) -> String {
    let mut out = format!("generated_choice! {{\n{}", doc(&documentation(ty)));
    out.push_str(&format!("    {} = {}(&{:?});\n", ty.name, constant(&ty.name), ty.aliases));
    for (index, value) in values.iter().enumerate() {
        let range = plain(versions(value.versions));
        out.push_str(&doc(&value_doc(value)));
        out.push_str(&format!("    {index} {} = {:?}{range};\n", variant(&value.name), value.name));
    }
    out + "}\n"
}

/// `///` lines in a table.
pub(super) fn doc(text: &str) -> String {
    text.lines().map(|line| format!("    {}\n", format!("/// {line}").trim_end())).collect()
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
                let open = matches!(before, '(' | '[' | '<' | '&' | '.' | '#' | '!') || out.ends_with("::");
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
