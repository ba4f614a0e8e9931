//! `classes.txt` says what the vendor's facts say, which are not in this repository.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

const CLASSES: &str = include_str!("../../src/zstack/classes.txt");

/// Classes that no document describes, but for their names: what stands there of them is a guess by their like.
const GUESSED: &[&str] = &[
    "BackupStorageZoneRefInventory",
    "L2NetworkClusterRefInventory",
    "PrimaryStorageClusterRefInventory",
    "SecurityGroupL3NetworkRefInventory",
];

fn facts() -> Value {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let file = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("zstack/openapi.json");
    let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; set BACKHAUL_FACTS", file.display()));
    serde_json::from_slice(&text).unwrap()
}

/// What the file says, a statement a line: `BackupStorageInventory join zoneRef ...`.
fn stated() -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut class = "";
    for line in CLASSES.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("class") => {
                class = words.next().unwrap();
                let package = words.next().unwrap();
                let whole = if package.contains('$') { package.to_owned() } else { format!("{package}.{class}") };
                lines.insert(format!("{class} is {whole}"));
            }
            Some("query") => {
                lines.insert(line.to_owned());
            }
            // Where rows are, which no document says.
            Some("items" | "of") => {}
            Some(_) => {
                lines.insert(format!("{class} {}", line.trim()));
            }
            None => {}
        }
    }
    lines.retain(|line| !GUESSED.iter().any(|class| line.split(' ').next() == Some(class)));
    lines
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// What the facts say of the inventories.
fn documented(facts: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let name_of = |reference: &str| reference.rsplit('/').next().unwrap().to_owned();
    let schemas = facts["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas.iter().filter(|(name, _)| name.ends_with("Inventory")) {
        lines.insert(format!("{name} is {}", text(schema, "x-zstack-java")));
        let mut properties: Map<String, Value> = schema["properties"].as_object().cloned().unwrap_or_default();
        for part in list(schema, "allOf") {
            if let Some(parent) = part["$ref"].as_str() {
                lines.insert(format!("{name} parent {}", name_of(parent)));
            }
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
        }
        for (property, schema) in &properties {
            if schema["x-zstack-queryable"] == true && schema["type"] == "array" {
                lines.insert(format!("{name} list {property}"));
            }
        }
        for join in list(schema, "x-zstack-expanded-queries") {
            let from = join["target"].as_str().unwrap_or(name);
            let ends = ["name", "inventory", "foreignKey", "expandedInventoryKey"].map(|end| text(join, end));
            lines.insert(format!("{from} join {}", ends.join(" ")));
        }
        for alias in list(schema, "x-zstack-expanded-aliases") {
            lines.insert(format!("{name} alias {} {}", text(alias, "alias"), text(alias, "path")));
        }
        if let Some(field) = schema["x-zstack-discriminator-property"].as_str() {
            lines.insert(format!("{name} type {field}"));
        }
        for (value, kind) in schema["discriminator"]["mapping"].as_object().into_iter().flatten() {
            lines.insert(format!("{name} kind {value} {}", name_of(kind.as_str().unwrap())));
        }
        let zql = schema["x-zstack-zql-name"].as_str();
        assert!(zql.is_none_or(|zql| format!("{zql}inventory") == name.to_lowercase()), "{name} is {zql:?} in ZQL");
    }
    let operations = facts["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    for operation in operations.filter(|operation| operation["x-zstack-kind"] == "query") {
        if let Some(class) = operation["x-zstack-inventory"].as_str() {
            lines.insert(format!("query {} {class}", text(operation, "operationId")));
        }
    }
    lines
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn classes_are_as_the_facts_have_them() {
    let (stated, documented) = (stated(), documented(&facts()));
    let missing: Vec<&String> = documented.difference(&stated).collect();
    let invented: Vec<&String> = stated.difference(&documented).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing {missing:#?}, invented {invented:#?}");
}
