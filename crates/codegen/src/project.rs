//! Which generated file comes from which schema.
//!
//! [`generate`] reads all of `schemas/` and renders every file in memory; [`write`](write()) and [`check`] compare that
//! with the tree, so nothing is half written and `--check` sees exactly what a run would change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::emit::Holds;
use crate::error::{Result, SchemaError};
use crate::features::Closure;
use crate::inventories::Inventories;
use crate::ir::{Operation, Types};
use crate::json_schema::{self, File};
use crate::{emit, import, operations, queries, xsd};

/// Generated files, by path below the workspace's root.
pub type Files = BTreeMap<PathBuf, String>;

pub(crate) const SYSTEMS: [&str; 3] = ["em", "vb365", "zstack"];
const FILTER: &str = "crates/filter/src/generated";
const TRANSPORT: &str = "crates/transport/src/generated";

/// How much a generated file may hold: past that, code hosts do not show it and editors crawl.
const MOST_LINES: usize = 4000;
const MOST_BYTES: usize = 200_000;

/// Folders that hold generated files only: what is in one and not generated is stale.
const FOLDERS: [&str; 7] = [
    "crates/em/src/generated",
    "crates/vb365/src/generated",
    "crates/zstack/src/generated",
    "crates/zstack-types/src/generated",
    FILTER,
    TRANSPORT,
    "schemas/forms",
];

/// Renders every generated file from the schemas below `root`.
///
/// # Errors
/// When a schema cannot be read or breaks a rule; the error names the file, the place and the rule.
pub fn generate(root: &Path) -> Result<Files> {
    let mut files = Files::new();
    for system in SYSTEMS {
        files.extend(of_system(root, system)?);
    }
    files.insert(Path::new(FILTER).join("mod.rs"), emit::modules(&["em"], &["zstack"]));
    files.insert(Path::new(TRANSPORT).join("mod.rs"), emit::modules(&["em_queries"], &[]));
    forms(&mut files)?;
    for system in SYSTEMS {
        files.insert(format!("schemas/{system}/lock.json").into(), lock(root, system)?);
    }
    Ok(files)
}

/// Refuses a family that has grown too large for one file.
fn small(files: &Files) -> Result<()> {
    let rust = files.iter().filter(|(path, _)| path.extension().is_some_and(|extension| extension == "rs"));
    for (path, code) in rust {
        let (lines, bytes) = (code.lines().count(), code.len());
        if lines >= MOST_LINES || bytes >= MOST_BYTES {
            let system = path.iter().map(|part| Path::new(part).with_extension(""));
            let system = system.into_iter().find(|part| SYSTEMS.iter().any(|name| *part == Path::new(name)));
            let rule = format!(
                "a family makes {} of {lines} lines and {bytes} bytes, and a generated file has fewer than {MOST_LINES} lines and \
                 {MOST_BYTES} bytes: spread it over two schema files",
                path.display()
            );
            return Err(SchemaError::new(system.unwrap_or_default().to_string_lossy(), "", rule));
        }
    }
    Ok(())
}

fn below(folder: &str, files: BTreeMap<PathBuf, String>) -> impl Iterator<Item = (PathBuf, String)> {
    files.into_iter().map(move |(path, code)| (Path::new(folder).join(path), code))
}

/// Renders the files of one system: its models, and what can be asked for beside them.
///
/// # Errors
/// As [`generate`].
pub fn of_system(root: &Path, system: &str) -> Result<Files> {
    let files = if system == "em" { em(root)? } else { of_json(root, system)? };
    small(&files)?;
    Ok(files)
}

/// The files of a system whose schemas are JSON Schema.
fn of_json(root: &Path, system: &str) -> Result<Files> {
    let mut files = Files::new();
    let api = if system == "zstack" { "Zstack" } else { "Vb365" };
    let (types, operations, features) = schemas(root, system)?;
    let mut closure = Closure::new(features, &types, &operations);
    if !closure.is_empty() && known_features(root)?.contains(&format!("{system}-registry")) {
        closure = closure.with_rows("rows".to_owned());
    }
    if inputs(root, system)?.iter().any(|name| name == INVENTORIES) {
        let path = format!("{system}/{INVENTORIES}");
        let all = Inventories::read(&path, parse(root, &path)?, &types)?;
        files.extend(below(FILTER, emit::inventories(&all, &types)));
    }
    files.extend(models(system, api, &types, &operations, &closure)?);
    Ok(files)
}

/// The types and operations of a system whose schemas are JSON Schema, and the cargo features of its families.
///
/// # Errors
/// When a file cannot be read or breaks a rule.
pub(crate) fn schemas(root: &Path, system: &str) -> Result<(Types, Vec<Operation>, BTreeMap<String, String>)> {
    let inputs = json_files(root, system)?;
    let featured = inputs.iter().any(|file| file.json.get("x-feature").is_some());
    let known = if featured { known_features(root)? } else { BTreeSet::new() };
    for file in &inputs {
        if let Some(feature) = file.json.get("x-feature")
            && !feature.as_str().is_some_and(|feature| known.contains(feature))
        {
            let rule =
                format!("{feature} is no feature of backhaul-models: list it in {MODELS}, or take one of those there");
            return Err(SchemaError::new(&file.path, "/x-feature", rule));
        }
    }
    let types = json_schema::read(&inputs)?;
    let mut operations = Vec::new();
    for file in &inputs {
        if let Some(list) = file.json.get("operations") {
            operations.extend(operations::read(&file.path, list, &types)?);
        }
    }
    // `zstack-storage` of the models is `storage` of ZStack's crates.
    let own = |feature: &str| feature.strip_prefix(&format!("{system}-")).unwrap_or(feature).to_owned();
    let features = inputs.iter().filter_map(|file| Some((file.family().to_owned(), own(file.feature()?))));
    Ok((types, operations, features.collect()))
}

/// Where the features of the models are listed.
pub(crate) const MODELS: &str = "crates/models/Cargo.toml";

fn known_features(root: &Path) -> Result<BTreeSet<String>> {
    let wrong = |rule: String| SchemaError::new(format!("../{MODELS}"), "/features", rule);
    let text = fs::read_to_string(root.join(MODELS)).map_err(|error| wrong(format!("cannot read: {error}")))?;
    let manifest: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    Ok(features.into_iter().flatten().map(|(name, _)| name.clone()).collect())
}

/// What a system's schemas call things, where its documents are imported.
pub(crate) fn names(root: &Path, system: &str) -> Result<Option<import::NamesFile>> {
    let path = format!("{system}/{NAMES}");
    if !inputs(root, system)?.iter().any(|name| name == NAMES) {
        return Ok(None);
    }
    crate::error::from_json(&path, parse(root, &path)?).map(Some)
}

/// Enterprise Manager: its models, the filter fields of its queries, and which entity a query answers with.
fn em(root: &Path) -> Result<Files> {
    let (mut types, mut operations) = em_schemas(root)?;
    xsd::tell_versions(&mut types);
    let queries = queries::read("em/queries.json", &text(root, "em/queries.json")?, &types)?;
    operations.extend(queries.types.iter().map(operations::query));
    let mut files = Files::new();
    files.extend(below(FILTER, emit::filter_fields(&queries, &types)));
    files.insert(Path::new(TRANSPORT).join("em_queries.rs"), emit::em_queries(&queries));
    let closure = Closure::new(BTreeMap::new(), &types, &operations);
    files.extend(models("em", "Em", &types, &operations, &closure)?);
    Ok(files)
}

/// Enterprise Manager's types and operations, without its queries.
pub(crate) fn em_schemas(root: &Path) -> Result<(Types, Vec<Operation>)> {
    let types = xsd::read("em/em.xsd", &text(root, "em/em.xsd")?)?;
    let path = "em/operations.json";
    let json: serde_json::Value = parse(root, path)?;
    let list = json.get("operations").cloned().unwrap_or_default();
    let mut operations = operations::read(path, &list, &types)?;
    operations::spread(&mut operations, &types);
    Ok((types, operations))
}

/// The generated files of one system's models.
fn models(system: &str, api: &str, types: &Types, operations: &[Operation], closure: &Closure) -> Result<Files> {
    if let Some((first, second)) = twins(operations) {
        let (file, pointer) = second.source.split_once('#').unwrap_or((&second.source, ""));
        let rule = format!("`{} {}` is named or routed like {}", second.method, second.path, first.source);
        return Err(SchemaError::new(file.trim_start_matches("schemas/"), pointer, rule));
    }
    let mut calls: BTreeMap<String, &str> = BTreeMap::new();
    for operation in operations {
        let own = std::iter::once(&operation.name).chain(&operation.formerly);
        let older = operation.older.iter().flat_map(|form| own.clone().map(|name| emit::older_name(name, form.until)));
        for name in own.clone().cloned().chain(older) {
            let call = emit::call_name(&name);
            if let Some(rule) = emit::call_clash(&call) {
                return Err(json_schema::place(&operation.source, rule));
            }
            if let Some(other) = calls.insert(call.clone(), &operation.source) {
                let rule = format!("`{name}` and the operation at {other} are both `{call}` in Rust: rename one");
                return Err(json_schema::place(&operation.source, rule));
            }
        }
    }
    let requests = requests(operations);
    let files = |name: &str, holds| {
        let replies = system != "em";
        let of = emit::System { holds, api, replies, types, operations, requests: &requests, closure };
        of.files(Path::new(&format!("crates/{name}/src/generated")))
    };
    if system != "zstack" {
        return Ok(files(system, Holds::All));
    }
    // In one crate they would take rustc twice the memory.
    let mut all = files("zstack-types", Holds::Types);
    all.extend(files("zstack", Holds::Calls("backhaul_zstack_types")));
    Ok(all)
}

/// The types that are sent.
pub(crate) fn requests(operations: &[Operation]) -> BTreeSet<&str> {
    let all = operations.iter().flat_map(|operation| {
        operation.request.iter().chain(operation.older.iter().filter_map(|form| form.request.as_ref()))
    });
    all.filter_map(|request| request.ty.as_deref()).collect()
}

/// Two operations of one name, or of one method and path in versions that overlap.
fn twins(operations: &[Operation]) -> Option<(&Operation, &Operation)> {
    let overlap = |a: &Operation, b: &Operation| {
        let end = |until: Option<u8>| until.unwrap_or(u8::MAX);
        a.versions.since.unwrap_or(0) <= end(b.versions.until) && b.versions.since.unwrap_or(0) <= end(a.versions.until)
    };
    let same_route = |a: &Operation, b: &Operation| {
        // ZStack's actions share a URL and are told apart by the member that wraps them.
        a.method == b.method && a.path.eq_ignore_ascii_case(&b.path) && a.wrapper == b.wrapper && overlap(a, b)
    };
    operations.iter().enumerate().find_map(|(i, a)| {
        let twin = operations[i + 1..].iter().find(|b| a.name.eq_ignore_ascii_case(&b.name) || same_route(a, b));
        twin.map(|b| (a, b))
    })
}

/// The JSON Schemas of the forms that are not standard ones.
fn forms(files: &mut Files) -> Result<()> {
    for (name, schema) in [
        ("operations", schemars::schema_for!(operations::OperationsFile)),
        ("queries", schemars::schema_for!(queries::Queries)),
        ("names", schemars::schema_for!(import::NamesFile)),
        ("inventories", schemars::schema_for!(Inventories)),
    ] {
        let json = serde_json::to_string_pretty(&schema)
            .map_err(|error| SchemaError::new(format!("forms/{name}.schema.json"), "", error.to_string()))?;
        files.insert(format!("schemas/forms/{name}.schema.json").into(), json + "\n");
    }
    Ok(())
}

fn json_files(root: &Path, system: &str) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for name in schema_files(root, system)? {
        let path = format!("{system}/{name}");
        files.push(File { json: parse(root, &path)?, path });
    }
    Ok(files)
}

pub(crate) fn parse(root: &Path, path: &str) -> Result<serde_json::Value> {
    crate::error::parse(path, &text(root, path)?)
}

/// What our schemas call things, where that is not the vendor's word.
pub(crate) const NAMES: &str = "names.json";
/// Which versions' documents are in the schemas.
pub(crate) const VERSIONS: &str = "versions.json";

/// What can be asked for beside the types themselves.
const INVENTORIES: &str = "inventories.json";

/// The names of a system's files of types and operations, sorted.
pub(crate) fn schema_files(root: &Path, system: &str) -> Result<Vec<String>> {
    let mut names = inputs(root, system)?;
    names.retain(|name| ![NAMES, VERSIONS, INVENTORIES].contains(&name.as_str()));
    Ok(names)
}

/// The names of a system's inputs, sorted.
fn inputs(root: &Path, system: &str) -> Result<Vec<String>> {
    let folder = root.join("schemas").join(system);
    let fail = |error: io::Error| SchemaError::new(system, "", format!("cannot list the folder: {error}"));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name().to_string_lossy().into_owned();
        if (name.ends_with(".json") || name.ends_with(".xsd")) && name != "lock.json" {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn text(root: &Path, path: &str) -> Result<String> {
    let text = fs::read_to_string(root.join("schemas").join(path));
    // A checkout on Windows may have other line ends; what is generated must not depend on it.
    text.map(|text| text.replace("\r\n", "\n"))
        .map_err(|error| SchemaError::new(path, "", format!("cannot read: {error}")))
}

/// The inputs of a system with their sha256, so that a review sees which of them a change to generated code comes from.
fn lock(root: &Path, system: &str) -> Result<String> {
    let mut out = serde_json::Map::new();
    for name in inputs(root, system)? {
        let digest = Sha256::digest(text(root, &format!("{system}/{name}"))?.as_bytes());
        out.insert(name, serde_json::Value::String(hex::encode(digest)));
    }
    let json = serde_json::json!({ "inputs": out });
    let error = |error: serde_json::Error| SchemaError::new(format!("{system}/lock.json"), "", error.to_string());
    Ok(serde_json::to_string_pretty(&json).map_err(error)? + "\n")
}

/// How the tree differs from what the schemas give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The file is missing.
    Missing(PathBuf),
    /// The file holds something else; the first line that differs, counted from 1.
    Changed(PathBuf, usize),
    /// The file is no longer generated.
    Stale(PathBuf),
}

/// Compares the tree below `root` with what the schemas give.
///
/// # Errors
/// When a file of the tree cannot be read.
pub fn check(root: &Path, files: &Files) -> io::Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for (path, wanted) in files {
        match fs::read_to_string(root.join(path)) {
            Ok(found) => {
                let found = found.replace("\r\n", "\n");
                if found != *wanted {
                    let same = found.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count();
                    differences.push(Difference::Changed(path.clone(), same + 1));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(Difference::Missing(path.clone()))
            }
            Err(error) => return Err(error),
        }
    }
    differences.extend(stale(root, files)?.into_iter().map(Difference::Stale));
    Ok(differences)
}

/// Writes what differs and removes what is stale; gives the paths of both.
///
/// # Errors
/// When a file cannot be written or removed.
pub fn write(root: &Path, files: &Files) -> io::Result<Vec<PathBuf>> {
    let mut changed = Vec::new();
    for (path, wanted) in files {
        let target = root.join(path);
        if fs::read_to_string(&target).is_ok_and(|found| found == *wanted) {
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = target.with_extension("draft");
        fs::write(&draft, wanted)?;
        fs::rename(&draft, &target)?;
        changed.push(path.clone());
    }
    for path in stale(root, files)? {
        fs::remove_file(root.join(&path))?;
        changed.push(path);
    }
    Ok(changed)
}

fn stale(root: &Path, files: &Files) -> io::Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(PathBuf::from).collect();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(root.join(&folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if !files.contains_key(&path) {
                out.push(path);
            }
        }
    }
    out.sort();
    Ok(out)
}
