//! VB365's and ZStack's schemas: what is checked in can be read, and what is wrong is refused with its file, its place
//! and the rule.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use backhaul_codegen::features::Closure;
use backhaul_codegen::ir::{Kind, Repeat, Struct, TypeShape, Types};
use backhaul_codegen::json_schema::{self, File};
use backhaul_codegen::{emit, operations, project};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The checked-in files of a system.
fn system(name: &str) -> Vec<File> {
    let mut files: Vec<File> = std::fs::read_dir(root().join("schemas").join(name))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|file| !["lock.json", "names.json", "versions.json", "inventories.json"].contains(&file.as_str()))
        .map(|file| {
            let text = std::fs::read_to_string(root().join("schemas").join(name).join(&file)).unwrap();
            File { path: format!("{name}/{file}"), json: serde_json::from_str(&text).unwrap() }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn file(path: &str, defs: Value) -> File {
    File { path: path.to_owned(), json: json!({ "$defs": defs }) }
}

fn read(defs: Value) -> Types {
    json_schema::read(&[file("vb365/test.json", defs)]).unwrap()
}

/// The place and the rule of the error that a schema gives.
fn refused(defs: Value) -> (String, String) {
    refused_in(&[file("vb365/test.json", defs)])
}

fn refused_in(files: &[File]) -> (String, String) {
    let error = json_schema::read(files).expect_err("this is wrong");
    assert_eq!(error.to_string(), format!("schemas/{}#{}: {}", error.file, error.pointer, error.rule));
    assert_eq!(error.file, "vb365/test.json");
    (error.pointer, error.rule)
}

/// A struct of the given properties.
fn with(properties: Value) -> Value {
    json!({ "Thing": { "type": "object", "properties": properties } })
}

fn body<'t>(types: &'t Types, name: &str) -> &'t Struct {
    match &types.get(name).unwrap_or_else(|| panic!("no {name}")).shape {
        TypeShape::Struct(body) => body,
        TypeShape::Enum(_) | TypeShape::Union(_) => panic!("{name} is no struct"),
    }
}

#[test]
fn what_is_checked_in_can_be_read() {
    for (name, at_least) in [("vb365", 30), ("zstack", 8)] {
        let files = system(name);
        let types = json_schema::read(&files).unwrap();
        assert!(types.types.len() >= at_least, "{name}: {}", types.types.len());
        let mut operations = 0;
        for file in &files {
            if let Some(list) = file.json.get("operations") {
                operations += operations::read(&file.path, list, &types).unwrap().len();
            }
        }
        assert!(operations > 0, "{name}");
    }
}

#[test]
fn generating_twice_gives_the_same_bytes_and_they_are_those_checked_in() {
    let first = project::generate(root()).unwrap();
    let second = project::generate(root()).unwrap();
    assert!(first.len() > 15, "{}", first.len());
    for (path, text) in &first {
        assert_eq!(Some(text), second.get(path), "{}", path.display());
        assert!(!text.contains('\r'), "{}", path.display());
    }
    assert_eq!(project::check(root(), &first).unwrap(), [], "run `cargo xtask codegen`");
}

#[test]
fn the_order_of_members_is_the_schemas() {
    let types = read(json!({
        "Zebra": { "type": "object", "properties": { "z": { "type": "string" }, "a": { "type": "integer" } } },
        "Ant": { "enum": ["Two", "One"] },
    }));
    let names: Vec<_> = types.types.iter().map(|ty| ty.name.as_str()).collect();
    assert_eq!(names, ["Zebra", "Ant"]);
    let fields: Vec<_> = body(&types, "Zebra").fields.iter().map(|field| field.wire.as_str()).collect();
    assert_eq!(fields, ["z", "a"]);
}

#[test]
fn kinds() {
    let types = read(json!({
        "Guids": { "type": "array", "items": { "type": "string", "format": "uuid" } },
        "Color": { "enum": ["Red"] },
        "Thing": { "type": "object", "properties": {
            "text": { "type": "string" },
            "maybe": { "type": ["string", "null"] },
            "id": { "type": "string", "format": "id" },
            "at": { "type": "string", "format": "zstack-timestamp" },
            "secret": { "type": "string", "format": "password" },
            "count": { "type": "integer", "format": "int64" },
            "share": { "type": "number" },
            "flag": { "type": "boolean" },
            "any": {},
            "object": { "type": "object" },
            "list": { "type": "array", "items": { "type": "boolean" } },
            "lists": { "type": "array", "items": { "type": "array", "items": { "type": "string" } } },
            "map": { "type": "object", "additionalProperties": { "type": "string" } },
            "numbers": { "type": "object", "additionalProperties": { "type": "integer" } },
            "color": { "$ref": "#/$defs/Color" },
            "inline": { "type": "string", "enum": ["A", "B"] },
            "guids": { "$ref": "test.json#/$defs/Guids" },
            "self": { "$ref": "#/$defs/Thing" },
            "selves": { "type": "array", "items": { "$ref": "#/$defs/Thing" } },
        } },
    }));
    let thing = body(&types, "Thing");
    let found: Vec<_> =
        thing.fields.iter().map(|field| (field.wire.as_str(), field.kind.clone(), field.repeat)).collect();
    let structure = Kind::Struct("Thing".to_owned());
    assert_eq!(
        found,
        [
            ("text", Kind::Text, Repeat::One),
            ("maybe", Kind::Text, Repeat::One),
            ("id", Kind::Id, Repeat::One),
            ("at", Kind::DateTime, Repeat::One),
            ("secret", Kind::Secret, Repeat::One),
            ("count", Kind::Int, Repeat::One),
            ("share", Kind::Float, Repeat::One),
            ("flag", Kind::Bool, Repeat::One),
            ("any", Kind::Json, Repeat::One),
            ("object", Kind::Json, Repeat::One),
            ("list", Kind::Bool, Repeat::List),
            ("lists", Kind::Json, Repeat::List),
            ("map", Kind::Text, Repeat::Map),
            ("numbers", Kind::Json, Repeat::Map),
            ("color", Kind::Enum("Color".to_owned()), Repeat::One),
            ("inline", Kind::Enum("ThingInline".to_owned()), Repeat::One),
            ("guids", Kind::Id, Repeat::List),
            ("self", structure.clone(), Repeat::One),
            ("selves", structure, Repeat::List),
        ]
    );
    let boxed: Vec<_> = thing.fields.iter().filter(|field| field.boxed).map(|field| field.wire.as_str()).collect();
    assert_eq!(boxed, ["self"]);
    assert!(types.get("ThingInline").is_some() && types.get("Guids").is_none());
}

#[test]
fn types_that_contain_each_other_are_boxed() {
    let types = read(json!({
        "A": { "type": "object", "properties": { "b": { "$ref": "#/$defs/B" }, "c": { "$ref": "#/$defs/C" } } },
        "B": { "type": "object", "properties": { "a": { "$ref": "#/$defs/A" } } },
        "C": { "type": "object", "properties": { "x": { "type": "string" } } },
    }));
    let boxed = |name: &str| body(&types, name).fields.iter().map(|field| field.boxed).collect::<Vec<_>>();
    assert_eq!((boxed("A"), boxed("B")), (vec![true, false], vec![true]));
}

#[test]
fn what_is_extended_comes_first() {
    let types = json_schema::read(&[
        file("vb365/base.json", json!({ "Base": { "type": "object", "properties": { "id": { "type": "string" } } } })),
        file(
            "vb365/test.json",
            json!({ "Thing": {
                "type": "object", "allOf": [{ "$ref": "base.json#/$defs/Base" }],
                "properties": { "name": { "type": "string" } }, "required": ["id"],
            } }),
        ),
    ])
    .unwrap();
    let fields: Vec<_> =
        body(&types, "Thing").fields.iter().map(|field| (field.wire.as_str(), field.required)).collect();
    assert_eq!(fields, [("id", true), ("name", false)]);
    assert_eq!(types.get("Thing").unwrap().family, "test");
}

#[test]
fn a_keyword_without_meaning_is_refused() {
    for (defs, pointer) in [
        (json!({ "Thing": { "type": "object", "dependentRequired": {} } }), "/$defs/Thing/dependentRequired"),
        (json!({ "Thing": { "oneOf": [] } }), "/$defs/Thing/oneOf"),
        (with(json!({ "a/b": { "type": "string", "const": "x" } })), "/$defs/Thing/properties/a~1b/const"),
        (with(json!({ "a": { "type": "string", "nullable": true } })), "/$defs/Thing/properties/a/nullable"),
        (
            with(json!({ "a": { "type": "array", "items": { "type": "string", "const": "" } } })),
            "/$defs/Thing/properties/a/items/const",
        ),
        (with(json!({ "a": { "type": "object", "properties": {} } })), "/$defs/Thing/properties/a/properties"),
        (
            json!({ "Thing": { "enum": ["A"], "x-values": { "A": { "x-sinse": 4 } } } }),
            "/$defs/Thing/x-values/A/x-sinse",
        ),
    ] {
        let keyword = pointer.rsplit('/').next().unwrap();
        assert_eq!(refused(defs), (pointer.to_owned(), format!("the keyword `{keyword}` has no meaning here")));
    }
    let stray = File { path: "vb365/test.json".to_owned(), json: json!({ "$defs": {}, "definitions": {} }) };
    assert_eq!(refused_in(&[stray]).0, "/definitions");
}

#[test]
fn a_reference_to_nothing_is_refused() {
    for reference in ["#/$defs/Missing", "other.json#/$defs/Thing", "#/definitions/Thing", "Thing", "", "#", "#/$defs/"]
    {
        let (pointer, rule) = refused(with(json!({ "a": { "$ref": reference } })));
        assert_eq!(pointer, "/$defs/Thing/properties/a/$ref");
        assert!(rule.starts_with(&format!("`{reference}` refers to nothing")), "{rule}");
    }
    let (pointer, _) = refused(with(json!({ "a": { "type": "array", "items": { "$ref": "#/$defs/No" } } })));
    assert_eq!(pointer, "/$defs/Thing/properties/a/items/$ref");
    let (pointer, _) = refused(json!({ "Thing": { "allOf": [{ "$ref": "#/$defs/No" }] } }));
    assert_eq!(pointer, "/$defs/Thing/allOf/0");
}

/// A definition that refers to itself must end, in an error or not.
#[test]
fn a_circle_of_references_ends() {
    let overflowed: Vec<String> = [
        json!({ "Thing": { "type": "object", "allOf": [{ "$ref": "#/$defs/Thing" }] } }),
        json!({
            "Thing": { "type": "object", "allOf": [{ "$ref": "#/$defs/Other" }] },
            "Other": { "type": "object", "allOf": [{ "$ref": "#/$defs/Thing" }] },
        }),
        json!({
            "List": { "type": "array", "items": { "$ref": "#/$defs/List" } },
            "Thing": { "type": "object", "properties": { "a": { "$ref": "#/$defs/List" } } },
        }),
    ]
    .into_iter()
    .filter(|defs| {
        // In a process of its own: a stack that overflows would end this one.
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "read_what_the_environment_says", "--nocapture"])
            .env("BACKHAUL_TEST_SCHEMA", defs.to_string())
            .output()
            .unwrap();
        !child.status.success()
    })
    .map(|defs| defs.to_string())
    .collect();
    assert!(overflowed.is_empty(), "{overflowed:#?}");
}

/// Not a test by itself: the other half of [`a_circle_of_references_ends`].
#[test]
fn read_what_the_environment_says() {
    if let Ok(defs) = std::env::var("BACKHAUL_TEST_SCHEMA") {
        let _ = json_schema::read(&[file("vb365/test.json", serde_json::from_str(&defs).unwrap())]);
    }
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let thing = || json!({ "Thing": { "type": "object" } });
    let (pointer, rule) = refused_in(&[file("vb365/core.json", thing()), file("vb365/test.json", thing())]);
    assert_eq!(pointer, "/$defs/Thing");
    assert!(rule.contains("schemas/vb365/core.json#/$defs/Thing"), "{rule}");
    // An inline enum makes a name, too.
    let (pointer, _) = refused(json!({
        "ThingColor": { "enum": ["Blue"] },
        "Thing": { "type": "object", "properties": { "color": { "enum": ["Red"] } } },
    }));
    assert_eq!(pointer, "/$defs/Thing/properties/color");
}

#[test]
fn a_property_that_stands_twice_is_refused() {
    let (pointer, rule) = refused(json!({
        "Base": { "type": "object", "properties": { "id": { "type": "string" } } },
        "Thing": { "allOf": [{ "$ref": "#/$defs/Base" }], "properties": { "id": { "type": "string" } } },
    }));
    assert_eq!((pointer.as_str(), rule.as_str()), ("/$defs/Thing/properties/id", "the property `id` stands twice"));
}

#[test]
fn names_are_upper_camel_case() {
    for name in ["thing", "Thing_2", "Ding-Dong", "Größe", ""] {
        let (pointer, rule) = refused(json!({ name: { "type": "object" } }));
        assert_eq!(pointer, format!("/$defs/{name}"));
        assert!(rule.contains("is not a type name"), "{rule}");
    }
}

#[test]
fn versions_are_numbers_in_order() {
    for (versions, at) in [
        (json!({ "x-since": "v4" }), "x-since"),
        (json!({ "x-since": 0 }), "x-since"),
        (json!({ "x-until": 256 }), "x-until"),
        (json!({ "x-until": -1 }), "x-until"),
        (json!({ "x-since": 4.5 }), "x-since"),
        (json!({ "x-since": 6, "x-until": 5 }), "x-until"),
    ] {
        let mut property = json!({ "type": "string" });
        property.as_object_mut().unwrap().extend(versions.as_object().unwrap().clone());
        assert_eq!(refused(with(json!({ "a": property }))).0, format!("/$defs/Thing/properties/a/{at}"));
        let mut definition = json!({ "type": "object" });
        definition.as_object_mut().unwrap().extend(versions.as_object().unwrap().clone());
        assert_eq!(refused(json!({ "Thing": definition })).0, format!("/$defs/Thing/{at}"));
        assert_eq!(
            refused(json!({ "Thing": { "enum": ["A"], "x-values": { "A": versions } } })).0,
            format!("/$defs/Thing/x-values/A/{at}")
        );
    }
}

#[test]
fn marks_name_what_there_is() {
    for (defs, pointer, says) in [
        (
            json!({ "Thing": { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a", "b"] } }),
            "/$defs/Thing/required",
            "`b` is not a property",
        ),
        (
            json!({ "Thing": { "type": "object", "properties": {}, "required": "a" } }),
            "/$defs/Thing/required",
            "list of texts",
        ),
        (json!({ "Thing": { "enum": ["A"], "x-values": { "B": {} } } }), "/$defs/Thing/x-values/B", "not a value"),
        (json!({ "Thing": { "enum": ["A", "A"] } }), "/$defs/Thing/enum", "`A` stands twice"),
        (json!({ "Thing": { "enum": ["A", 1] } }), "/$defs/Thing/enum", "list of texts"),
        (
            json!({ "Thing": { "type": "object", "properties": { "a": { "type": "string" } }, "x-bare-list": "a" } }),
            "/$defs/Thing/x-bare-list",
            "a property that is a list",
        ),
        (
            json!({ "Thing": { "type": "object", "properties": {}, "x-keep-unknown": "yes" } }),
            "/$defs/Thing/x-keep-unknown",
            "true or false",
        ),
        (json!({ "Thing": { "type": "object", "x-aliases": "RESTThing" } }), "/$defs/Thing/x-aliases", "list of texts"),
        (
            with(json!({ "a": { "type": "string", "format": "email" } })),
            "/$defs/Thing/properties/a",
            "`string` with `email`",
        ),
        (with(json!({ "a": { "type": "text" } })), "/$defs/Thing/properties/a", "no such type"),
        (
            with(json!({ "a": { "type": ["string", "integer"] } })),
            "/$defs/Thing/properties/a/type",
            "one type and `null`",
        ),
        (with(json!({ "a": { "type": 1 } })), "/$defs/Thing/properties/a/type", "a name"),
        (with(json!({ "a": { "type": "array" } })), "/$defs/Thing/properties/a/items", "a list needs `items`"),
        (with(json!({ "a": "string" })), "/$defs/Thing/properties/a", "an object is expected"),
        (json!({ "Thing": { "type": "object", "properties": [] } }), "/$defs/Thing/properties", "is an object"),
        (json!({ "Thing": 1 }), "/$defs/Thing", "an object is expected"),
        (json!([]), "/$defs", "object of named definitions"),
    ] {
        let (at, rule) = refused(defs);
        assert_eq!(at, pointer);
        assert!(rule.contains(says), "{rule}");
    }
}

#[test]
fn what_would_have_no_effect_is_refused() {
    let passed: Vec<&str> = [
        ("x-values as a list", json!({ "Thing": { "enum": ["A"], "x-values": ["A"] } })),
        ("x-values as a text", json!({ "Thing": { "enum": ["A"], "x-values": "A" } })),
        ("allOf as an object", json!({ "Thing": { "allOf": { "$ref": "#/$defs/Base" } } })),
        ("a description that is no text", with(json!({ "a": { "type": "string", "description": 1 } }))),
        ("a format that is no text", with(json!({ "a": { "type": "string", "format": 1 } }))),
        ("a format on a reference", with(json!({ "a": { "$ref": "#/$defs/Thing", "format": "uuid" } }))),
        ("items on a text", with(json!({ "a": { "type": "string", "items": { "type": "string" } } }))),
        ("x-values without an enum", with(json!({ "a": { "type": "string", "x-values": { "A": {} } } }))),
        ("properties of an enum", json!({ "Thing": { "enum": ["A"], "properties": { "a": { "type": "string" } } } })),
        ("required without properties", json!({ "Thing": { "type": "object", "required": ["a"] } })),
        ("x-keep-unknown without properties", json!({ "Thing": { "type": "object", "x-keep-unknown": "yes" } })),
    ]
    .into_iter()
    .filter(|(_, defs)| json_schema::read(&[file("vb365/test.json", defs.clone())]).is_ok())
    .map(|(what, _)| what)
    .collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

#[test]
fn a_type_that_is_renamed_keeps_its_old_name() {
    let types = read(json!({ "Thing": { "type": "object", "x-formerly": ["Item", "Object"] } }));
    let code = &generated(emit::Holds::All, &types, &Closure::default())[Path::new("test.rs")];
    for old in ["Item", "Object"] {
        assert!(
            code.contains(&format!("    #[deprecated(note = \"renamed to `Thing`\")]\n    pub type {old} = Thing;\n")),
            "{code}"
        );
    }
    let (pointer, rule) =
        refused(json!({ "Thing": { "type": "object", "x-formerly": ["A"] }, "A": { "type": "object" } }));
    assert_eq!(pointer, "/$defs/A");
    assert!(rule.contains("`A`"), "{rule}");
}

#[test]
fn what_has_its_feature_off_is_there_as_rows() {
    let types = read(json!({ "Thing": { "type": "object" } }));
    let families = [("test".to_owned(), "things".to_owned())].into();
    let closure = Closure::new(families, &types, &[]);
    let files = |closure: &Closure| generated(emit::Holds::All, &types, closure);
    let part = Path::new("test/with_things.rs");
    let typed = "use super::super::prelude::*;\ngenerated_model! {";
    assert!(files(&closure)[part].contains(typed), "{}", files(&closure)[part]);
    let both = "#[cfg(feature = \"things\")]\nuse super::super::prelude::*;\n\
                #[cfg(not(feature = \"things\"))]\nuse super::super::rows::*;\ngenerated_model! {";
    let files = files(&closure.with_rows("rows".to_owned()));
    assert!(files[part].contains(both), "{}", files[part]);
    let there = "#[cfg(any(feature = \"rows\", feature = \"things\"))]\npub(super) mod with_things;";
    assert!(files[Path::new("test.rs")].contains(there), "{}", files[Path::new("test.rs")]);
}

/// A part of ZStack is a feature of the models and of both of ZStack's crates, whose generated code asks for it.
#[test]
fn a_part_of_zstack_is_a_feature_of_all_its_crates() {
    let features = |name: &str| -> BTreeMap<String, BTreeSet<String>> {
        let manifest = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let features = manifest["features"].as_table().unwrap().iter();
        let brought = |list: &toml::Value| {
            list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        features.map(|(name, list)| (name.clone(), brought(list))).collect()
    };
    let (models, calls, types) = (features("models"), features("zstack"), features("zstack-types"));
    let parts: BTreeSet<String> =
        models["zstack"].iter().map(|part| part.strip_prefix("zstack-").unwrap().to_owned()).collect();
    assert!(!parts.is_empty());
    assert_eq!((&calls["default"], &types["default"]), (&parts, &parts));
    for part in &parts {
        let of_calls = ["zstack-core".to_owned(), format!("backhaul-zstack/{part}")];
        assert_eq!(models[&format!("zstack-{part}")], of_calls.into(), "{part}");
        assert_eq!(calls[part], [format!("backhaul-zstack-types/{part}")].into(), "{part}");
        assert_eq!(types[part], [].into(), "{part}");
    }
    assert!(models["zstack-registry"].contains("backhaul-zstack/rows"));
    assert!(calls["rows"].contains("backhaul-zstack-types/rows") && types.contains_key("rows"));
}

#[test]
fn types_and_calls_may_be_two_crates() {
    let types = read(json!({ "Thing": { "type": "object" } }));
    let closure = Closure::new([("test".to_owned(), "things".to_owned())].into(), &types, &[]);
    let below = generated(emit::Holds::Types, &types, &closure);
    assert!(below[Path::new("test/with_things.rs")].contains("generated_model! {"));
    assert!(!below.contains_key(Path::new("operations.rs")) && !below[Path::new("mod.rs")].contains("operations"));
    let above = generated(emit::Holds::Calls("the_types"), &types, &closure);
    assert!(!above.contains_key(Path::new("test/with_things.rs")));
    let given_on = "#[cfg(feature = \"things\")]\n#[doc(inline)]\npub use the_types::test::*;\n";
    assert!(above[Path::new("test.rs")].contains(given_on), "{}", above[Path::new("test.rs")]);
    let module = &above[Path::new("mod.rs")];
    assert!(module.contains("pub use self::test::*;") && module.contains("pub use the_types::TYPES;"), "{module}");
}

/// What is generated of types without operations.
fn generated(holds: emit::Holds<'_>, types: &Types, closure: &Closure) -> project::Files {
    let requests = Default::default();
    emit::System { holds, api: "Test", replies: false, types, operations: &[], requests: &requests, closure }
        .files(Path::new(""))
}

#[test]
fn a_name_that_rust_has_taken_is_still_a_name() {
    let types = read(json!({
        "Thing": { "type": "object", "properties": {
            "type": { "type": "string" }, "self": { "type": "string" }, "2fa": { "type": "string" },
            // A keyword since the edition of 2024, and the field for what the type does not know.
            "gen": { "type": "string" }, "unknown": { "type": "string" },
        } },
        "Color": { "enum": ["Self", "1h", "Unknown", "a-b", "", "日本", "Über"] },
    }));
    let (closure, requests) = (Closure::default(), Default::default());
    let (api, types) = ("Test", &types);
    let system = emit::System {
        holds: emit::Holds::All,
        api,
        replies: false,
        types,
        operations: &[],
        requests: &requests,
        closure: &closure,
    };
    let files = system.files(std::path::Path::new(""));
    for code in files.values() {
        syn::parse_file(code).unwrap_or_else(|error| panic!("{error}: {code}"));
    }
    let code = &files[Path::new("test.rs")];
    for name in ["r#type:", "self_:", "n2fa:", "r#gen:", "unknown_:", " AB =", " Empty =", " 日本 =", " Über ="] {
        assert!(code.contains(name), "{name}: {code}");
    }
}
