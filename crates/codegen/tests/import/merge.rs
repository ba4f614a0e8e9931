use serde_json::json;

use super::tree::{Tree, document, names, thing};

#[test]
fn twice_changes_nothing() {
    let tree = Tree::new(&names());
    let document =
        document(4, thing(json!({ "name": { "type": "string" }, "kind": { "type": "string", "enum": ["A"] } })));
    let first = tree.import(4, &document).unwrap();
    assert_eq!(first.changes, ["+ type Thing, in things.json", "+ operation GET /Things, in things.json"]);
    let files = tree.files();
    let second = tree.import(4, &document).unwrap();
    assert!(second.files.is_empty() && second.changes.is_empty(), "{:?}", second.changes);
    assert_eq!(tree.files(), files);
}

#[test]
fn a_dry_run_writes_nothing() {
    let tree = Tree::new(&names());
    let text = document(4, thing(json!({ "name": { "type": "string" } }))).to_string();
    let outcome = backhaul_codegen::import::import(tree.root(), "vb365", 4, "document.json", &text).unwrap();
    assert_eq!(outcome.files.len(), 2);
    assert_eq!(tree.files().len(), 1);
}

#[test]
fn versions_are_marks() {
    let tree = Tree::new(&names());
    let text = json!({ "type": "string" });
    let kind = |values: serde_json::Value| json!({ "type": "string", "enum": values });
    tree.import(3, &document(3, thing(json!({ "old": text, "name": text, "kind": kind(json!(["A", "B"])) })))).unwrap();
    tree.import(4, &document(4, thing(json!({ "name": text, "new": text, "kind": kind(json!(["B", "C"])) })))).unwrap();
    let properties = &tree.things()["$defs"]["Thing"]["properties"];
    assert_eq!(properties["old"], json!({ "type": "string", "x-until": 3 }));
    assert_eq!(properties["name"], json!({ "type": "string" }));
    assert_eq!(properties["new"], json!({ "type": "string", "x-since": 4 }));
    assert_eq!(properties["kind"]["x-values"], json!({ "A": { "x-until": 3 }, "C": { "x-since": 4 } }));
    assert_eq!(tree.things()["operations"][0]["bare"], json!({}));
}

#[test]
fn the_order_of_imports_does_not_matter() {
    let text = json!({ "type": "string" });
    let three = document(3, thing(json!({ "old": text, "name": text })));
    let four = document(4, thing(json!({ "name": text, "new": text })));
    let marks = |order: [(u8, &serde_json::Value); 2]| {
        let tree = Tree::new(&names());
        for (version, document) in order {
            tree.import(version, document).unwrap();
        }
        tree.things()["$defs"]["Thing"]["properties"].clone()
    };
    let (up, down) = (marks([(3, &three), (4, &four)]), marks([(4, &four), (3, &three)]));
    for name in ["old", "name", "new"] {
        assert_eq!(up[name], down[name], "{name}");
    }
}

/// Who calls an operation by its old name still can.
#[test]
fn an_operation_that_is_renamed_keeps_its_old_name() {
    let tree = Tree::new(&names());
    let of = |version: u8, id: &str| {
        let mut document = document(version, thing(json!({ "name": { "type": "string" } })));
        document["paths"][format!("/v{version}/Things")]["get"]["operationId"] = id.into();
        document
    };
    tree.import(3, &of(3, "Thing_Get")).unwrap();
    let old = tree.things()["operations"][0]["operation"].clone();
    tree.import(4, &of(4, "Thing_List")).unwrap();
    let row = &tree.things()["operations"][0];
    assert_ne!(row["operation"], old);
    assert_eq!((&row["aliases"], &row["formerly"]), (&json!([old]), &json!([old])));
}

/// What a newer version wants, older ones did without: no constructor changes, and no older server is asked to want it.
#[test]
fn a_member_that_is_newly_required_is_required_from_then_on() {
    let tree = Tree::new(&names());
    let of = |version: u8, required: serde_json::Value| {
        let mut schemas = thing(json!({ "name": { "type": "string" }, "size": { "type": "string" } }));
        schemas["RESTThing"]["required"] = required;
        document(version, schemas)
    };
    tree.import(3, &of(3, json!(["name"]))).unwrap();
    tree.import(4, &of(4, json!(["name", "size"]))).unwrap();
    let both = json!({ "type": "string", "x-required-since": 4 });
    let check = || {
        let thing = tree.things()["$defs"]["Thing"].clone();
        assert_eq!((&thing["required"], &thing["properties"]["size"]), (&json!(["name"]), &both));
    };
    check();
    assert!(tree.import(4, &of(4, json!(["name", "size"]))).unwrap().changes.is_empty());
    check();
    tree.import(5, &of(5, json!(["name", "size"]))).unwrap();
    check();
    tree.import(6, &of(6, json!(["name"]))).unwrap();
    assert_eq!(tree.things()["$defs"]["Thing"]["properties"]["size"], json!({ "type": "string" }));
}

#[test]
fn our_own_words_stay() {
    let tree = Tree::new(&names());
    let three = document(3, thing(json!({ "name": { "type": "string" } })));
    tree.import(3, &three).unwrap();
    tree.edit(|things| {
        things["$defs"]["Thing"]["description"] = "A thing.".into();
        things["$defs"]["Thing"]["properties"]["name"]["description"] = "Its name.".into();
        things["operations"][0]["description"] = "Every thing.".into();
    });
    tree.import(4, &document(4, thing(json!({ "name": { "type": "string", "nullable": true } })))).unwrap();
    let things = tree.things();
    assert_eq!(things["$defs"]["Thing"]["description"], "A thing.");
    assert_eq!(
        things["$defs"]["Thing"]["properties"]["name"],
        json!({ "type": ["string", "null"], "description": "Its name." })
    );
    assert_eq!(things["operations"][0]["description"], "Every thing.");
}

/// Nobody recorded what it is: that is no type.
#[test]
fn what_a_reconstructed_document_leaves_open_keeps_its_type() {
    let tree = Tree::new(&names());
    let mut document = document(3, thing(json!({ "name": {}, "size": { "type": "string" } })));
    document["info"]["x-status"] = "reconstructed".into();
    tree.import(3, &document).unwrap();
    let known = json!({ "type": ["boolean", "null"], "description": "Whether it has a name." });
    tree.edit(|things| {
        things["$defs"]["Thing"]["properties"]["name"] = known.clone();
        things["$defs"]["Thing"]["properties"]["size"] = json!({ "type": "integer" });
    });
    let again = tree.import(3, &document).unwrap();
    assert_eq!(tree.things()["$defs"]["Thing"]["properties"]["name"], known);
    assert_eq!(again.changes, [r#"~ Thing.size: {"type":"string"}"#], "what it does say counts");
}

#[test]
fn no_sentence_of_the_vendor_comes_along() {
    let tree = Tree::new(&names());
    let mut document =
        document(4, thing(json!({ "name": { "type": "string", "description": "VENDOR", "title": "VENDOR" } })));
    document["components"]["schemas"]["RESTThing"]["description"] = "VENDOR".into();
    document["paths"]["/v4/Things"]["get"]["summary"] = "VENDOR".into();
    document["paths"]["/v4/Things"]["get"]["description"] = "VENDOR".into();
    tree.import(4, &document).unwrap();
    assert!(!format!("{:?}", tree.files()).contains("VENDOR"));
}

#[test]
fn what_both_documents_type_differently_must_be_settled() {
    let (text, id) = (json!({ "owner": { "type": "string" } }), json!({ "owner": { "type": "boolean" } }));
    let tree = Tree::new(&names());
    tree.import(3, &document(3, thing(text.clone()))).unwrap();
    let error = tree.import(4, &document(4, thing(id.clone()))).unwrap_err().to_string();
    assert!(error.contains("Thing: `owner` is") && error.contains("names.json"), "{error}");

    let mut names = names();
    names["conflicts"] = json!({ "Thing.owner": { "schema": { "type": "string" }, "why": "text reads both" } });
    let tree = Tree::new(&names);
    tree.import(3, &document(3, thing(text))).unwrap();
    tree.import(4, &document(4, thing(id))).unwrap();
    assert_eq!(tree.things()["$defs"]["Thing"]["properties"]["owner"], json!({ "type": "string" }));
}
