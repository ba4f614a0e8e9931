//! ZStack's documents: a made-up one, merged into a copy of the schemas, and the vendor's own, where it is.

use std::fs;
use std::path::{Path, PathBuf};

use backhaul_codegen::import::{self, Outcome};
use backhaul_codegen::project;
use serde_json::{Value, json};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A copy of the schemas, and the manifest that lists the features which they may name.
fn tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("schemas/zstack");
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir_all(root.path().join("crates/models")).unwrap();
    fs::copy(workspace().join("crates/models/Cargo.toml"), root.path().join("crates/models/Cargo.toml")).unwrap();
    for entry in fs::read_dir(workspace().join("schemas/zstack")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    root
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A release that has vaults, and more of zones.
fn document() -> Value {
    let answer = |name: &str| json!({ "200": { "content": { "application/json": { "schema": refer(name) } } } });
    let body = |wrapper: &str, properties: Value, required: Value| {
        let inside = json!({ "type": "object", "properties": properties, "required": required });
        let list = json!({ "type": "array", "items": { "type": "string" } });
        let all = json!({ "type": "object", "properties": { wrapper: inside, "systemTags": list, "userTags": list } });
        json!({ "required": true, "content": { "application/json": { "schema": all } } })
    };
    json!({
        "openapi": "3.0.3",
        "info": { "title": "ZStack Cloud REST API", "version": "9.0.0" },
        "paths": {
            "/v1/zones": { "post": {
                "operationId": "CreateZone", "x-zstack-kind": "async", "x-zstack-async": true, "x-zstack-body-wrapper": "params",
                "requestBody": body("params", json!({
                    "name": { "type": "string" },
                    "region": { "type": "string", "maxLength": 32 },
                }), json!(["name", "region"])),
                "x-zstack-job-result": refer("CreateZoneResult"),
            } },
            "/v1/zones/{uuid}": { "delete": {
                "operationId": "DeleteZone", "x-zstack-kind": "async", "x-zstack-async": true,
                "parameters": [
                    { "name": "uuid", "in": "path", "required": true, "schema": { "type": "string" } },
                    { "name": "force", "in": "query", "required": false, "schema": { "type": "boolean" } },
                ],
            } },
            "/v1/zones/vaults": {
                "get": {
                    "operationId": "QueryVault", "x-zstack-kind": "query", "x-zstack-async": false,
                    "x-zstack-optional-paths": ["/v1/zones/vaults/{uuid}"],
                    "parameters": [{ "name": "q", "in": "query", "schema": { "type": "string" } }],
                    "responses": answer("QueryVaultResult"),
                },
                "post": {
                    "operationId": "CreateVault", "x-zstack-kind": "async", "x-zstack-async": true, "x-zstack-body-wrapper": "params",
                    "requestBody": body("params", json!({
                        "name": { "type": "string" },
                        "zoneUuid": { "type": "string" },
                        "password": { "type": "string" },
                    }), json!(["name"])),
                    "x-zstack-job-result": refer("CreateVaultResult"),
                },
            },
        },
        "components": { "schemas": {
            "ZoneInventory": { "type": "object", "properties": {
                "uuid": { "type": "string" },
                "isDefault": { "type": "string" },
                "region": { "type": "string" },
                "state": { "type": "string", "x-zstack-enum-source": "ZoneState", "x-zstack-known-values": ["Enabled", "Disabled", "Draining"] },
            } },
            "CreateZoneResult": { "type": "object", "properties": { "inventory": refer("ZoneInventory") } },
            "CreateVaultResult": { "type": "object", "properties": { "inventory": refer("VaultInventory") } },
            "QueryVaultResult": { "type": "object", "properties": {
                "inventories": { "type": "array", "items": refer("VaultInventory") }, "total": { "type": "integer" },
            } },
            "VaultInventory": { "type": "object", "properties": {
                "uuid": { "type": "string" },
                "zoneUuids": { "type": "array", "items": { "type": "string" } },
                "mode": refer("VaultMode"),
                "createDate": { "type": "string", "format": "zstack-timestamp" },
            } },
            "VaultMode": { "type": "string", "enum": ["Open", "Sealed"] },
        } },
    })
}

fn merge(root: &Path, document: &Value) -> Outcome {
    let outcome = import::import(root, "zstack", 0, "openapi.json", &document.to_string()).unwrap();
    import::write(root, &outcome).unwrap();
    outcome
}

#[test]
fn a_document_adds_what_the_schemas_lack() {
    let root = tree();
    let outcome = merge(root.path(), &document());
    insta::assert_snapshot!([outcome.changes, outcome.notes].concat().join("\n"));
    let zones = fs::read_to_string(root.path().join("schemas/zstack/zones.json")).unwrap();
    let before = fs::read_to_string(workspace().join("schemas/zstack/zones.json")).unwrap();
    let mut lines = zones.lines().map(|line| line.trim_end_matches(','));
    for line in before.lines().map(|line| line.trim_end_matches(',')) {
        // A list on one line, which took a value, is another line.
        assert!(line.contains("\"enum\"") || lines.any(|other| other == line), "lost or moved: {line}");
    }
    let files = project::of_system(root.path(), "zstack").unwrap();
    let code: String = files.values().cloned().collect();
    assert!(code.contains("Vault = VAULT(\"Vault\")") && code.contains("CreateVault = "), "it is generated");
    assert!(code.contains("CreateZoneRequest(into name: String)"), "the constructor stays as it is");
    // What is new changes the lines that it adds: no index of all the others moves.
    let before = project::of_system(&workspace(), "zstack").unwrap();
    let lost: Vec<&str> = before
        .iter()
        .flat_map(|(path, text)| {
            let now = files.get(path).map(String::as_str).unwrap_or_default();
            let known: std::collections::BTreeSet<&str> = now.lines().collect();
            text.lines().filter(move |line| !known.contains(line)).collect::<Vec<_>>()
        })
        .collect();
    assert!(lost.len() < 12, "{} lines changed: {lost:#?}", lost.len());
}

#[test]
fn the_same_document_again_changes_nothing() {
    let root = tree();
    merge(root.path(), &document());
    let again = merge(root.path(), &document());
    assert_eq!((again.changes, again.files.len()), (Vec::new(), 0));
}

#[test]
fn what_cannot_be_read_has_its_place() {
    let cases = [
        (
            "/components/schemas/VaultInventory/properties/mode",
            refer("No"),
            "VaultInventory/properties/mode/$ref: `#/components/schemas/No`",
        ),
        (
            "/components/schemas/VaultInventory/properties/uuid",
            json!({ "type": "text" }),
            "properties/uuid/type: \"text\" is no type",
        ),
        (
            "/components/schemas/VaultInventory/properties/zoneUuids",
            json!({ "type": "array" }),
            "zoneUuids/items: a list needs `items`",
        ),
        (
            "/paths/~1v1~1zones~1vaults/get/operationId",
            json!(5),
            "/paths/~1v1~1zones~1vaults/get: an operation has an `operationId`",
        ),
        ("/paths", json!({ "/v8/Jobs": {} }), "/paths/~1v8~1Jobs: a path of ZStack's starts with `/v1/`"),
        (
            "/components/schemas/VaultMode/enum",
            json!(["a-b", "a_b"]),
            "schemas/zstack/zones.json#/$defs/VaultMode/enum",
        ),
    ];
    for (pointer, value, wanted) in cases {
        let mut broken = document();
        *broken.pointer_mut(pointer).unwrap() = value;
        let error =
            import::import(tree().path(), "zstack", 0, "openapi.json", &broken.to_string()).unwrap_err().to_string();
        assert!(error.starts_with("openapi.json#") && error.contains(wanted), "{error}");
    }
}

#[test]
fn what_the_document_lacks_is_named() {
    let (_, only_here) = import::compare(&workspace(), "zstack", "openapi.json", &document().to_string()).unwrap();
    assert!(only_here.members.contains(&"operation UpdateZone".to_owned()));
}

#[test]
#[ignore = "reads the vendor's documents: set BACKHAUL_FACTS"]
fn the_vendors_document_adds_nothing() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let path = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("zstack/openapi.json");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error} (set BACKHAUL_FACTS)", path.display()));
    let (outcome, _) = import::compare(&workspace(), "zstack", "openapi.json", &text).unwrap();
    assert_eq!((outcome.changes, outcome.notes), (Vec::new(), Vec::new()));
}
