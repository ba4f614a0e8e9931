//! VB365: a document for each version, and what v3 to v5 have beyond theirs.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{Reasons, Source, Types, list, members, place, read, schemas, text};

const NO_TYPE: Reasons = &[
    ("JobItemList", "a bare array of items needs no type of its own"),
    ("SecureString", "a password is text here, kept as a secret"),
];

const IN_ANOTHER_WAY: Reasons = &[
    ("ReportsAction", "the bodies of all actions of v3 to v5 are GenericActionBody, which holds any member"),
    ("OneDriveFolder.children", "it is a link in `_links`"),
    ("OneDriveFolder.parent", "it is a link in `_links`"),
    ("SharePointList.children", "it is a link in `_links`"),
    ("SharePointList.parent", "it is a link in `_links`"),
];

/// Types of the old pages, which have no names there: what they are called in newer documents.
const NAMED_NOW: &[(&str, &str)] = &[
    ("AccountEdit", "CredentialToSend"),
    ("AuditEmailSettings", "AuditEmailSettingsResponse"),
    ("AuditEmailSettingsEdit", "AuditEmailSettingsRequest"),
    ("CloudFolder", "AmazonFolderToReceiveS3Aws"),
    ("DeviceCode", "DeviceCodeResponse"),
    ("EncryptionKeyCreate", "EncryptionKeyToSend"),
    ("GlobalRetentionExclusionSettings", "RetentionExclusion"),
    ("ObjectStorageRepositoryCreate", "ObjectStorageRepository"),
];

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
    for version in versions(facts)? {
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
            Source::new(format!("VB365: the document of v{version}"), NO_TYPE)
                .count("operations", &operations, |name| known.contains(name))
                .count("types", &names, |name| types.has(name))
                .count("members", &fields, |path| types.has_member_in(path, version)),
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
    let now = |name: &str| NAMED_NOW.iter().find(|(old, _)| *old == name).map_or(name, |(_, now)| now).to_owned();
    for ty in typed() {
        for version in list(ty, "versions").iter().filter_map(Value::as_str) {
            let name = text(ty, "name");
            fields
                .extend(list(ty, "members").iter().map(|member| format!("{name}.{} {version}", text(member, "name"))));
        }
    }
    let known_member = |path: &str| {
        let (path, version) = path.split_once(" v").unwrap_or((path, ""));
        let (name, member) = path.split_once('.').unwrap_or((path, ""));
        version.parse().is_ok_and(|version| types.has_member_in(&format!("{}.{member}", now(name)), version))
    };
    let names = typed().map(|ty| text(ty, "name").to_owned()).collect();
    sources.push(
        Source::new("VB365: pages of v3 to v5 (additions.json)", IN_ANOTHER_WAY)
            .count("operations", &operations, |name| known.contains(name))
            .count("types", &names, |name| types.has(&now(name)))
            .count("members", &fields, known_member),
    );
    Ok(sources)
}

/// The versions of which a document is there.
fn versions(facts: &Path) -> Result<Vec<u64>, String> {
    let listed = std::fs::read_dir(facts).map_err(|error| format!("{}: {error}", facts.display()))?;
    let number = |name: &str| name.strip_prefix('v')?.strip_suffix(".openapi.json")?.parse().ok();
    let mut versions: Vec<u64> = listed.flatten().filter_map(|entry| number(entry.file_name().to_str()?)).collect();
    versions.sort_unstable();
    match versions.is_empty() {
        true => Err(format!("{}: no vN.openapi.json is there", facts.display())),
        false => Ok(versions),
    }
}
