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
                "grade": { "type": "string", "enum": ["Low", "High"], "maxLength": 32 },
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
    assert!(code.contains("CreateZoneRequest(name: impl Into<String>)"), "the constructor stays as it is");
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

/// The document of [`document`], whose `CreateVault` is changed.
fn with_vault(change: impl FnOnce(&mut Value, &mut Value)) -> Value {
    let mut document = document();
    let mut vaults = document["paths"]["/v1/zones/vaults"].take();
    change(&mut vaults, &mut document["components"]);
    document["paths"]["/v1/zones/vaults"] = vaults;
    document
}

/// The row of `CreateVault`, and its request, as they come of a document.
fn vault(document: &Value) -> (Value, Value) {
    let root = tree();
    merge(root.path(), document);
    let text = fs::read_to_string(root.path().join("schemas/zstack/zones.json")).unwrap();
    let zones: Value = serde_json::from_str(&text).unwrap();
    let rows = zones["operations"].as_array().unwrap();
    let row = rows.iter().find(|row| row["operation"] == "CreateVault").unwrap();
    (row.clone(), zones["$defs"]["CreateVaultRequest"].clone())
}

#[test]
fn what_stands_behind_a_reference_is_read_as_what_stands_in_its_place() {
    const BODY: &str = "/post/requestBody/content/application~1json/schema";
    let plain = vault(&document());
    assert_eq!(plain.1["required"], json!(["name"]));
    let body = with_vault(|paths, components| {
        components["schemas"]["VaultBody"] = paths.pointer(BODY).unwrap().clone();
        *paths.pointer_mut(BODY).unwrap() = refer("VaultBody");
    });
    let wrapper = with_vault(|paths, components| {
        let inside = paths.pointer_mut(&format!("{BODY}/properties/params")).unwrap();
        components["schemas"]["VaultParams"] = inside.take();
        *inside = json!({ "allOf": [refer("VaultParams")], "description": "words" });
    });
    let whole = with_vault(|paths, components| {
        components["requestBodies"] = json!({ "Vault": paths["post"]["requestBody"].take() });
        paths["post"]["requestBody"] = json!({ "$ref": "#/components/requestBodies/Vault" });
    });
    let answer = with_vault(|paths, components| {
        let schema = paths["post"].as_object_mut().unwrap().shift_remove("x-zstack-job-result").unwrap();
        components["responses"] = json!({ "Vault": { "content": { "application/json": { "schema": schema } } } });
        paths["post"]["responses"] = json!({ "200": { "$ref": "#/components/responses/Vault" } });
    });
    let inline = with_vault(|paths, components| {
        paths["post"]["x-zstack-job-result"] = components["schemas"]["CreateVaultResult"].take();
        components["schemas"].as_object_mut().unwrap().shift_remove("CreateVaultResult");
    });
    for document in [body, wrapper, whole, answer, inline] {
        assert_eq!(vault(&document), plain);
    }
}

#[test]
fn parameters_of_a_path_and_behind_references_are_read() {
    let document = with_vault(|paths, components| {
        let of = |name: &str, schema: Value| json!({ "name": name, "in": "query", "required": true, "schema": schema });
        components["parameters"] = json!({ "Force": of("force", json!({ "type": "boolean" })) });
        paths["parameters"] = json!([of("mode", refer("VaultMode")), of("force", json!({ "type": "string" }))]);
        paths["patch"] = json!({
            "operationId": "CreateVault", "x-zstack-async": true,
            "parameters": [{ "$ref": "#/components/parameters/Force" }],
        });
        paths.as_object_mut().unwrap().shift_remove("post");
        paths.as_object_mut().unwrap().shift_remove("get");
    });
    let (row, _) = vault(&document);
    let wanted = json!([
        { "name": "mode", "in": "query", "type": "VaultMode", "required": true },
        { "name": "force", "in": "query", "type": "boolean", "required": true },
    ]);
    assert_eq!((&row["method"], &row["params"]), (&json!("PATCH"), &wanted));
}

/// An object that stands inline is a type, called after its owner; another word for a text is that text.
#[test]
fn what_stands_inline_gets_a_name() {
    let document = with_vault(|_, components| {
        let schemas = &mut components["schemas"];
        schemas["Label"] = json!({ "type": "string", "maxLength": 40 });
        let quota =
            json!({ "type": "object", "properties": { "used": { "type": "integer" }, "label": refer("Label") } });
        schemas["VaultInventory"]["properties"]["quota"] = quota;
        schemas["VaultInventory"]["properties"]["mode"] = json!({ "allOf": [refer("VaultMode")], "nullable": true });
    });
    let root = tree();
    merge(root.path(), &document);
    let text = fs::read_to_string(root.path().join("schemas/zstack/zones.json")).unwrap();
    let zones: Value = serde_json::from_str(&text).unwrap();
    let members = &zones["$defs"]["Vault"]["properties"];
    assert_eq!(members["quota"], json!({ "$ref": "#/$defs/VaultQuota" }));
    assert_eq!(members["mode"], json!({ "$ref": "#/$defs/VaultMode" }));
    let label = &zones["$defs"]["VaultQuota"]["properties"]["label"];
    assert_eq!(*label, json!({ "type": "string", "maxLength": 40 }));
}

#[test]
fn what_the_schemas_cannot_say_is_refused_with_its_place() {
    const POST: &str = "/paths/~1v1~1zones~1vaults/post";
    let kinds = json!([refer("VaultMode"), refer("VaultInventory")]);
    let cases = [
        (
            "/components/schemas/VaultInventory/properties/mode",
            json!({ "oneOf": kinds }),
            "mode/oneOf: `oneOf` is not taken",
        ),
        ("/components/schemas/VaultMode", json!({ "anyOf": kinds }), "VaultMode/anyOf: `anyOf` is not taken"),
        (
            &format!("{POST}/x-zstack-job-result"),
            json!({ "type": "array", "items": {} }),
            "x-zstack-job-result: a body and an answer",
        ),
        (&format!("{POST}/x-zstack-job-result"), refer("No"), "x-zstack-job-result/$ref: `#/components/schemas/No`"),
        (
            &format!("{POST}/requestBody"),
            json!({ "content": { "text/plain": {} } }),
            "requestBody/content: JSON is expected",
        ),
        (&format!("{POST}/requestBody"), json!({ "$ref": "#/components/requestBodies/No" }), "requestBody/$ref: "),
        (
            "/paths/~1v1~1zones~1vaults/get/responses",
            json!({ "200": { "content": { "application/json": {} } } }),
            "responses/200/content/application~1json/schema: nothing says",
        ),
        ("/paths/~1v1~1zones~1vaults/get/parameters/0/in", json!("cookie"), "parameters/0/in: a parameter in `cookie`"),
        ("/paths/~1v1~1zones~1vaults", json!({ "trace": {} }), "vaults/trace: `trace` is no method"),
        (
            "/paths",
            json!({ "/v1/vaults": { "get": { "operationId": "GetVaults" } } }),
            "/paths: no operation has a member `x-zstack-…`",
        ),
    ];
    for (pointer, value, wanted) in cases {
        let mut broken = document();
        *broken.pointer_mut(pointer).unwrap() = value;
        let error =
            import::compare(&workspace(), "zstack", "openapi.json", &broken.to_string()).unwrap_err().to_string();
        assert!(error.starts_with("openapi.json#") && error.contains(wanted), "{error}");
    }
}

/// The notes of a document that says otherwise of what is there; it adds nothing but what `added` says.
fn told(paths: &Value, schemas: &Value, added: &[&str]) -> Vec<String> {
    let document = json!({ "openapi": "3.0.3", "paths": paths, "components": { "schemas": schemas } });
    let (outcome, _) = import::compare(&workspace(), "zstack", "openapi.json", &document.to_string()).unwrap();
    assert_eq!(outcome.changes, added);
    outcome.notes
}

#[test]
fn what_a_document_says_otherwise_of_an_operation_is_told() {
    let text = json!({ "type": "string" });
    let of = |name: &str, schema: &Value, required: bool| json!({ "name": name, "in": "query", "required": required, "schema": schema });
    let notes = told(
        &json!({
            "/v1/zones": { "post": {
                "operationId": "CreateZone", "x-zstack-async": false, "x-zstack-need-session": false,
                "x-zstack-body-wrapper": "createZone",
                "requestBody": { "content": { "application/json": { "schema": { "properties": { "createZone": {
                    "required": ["description"],
                    "properties": { "name": text, "description": { "type": "integer" } },
                } } } } } },
                "x-zstack-job-result": refer("ZoneInventory"),
            } },
            "/v1/zones/{uuid}": { "delete": {
                "operationId": "DeleteZone", "x-zstack-async": true,
                "parameters": [of("deleteMode", &json!({ "type": "array", "items": text }), true)],
            } },
        }),
        &json!({ "ZoneInventory": { "properties": { "uuid": text } } }),
        &[],
    );
    for wanted in [
        "`CreateZone` is work that goes on here and done when it is answered in the document",
        "`CreateZone` is called with a session here and called without a session in the document",
        "`CreateZone` is wrapped in `params` here and wrapped in `createZone` in the document",
        "`CreateZone` is answered with inventory Zone here and answered with body Zone in the document",
        "`CreateZoneRequest.name` is required here and optional in the document",
        "`CreateZoneRequest.description` is optional here and required in the document",
        "`CreateZoneRequest.description` is a text here and an integer in the document",
        "`DeleteZone?deleteMode` is optional here and required in the document",
        "`DeleteZone?deleteMode` is one value here and a list in the document",
    ] {
        assert!(notes.iter().any(|note| note.starts_with(wanted)), "{wanted}: {notes:#?}");
    }
}

#[test]
fn what_a_document_says_otherwise_of_a_member_is_told() {
    let notes = told(
        &json!({}),
        &json!({
            "AccountInventory": { "properties": { "createDate": { "type": "integer" } } },
            "VolumeInventory": { "properties": { "size": { "type": "integer", "format": "int32" } } },
            "ZoneState": { "type": "object", "properties": { "name": { "type": "string" } } },
            "ClusterInventory": { "properties": { "uuid": { "type": "array", "items": { "type": "string" } } } },
            "VmInstanceInventory": { "properties": { "vmNics": { "type": "array", "items": refer("AccountInventory") } } },
        }),
        &[],
    );
    for wanted in [
        "`Account.createDate` is a time here and an integer in the document",
        "`BaseVolume.size` is int64 here and int32 in the document",
        "`ZoneState` is one of a list of texts here and a struct in the document",
        "`BaseCluster.uuid` is a text here and a list in the document",
        "`BaseVmInstance.vmNics: an item` is VmNic here and Account in the document",
    ] {
        assert!(notes.iter().any(|note| note.starts_with(wanted)), "{wanted}: {notes:#?}");
    }
}

/// Two members that list the values of one enum bring a new one once, whichever word lists them.
#[test]
fn a_value_that_two_members_list_comes_in_once() {
    let listed = |word: &str| json!({ "type": "string", word: ["Enabled", "Disabled", "Draining"] });
    let zone = json!({ "properties": { "state": listed("enum") } });
    let twin = json!({ "properties": { "state": listed("x-zstack-known-values") } });
    let notes = told(
        &json!({}),
        &json!({ "ZoneInventory": zone, "Zone": twin, "ZoneState": listed("enum") }),
        &["+ ZoneState: value Draining"],
    );
    assert_eq!(notes, Vec::<String>::new());
}

/// A dry run says what writing would say, before anything is written.
#[test]
fn a_family_that_grows_too_large_is_refused_before_anything_is_written() {
    let operation = |index: usize| {
        let params: Vec<Value> = (0..20)
            .map(|param| json!({ "name": format!("colour{param}"), "in": "query", "schema": { "type": "string" } }))
            .collect();
        let operation =
            json!({ "operationId": format!("GetShelf{index}"), "x-zstack-async": false, "parameters": params });
        (format!("/v1/zones/shelves/{index}"), json!({ "get": operation }))
    };
    let paths: serde_json::Map<String, Value> = (0..200).map(operation).collect();
    let document = json!({ "openapi": "3.0.3", "paths": paths }).to_string();
    let root = tree();
    let error = backhaul_codegen::upgrade::read(root.path(), "zstack", 0, "openapi.json", &document).unwrap_err();
    assert!(error.rule.contains("spread it over two schema files"), "{error}");
}
