//! Schemas that would give Rust which does not compile are refused with their file, the place and the rule, in both
//! front ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use backhaul_codegen::json_schema::{self, File};
use backhaul_codegen::{SchemaError, operations, project, xsd};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The place and the rule of the error that definitions give.
fn refused(defs: Value) -> (String, String) {
    let file = File { path: "vb365/test.json".to_owned(), json: json!({ "$defs": defs }) };
    let error = json_schema::read(&[file]).expect_err("this is wrong");
    assert_eq!(error.file, "vb365/test.json");
    (error.pointer, error.rule)
}

fn with(properties: Value) -> Value {
    json!({ "Thing": { "type": "object", "properties": properties } })
}

/// The error of a schema for Enterprise Manager that holds `inside`.
fn refused_xsd(inside: &str) -> String {
    let text = format!(
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:b='urn:backhaul:schema' xmlns='http://www.veeam.com/ent/v1.0' \
         targetNamespace='http://www.veeam.com/ent/v1.0' elementFormDefault='qualified'>\n<xs:annotation><xs:appinfo><b:family \
         name='core'/></xs:appinfo></xs:annotation>\n{inside}</xs:schema>"
    );
    xsd::read("em/test.xsd", &text).expect_err("this is wrong").to_string()
}

fn sequence(elements: &str) -> String {
    refused_xsd(&format!("<xs:complexType name='A'><xs:sequence>{elements}</xs:sequence></xs:complexType>"))
}

#[test]
fn names_that_are_one_in_rust() {
    let text = || json!({ "type": "string" });
    for (defs, pointer, says) in [
        (
            with(json!({ "isOutdated": text(), "is_outdated": text() })),
            "/$defs/Thing/properties/is_outdated",
            "`isOutdated` and `is_outdated` are both `is_outdated` in Rust",
        ),
        (with(json!({ "a-b": text(), "a_b": text() })), "/$defs/Thing/properties/a_b", "both `a_b` in Rust"),
        (
            with(json!({ "name": text(), "NAME": text() })),
            "/$defs/Thing/properties/NAME",
            "differ in letter case alone",
        ),
        (with(json!({ "½": text() })), "/$defs/Thing/properties/½", "makes no name in Rust"),
        (json!({ "Thing": { "enum": ["a-b", "a_b"] } }), "/$defs/Thing/enum", "`a-b` and `a_b` are both `AB` in Rust"),
        (json!({ "Thing": { "enum": ["", "Empty"] } }), "/$defs/Thing/enum", "both `Empty` in Rust"),
        (json!({ "Thing": { "enum": ["Unknown", "UnknownValue"] } }), "/$defs/Thing/enum", "both `UnknownValue`"),
        (json!({ "Thing": { "enum": ["½"] } }), "/$defs/Thing/enum", "makes no name in Rust"),
        (json!({ "Ab": { "type": "object" }, "AB": { "type": "object" } }), "/$defs/AB", "`Ab` and `AB`"),
        (json!({ "Option": { "type": "object" } }), "/$defs/Option", "generated code needs for itself"),
        (
            json!({
                "One": { "type": "object", "properties": { "a-b": text() } },
                "Two": { "type": "object", "properties": { "a_b": text() } },
                "Thing": { "anyOf": [{ "$ref": "#/$defs/One" }, { "$ref": "#/$defs/Two" }] },
            }),
            "/$defs/Thing",
            "of its kinds, `a-b` and `a_b` are both",
        ),
    ] {
        let (at, rule) = refused(defs);
        assert!(rule.contains(says), "{rule}");
        assert_eq!(at, pointer);
    }
    let element = |name: &str| format!("<xs:element name='{name}' type='xs:string'/>");
    for (error, says) in [
        (sequence(&(element("isOutdated") + &element("is_outdated"))), "`isOutdated` and `is_outdated` are both"),
        (sequence(&(element("a-b") + &element("a_b"))), "both `a_b` in Rust"),
        (sequence(&(element("Name") + &element("NAME"))), "`NAME` stands twice"),
        (
            refused_xsd(
                "<xs:simpleType name='A'><xs:restriction base='xs:string'><xs:enumeration value='a-b'/><xs:enumeration \
                 value='a_b'/></xs:restriction></xs:simpleType>",
            ),
            "`a-b` and `a_b` are both `AB` in Rust",
        ),
        (refused_xsd("<xs:complexType name='OptionType'/>"), "3:1: `Option` is a name that generated code needs"),
        (
            refused_xsd("<xs:complexType name='Ab'/><xs:complexType name='AB'/>"),
            "the types `Ab` and `AB` have one name among",
        ),
    ] {
        assert!(error.contains(says), "{error}\nlacks\n{says}");
        assert!(error.starts_with("schemas/em/test.xsd#3:"), "{error}");
    }
}

#[test]
fn families_that_are_one_module() {
    let file = |path: &str| File { path: path.to_owned(), json: json!({ "$defs": {} }) };
    for (paths, at, says) in [
        (["vb365/a-b.json", "vb365/a_b.json"], "vb365/a_b.json", "would both be the module `a_b`"),
        (["vb365/a.json", "vb365/operations.json"], "vb365/operations.json", "is taken: rename the file"),
        (["vb365/a.json", "vb365/mod.json"], "vb365/mod.json", "is taken: rename the file"),
    ] {
        let error = json_schema::read(&paths.map(file)).expect_err("this is wrong");
        assert_eq!(error.file, at);
        assert!(error.rule.contains(says), "{error}");
    }
}

#[test]
fn parameters_that_are_one_in_rust() {
    let json = json!({ "$defs": with(json!({ "a": { "type": "string" } })) });
    let types = json_schema::read(&[File { path: "vb365/test.json".to_owned(), json }]).unwrap();
    let query = |name: &str| json!({ "name": name, "in": "query", "type": "text" });
    for (members, says) in [
        (json!({ "params": [query("a-b"), query("a_b")] }), "`a-b` and `a_b` are both `a_b` in Rust"),
        (json!({ "params": [query("body")], "request": "Thing" }), "`the request body` and `body`"),
    ] {
        let mut one = json!({ "operation": "Get", "description": "Gets.", "method": "GET", "path": "/Things" });
        one.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let error = operations::read("vb365/test.json", &json!([one]), &types).expect_err("this is wrong");
        assert_eq!((error.file.as_str(), error.pointer.as_str()), ("vb365/test.json", "/operations/0/params"));
        assert!(error.rule.contains(says), "{error}");
    }
}

#[test]
fn bounds_that_nothing_could_keep() {
    for (schema, most) in [
        (json!({ "type": "string", "minLength": 3, "maxLength": 2 }), "maxLength"),
        (json!({ "type": "integer", "minimum": 1, "maximum": 0 }), "maximum"),
        (json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 1 }), "maxItems"),
    ] {
        let (pointer, rule) = refused(with(json!({ "a": schema })));
        assert_eq!(pointer, format!("/$defs/Thing/properties/a/{most}"));
        assert!(rule.contains("lies below"), "{rule}");
    }
    for occurs in ["minOccurs='3' maxOccurs='2'", "minOccurs='2'"] {
        let error = sequence(&format!("<xs:element name='a' type='xs:string' {occurs}/>"));
        assert!(error.starts_with("schemas/em/test.xsd#3:") && error.contains("`maxOccurs` ("), "{error}");
    }
}

#[test]
fn lists_and_maps_of_secrets() {
    let secret = json!({ "type": "string", "format": "password" });
    for (schema, at) in [
        (json!({ "type": "array", "items": secret }), "items"),
        (json!({ "type": "object", "additionalProperties": secret }), "additionalProperties"),
    ] {
        let (pointer, rule) = refused(with(json!({ "keys": schema })));
        assert_eq!(pointer, format!("/$defs/Thing/properties/keys/{at}"));
        assert!(rule.contains("a list or map of secrets"), "{rule}");
    }
    let password = "<xs:simpleType name='PasswordType'><xs:restriction base='xs:string'/></xs:simpleType>";
    let list = "<xs:element name='Key' type='PasswordType' minOccurs='0' maxOccurs='unbounded'/>";
    for types in [
        format!(
            "<xs:complexType name='A'><xs:sequence>{list}</xs:sequence><xs:attribute name='b' type='xs:int'/></xs:complexType>"
        ),
        format!(
            "<xs:complexType name='Keys'><xs:sequence>{list}</xs:sequence></xs:complexType><xs:complexType name='A'><xs:sequence>\
             <xs:element name='Keys' type='Keys'/></xs:sequence></xs:complexType>"
        ),
    ] {
        let error = refused_xsd(&format!("{password}{types}"));
        assert!(error.contains("a list or map of secrets"), "{error}");
    }
}

/// A type of such a name hides what macros mean by it.
#[test]
fn names_that_generated_code_needs() {
    for name in ["Result", "Into", "Default", "Clone", "PartialEq", "Eq", "From", "AsRef", "Types", "Option", "Vec"] {
        let (pointer, rule) = refused(json!({ name: { "type": "object", "properties": {} } }));
        assert_eq!(pointer, format!("/$defs/{name}"));
        assert!(rule.contains("a name that generated code needs for itself"), "{rule}");
    }
    for name in ["Self", "Id", "Page", "String", "Response", "self"] {
        let operation = json!({ "operation": name, "description": "X.", "method": "GET", "path": "/a" });
        let error = generated("schemas/vb365/calls.json", &json!({ "operations": [operation] }).to_string());
        assert_eq!((error.file.as_str(), error.pointer.as_str()), ("vb365/calls.json", "/operations/0"));
        assert!(error.rule.contains("a name that generated code needs for itself"), "{error}");
    }
}

/// The error of a tree of three small systems, of which one file is given.
fn generated(path: &str, text: &str) -> SchemaError {
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "names-{}-{}",
        std::process::id(),
        path.replace('/', "-")
    ));
    for (path, text) in [
        (
            "crates/models/Cargo.toml",
            std::fs::read_to_string(root().join("crates/models/Cargo.toml")).unwrap().as_str(),
        ),
        ("schemas/em/em.xsd", &std::fs::read_to_string(root().join("schemas/em/em.xsd")).unwrap()),
        ("schemas/em/operations.json", "{\"operations\": []}"),
        ("schemas/em/queries.json", "{\"types\": []}"),
        ("schemas/zstack/zones.json", "{}"),
        (path, text),
    ] {
        let file = copy.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let error = project::generate(&copy).expect_err("this is wrong");
    std::fs::remove_dir_all(&copy).unwrap();
    error
}

#[test]
fn what_only_a_whole_tree_shows() {
    let operation = |name: &str, path: &str| {
        format!("{{\"operation\": \"{name}\", \"description\": \"X.\", \"method\": \"GET\", \"path\": \"{path}\"}}")
    };
    let twins = format!("{{\"operations\": [{}, {}]}}", operation("GetIt", "/a"), operation("Get_It", "/b"));
    for (text, pointer, says) in [
        ("{\"x-feature\": \"vb366\"}", "/x-feature", "\"vb366\" is no feature of backhaul-models"),
        ("{\"$defs\": {\"A\": {\"type\": \"object\"}, \"A\": {}}}", "/$defs", "the member `A` stands twice"),
        (
            &*twins,
            "/operations/1",
            "`Get_It` and the operation at schemas/vb365/test.json#/operations/0 are both `GetIt`",
        ),
    ] {
        let error = generated("schemas/vb365/test.json", text);
        assert!(error.rule.contains(says), "{error}");
        assert!(error.pointer.starts_with(pointer), "{error}");
        assert_eq!(error.file, "vb365/test.json");
    }
}

/// Code hosts do not show larger files, and editors crawl in them. A name with a number in it would change with every
/// new item before it.
#[test]
fn generated_files_stay_small_and_nothing_is_named_by_a_counter() {
    for (path, code) in project::generate(root()).unwrap() {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        assert!(code.lines().count() < 4000 && code.len() < 200_000, "{}", path.display());
        for line in code.lines() {
            let name = line.split_once("const ").or_else(|| line.split_once("static ")).map(|(_, rest)| rest);
            let name = name.and_then(|rest| rest.split_once(':')).map_or("", |(name, _)| name.trim());
            let counter = name.rsplit_once('_').is_some_and(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(!counter && !line.contains("usize]"), "{}: {line}", path.display());
        }
    }
}
