//! Every operation of every version of VB365 is called on the simulator, and the answer is checked against that version's own
//! `OpenAPI` document by a JSON Schema validator that knows nothing of our models.
//!
//! The documents are the vendor's (v6 to v8) or reconstructed (v3 to v5) and not in this repository: the tests run where a folder
//! with them is named by `BACKHAUL_FACTS` or stands beside the workspace, and say so where it does not.

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

fn document(version: u8) -> Option<Document> {
    let file = folder().join(format!("v{version}.openapi.json"));
    let Ok(text) = std::fs::read(&file) else {
        eprintln!("skipped: the document of v{version} is not at {}", file.display());
        return None;
    };
    Some(Document::new(version, serde_json::from_slice(&text).unwrap()))
}

/// Calls every operation of a version's document, each that changes something on a server of its own.
fn check(version: u8) {
    let Some(document) = document(version) else { return };
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
fn v3() {
    check(3);
}

#[test]
fn v4() {
    check(4);
}

#[test]
fn v5() {
    check(5);
}

#[test]
fn v6() {
    check(6);
}

#[test]
fn v7() {
    check(7);
}

#[test]
fn v8() {
    check(8);
}

/// The converter takes nothing for granted: what does not fit is refused.
#[test]
fn the_validator_finds_mistakes() {
    let Some(document) = document(8) else { return };
    let proxy = serde_json::json!({ "$ref": "#/components/schemas/RESTBackupRepositoryStorageUsageInfo" });
    document.check(&proxy, &serde_json::json!({ "name": "abc" })).unwrap();
    document.check(&proxy, &serde_json::json!({ "name": 3 })).unwrap_err();
    document.check(&proxy, &serde_json::json!({ "nameOfAnotherVersion": "abc" })).unwrap_err();
    let instance = serde_json::json!({ "$ref": "#/components/schemas/RESTServiceInstance" });
    document.check(&instance, &serde_json::json!({ "installationId": "no uuid" })).unwrap_err();
    let session = serde_json::json!({ "$ref": "#/components/schemas/RESTRestoreSession" });
    document.check(&session, &serde_json::json!({ "id": "d1a5b5d6-6f4a-4f0e-9c5e-7c5b4b0e9a11" })).unwrap_err();
}
