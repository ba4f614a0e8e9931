//! What other generators of documents write: references, inheritance, what stands for a whole path.

use serde_json::{Value, json};

use super::tree::{Tree, document, names, thing};

fn refer(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// The place and the rule of an import's error.
fn refused(document: &Value) -> (String, String) {
    let error = Tree::new(&names()).import(4, document).expect_err("this is broken");
    (error.pointer, error.rule)
}

#[test]
fn what_stands_behind_a_reference_is_read_as_what_stands_in_its_place() {
    let mut plain = document(4, thing(json!({ "name": text() })));
    let item = &mut plain["paths"]["/v4/Things"];
    let body = json!({ "required": true, "content": { "application/json": { "schema": refer("schemas", "RESTThing") } } });
    item["post"] = json!({ "operationId": "Thing_Add", "requestBody": body, "responses": { "204": {} } });
    let limit = json!({ "name": "limit", "in": "query", "schema": { "type": "integer" } });
    item["get"]["parameters"] = json!([limit]);
    item["post"]["parameters"] = json!([{ "name": "limit", "in": "query", "schema": text() }]);
    let mut behind = plain.clone();
    let item = &mut behind["paths"]["/v4/Things"];
    let answer = item["get"]["responses"]["200"].take();
    item["get"].as_object_mut().unwrap().shift_remove("parameters");
    item["get"]["responses"]["200"] = refer("responses", "Things");
    item["post"]["requestBody"] = refer("requestBodies", "Thing");
    item["parameters"] = json!([refer("parameters", "Limit")]);
    behind["components"]["responses"] = json!({ "Things": answer });
    behind["components"]["requestBodies"] = json!({ "Thing": body });
    behind["components"]["parameters"] = json!({ "Limit": limit });
    let things = |document: &Value| {
        let tree = Tree::new(&names());
        tree.import(4, document).unwrap();
        tree.things()
    };
    assert_eq!(things(&behind), things(&plain));
    behind["components"]["responses"] = json!({});
    let (pointer, rule) = refused(&behind);
    assert_eq!(pointer, "/paths/~1v4~1Things/get/responses/200/$ref");
    assert!(rule.contains("`#/components/responses/Things` refers to nothing"), "{rule}");
}
