//! OpenAPI 3.1 as 3.0, which is what the rest of the import reads: in 3.1 a schema is one of JSON Schema 2020-12, where
//! null is a type, a reference may have neighbours, and an exclusive bound is a number.

use serde_json::{Map, Value as Json, json};

use super::{ImportError, Result};

/// Where schemas stand in a schema: alone, in a list, by name.
const ONE: [&str; 2] = ["items", "additionalProperties"];
const LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "x-anyOf"];

/// Rewrites a document in its place.
pub(super) fn rewrite(path: &str, document: &mut Json) -> Result<()> {
    document["openapi"] = "3.0.3".into();
    for key in ["webhooks", "jsonSchemaDialect"] {
        document.as_object_mut().map(|all| all.shift_remove(key));
    }
    within(path, document, "")
}

/// Goes through what is no schema.
fn within(path: &str, json: &mut Json, pointer: &str) -> Result<()> {
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (key.as_str(), value) {
                    ("example" | "examples", _) => {}
                    ("schema", value) => schema(path, value, &pointer)?,
                    ("schemas", Json::Object(all)) => {
                        for (name, value) in all {
                            schema(path, value, &format!("{pointer}/{name}"))?;
                        }
                    }
                    (_, value) => within(path, value, &pointer)?,
                }
            }
            Ok(())
        }
        Json::Array(items) => {
            items.iter_mut().enumerate().try_for_each(|(at, item)| within(path, item, &format!("{pointer}/{at}")))
        }
        _ => Ok(()),
    }
}

fn schema(path: &str, json: &mut Json, pointer: &str) -> Result<()> {
    let error = |rule: String| Err(ImportError::new(path, pointer, rule));
    let node = match json {
        Json::Object(node) => node,
        // `true` allows anything, as `{}` does.
        Json::Bool(true) => {
            *json = json!({});
            return Ok(());
        }
        Json::Bool(false) => return error("`false` as a schema allows nothing".into()),
        _ => return Ok(()),
    };
    for key in ["examples", "$comment", "$schema", "$id", "contentMediaType"] {
        node.shift_remove(key);
    }
    if node.shift_remove("contentEncoding").is_some_and(|encoding| encoding == "base64") {
        node.insert("format".into(), "byte".into());
    }
    if let Some(only) = node.shift_remove("const") {
        // Only a text says by itself what it is: the type of another constant must stand beside it.
        if only.is_string() && !node.contains_key("type") {
            node.insert("type".into(), "string".into());
        }
        node.insert("enum".into(), json!([only]));
    }
    types(node).or_else(error)?;
    or_null(node);
    exclusive(node, "exclusiveMinimum", "minimum", 1);
    exclusive(node, "exclusiveMaximum", "maximum", -1);
    if node.contains_key("$ref") && node.len() > 1 {
        let reference = node.shift_remove("$ref").unwrap_or_default();
        node.insert("allOf".into(), json!([{ "$ref": reference }]));
    }
    for key in ONE {
        if let Some(inner @ Json::Object(_)) = node.get_mut(key) {
            schema(path, inner, &format!("{pointer}/{key}"))?;
        }
    }
    for key in LISTS {
        for (at, inner) in node.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten().enumerate() {
            schema(path, inner, &format!("{pointer}/{key}/{at}"))?;
        }
    }
    for (name, inner) in node.get_mut("properties").and_then(Json::as_object_mut).into_iter().flatten() {
        schema(path, inner, &format!("{pointer}/properties/{name}"))?;
    }
    Ok(())
}

/// `type: [string, "null"]` is a text that may be null.
fn types(node: &mut Map<String, Json>) -> std::result::Result<(), String> {
    let Some(Json::Array(names)) = node.get("type") else { return Ok(()) };
    let real: Vec<Json> = names.iter().filter(|name| **name != "null").cloned().collect();
    let nullable = real.len() < names.len();
    match real.as_slice() {
        [only] => drop(node.insert("type".into(), only.clone())),
        _ => return Err(format!("`type` lists one type and `null`, not {}", Json::Array(names.clone()))),
    }
    if nullable {
        node.insert("nullable".into(), true.into());
        if let Some(Json::Array(values)) = node.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
    }
    Ok(())
}

/// `anyOf: [{$ref}, {type: "null"}]` is a reference that may be null.
fn or_null(node: &mut Map<String, Json>) {
    for key in ["anyOf", "oneOf"] {
        let Some(Json::Array(kinds)) = node.get(key) else { continue };
        let is_null = |kind: &Json| kind.get("type").is_some_and(|ty| ty == "null");
        let real: Vec<Json> = kinds.iter().filter(|kind| !is_null(kind)).cloned().collect();
        if real.len() == kinds.len() {
            continue;
        }
        node.shift_remove(key);
        node.insert("nullable".into(), true.into());
        match real.as_slice() {
            [Json::Object(only)] if !only.contains_key("$ref") => node.extend(only.clone()),
            [only] => drop(node.insert("allOf".into(), json!([only]))),
            _ => drop(node.insert(key.into(), Json::Array(real))),
        }
    }
}

/// An exclusive bound of integers is one further on; of others it is told as it stands.
fn exclusive(node: &mut Map<String, Json>, key: &str, inclusive: &str, step: i64) {
    if !node.get(key).is_some_and(Json::is_number) {
        return;
    }
    let Some(bound) = node.shift_remove(key) else { return };
    let bound = match bound.as_i64().and_then(|bound| bound.checked_add(step)) {
        Some(next) if node.get("type").is_some_and(|ty| ty == "integer") => next.into(),
        _ => bound,
    };
    node.insert(inclusive.into(), bound);
}
