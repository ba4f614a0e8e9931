//! The same document as JSON, as YAML, and in OpenAPI 3.1 gives the same schemas.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tree::{Tree, document, names, thing};

fn properties() -> Value {
    json!({
        "name": { "type": "string", "nullable": true },
        "size": { "type": "integer", "format": "int64", "minimum": 1 },
        "state": { "type": "string", "enum": ["no", "on"] },
        "owner": { "allOf": [{ "$ref": "#/components/schemas/RESTThing" }], "nullable": true },
        "kept": { "allOf": [{ "$ref": "#/components/schemas/RESTThing" }] },
        "picture": { "type": "string", "format": "byte" },
        "free": {},
    })
}

fn newer() -> Value {
    json!({
        "name": { "type": ["string", "null"], "examples": ["x"] },
        "size": { "type": "integer", "format": "int64", "exclusiveMinimum": 0 },
        "state": { "type": "string", "enum": ["no", "on"] },
        "owner": { "anyOf": [{ "$ref": "#/components/schemas/RESTThing" }, { "type": "null" }] },
        "kept": { "$ref": "#/components/schemas/RESTThing", "description": "A neighbour." },
        "picture": { "type": "string", "contentEncoding": "base64" },
        "free": true,
    })
}

/// What an import of a text writes, without the digest of the text.
fn written(text: &str) -> BTreeMap<String, Value> {
    let tree = Tree::new(&names());
    let outcome = backhaul_codegen::import::import(tree.root(), "vb365", 4, "document", text).unwrap();
    backhaul_codegen::import::write(tree.root(), &outcome).unwrap();
    let mut files = tree.files();
    files.remove("versions.json");
    files
}

fn refused(text: &str) -> String {
    let tree = Tree::new(&names());
    backhaul_codegen::import::import(tree.root(), "vb365", 4, "document", text).unwrap_err().to_string()
}

#[test]
fn openapi_3_1_is_read_as_3_0() {
    let mut next = document(4, thing(newer()));
    next["openapi"] = "3.1.0".into();
    next["jsonSchemaDialect"] = "https://spec.openapis.org/oas/3.1/dialect/base".into();
    next["webhooks"] = json!({});
    assert_eq!(written(&next.to_string()), written(&document(4, thing(properties())).to_string()));
}

#[test]
fn what_3_1_says_and_our_schemas_cannot_has_its_place() {
    for (schema, place) in [
        (json!({ "type": ["string", "integer"] }), "/properties/a: `type` lists one type"),
        (json!({ "type": "array", "items": false }), "/properties/a/items"),
        (json!({ "type": "array", "prefixItems": [] }), "/properties/a/prefixItems: `prefixItems` is not taken"),
    ] {
        let mut next = document(4, thing(json!({ "a": schema })));
        next["openapi"] = "3.1.0".into();
        let error = refused(&next.to_string());
        assert!(error.contains(place), "{error}");
    }
}

#[test]
fn yaml_is_read_as_json() {
    let text = "\
openapi: 3.0.1
info: {title: x, version: x}
paths:
  /v4/Things:
    get:
      operationId: Thing_Get
      responses:
        200:
          description: ''
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/RESTThing'}}
components:
  schemas:
    RESTThing:
      type: object
      properties:
        name: {type: string, nullable: true}
        size: &size {type: integer, format: int64, minimum: 1}
        state: {type: string, enum: [no, on]}
        owner: {allOf: [{$ref: '#/components/schemas/RESTThing'}], nullable: true}
        kept:
          allOf:
            - $ref: '#/components/schemas/RESTThing'
        picture: {type: string, format: byte}
        free: {}
";
    let wanted = written(&document(4, thing(properties())).to_string());
    assert_eq!(written(text), wanted);
    assert_eq!(written(&format!("\u{feff}---\r\n{}", text.replace('\n', "\r\n"))), wanted);
    let newer = text
        .replace("openapi: 3.0.1", "openapi: 3.1")
        .replace("{type: string, nullable: true}", "{type: [string, 'null']}");
    assert_eq!(written(&newer), wanted);
}

#[test]
fn broken_yaml_has_its_line() {
    for (text, wanted) in [
        ("openapi: 3.0.1\npaths: {\n", "#line "),
        ("openapi: 3.0.1\npaths: {}\npaths: {}\n", "#line 3: it is neither JSON nor YAML"),
        ("just a text", "it has no member `openapi`"),
        ("", "it has no member `openapi`"),
        ("openapi: 3.2.0\n", "it is an OpenAPI 3.2.0 document: 3.0 and 3.1 are read"),
        ("swagger: '2.0'\n", "it is an OpenAPI 2.0 document"),
        ("{\"openapi\": \"3.0.1\",\n\"a\": 1,\n\"a\": 2}", "#line 3: the member `a` stands twice"),
    ] {
        let error = refused(text);
        assert!(error.contains(wanted), "{text:?}: {error}");
    }
}
