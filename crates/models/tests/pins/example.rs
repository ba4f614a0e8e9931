//! Example values made by rule: one for each kind, so that a member whose kind changes is written otherwise.

use backhaul_wire::shape::{Field, Repeat, Shape};
use backhaul_wire::{Kind, System};
use serde_json::{Map, Value, json};

/// The value of a single field or parameter. A nested struct stands empty: what it holds is pinned at its own type.
pub fn value(system: System, kind: Kind) -> Value {
    match kind {
        Kind::Bool => json!(true),
        Kind::Int => json!(1),
        Kind::Float => json!(1.5),
        Kind::Text => json!("text"),
        Kind::Id if system == System::Em => json!("urn:veeam:Kind:0b0f7c2e-0000-4000-8000-000000000001"),
        Kind::Id if system == System::Zstack => json!("0b0f7c2e000040008000000000000001"),
        Kind::Id => json!("0b0f7c2e-0000-4000-8000-000000000001"),
        Kind::DateTime => json!("2026-10-31T12:00:00Z"),
        Kind::Secret => json!("secret"),
        Kind::Json => json!({"any": "value"}),
        // Its values are pinned at the enumeration, so that a new one shows once.
        Kind::Enum(_) => json!("value"),
        Kind::Struct(_) => json!({}),
    }
}

/// A body of a type with every member.
pub fn body(system: System, shape: &Shape) -> Value {
    let mut members = Map::new();
    for field in shape.fields {
        members.insert(field.json.to_owned(), member(system, field));
    }
    Value::Object(members)
}

fn member(system: System, field: &Field) -> Value {
    let one = value(system, field.kind);
    match field.repeat {
        Repeat::One => one,
        Repeat::Map => json!({"key": one}),
        Repeat::List => match field.json_item {
            Some(item) => json!({item: [one]}),
            None => json!([one]),
        },
    }
}
