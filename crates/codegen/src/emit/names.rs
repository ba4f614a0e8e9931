//! What things are called in Rust, and which names cannot stand side by side.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

use crate::ir::{Field, Repeat, Value, is_type_name};

/// The Rust name of a field or parameter: snake_case, raw where it is a keyword.
#[must_use]
pub fn field_name(wire: &str) -> Ident {
    let name = module_name(wire);
    match name.as_str() {
        // Every type has the field `unknown`, and every request the function `new`.
        "self" | "super" | "crate" | "unknown" | "new" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if is_keyword(&name) => Ident::new_raw(&name, Span::call_site()),
        _ => Ident::new(&name, Span::call_site()),
    }
}

/// The Rust name of a struct's field. An XML element that repeats by itself has a singular name; its list is named as
/// in JSON.
pub(super) fn member(field: &Field) -> Ident {
    field_name(member_of(field))
}

fn member_of(field: &Field) -> &str {
    let bare = field.repeat == Repeat::List && field.item.is_none();
    if bare { &field.json } else { &field.wire }
}

/// syn knows the keywords of all editions but this one of 2024.
fn is_keyword(name: &str) -> bool {
    name == "gen" || syn::parse_str::<Ident>(name).is_err()
}

/// Whether Rust takes it as a name, raw or not.
fn is_name(name: &str) -> bool {
    // These three get an underscore.
    matches!(name, "self" | "super" | "crate")
        || syn::parse_str::<Ident>(name).is_ok()
        || syn::parse_str::<Ident>(&format!("r#{name}")).is_ok()
}

/// The Rust name of a module.
#[must_use]
pub fn module_name(name: &str) -> String {
    let name = name.to_snake_case();
    if name.starts_with(|c: char| c.is_numeric()) || name.is_empty() { format!("n{name}") } else { name }
}

/// The module of a family. `core` would stand before the crate of that name wherever all is imported.
pub(super) fn family_module(name: &str) -> String {
    if name == "core" { "common".to_owned() } else { module_name(name) }
}

/// The Rust name of a static or constant.
#[must_use]
pub fn constant(name: &str) -> Ident {
    let name = name.to_shouty_snake_case();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name };
    Ident::new(&name, Span::call_site())
}

/// The Rust name of an enum value.
pub(super) fn variant(name: &str) -> Ident {
    Ident::new(&variant_name(name), Span::call_site())
}

fn variant_name(name: &str) -> String {
    // `urn:ietf:params:oauth:grant-type:jwt-bearer` and `OneTime,` are values too.
    let words: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let name = words.to_upper_camel_case();
    match name.as_str() {
        "" => "Empty".to_owned(),
        // Three VB365 enums have a real value of this name; the fallback variant has it first.
        "Unknown" => "UnknownValue".to_owned(),
        "Self" => "Self_".to_owned(),
        _ if name.starts_with(|c: char| c.is_numeric()) => format!("N{name}"),
        _ => name,
    }
}

/// The Rust name of a type.
pub(super) fn type_name(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// Why a field cannot stand beside the others of its type.
pub(crate) fn field_clash(fields: &[Field], field: &Field) -> Option<String> {
    let (wire, name) = (&field.wire, module_name(member_of(field)));
    if !is_name(&name) {
        return Some(format!("`{wire}` makes no name in Rust: `{name}` is none"));
    }
    let unlike = |other: &&Field| {
        let same = |a: &str, b: &str| letters(a).eq(letters(b));
        same(&other.wire, wire) || same(member_of(other), member_of(field))
    };
    let other = fields.iter().filter(unlike).find(|other| {
        // Readers ignore letter case.
        other.json.eq_ignore_ascii_case(&field.json) || member(other) == member(field)
    })?;
    let what = "leave one of them out: what a type does not list is kept among its unknown fields";
    Some(if other.wire == *wire {
        format!("the property `{wire}` stands twice")
    } else if other.json.eq_ignore_ascii_case(&field.json) {
        format!("`{}` and `{wire}` differ in letter case alone, which readers ignore: {what}", other.wire)
    } else {
        format!("`{}` and `{wire}` are both `{}` in Rust: {what}", other.wire, member(field))
    })
}

/// Why an enum value cannot stand beside the others.
pub(crate) fn value_clash(values: &[Value], name: &str) -> Option<String> {
    let rust = variant_name(name);
    if !is_name(&rust) {
        return Some(format!("the value `{name}` makes no name in Rust: `{rust}` is none"));
    }
    let other = values.iter().find(|value| value.name == name || variant_name(&value.name) == rust)?;
    Some(match other.name == name {
        true => format!("the value `{name}` stands twice"),
        false => format!(
            "the values `{}` and `{name}` are both `{rust}` in Rust: leave one of them out, since a value that is not listed is \
             kept as it came",
            other.name
        ),
    })
}

/// Why a parameter cannot stand beside the others of its operation; `body` is the call's own field for the request.
pub(crate) fn param_clash<'a>(names: impl Iterator<Item = &'a str>, has_body: bool) -> Option<String> {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    if has_body {
        taken.insert("body".to_owned(), "the request body");
    }
    for name in names {
        let rust = module_name(name);
        if !is_name(&rust) {
            return Some(format!("`{name}` makes no name in Rust: `{rust}` is none"));
        }
        if let Some(other) = taken.insert(rust.clone(), name) {
            return Some(format!(
                "`{other}` and `{name}` are both `{rust}` in Rust: an operation can have one of them"
            ));
        }
    }
    None
}

/// Why a family cannot be a module beside the others.
pub(crate) fn family_clash(taken: &mut BTreeMap<String, String>, family: &str) -> Option<String> {
    let module = family_module(family);
    if matches!(module.as_str(), "operations" | "prelude" | "generated") || is_keyword(&module) {
        return Some(format!("the family `{family}` would be the module `{module}`, which is taken: rename the file"));
    }
    match taken.insert(module.clone(), family.to_owned()) {
        Some(other) if other != family => {
            Some(format!("the families `{other}` and `{family}` would both be the module `{module}`: rename one"))
        }
        _ => None,
    }
}

/// The names of a system's types.
#[derive(Debug, Default)]
pub(crate) struct TypeNames {
    /// The name as the schema has it, by the constant that is made of it.
    taken: BTreeMap<String, String>,
}

impl TypeNames {
    /// Takes another name; the error says why it cannot stand beside the others.
    pub(crate) fn add(&mut self, name: &str, is_union: bool) -> Result<(), String> {
        if !is_type_name(name) {
            return Err(format!("`{name}` is not a type name: use UpperCamelCase letters and digits"));
        }
        if NEEDED.contains(&name) {
            return Err(format!(
                "`{name}` is a name that generated code needs for itself: call the type otherwise, with this name among its aliases"
            ));
        }
        let of_any = is_union.then(|| constant(&format!("Any{name}")).to_string());
        let names = std::iter::once(constant(name).to_string()).chain(of_any);
        for taken in names {
            if let Some(other) = self.taken.insert(taken, name.to_owned()) {
                return Err(format!(
                    "the types `{other}` and `{name}` have one name among the constants in Rust: call one of them otherwise"
                ));
            }
        }
        Ok(())
    }
}

/// Why an operation's call cannot be called so.
pub(crate) fn call_clash(call: &str) -> Option<String> {
    NEEDED.contains(&call).then(|| {
        format!("`{call}` would be its call, which is a name that generated code needs for itself: call the operation otherwise")
    })
}

/// What tables, and what macros make of them, name without a path.
const NEEDED: &[&str] = &[
    "ApiVersion",
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "DateTime",
    "Default",
    "Edit",
    "Eq",
    "Field",
    "Form",
    "From",
    "Id",
    "Ids",
    "Into",
    "Items",
    "Kind",
    "Model",
    "Option",
    "Page",
    "Param",
    "PartialEq",
    "Reply",
    "Response",
    "Result",
    "Secret",
    "Self",
    "String",
    "ThisApi",
    "TypeEntry",
    "Types",
    "Unknown",
    "Value",
    "Variant",
    "Vec",
    "Versions",
];

/// A name's letters and digits, in lower case: all that snake_case keeps of it.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}
