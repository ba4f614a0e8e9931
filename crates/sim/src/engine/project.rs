//! Answers cut down to what one version of an API has.

use backhaul_wire::ApiVersion;
use backhaul_wire::shape::{Field, Kind, Shape};
use backhaul_wire::{EncodeError, Struct, json};
use serde_json::Value;

/// A record as JSON, without the fields that the version lacks.
pub(crate) fn project(record: &dyn Struct, version: u8) -> Result<Value, EncodeError> {
    let mut value = to_json(record)?;
    prune(&mut value, record.shape(), version);
    Ok(value)
}

pub(crate) fn to_json(record: &dyn Struct) -> Result<Value, EncodeError> {
    let bytes = json::encode(record, json::Case::Schema)?;
    // What the encoder wrote is JSON.
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

fn prune(value: &mut Value, shape: &Shape, version: u8) {
    let Value::Object(members) = value else {
        return;
    };
    members.retain(|name, _| match field(shape, name) {
        Some(field) => field.versions.contains(ApiVersion::new(version)),
        None => true,
    });
    for (name, member) in members {
        let Some(Kind::Struct(nested)) = field(shape, name).map(|field| field.kind) else {
            continue;
        };
        match member {
            Value::Array(items) => items.iter_mut().for_each(|item| prune(item, nested, version)),
            // A map's entries are structs; a struct's members are fields. One of them fits.
            Value::Object(entries) if is_map(shape, name) => {
                entries.values_mut().for_each(|item| prune(item, nested, version));
            }
            other => prune(other, nested, version),
        }
    }
}

fn field<'s>(shape: &'s Shape, name: &str) -> Option<&'s Field> {
    shape.fields.iter().find(|field| field.json == name)
}

fn is_map(shape: &Shape, name: &str) -> bool {
    field(shape, name).is_some_and(|field| field.repeat == backhaul_wire::Repeat::Map)
}
