//! Every operation of every version of VB365 is called on the simulator, and the answer is checked against that
//! version's own `OpenAPI` document by a JSON Schema validator that knows nothing of our models.
//!
//! The documents are the vendor's (v6 to v8) or reconstructed (v3 to v5) and not in this repository: the tests read
//! them from the folder that `BACKHAUL_FACTS` names, or beside the workspace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

#[path = "vendor_documents_vb365/bodies.rs"]
mod bodies;
#[path = "vendor_documents_vb365/client.rs"]
mod client;
#[path = "vendor_documents_vb365/openapi.rs"]
mod openapi;
#[path = "vendor_documents_vb365/samples.rs"]
mod samples;

use std::path::{Path, PathBuf};

use client::Client;
use openapi::{Document, Operation};
use serde_json::Value;

/// Where the facts would be.
fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts");
    std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("vb365")
}

fn document(version: u8) -> Document {
    let file = folder().join(format!("v{version}.openapi.json"));
    let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; set BACKHAUL_FACTS", file.display()));
    Document::new(version, serde_json::from_slice(&text).unwrap())
}

/// Calls every operation of a version's document, each that changes something on a server of its own.
fn check(version: u8) {
    let document = document(version);
    let reading = Client::new(version);
    let mut wrong = Vec::new();
    let operations = document.operations();
    for operation in &operations {
        let changing = (operation.method != "GET").then(|| Client::new(version));
        let client = changing.as_ref().unwrap_or(&reading);
        if let Err(message) = one(client, &document, operation) {
            wrong.push(format!("{} {}: {message}", operation.method, operation.path));
        }
    }
    eprintln!("v{version}: {} operations called, {} wrong", operations.len(), wrong.len());
    assert!(wrong.is_empty(), "v{version}: {} of {}\n{}", wrong.len(), operations.len(), wrong.join("\n"));
}

fn one(client: &Client, document: &Document, operation: &Operation) -> Result<(), String> {
    let request = bodies::request(client, document, operation)?;
    let answer = client.send(operation.method, &request.path, request.body.as_deref(), request.form);
    if answer.status != operation.status {
        let body = String::from_utf8_lossy(&answer.body);
        return Err(format!(
            "{} for {}: {}",
            answer.status,
            operation.status,
            body.chars().take(300).collect::<String>()
        ));
    }
    let kind = answer.content_type.as_str();
    match &operation.answer {
        openapi::Answer::None if answer.body.is_empty() => Ok(()),
        openapi::Answer::None => Err(format!("{} bytes where there should be none", answer.body.len())),
        openapi::Answer::Bytes if kind == "application/octet-stream" && !answer.body.is_empty() => Ok(()),
        openapi::Answer::Bytes => Err(format!("{kind} of {} bytes for a file", answer.body.len())),
        openapi::Answer::Json(schema) => {
            if !kind.starts_with("application/json") {
                return Err(format!("{kind} for JSON"));
            }
            let value: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
            document.check(schema, &value)?;
            if bodies::is_empty_listing(&value) && !operation.may_be_empty() {
                return Err("an empty listing proves nothing".to_owned());
            }
            Ok(())
        }
        openapi::Answer::Anything => Ok(()),
    }
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v3() {
    check(3);
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v4() {
    check(4);
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v5() {
    check(5);
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v6() {
    check(6);
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v7() {
    check(7);
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn v8() {
    check(8);
}

/// The converter takes nothing for granted: what does not fit is refused.
#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn the_validator_finds_mistakes() {
    let document = document(8);
    let proxy = serde_json::json!({ "$ref": "#/components/schemas/RESTBackupRepositoryStorageUsageInfo" });
    document.check(&proxy, &serde_json::json!({ "name": "abc" })).unwrap();
    document.check(&proxy, &serde_json::json!({ "name": 3 })).unwrap_err();
    document.check(&proxy, &serde_json::json!({ "nameOfAnotherVersion": "abc" })).unwrap_err();
    let instance = serde_json::json!({ "$ref": "#/components/schemas/RESTServiceInstance" });
    document.check(&instance, &serde_json::json!({ "installationId": "no uuid" })).unwrap_err();
    let session = serde_json::json!({ "$ref": "#/components/schemas/RESTRestoreSession" });
    document.check(&session, &serde_json::json!({ "id": "d1a5b5d6-6f4a-4f0e-9c5e-7c5b4b0e9a11" })).unwrap_err();
}
