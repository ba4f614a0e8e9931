use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// The Rust name of a field or parameter: snake_case, raw where it is a keyword.
#[must_use]
pub fn field_name(wire: &str) -> Ident {
    let name = module_name(wire);
    match name.as_str() {
        "self" | "super" | "crate" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if syn::parse_str::<Ident>(&name).is_err() => Ident::new_raw(&name, Span::call_site()),
        _ => Ident::new(&name, Span::call_site()),
    }
}

/// The Rust name of a module.
#[must_use]
pub fn module_name(name: &str) -> String {
    let name = name.to_snake_case();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() { format!("n{name}") } else { name }
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
    // `urn:ietf:params:oauth:grant-type:jwt-bearer` and `OneTime,` are values too.
    let words: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let name = words.to_upper_camel_case();
    let name = match name.as_str() {
        "" => "Empty".to_owned(),
        // Three VB365 enums have a real value of this name; the fallback variant has it first.
        "Unknown" => "UnknownValue".to_owned(),
        "Self" => "Self_".to_owned(),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("N{name}"),
        _ => name,
    };
    Ident::new(&name, Span::call_site())
}

/// The Rust name of a type.
pub(super) fn type_name(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
