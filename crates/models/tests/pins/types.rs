//! A type as it is read and written.

use std::fmt::Write;

use backhaul_wire::generated::TypeEntry;
use backhaul_wire::json::{self, Case};
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::shape::{EnumShape, Field, Shape};
use backhaul_wire::version::Versions;
use backhaul_wire::{Drift, Struct, System, xml};
use serde_json::Value;

use super::example;

pub fn pinned(system: System, entry: TypeEntry) -> String {
    match entry {
        TypeEntry::Enum(shape) => enumeration(shape),
        TypeEntry::Struct(shape) => structure(system, shape),
    }
}

/// What else is known of a type or value: other names, versions.
fn more(aliases: &[&str], versions: Versions) -> String {
    let mut out = String::new();
    if !aliases.is_empty() {
        write!(out, " = {}", aliases.join(" = ")).unwrap();
    }
    if versions != Versions::ALL {
        write!(out, " ({versions})").unwrap();
    }
    out
}

fn enumeration(shape: &EnumShape) -> String {
    let mut out = format!("enum {}{}\n", shape.name, more(shape.aliases, Versions::ALL));
    for value in shape.values {
        writeln!(out, "  {}{}", value.name, more(&[], value.versions)).unwrap();
    }
    out
}

fn structure(system: System, shape: &'static Shape) -> String {
    let mut out = format!("type {}{}\n", shape.name, more(shape.aliases, shape.versions));
    if let Some(union) = shape.union {
        writeln!(out, "  one of, by {}", union.tag.unwrap_or("its members")).unwrap();
        for variant in union.variants {
            writeln!(out, "    {}: {}", variant.tags.join(", "), variant.shape.name).unwrap();
        }
        return out;
    }
    let body = example::body(system, shape);
    let mut value = DynamicStruct::new(shape);
    let written = written(&mut value, &body);
    same_as_typed(system, shape, &body, &written);
    out.push_str(&lines(std::str::from_utf8(&written).unwrap()));
    if system == System::Em {
        let written = xml::encode(&value).unwrap();
        // An element a line, as people lay XML out.
        writeln!(out, "{}", String::from_utf8(written).unwrap().replace("><", ">\n<")).unwrap();
    }
    for field in shape.fields {
        if let Some(note) = note(field) {
            writeln!(out, "  {}: {note}", field.json).unwrap();
        }
    }
    out
}

/// The generated type writes what its shape writes.
#[cfg(feature = "typed-registry")]
fn same_as_typed(system: System, shape: &Shape, body: &Value, by_shape: &[u8]) {
    let mut value = backhaul_models::registry::make_typed(system, shape.name).unwrap();
    assert_eq!(written(&mut *value, body), by_shape, "{}", shape.name);
}

/// Parts that are off have no types: what is pinned then are rows alone.
#[cfg(not(feature = "typed-registry"))]
fn same_as_typed(_: System, _: &Shape, _: &Value, _: &[u8]) {}

/// A body as it is written once it was read, all of it known.
fn written(value: &mut dyn Struct, body: &Value) -> Vec<u8> {
    let name = value.shape().name;
    let mut drift = Drift::default();
    json::decode_into(value, body.to_string().as_bytes(), Some(&mut drift))
        .unwrap_or_else(|error| panic!("{name}: {error}\n{body}"));
    assert!(drift.unknown_fields.is_empty() && drift.misfits.is_empty(), "{name}: {drift:?}\n{body}");
    json::encode(value, Case::Schema).unwrap()
}

/// JSON with a member of the outermost object a line, in the order in which it was written. The examples hold no
/// brackets and commas.
fn lines(json: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for char in json.chars() {
        let closes = matches!(char, '}' | ']');
        depth -= usize::from(closes);
        if closes && depth == 0 {
            out.push('\n');
        }
        out.push(char);
        depth += usize::from(matches!(char, '{' | '['));
        if depth == 1 && matches!(char, '{' | '[' | ',') {
            out.push_str("\n  ");
        }
    }
    out.replace("\n  \n", "") + "\n"
}

/// What of a field does not show in what is written.
fn note(field: &Field) -> Option<String> {
    let mut notes = Vec::new();
    if matches!(field.kind, backhaul_wire::Kind::Struct(_) | backhaul_wire::Kind::Enum(_)) {
        notes.push(field.kind.name().to_owned());
    }
    if field.required {
        notes.push("required".to_owned());
    }
    if field.uncertain {
        notes.push("or of another type".to_owned());
    }
    if field.versions != Versions::ALL {
        notes.push(field.versions.to_string());
    }
    (!notes.is_empty()).then(|| notes.join(", "))
}
