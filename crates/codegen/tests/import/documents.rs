//! The vendor's own documents, where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tree::Tree;

/// The folder of VB365's facts.
fn facts() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let folder = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("vb365");
    assert!(folder.is_dir(), "there are no documents at {} (set BACKHAUL_FACTS)", folder.display());
    folder
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn checked_in() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/vb365")
}

/// The files of types and operations in a folder.
fn schemas(folder: &Path) -> Vec<Value> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.ends_with(".json") && !["lock.json", "names.json", "versions.json"].contains(&name.as_str())
        })
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// What of a node a document decides, with the marks of v6 to v8 alone; `None` for what those do not have.
fn facts_of(node: &Value, since: u64, until: u64) -> Option<Value> {
    let mark = |key: &str, old: &str| node.get(key).or_else(|| node.get(old)).and_then(Value::as_u64);
    let (from, to) = (mark("x-since", "since").unwrap_or(since), mark("x-until", "until").unwrap_or(until));
    if to < 6 {
        return None;
    }
    let (from, to) = (from.max(6), to);
    let mut out = serde_json::Map::new();
    for (key, value) in node.as_object()? {
        let value = match key.as_str() {
            "description" | "x-sources" | "sources" | "x-evidence" | "evidence" | "x-since" | "x-until" | "since"
            | "until" | "x-aliases" | "aliases" | "x-formerly" | "formerly" | "x-keep-null" | "x-keep-unknown"
            | "longRunning" | "older" | "bare" | "x-values" => {
                continue;
            }
            // `ids` of one call, which v6 and v7 want: what is checked in, from v3 on, has it optional.
            "requiredUntil" => continue,
            "properties" => Value::Object(
                value
                    .as_object()?
                    .iter()
                    .filter_map(|(name, property)| Some((name.clone(), facts_of(property, from, to)?)))
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .collect(),
            ),
            "params" => {
                let params = value.as_array()?.iter().filter_map(|param| facts_of(param, from, to));
                let params: BTreeMap<String, Value> = params.map(|param| (param["name"].to_string(), param)).collect();
                if params.is_empty() {
                    continue;
                }
                params.into_values().collect()
            }
            "enum" => {
                let marks = node.get("x-values");
                let gone = |value: &Value| {
                    let mark = marks.and_then(|marks| marks.get(value.as_str()?));
                    mark.and_then(|mark| mark.get("x-until")).and_then(Value::as_u64).is_some_and(|until| until < 6)
                };
                let left: BTreeSet<String> =
                    value.as_array()?.iter().filter(|v| !gone(v)).map(Value::to_string).collect();
                left.into_iter().collect()
            }
            // A reference leads to a name; the file is ours to choose.
            "$ref" => value.as_str()?.rsplit('/').next()?.into(),
            "items" | "additionalProperties" => facts_of(value, 6, 8).unwrap_or_else(|| value.clone()),
            "anyOf" | "discriminator" | "required" => value
                .to_string()
                .split('"')
                .map(|part| part.rsplit("#/$defs/").next().unwrap_or(part))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    out.insert("marks".into(), serde_json::json!([from, to]));
    Some(Value::Object(out))
}

type Facts = BTreeMap<String, Value>;

fn all_facts(files: &[Value], since: u64) -> Facts {
    let mut out = Facts::new();
    for file in files {
        for (name, ty) in file["$defs"].as_object().into_iter().flatten() {
            out.extend(facts_of(ty, since, 8).map(|facts| (name.clone(), facts)));
        }
        for operation in file["operations"].as_array().into_iter().flatten() {
            let name = format!("{} {}", operation["method"], operation["path"]);
            out.extend(facts_of(operation, since, 8).map(|facts| (name, facts)));
        }
    }
    out
}

#[test]
#[ignore = "reads the vendor's documents: set BACKHAUL_FACTS"]
fn v6_to_v8_on_an_empty_tree_give_what_is_checked_in() {
    let folder = facts();
    let tree = Tree::new(&read(&checked_in().join("names.json")));
    for version in [6, 7, 8] {
        tree.import(version, &read(&folder.join(format!("v{version}.openapi.json")))).unwrap();
    }
    let fresh = all_facts(&schemas(&tree.root().join("schemas/vb365")), 6);
    let ours = all_facts(&schemas(&checked_in()), 3);
    for (name, wanted) in &fresh {
        assert_eq!(ours.get(name), Some(wanted), "{name}");
    }
    let more: Vec<_> = ours.keys().filter(|name| !fresh.contains_key(*name)).collect();
    assert_eq!(more, Vec::<&String>::new());
}

#[test]
#[ignore = "reads the vendor's documents: set BACKHAUL_FACTS"]
fn every_document_again_changes_nothing() {
    let folder = facts();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for version in 3..=8 {
        let path = folder.join(format!("v{version}.openapi.json"));
        let text = std::fs::read_to_string(&path).unwrap();
        let outcome =
            backhaul_codegen::import::import(&root, "vb365", version, &path.display().to_string(), &text).unwrap();
        assert_eq!(outcome.changes, Vec::<String>::new(), "v{version}");
        assert_eq!(outcome.files.keys().collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "v{version}");
    }
}

/// Each version has the operations of its document, with exactly their parameters; more only where the document is a
/// reconstructed one, and those are counted by the command's tests.
#[test]
#[ignore = "reads the vendor's documents: set BACKHAUL_FACTS"]
fn every_version_has_the_operations_of_its_document() {
    let folder = facts();
    let plain = |path: &str| {
        let parts =
            path.split('/').map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_lowercase() });
        parts.collect::<Vec<_>>().join("/")
    };
    let has = |node: &Value, version: u64| {
        node["since"].as_u64().is_none_or(|since| version >= since)
            && node["until"].as_u64().is_none_or(|until| version <= until)
    };
    let files = schemas(&checked_in());
    for version in 3..=8 {
        let document = read(&folder.join(format!("v{version}.openapi.json")));
        let mut wanted = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let path = path.strip_prefix(&format!("/v{version}")).unwrap();
            for (method, operation) in item.as_object().unwrap() {
                let params =
                    operation["parameters"].as_array().into_iter().flatten().filter(|param| param["in"] == "query");
                let params: BTreeSet<String> =
                    params.map(|param| param["name"].as_str().unwrap().to_lowercase()).collect();
                wanted.insert((method.to_uppercase(), plain(path)), params);
            }
        }
        let rows = files.iter().flat_map(|file| file["operations"].as_array().into_iter().flatten());
        let found: BTreeMap<_, _> = rows
            .filter(|row| has(row, version))
            .map(|row| {
                let params = row["params"].as_array().into_iter().flatten();
                let params = params.filter(|param| param["in"] == "query" && has(param, version));
                let params: BTreeSet<String> =
                    params.map(|param| param["name"].as_str().unwrap().to_lowercase()).collect();
                ((row["method"].as_str().unwrap().to_owned(), plain(row["path"].as_str().unwrap())), params)
            })
            .collect();
        let reconstructed = document["info"].get("x-status").is_some();
        let found: BTreeMap<_, _> =
            found.into_iter().filter(|(place, _)| !reconstructed || wanted.contains_key(place)).collect();
        assert_eq!(found, wanted, "v{version}");
    }
}
