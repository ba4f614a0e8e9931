//! VB365: a document for each version, and what v3 to v5 have beyond theirs.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{Source, Types, list, members, place, read, schemas, text};

pub(super) fn sources(facts: &Path, folder: &Path) -> Result<Vec<Source>, String> {
    let files = schemas(folder)?;
    let types = Types::of(&files);
    let rows: Vec<&Value> = files.iter().flat_map(|file| list(file, "operations")).collect();
    let in_version = |version: u64| -> BTreeSet<String> {
        let has = |row: &Value| {
            row["since"].as_u64().is_none_or(|since| version >= since)
                && row["until"].as_u64().is_none_or(|until| version <= until)
        };
        rows.iter().filter(|row| has(row)).map(|row| place(text(row, "method"), text(row, "path"))).collect()
    };
    let mut sources = Vec::new();
    for version in 3..=8 {
        let document = read(&facts.join(format!("v{version}.openapi.json")))?;
        let known = in_version(version);
        let mut operations = BTreeSet::new();
        for (path, item) in members(&document, "paths") {
            let path = path.trim_start_matches(&format!("/v{version}"));
            operations.extend(item.as_object().into_iter().flatten().map(|(method, _)| place(method, path)));
        }
        let (mut names, mut fields) = (BTreeSet::new(), BTreeSet::new());
        // Pages are one generic type here.
        let pages = |name: &str| name.starts_with("PageOf");
        for (name, ty) in members(&document["components"], "schemas").filter(|(name, _)| !pages(name)) {
            names.insert(name.clone());
            fields.extend(members(ty, "properties").map(|(member, _)| format!("{name}.{member}")));
        }
        sources.push(
            Source::new(format!("VB365: the document of v{version}"))
                .count("operations", &operations, |name| known.contains(name))
                .count("types", &names, |name| types.has(name))
                .count("members", &fields, |path| types.has_member(path)),
        );
    }
    let added = read(&facts.join("additions.json"))?;
    let mut operations = BTreeSet::new();
    for row in list(&added, "operations") {
        for version in list(row, "missing_from_openapi").iter().filter_map(Value::as_str) {
            operations.insert(format!("{version} {}", place(text(row, "method"), text(row, "path"))));
        }
    }
    let known: BTreeSet<String> = (3..=5)
        .flat_map(|version| in_version(version).into_iter().map(move |name| format!("v{version} {name}")))
        .collect();
    let mut fields = BTreeSet::new();
    // What has no type's name is a part of one, or the body of one request.
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let typed = || list(&added, "schemas").iter().filter(|ty| is_name(text(ty, "name")));
    for ty in typed() {
        fields
            .extend(list(ty, "members").iter().map(|member| format!("{}.{}", text(ty, "name"), text(member, "name"))));
    }
    let names = typed().map(|ty| text(ty, "name").to_owned()).collect();
    sources.push(
        Source::new("VB365: pages of v3 to v5 (additions.json)")
            .count("operations", &operations, |name| known.contains(name))
            .count("types", &names, |name| types.has(name))
            .count("members", &fields, |path| types.has_member(path)),
    );
    Ok(sources)
}
