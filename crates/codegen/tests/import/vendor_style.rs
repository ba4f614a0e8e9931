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
    let body =
        json!({ "required": true, "content": { "application/json": { "schema": refer("schemas", "RESTThing") } } });
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

/// The properties of `Thing`, from these components.
fn properties(schemas: Value) -> Value {
    let tree = Tree::new(&names());
    tree.import(4, &document(4, schemas)).unwrap();
    tree.things()["$defs"]["Thing"].clone()
}

/// With `type` beside `allOf` or without, inline or by reference: the type has the members of what it extends.
#[test]
fn what_extends_another_has_its_members() {
    let own = json!({ "required": ["size"], "properties": { "size": { "type": "integer" } } });
    let base = json!({ "type": "object", "required": ["name"], "properties": { "name": text() } });
    let all = json!([refer("schemas", "RESTBase"), own]);
    let beside = json!({
        "type": "object", "allOf": [refer("schemas", "RESTBase")], "required": ["size"], "properties": own["properties"],
    });
    for thing in [json!({ "allOf": all }), json!({ "type": "object", "allOf": all }), beside] {
        let node = properties(json!({ "RESTBase": base, "RESTThing": thing }));
        assert_eq!(node["properties"], json!({ "name": text(), "size": { "type": "integer" } }), "{thing}");
        assert_eq!(node["required"], json!(["name", "size"]), "{thing}");
    }
    let mut circle = json!({ "RESTBase": { "type": "object", "allOf": [refer("schemas", "RESTBase")] } });
    circle["RESTThing"] = json!({ "type": "object", "allOf": [refer("schemas", "RESTBase")] });
    assert!(refused(&document(4, circle)).1.contains("in a circle"));
    let of_text =
        json!({ "RESTBase": text(), "RESTThing": { "type": "object", "allOf": [refer("schemas", "RESTBase")] } });
    let (pointer, rule) = refused(&document(4, of_text));
    assert_eq!(pointer, "/components/schemas/RESTBase", "{rule}");
}

#[test]
fn members_that_are_all_and_null_among_values_are_nothing_new() {
    let closed = properties(json!({ "RESTThing": {
        "type": "object", "additionalProperties": false, "properties": { "name": text() },
    } }));
    assert_eq!(closed["properties"], json!({ "name": text() }));
    let listed = json!({ "type": "string", "nullable": true, "enum": ["A", null] });
    let listed = properties(thing(json!({ "kind": listed })));
    assert_eq!(listed["properties"]["kind"], json!({ "type": ["string", "null"], "enum": ["A"] }));
    let (pointer, _) = refused(&document(4, thing(json!({ "kind": { "type": "string", "enum": ["A", null] } }))));
    assert_eq!(pointer, "/components/schemas/RESTThing/properties/kind/enum");
}

/// Nothing in its place would be a call that answers with nothing.
#[test]
fn what_no_call_can_answer_or_send_is_refused() {
    let plain = document(4, thing(json!({ "name": text() })));
    let json = |schema: Value| json!({ "application/json": schema });
    for content in [json!({}), json!({ "schema": {} }), json!({ "schema": { "type": "array", "items": text() } })] {
        let content = json(content);
        let mut answer = plain.clone();
        answer["paths"]["/v4/Things"]["get"]["responses"]["200"]["content"] = content.clone();
        let (pointer, rule) = refused(&answer);
        assert!(pointer.ends_with("/responses/200/content/application~1json/schema"), "{pointer}");
        assert!(rule.starts_with("nothing says what is in it"), "{rule}");
        // What was put together from excerpts leaves open what nobody saw.
        answer["info"]["x-status"] = "reconstructed".into();
        Tree::new(&names()).import(4, &answer).unwrap();
    }
    for content in [json!({}), json!({ "schema": {} })] {
        let mut body = plain.clone();
        let sent = json!({ "required": true, "content": json(content) });
        body["paths"]["/v4/Things"]["post"] =
            json!({ "operationId": "Add", "requestBody": sent, "responses": { "204": {} } });
        assert!(refused(&body).0.ends_with("/requestBody/content/application~1json/schema"));
    }
}

#[test]
fn two_components_of_one_name_with_us_are_refused_until_it_is_settled() {
    let thing = |properties: Value| json!({ "type": "object", "properties": properties });
    let both = |other: Value| json!({ "RESTThing": thing(json!({ "name": text() })), "Thing": other });
    let differ = document(4, both(thing(json!({ "colour": text() }))));
    let (pointer, rule) = refused(&differ);
    assert_eq!(pointer, "/components/schemas/Thing");
    assert!(rule.starts_with("`Thing` and `RESTThing` are both `Thing` with us, and differ"), "{rule}");
    let mut settled = names();
    settled["types"] = json!([{ "name": "Thing", "was": "Thing" }]);
    let tree = Tree::new(&settled);
    tree.import(4, &differ).unwrap();
    assert_eq!(tree.things()["$defs"]["Thing"]["properties"], json!({ "name": text(), "colour": text() }));
    properties(both(thing(json!({ "name": text() }))));
}

/// `names.json` names request bodies by their operation, and nothing else that stands inline.
#[test]
fn advice_on_what_stands_inline_can_be_followed() {
    let inline = json!({ "type": "object", "properties": { "name": text() } });
    let (pointer, rule) = refused(&document(4, thing(json!({ "part": inline }))));
    assert_eq!(pointer, "/components/schemas/RESTThing/properties/part");
    assert!(rule.contains("make it a component of the document"), "{rule}");
}
