//! Operations of the schemas: what is wrong is refused with its file, its place and the rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use backhaul_codegen::ir::{Kind, ParamPlace, Response, Types};
use backhaul_codegen::json_schema::{self, File};
use backhaul_codegen::{SchemaError, operations, project};
use serde_json::{Value, json};

fn types() -> Types {
    let json = json!({ "$defs": {
        "Thing": { "type": "object", "properties": { "a": { "type": "string" } } },
        "Color": { "enum": ["Red"] },
    } });
    json_schema::read(&[File { path: "vb365/test.json".to_owned(), json }]).unwrap()
}

/// An operation with some members in place of its own.
fn operation(members: Value) -> Value {
    let mut operation = json!({ "operation": "Get", "description": "Gets.", "method": "GET", "path": "/Things/{id}" });
    operation.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    operation
}

fn refused(members: Value) -> SchemaError {
    let list = json!([operation(json!({})), operation(members)]);
    let error = operations::read("vb365/test.json", &list, &types()).expect_err("this is wrong");
    assert_eq!(error.file, "vb365/test.json");
    error
}

#[test]
fn what_is_right_is_read() {
    let list = json!([operation(json!({
        "path": "/Things/{id}/colors/{color}",
        "params": [
            { "name": "color", "in": "path", "type": "Color" },
            { "name": "limit", "in": "query", "type": "integer", "since": 5 },
        ],
        "response": { "page": "Thing" },
    }))]);
    let read = operations::read("vb365/test.json", &list, &types()).unwrap();
    let params: Vec<_> = read[0]
        .params
        .iter()
        .map(|p| (p.name.as_str(), p.kind.clone(), p.place == ParamPlace::Path, p.required))
        .collect();
    assert_eq!(
        params,
        [
            ("id", Kind::Id, true, true),
            ("color", Kind::Enum("Color".to_owned()), true, true),
            ("limit", Kind::Int, false, false),
        ]
    );
    assert_eq!(read[0].response, Response::Page("Thing".to_owned()));
    assert_eq!(read[0].source, "schemas/vb365/test.json#/operations/0");
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    let query = |kind: &str| json!({ "params": [{ "name": "x", "in": "query", "type": kind }] });
    for (members, pointer, says) in [
        (json!({ "request": "Missing" }), "/operations/1/request", "there is no type `Missing`"),
        (json!({ "request": "Color" }), "/operations/1/request", "`Color` is an enum"),
        (json!({ "response": { "body": "Missing" } }), "/operations/1/response/body", "there is no type"),
        (json!({ "response": { "page": "Color" } }), "/operations/1/response/page", "is an enum"),
        (json!({ "response": { "inventory": "Missing" } }), "/operations/1/response/inventory", "there is no type"),
        (query("Missing"), "/operations/1/params/0/type", "`Missing` is no kind of value"),
        (query("Thing"), "/operations/1/params/0/type", "`Thing` is no kind of value"),
        (query("string"), "/operations/1/params/0/type", "`string` is no kind of value"),
        (
            json!({ "params": [{ "name": "other", "in": "path", "type": "id" }] }),
            "/operations/1/params/0/in",
            "`other` is a path parameter exactly when",
        ),
        (
            json!({ "params": [{ "name": "id", "in": "query", "type": "id" }] }),
            "/operations/1/params/0/in",
            "`id` is a path parameter exactly when",
        ),
        (json!({ "path": "/Things/{id" }), "/operations/1/path", "a brace without its match"),
        (json!({ "path": "/Things/{}" }), "/operations/1/path", "a brace without its match"),
        (json!({ "path": "Things" }), "/operations/1/path", "does not start with `/`"),
    ] {
        let error = refused(members);
        assert_eq!(error.pointer, pointer, "{error}");
        assert!(error.rule.contains(says), "{error}");
    }
}

#[test]
fn what_is_not_of_the_form_is_refused_where_it_stands() {
    for (members, pointer, says) in [
        (json!({ "method": "HEAD" }), "/operations/1/method", "HEAD"),
        (json!({ "method": "get" }), "/operations/1/method", "get"),
        (json!({ "since": "v4" }), "/operations/1/since", "v4"),
        (json!({ "summary": "x" }), "/operations/1", "summary"),
        (json!({ "params": [{ "name": "x", "in": "header", "type": "id" }] }), "/operations/1/params/0/in", "header"),
        (json!({ "params": [{ "name": "x", "in": "query" }] }), "/operations/1/params/0", "type"),
        (json!({ "response": "Thing" }), "/operations/1/response", "Thing"),
    ] {
        let error = refused(members);
        assert!(error.pointer.starts_with(pointer), "{error}");
        assert!(error.rule.contains(says), "{error}");
    }
}

/// Rules that are easy to break and that no reader would notice.
#[test]
fn what_would_have_no_effect_is_refused() {
    let passed: Vec<&str> = [
        ("a closing brace alone", json!({ "path": "/Things/id}" })),
        ("a parameter that stands twice in the path", json!({ "path": "/Things/{id}/{id}" })),
        (
            "a parameter that is listed twice",
            json!({ "params": [{ "name": "x", "in": "query", "type": "id" }, { "name": "X", "in": "query", "type": "id" }] }),
        ),
        ("versions out of order", json!({ "since": 6, "until": 5 })),
        (
            "a parameter's versions out of order",
            json!({ "params": [{ "name": "x", "in": "query", "type": "id", "since": 6, "until": 5 }] }),
        ),
        ("an empty name", json!({ "operation": "" })),
        ("a name that Rust cannot have", json!({ "operation": "Get Things" })),
    ]
    .into_iter()
    .filter(|(_, members)| operations::read("vb365/test.json", &json!([operation(members.clone())]), &types()).is_ok())
    .map(|(what, _)| what)
    .collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

/// A copy of the checked-in schemas, to break.
fn broken(system: &str, name: &str, change: impl FnOnce(&mut Value)) -> SchemaError {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let copy =
        std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{system}-{name}-{}", std::process::id()));
    for system in ["em", "vb365", "zstack"] {
        let folder = copy.join("schemas").join(system);
        std::fs::create_dir_all(&folder).unwrap();
        for entry in std::fs::read_dir(root.join("schemas").join(system)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
    }
    let manifest = "crates/models/Cargo.toml";
    std::fs::create_dir_all(copy.join("crates/models")).unwrap();
    std::fs::copy(root.join(manifest), copy.join(manifest)).unwrap();
    assert!(project::generate(&copy).is_ok());
    let path = copy.join("schemas").join(system).join(format!("{name}.json"));
    let mut json: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut json);
    std::fs::write(&path, json.to_string()).unwrap();
    let error = project::generate(&copy).expect_err("this is wrong");
    std::fs::remove_dir_all(&copy).unwrap();
    error
}

#[test]
fn two_operations_on_one_route_are_refused() {
    let error = broken("zstack", "zones", |json| {
        let list = json["operations"].as_array_mut().unwrap();
        let mut twin = list[0].clone();
        twin["operation"] = json!("AnotherName");
        // Letter case does not make another route.
        twin["path"] = json!(twin["path"].as_str().unwrap().to_ascii_uppercase());
        list.push(twin);
    });
    assert_eq!(error.file, "zstack/zones.json");
    assert!(error.pointer.starts_with("/operations/"), "{error}");
    assert!(error.rule.contains("is named or routed like schemas/zstack/zones.json#/operations/0"), "{error}");
}

#[test]
fn two_operations_of_one_name_are_refused() {
    let error = broken("vb365", "usage", |json| {
        let list = json["operations"].as_array_mut().unwrap();
        let mut twin = list[0].clone();
        twin["path"] = json!("/Elsewhere");
        twin["params"] = json!([]);
        list.push(twin);
    });
    assert!(error.rule.contains("named or routed like"), "{error}");
}

/// The same route in versions that do not meet is no twin.
#[test]
fn one_route_may_pass_from_one_operation_to_another() {
    let error = broken("zstack", "sessions", |json| {
        let list = json["operations"].as_array_mut().unwrap();
        let logout = list.iter().position(|operation| operation["operation"] == "LogOut").unwrap();
        let mut twin = list[logout].clone();
        twin["operation"] = json!("LogOutNow");
        (list[logout]["until"], twin["since"]) = (json!(4), json!(5));
        list.push(twin);
        // The one thing that is wrong.
        list.push(json!({ "operation": "X", "description": "X.", "method": "GET", "path": "/x", "request": "No" }));
    });
    assert_eq!(error.rule, "there is no type `No`");
}
