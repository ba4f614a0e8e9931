//! ZStack: the server's source, and what release branches and the manual have beyond it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{Reasons, Source, Types, list, members, read, schemas, text};

/// What is sure enough to be in the schemas.
const SURE: [&str; 3] = ["source, every branch", "source, release branch", "vendor manual"];

const NO_TYPE: Reasons = &[
    ("AliyunErrorCode", ERROR),
    ("AliyunOssException", ERROR),
    ("BaremetalException", ERROR),
    ("ResponseSchemaMap", "it is the member `schema` of every answer"),
    ("VmSchedulingRuleExecuteState", "nothing uses it"),
];

const ERROR: &str = "it has nothing that ErrorCode has not, and nothing answers with it";

const UNSURE: Reasons = &[("", "nobody knows whether a server that was shipped has it")];

pub(super) fn sources(facts: &Path, folder: &Path) -> Result<Vec<Source>, String> {
    let files = schemas(folder)?;
    let types = Types::of(&files);
    let known: BTreeSet<&str> =
        files.iter().flat_map(|file| list(file, "operations")).map(|row| text(row, "operation")).collect();
    let document = read(&facts.join("openapi.json"))?;
    let mut operations = BTreeSet::new();
    for (_, item) in members(&document, "paths") {
        let rows = item.as_object().into_iter().flatten();
        operations.extend(rows.map(|(_, row)| text(row, "operationId").to_owned()).filter(|name| !name.is_empty()));
    }
    let (mut names, mut fields) = (BTreeSet::new(), BTreeSet::new());
    for (name, ty) in members(&document["components"], "schemas") {
        // Answers have generic types of their own: `Page`, `Reply`.
        if name.ends_with("Result") {
            continue;
        }
        names.insert(name.clone());
        let parts = list(ty, "allOf").iter().chain([ty]);
        let own = parts.flat_map(|part| members(part, "properties"));
        fields.extend(own.map(|(member, _)| format!("{name}.{member}")));
    }
    let source = Source::new("ZStack: the source of 5.2.1 (openapi.json)", NO_TYPE)
        .count("operations", &operations, |name| known.contains(name))
        .count("types", &names, |name| types.has(name))
        .count("members", &fields, |path| types.has_member(path));
    let added = read(&facts.join("additions.json"))?;
    let rows = || list(&added, "operations").iter();
    let sure = |row: &&Value| SURE.contains(&text(row, "certainty"));
    let name = |row: &Value| text(row, "name").to_owned();
    let wanted: BTreeSet<String> = rows().filter(sure).map(name).collect();
    let unsure: BTreeSet<String> = rows().filter(|row| !sure(row)).map(name).collect();
    let more = Source::new("ZStack: release branches and the manual (additions.json)", &[]).count(
        "operations",
        &wanted,
        |name| known.contains(name),
    );
    let unsure = Source::new("ZStack: feature branches and bare lists (additions.json)", UNSURE).count(
        "operations",
        &unsure,
        |name| known.contains(name),
    );
    Ok(vec![source, more, unsure])
}
