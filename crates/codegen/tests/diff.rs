//! `diff`: what one version has and another has not.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use backhaul_codegen::diff::{Diff, Kind, Subject, Verdict};

fn diff(from: u8, to: u8) -> Diff {
    Diff::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), "vb365", from, to).unwrap()
}

#[test]
fn v7_to_v8() {
    insta::assert_snapshot!(diff(7, 8).markdown());
}

#[test]
fn v6_to_v7() {
    insta::assert_snapshot!(diff(6, 7).markdown());
}

#[test]
fn every_kind_of_change_has_its_verdict() {
    let diff = diff(7, 8);
    let find = |of: Subject, name: &str| {
        let found = diff.changes.iter().find(|change| change.of == of && change.name == name);
        found.map(|change| (change.change, change.verdict)).unwrap_or_else(|| panic!("no {name}"))
    };
    for (of, name, wanted) in [
        (Subject::Type, "Event", (Kind::Added, Verdict::Additive)),
        (Subject::Type, "Credential", (Kind::Removed, Verdict::WireOnly)),
        (Subject::Property, "BackupRepository.isOutdated", (Kind::Added, Verdict::Additive)),
        (Subject::Property, "RbacRoleCreateModel.operators", (Kind::Retyped, Verdict::Breaking)),
        (Subject::Value, "ExceptionInfoErrorCode: Timeout", (Kind::Added, Verdict::Additive)),
        (Subject::Operation, "GET /Health", (Kind::Added, Verdict::Additive)),
        (Subject::Operation, "GET /JobSessions/Changes", (Kind::Removed, Verdict::WireOnly)),
        (Subject::Operation, "GET /Accounts", (Kind::Retyped, Verdict::Breaking)),
        (Subject::Parameter, "GET /Jobs?limit", (Kind::Added, Verdict::Additive)),
        (Subject::Paging, "GET /Jobs", (Kind::Retyped, Verdict::WireOnly)),
    ] {
        assert_eq!(find(of, name), wanted, "{name}");
    }
}

#[test]
fn json_says_the_same() {
    let diff = diff(7, 8);
    let json: serde_json::Value = serde_json::from_str(&diff.json()).unwrap();
    assert_eq!(json["changes"].as_array().unwrap().len(), diff.changes.len());
    let paging = json["changes"].as_array().unwrap().iter().find(|change| change["of"] == "paging").unwrap();
    assert_eq!((&paging["change"], &paging["verdict"]), (&"retyped".into(), &"wire-only".into()));
}

#[test]
fn a_version_that_was_never_imported_is_an_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let error = Diff::read(&root, "vb365", 8, 9).unwrap_err().to_string();
    assert!(error.contains("v9 was never imported: there are v3, v4, v5, v6, v7, v8"), "{error}");
}
