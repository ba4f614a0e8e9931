//! Every type, enumeration and operation as it goes over the wire, a file for each family: what an upgrade of a schema
//! changes shows here line by line, and nothing that is sent or read can change unseen. `cargo insta review` takes what
//! is meant. It is made from shapes, and compared with what generated types write where these can be had by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[path = "pins/example.rs"]
mod example;
#[path = "pins/families.rs"]
mod families;
#[path = "pins/request.rs"]
mod request;
#[path = "pins/types.rs"]
mod types;

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use backhaul_models::registry;
use backhaul_wire::System;

#[test]
fn em() {
    system(System::Em);
}

#[test]
fn vb365() {
    system(System::Vb365);
}

#[test]
fn zstack() {
    system(System::Zstack);
}

/// Compares each family with its file; goes on after one that differs, so that a review sees all.
fn system(system: System) {
    let mut changed = Vec::new();
    for family in families::of(system) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("pins/{system}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let text = text(system, &family);
        let same =
            settings.bind(|| catch_unwind(AssertUnwindSafe(|| insta::assert_snapshot!(family.name.as_str(), text))));
        if same.is_err() {
            changed.push(family.name);
        }
    }
    assert!(changed.is_empty(), "the wire form of {system} changed in {}", changed.join(", "));
}

fn text(system: System, family: &families::Family) -> String {
    let mut out = String::new();
    for name in &family.types {
        let entry = registry::types(system).iter().find(|entry| entry.name() == name);
        let entry = entry.unwrap_or_else(|| panic!("{system}: the registry has no type {name}"));
        writeln!(out, "{}", types::pinned(system, *entry)).unwrap();
    }
    for name in &family.operations {
        let operation = registry::operations(system).iter().find(|operation| operation.name == name);
        let operation = operation.unwrap_or_else(|| panic!("{system}: the registry has no operation {name}"));
        writeln!(out, "{}", request::pinned(operation)).unwrap();
    }
    out
}

/// What is in no file would change unseen.
#[test]
fn every_type_and_operation_is_in_a_family() {
    for system in System::ALL {
        let families: Vec<_> = families::of(system).collect();
        let types: usize = families.iter().map(|family| family.types.len()).sum();
        let operations: usize = families.iter().map(|family| family.operations.len()).sum();
        assert_eq!(types, registry::types(system).len(), "types of {system}");
        assert_eq!(operations, registry::operations(system).len(), "operations of {system}");
    }
}
