use serde_json::{Value, json};

use super::tree::{Tree, document, names, thing};

/// The place and the rule of an import's error; the tree is as it was.
fn refused(document: &Value) -> (String, String) {
    let tree = Tree::new(&names());
    let error = tree.import(4, document).expect_err("this is broken");
    assert_eq!(tree.files().len(), 1, "nothing is half written");
    (error.pointer, error.rule)
}

#[test]
fn a_broken_document_gets_an_error_with_its_place() {
    let good = document(4, thing(json!({ "name": { "type": "string" } })));
    let base = "/components/schemas/RESTThing";
    let cases: [(&str, Value, &str); 11] = [
        ("/openapi", json!("2.0"), "/openapi"),
        ("/components/schemas/RESTThing/type", json!(["string"]), base),
        ("/components/schemas/RESTThing/properties/name/type", json!("text"), "/properties/name/type"),
        ("/components/schemas/RESTThing/properties/name/type", json!(5), "/properties/name/type"),
        ("/components/schemas/RESTThing/properties/name", json!("x"), "/properties/name"),
        ("/components/schemas/RESTThing/properties/name", json!({ "oneOf": [] }), "/properties/name/oneOf"),
        (
            "/components/schemas/RESTThing/properties/name",
            json!({ "$ref": "#/components/schemas/No" }),
            "/properties/name/$ref",
        ),
        (
            "/components/schemas/RESTThing/properties/name",
            json!({ "type": "string", "enum": [1] }),
            "/properties/name/enum",
        ),
        ("/components/schemas/RESTThing/properties/name", json!({ "type": "array" }), "/properties/name/items"),
        ("/paths", json!({ "/v5/Things": {} }), "/paths/~1v5~1Things"),
        ("/paths/~1v4~1Things/get/responses", json!({ "200": {}, "201": {} }), "/get/responses"),
    ];
    for (place, value, wanted) in cases {
        let mut broken = good.clone();
        *broken.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value.clone();
        if place.ends_with("RESTThing/type") {
            // A component that is no object is no type: what refers to it finds a list instead.
            continue;
        }
        let (pointer, rule) = refused(&broken);
        assert!(pointer.ends_with(wanted), "{place} = {value}: {pointer}: {rule}");
    }
}

#[test]
fn required_names_properties() {
    let mut document = document(4, thing(json!({ "name": { "type": "string" } })));
    document["components"]["schemas"]["RESTThing"]["required"] = json!(["nmae"]);
    assert_eq!(
        refused(&document),
        ("/components/schemas/RESTThing/required".into(), "`nmae` is not a property".into())
    );
}

/// An alias or a list is read where it is named: one that leads back to itself has no end.
#[test]
fn a_circle_without_a_type_in_it_is_told() {
    let to = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    for (other, third, place) in [
        (to("RESTOther"), json!({}), "/components/schemas/RESTOther/$ref"),
        (to("RESTThird"), to("RESTOther"), "/components/schemas/RESTThird/$ref"),
        (json!({ "allOf": [to("RESTThird")] }), to("RESTOther"), "/components/schemas/RESTThird/$ref"),
        (json!({ "type": "array", "items": to("RESTOther") }), json!({}), "/components/schemas/RESTOther/items/$ref"),
    ] {
        let mut schemas = thing(json!({ "other": to("RESTOther") }));
        schemas["RESTOther"] = other;
        schemas["RESTThird"] = third;
        let (pointer, rule) = refused(&document(4, schemas));
        assert_eq!(pointer, place);
        assert!(rule.contains("`RESTOther` leads back to itself"), "{rule}");
    }
}

#[test]
fn a_text_that_is_no_json_gets_its_line() {
    let tree = Tree::new(&names());
    let error =
        backhaul_codegen::import::import(tree.root(), "vb365", 4, "document.json", "{\n  \"openapi\": 3.0.1\n}");
    assert_eq!(error.unwrap_err().pointer, "line 2");
}

#[test]
fn an_operation_that_no_file_takes_is_named() {
    let mut document = document(4, thing(json!({})));
    let item = document["paths"]["/v4/Things"].take();
    document["paths"] = json!({ "/v4/Others": item });
    let (pointer, rule) = refused(&document);
    assert_eq!(pointer, "/paths/~1v4~1Others/get");
    assert!(rule.contains("names.json"), "{rule}");
}

/// Version 6 has fixups, and this document has none of the mistakes.
#[test]
fn a_mistake_that_the_vendor_has_mended_is_a_note() {
    let tree = Tree::new(&names());
    let notes = tree.import(6, &document(6, thing(json!({})))).unwrap().notes;
    assert!(
        notes.iter().any(|note| note.contains("no longer has the mistake of the fixup `token_media_type`")),
        "{notes:?}"
    );
}

#[test]
fn what_is_no_openapi_document_is_said_to_be_none() {
    let tree = Tree::new(&names());
    for (text, wanted) in [
        ("{}", "it has no member `openapi`"),
        ("openapi: 3.0.1\npaths: {}\n", "the document has no schemas"),
        ("<html></html>", "it is XML or HTML"),
        ("{\"swagger\": \"2.0\"}", "an OpenAPI 2.0 document"),
    ] {
        let error = backhaul_codegen::import::import(tree.root(), "vb365", 4, "x", text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
    let marked = format!("\u{feff}{}", document(4, thing(json!({}))));
    backhaul_codegen::import::import(tree.root(), "vb365", 4, "x", &marked).unwrap();
}

#[test]
fn every_fixup_says_what_is_wrong_and_how_we_know() {
    for fixup in backhaul_codegen::fixups::of("vb365") {
        assert!(!fixup.says.is_empty() && !fixup.is.is_empty() && !fixup.known_by.is_empty(), "{}", fixup.name);
        assert!(!fixup.versions.is_empty(), "{}", fixup.name);
        assert!(!(fixup.apply)(&mut json!({ "paths": {}, "components": {} })), "{} mends nothing", fixup.name);
    }
}
