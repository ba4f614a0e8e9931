//! typify as the oracle of the JSON Schema front end: another reader of the same schemas finds the same types.
//!
//! It reads draft-07, so the schemas are converted down: one file, `definitions` for `$defs`, no `x-` keywords, no
//! formats that only we know. What it makes of each type is then compared with the IR: kind, names, lists, maps, and
//! what must be there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use backhaul_codegen::ir::{Field, Kind, Repeat, TypeShape, Types, Versions};
use backhaul_codegen::json_schema::{self, File};
use serde_json::{Map, Value, json};
use typify::{Type, TypeDetails, TypeId, TypeSpace, TypeSpaceSettings};

fn files(system: &str) -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas").join(system);
    let mut files: Vec<File> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !["lock.json", "names.json", "versions.json", "inventories.json"].contains(&name.as_str()))
        .map(|name| {
            let json = serde_json::from_str(&std::fs::read_to_string(folder.join(&name)).unwrap()).unwrap();
            File { path: format!("{system}/{name}"), json }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// One draft-07 schema of all files.
fn draft_07(files: &[File]) -> Value {
    let mut definitions = Map::new();
    for file in files {
        for (name, definition) in file.json["$defs"].as_object().into_iter().flatten() {
            definitions.insert(name.clone(), down(definition));
        }
    }
    json!({ "$schema": "http://json-schema.org/draft-07/schema#", "definitions": definitions })
}

fn down(json: &Value) -> Value {
    let Value::Object(object) = json else { return json.clone() };
    let mut out = Map::new();
    for (key, value) in object {
        match key.as_str() {
            "$ref" => {
                let name = value.as_str().unwrap().rsplit('/').next().unwrap();
                out.insert(key.clone(), format!("#/definitions/{name}").into());
            }
            // The names below are data, not keywords.
            "properties" => {
                let properties = value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), down(value)));
                out.insert(key.clone(), Value::Object(properties.collect()));
            }
            "items" | "additionalProperties" => drop(out.insert(key.clone(), down(value))),
            "allOf" => drop(out.insert(key.clone(), value.as_array().unwrap().iter().map(down).collect())),
            // typify makes an enum of alternatives, and a struct of every part of combinations.
            "anyOf" => drop(out.insert("oneOf".to_owned(), value.as_array().unwrap().iter().map(down).collect())),
            // Whether null is a value is told apart from whether it must be there.
            "type" if value.is_array() => {
                let ty = value.as_array().unwrap().iter().find(|name| *name != "null").unwrap();
                out.insert(key.clone(), ty.clone());
            }
            "type" | "required" | "enum" => drop(out.insert(key.clone(), value.clone())),
            // Sentences, versions and formats make no shape.
            "description" | "format" | "discriminator" | "minProperties" | "maxProperties" | "default" => {}
            "minLength" | "maxLength" | "pattern" | "minimum" | "maximum" | "minItems" | "maxItems" => {}
            other => assert!(other.starts_with("x-"), "what is `{other}`?"),
        }
    }
    // Draft-07 ignores what stands beside a `$ref`.
    if let Some(reference) = out.get("$ref").cloned() {
        return json!({ "$ref": reference });
    }
    Value::Object(out)
}

/// A name without what making it a Rust name changes.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// How a field looks from outside.
#[derive(Debug, PartialEq)]
struct Look {
    repeat: &'static str,
    kind: String,
    required: bool,
}

struct Oracle {
    space: TypeSpace,
}

impl Oracle {
    fn get(&self, id: &TypeId) -> Type<'_> {
        self.space.get_type(id).unwrap()
    }

    /// The type behind options, boxes and newtypes of scalars.
    fn look(&self, id: &TypeId, required: bool) -> Look {
        let ty = self.get(id);
        let one = |kind: &str| Look { repeat: "one", kind: kind.to_owned(), required };
        match ty.details() {
            TypeDetails::Option(inner) => Look { required: false, ..self.look(&inner, required) },
            TypeDetails::Box(inner) => self.look(&inner, required),
            TypeDetails::Newtype(newtype) => self.look(&newtype.inner(), required),
            TypeDetails::Vec(inner) | TypeDetails::Set(inner) | TypeDetails::Array(inner, _) => {
                Look { repeat: "list", ..self.inner(&inner) }
            }
            TypeDetails::Map(_, inner) => {
                let look = self.inner(&inner);
                // A map of numbers is one of any values to us.
                let kind =
                    if ["integer", "number", "boolean"].contains(&&*look.kind) { "any".to_owned() } else { look.kind };
                Look { repeat: "map", kind, required: look.required }
            }
            TypeDetails::Enum(_) | TypeDetails::Struct(_) => one(&ty.name()),
            TypeDetails::String => one("text"),
            TypeDetails::Builtin("bool") => one("boolean"),
            TypeDetails::Builtin("f32" | "f64") => one("number"),
            TypeDetails::Builtin(name) if name.starts_with(['i', 'u']) => one("integer"),
            TypeDetails::Builtin(name) if name.contains("Value") => one("any"),
            other => panic!("{} is {}", ty.name(), describe(&other)),
        }
    }

    /// An item of a list or map: what it is, or any JSON where a list holds lists.
    fn inner(&self, id: &TypeId) -> Look {
        let look = self.look(id, false);
        if look.repeat == "one" { look } else { Look { kind: "any".to_owned(), ..look } }
    }
}

fn describe(details: &TypeDetails<'_>) -> String {
    match details {
        TypeDetails::Builtin(name) => format!("the builtin `{name}`"),
        TypeDetails::Tuple(_) => "a tuple".to_owned(),
        TypeDetails::Unit => "nothing".to_owned(),
        _ => "something else".to_owned(),
    }
}

fn ours(field: &Field, types: &Types) -> Look {
    let kind = match &field.kind {
        Kind::Bool => "boolean",
        Kind::Int => "integer",
        Kind::Float => "number",
        Kind::Text | Kind::Id | Kind::DateTime | Kind::Secret => "text",
        Kind::Json => "any",
        Kind::Enum(name) | Kind::Struct(name) => {
            assert!(types.get(name).is_some(), "{name}");
            name
        }
    };
    let (repeat, many) = match field.repeat {
        Repeat::One => ("one", false),
        Repeat::List => ("list", true),
        Repeat::Map => ("map", true),
    };
    // An empty list says the same as none: typify has no option around one.
    // What only newer versions require is no `required` of the standard's.
    let required = field.required && field.required_in == Versions::default() && !many;
    Look { repeat, kind: plain(kind), required }
}

fn compare(system: &str) -> usize {
    let files = files(system);
    let types = json_schema::read(&files).unwrap();
    let mut space = TypeSpace::new(&TypeSpaceSettings::default());
    // The type that is read into is of typify's own version of schemars, which has no need to be named here.
    space.add_root_schema(serde_json::from_value(draft_07(&files)).unwrap()).unwrap();
    let oracle = Oracle { space };
    let theirs: BTreeMap<String, Type<'_>> = oracle.space.iter_types().map(|ty| (plain(&ty.name()), ty)).collect();
    // Two types may differ in case alone.
    let exact: BTreeMap<String, Type<'_>> = oracle.space.iter_types().map(|ty| (ty.name(), ty)).collect();
    let mut compared = 0;
    for ty in &types.types {
        let place = format!("{system}.{}", ty.name);
        let other = exact.get(&ty.name).or_else(|| theirs.get(&plain(&ty.name)));
        let other = other.unwrap_or_else(|| panic!("{place}: typify has no such type"));
        match (&ty.shape, other.details()) {
            (TypeShape::Enum(values), TypeDetails::Enum(found)) => {
                // What begins with a digit gets a letter.
                let bare = |name: &str| plain(name).trim_start_matches('x').to_owned();
                let wanted: Vec<String> = values.iter().map(|value| bare(&value.name)).collect();
                let found: Vec<String> = found.variants().map(|(name, _)| bare(name)).collect();
                assert_eq!(found, wanted, "{place}");
            }
            (TypeShape::Union(union), TypeDetails::Enum(found)) => {
                assert_eq!(found.variants().count(), union.variants.len(), "{place}");
            }
            // A body without fields of its own is a map to typify.
            (TypeShape::Struct(body), TypeDetails::Newtype(_) | TypeDetails::Map(..)) if body.fields.is_empty() => {}
            (TypeShape::Struct(body), TypeDetails::Struct(found)) => {
                let wanted: BTreeMap<String, Look> =
                    body.fields.iter().map(|field| (plain(&field.wire), ours(field, &types))).collect();
                assert_eq!(wanted.len(), body.fields.len(), "{place}");
                let found: BTreeMap<String, Look> = found
                    .properties_info()
                    .map(|property| {
                        let look = oracle.look(&property.type_id, property.required);
                        let kind = plain(&look.kind);
                        let required = look.required && look.repeat == "one";
                        (plain(property.name), Look { kind, required, ..look })
                    })
                    .collect();
                assert_eq!(found, wanted, "{place}");
                compared += found.len();
            }
            (_, details) => panic!("{place}: typify says {}", describe(&details)),
        }
    }
    compared
}

#[test]
fn vb365_is_read_alike() {
    assert!(compare("vb365") > 200);
}

#[test]
fn zstack_is_read_alike() {
    assert!(compare("zstack") > 10_000);
}
