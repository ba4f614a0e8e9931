//! `upgrade`: each kind of change in a vendor's next document gets the verdict that users would come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use backhaul_codegen::diff::Verdict;
use backhaul_codegen::upgrade::{self, Upgrade};
use serde_json::{Value, json};

/// A document of one version: a listing, a way to add, a union.
fn document(version: u8) -> Value {
    let refer = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let body = |schema: Value| json!({ "application/json": { "schema": schema } });
    let prefix = format!("/v{version}");
    json!({
        "openapi": "3.0.1",
        "info": { "title": "x", "version": "x" },
        "paths": {
            format!("{prefix}/Things"): {
                "get": {
                    "operationId": "Thing_Get",
                    "parameters": [
                        { "name": "limit", "in": "query", "schema": { "type": "integer" } },
                        { "name": "owner", "in": "query", "required": true, "schema": { "type": "string" } },
                    ],
                    "responses": { "200": { "content": body(json!({ "type": "array", "items": refer("RESTThing") })) } },
                },
                "post": {
                    "operationId": "Thing_Add",
                    "requestBody": { "required": true, "content": body(refer("RESTThingToAdd")) },
                    "responses": { "200": { "content": body(refer("RESTThing")) } },
                },
            },
        },
        "components": { "schemas": {
            "RESTThing": { "type": "object", "properties": {
                "name": { "type": "string" },
                "size": { "type": "integer", "format": "int64" },
            } },
            "RESTThingToAdd": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string" },
                "note": { "type": "string" },
            } },
        } },
    })
}

/// What a change to version 9 of that document is said to be, after version 8 was imported.
fn changed(change: impl FnOnce(&mut Value)) -> Upgrade {
    changed_from(|_| {}, change)
}

/// The same, with a change to version 8, too.
fn changed_from(before: impl FnOnce(&mut Value), change: impl FnOnce(&mut Value)) -> Upgrade {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("schemas/vb365")).unwrap();
    let names = json!({ "prefixes": ["REST"], "families": [{ "file": "things", "title": "Things.", "paths": ["things"] }],
        "conflicts": { "Thing.size": { "schema": { "type": "string" }, "since": 9, "why": "Version 9 says it in words." } } });
    fs::write(root.path().join("schemas/vb365/names.json"), names.to_string()).unwrap();
    let read = |version: u8, document: &Value| {
        upgrade::read(root.path(), "vb365", version, "document.json", &document.to_string()).unwrap()
    };
    let mut first = document(8);
    before(&mut first);
    // The first import settles nothing yet.
    let unsettled = json!({ "prefixes": ["REST"], "families": names["families"] });
    fs::write(root.path().join("schemas/vb365/names.json"), unsettled.to_string()).unwrap();
    let outcome = read(8, &first).outcome;
    backhaul_codegen::import::write(root.path(), &outcome).unwrap();
    fs::write(root.path().join("schemas/vb365/names.json"), names.to_string()).unwrap();
    let mut next = document(9);
    change(&mut next);
    read(9, &next)
}

fn schema<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    document.pointer_mut(&format!("/components/schemas/{name}")).unwrap()
}

/// The generated calls.
fn calls(upgrade: &Upgrade) -> &str {
    upgrade.generated.iter().find(|(path, _)| path.ends_with("things/operations.rs")).unwrap().1
}

fn items(upgrade: &Upgrade, verdict: Verdict) -> Vec<String> {
    upgrade.api.iter().filter(|change| change.verdict() == verdict).map(|change| change.item.clone()).collect()
}

#[test]
fn the_same_again_changes_no_item() {
    let upgrade = changed(|_| {});
    assert_eq!(upgrade.api, []);
    assert_eq!((upgrade.verdict(), upgrade.next("0.1.4").as_str()), (Verdict::WireOnly, "0.1.5"));
}

/// A type that holds a secret is no `serde::Serialize`: what users serialise compiles no more.
#[test]
fn a_secret_in_a_type_that_was_there_is_breaking() {
    let secret = json!({ "type": "string", "format": "password" });
    let upgrade = changed(|next| schema(next, "RESTThing")["properties"]["pin"] = secret.clone());
    assert_eq!(items(&upgrade, Verdict::Breaking), ["vb365::things::Thing: Serialize"]);
    assert_eq!(items(&upgrade, Verdict::Additive), ["vb365::things::Thing.pin"]);
    let report = upgrade.markdown("0.1.4");
    assert!(report.contains("- `vb365::things::Thing: Serialize` is gone: it was `impl`"), "{report}");
    let whole = changed(|next| {
        let other = json!({ "type": "object", "properties": { "pin": secret } });
        next["components"]["schemas"]["RESTOther"] = other;
        schema(next, "RESTThing")["properties"]["more"] = json!({ "$ref": "#/components/schemas/RESTOther" });
    });
    assert!(items(&whole, Verdict::Breaking).contains(&"vb365::things::Thing: Serialize".to_owned()));
    let plain = changed(|next| {
        next["components"]["schemas"]["RESTOther"] = json!({ "type": "object", "properties": {} });
        schema(next, "RESTThing")["properties"]["more"] = json!({ "$ref": "#/components/schemas/RESTOther" });
    });
    assert!(!items(&plain, Verdict::Additive).iter().any(|item| item.ends_with("Serialize")));
}

/// What a document says otherwise is a note, and often all that there is to say.
#[test]
fn notes_are_told_where_nothing_changes() {
    let mut upgrade = changed(|_| {});
    upgrade.outcome.files.clear();
    upgrade.touched.clear();
    upgrade.outcome.notes = vec!["`Thing` is one thing here and another in the document".to_owned()];
    let report = upgrade.markdown("0.1.4");
    assert_eq!(report, "Nothing changes.\nNote: `Thing` is one thing here and another in the document.\n");
}

#[test]
fn a_new_member_is_additive() {
    let upgrade = changed(|next| schema(next, "RESTThing")["properties"]["colour"] = json!({ "type": "string" }));
    assert_eq!(items(&upgrade, Verdict::Additive), ["vb365::things::Thing.colour"]);
    assert_eq!(items(&upgrade, Verdict::Breaking), [""; 0]);
    assert_eq!((upgrade.verdict(), upgrade.next("0.1.4").as_str()), (Verdict::Additive, "0.1.5"));
    assert_eq!(upgrade.next("1.2.3"), "1.3.0");
}

/// The constructor stays as it is; requests to the newer version are checked when they are sent.
#[test]
fn a_member_that_is_newly_required_breaks_nothing() {
    let upgrade = changed(|next| schema(next, "RESTThingToAdd")["required"] = json!(["name", "note"]));
    assert_eq!(upgrade.api, []);
    let table = upgrade.generated.iter().find(|(path, _)| path.ends_with("generated/things.rs")).unwrap().1;
    assert!(table.contains("new(\"note\", Kind::Text).required_since(9);"), "{table}");
    let report = upgrade.markdown("0.1.4");
    assert!(report.contains("- `ThingToAdd.note`: required from now on.\n"), "{report}");
}

/// It stays an argument: servers that want it have not gone.
#[test]
fn a_member_that_is_required_no_more_breaks_nothing() {
    let upgrade = changed(|next| schema(next, "RESTThingToAdd")["required"] = json!([]));
    assert_eq!(upgrade.api, []);
    let table = upgrade.generated.iter().find(|(path, _)| path.ends_with("generated/things.rs")).unwrap().1;
    assert!(table.contains("new(\"name\", Kind::Text).required_until(8);"), "{table}");
    let report = upgrade.markdown("0.1.4");
    assert!(report.contains("- `ThingToAdd.name`: required no more.\n"), "{report}");
}

#[test]
fn a_listing_that_answers_something_else_is_breaking() {
    let upgrade = changed(|next| {
        let answer = &mut next["paths"]["/v9/Things"]["get"]["responses"]["200"]["content"]["application/json"];
        answer["schema"] = json!({ "$ref": "#/components/schemas/RESTThing" });
    });
    assert_eq!(items(&upgrade, Verdict::Breaking), ["vb365::things::operations::ThingGet::new"]);
    assert!(items(&upgrade, Verdict::Additive).contains(&"vb365::things::operations::ThingGetV8".to_owned()));
}

#[test]
fn an_operation_that_is_renamed_is_there_by_both_names() {
    let upgrade = changed(|next| next["paths"]["/v9/Things"]["post"]["operationId"] = "Thing_Create".into());
    assert_eq!(items(&upgrade, Verdict::Breaking), [""; 0]);
    assert!(items(&upgrade, Verdict::Additive).contains(&"vb365::things::operations::ThingCreate".to_owned()));
    let report = upgrade.markdown("0.1.4");
    assert!(report.contains("deprecated by that name: the vendor calls it `Thing_Create`"), "{report}");
}

#[test]
fn an_operation_that_moved_to_another_path_is_told() {
    let upgrade = changed(|next| {
        let item = next["paths"]["/v9/Things"].take();
        next["paths"] = json!({ "/v9/Things/All": item });
    });
    let report = upgrade.markdown("0.1.4");
    let wanted = "Note: the operation `Thing_Get` is another from this version on: the one up to v8 is Thing_GetV8.";
    assert!(report.contains(wanted), "{report}");
}

/// So is the call of an older form.
#[test]
fn an_operation_that_is_renamed_keeps_the_old_names_of_its_older_forms() {
    let upgrade = changed(|next| {
        let get = &mut next["paths"]["/v9/Things"]["get"];
        get["operationId"] = "Thing_List".into();
        get["responses"]["200"]["content"]["application/json"]["schema"] =
            json!({ "$ref": "#/components/schemas/RESTThing" });
    });
    let calls = calls(&upgrade);
    assert!(calls.contains("pub type ThingGet = ThingList;"), "{calls}");
    assert!(calls.contains("pub type ThingGetV8 = ThingListV8;"), "{calls}");
}

/// Older servers are still sent it: its constructor keeps its arguments.
#[test]
fn a_request_that_only_answers_from_now_on_keeps_its_constructor() {
    let upgrade = changed(|next| {
        let post = &mut next["paths"]["/v9/Things"]["post"];
        post.as_object_mut().unwrap().shift_remove("requestBody");
        post["responses"]["200"]["content"]["application/json"]["schema"]["$ref"] =
            "#/components/schemas/RESTThingToAdd".into();
        schema(next, "RESTThingToAdd")["required"] = json!([]);
    });
    let lost: Vec<String> =
        items(&upgrade, Verdict::Breaking).into_iter().filter(|item| item.contains("ToAdd::")).collect();
    assert_eq!(lost, [""; 0]);
}

/// The names of placeholders are those of fields and arguments, and nothing on the wire.
#[test]
fn a_placeholder_that_the_vendor_renames_keeps_its_name() {
    let one = |document: &mut Value, version: u8, name: &str| {
        let param = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "integer" } });
        let answer = json!({ "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/RESTThing" } } } } });
        document["paths"][format!("/v{version}/Things/{{{name}}}/Parts")] =
            json!({ "get": { "operationId": "Thing_Parts", "parameters": [param], "responses": answer } });
    };
    let upgrade = changed_from(|first| one(first, 8, "thingId"), |next| one(next, 9, "id"));
    assert_eq!(upgrade.api, []);
    assert!(calls(&upgrade).contains("\"/Things/{thingId}/Parts\""), "{}", calls(&upgrade));
}

#[test]
fn another_type_is_breaking() {
    let upgrade = changed(|next| schema(next, "RESTThing")["properties"]["size"] = json!({ "type": "string" }));
    assert_eq!(items(&upgrade, Verdict::Breaking), ["vb365::things::Thing.size"]);
    assert_eq!((upgrade.next("0.1.4").as_str(), upgrade.next("1.2.3").as_str()), ("0.2.0", "2.0.0"));
    let wire = upgrade.wire.unwrap().markdown();
    assert!(wire.contains("`Thing.size` retyped (breaking)"), "{wire}");
}

#[test]
fn a_renamed_type_is_offered_as_one() {
    let upgrade = changed(|next| {
        let text = next.to_string().replace("RESTThing\"", "RESTObject\"");
        *next = serde_json::from_str(&text).unwrap();
    });
    assert_eq!(upgrade.renames, [("vb365::things::Thing".to_owned(), "vb365::things::Object".to_owned())]);
}

#[test]
fn the_report_has_verdict_changelog_and_files() {
    let upgrade = changed(|next| schema(next, "RESTThing")["properties"]["colour"] = json!({ "type": "string" }));
    insta::assert_snapshot!(upgrade.markdown("0.1.4"));
}

/// The call stays as it is for the versions that know no such parameter.
#[test]
fn a_parameter_that_one_version_requires_is_no_argument() {
    let upgrade = changed(|next| {
        let scope = json!({ "name": "scope", "in": "query", "required": true, "schema": { "type": "string" } });
        next["paths"]["/v9/Things"]["get"]["parameters"].as_array_mut().unwrap().push(scope);
    });
    assert_eq!(items(&upgrade, Verdict::Additive), ["vb365::things::operations::ThingGet.scope"]);
    assert_eq!(items(&upgrade, Verdict::Breaking), [""; 0]);
    assert!(calls(&upgrade).contains("query(\"scope\", Kind::Text).required().since(9)"), "{}", calls(&upgrade));
}

/// A parameter that was there is asked for only in the versions that want it, and a call keeps its arguments.
#[test]
fn a_parameter_that_is_required_in_some_versions_alone_changes_no_call() {
    let upgrade = changed(|next| {
        next["paths"]["/v9/Things"]["get"]["parameters"][0]["required"] = true.into();
        next["paths"]["/v9/Things"]["get"]["parameters"][1]["required"] = false.into();
    });
    assert_eq!(upgrade.api, []);
    let calls = calls(&upgrade);
    assert!(calls.contains("query(\"limit\", Kind::Int).required_since(9)"), "{calls}");
    assert!(calls.contains("query(\"owner\", Kind::Text).required_until(8)"), "{calls}");
    let wire = upgrade.wire.as_ref().unwrap().markdown();
    assert!(wire.contains("`GET /Things?limit` retyped (wire only); required from now on"), "{wire}");
    assert!(wire.contains("`GET /Things?owner` retyped (wire only); required no more"), "{wire}");
}
