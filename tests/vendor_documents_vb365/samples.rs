//! The bodies that documents, traces and clients show, held against the simulator's: an answer has what the sample has,
//! and a request is taken.

use std::path::Path;

use serde_json::{Value, json};

use crate::bodies;
use crate::client::Client;

/// Answers that are other than their sample, and why.
const OTHERWISE: [(&str, &str); 4] = [
    ("v4_GET_Organizations_id_Users.json", "the page prints an array in an array; clients read a page"),
    ("v5_GET_JobSessions_id_LogItems.json", "the page prints an array; a live v3 and the clients have pages"),
    ("v3_page_links.json", "the page steps back by less than its limit; the names are checked where pages are"),
    ("v5_page_links.json", "the same"),
];

/// A sample of an answer has these members: is there something in the answer that has them all, each of the same kind?
fn holds(answer: &Value, sample: &Value) -> bool {
    match (sample, answer) {
        (Value::Object(wanted), Value::Object(there)) => {
            wanted.iter().all(|(name, wanted)| there.get(name).is_some_and(|there| holds(there, wanted)))
        }
        (Value::Array(wanted), Value::Array(there)) => {
            wanted.iter().all(|wanted| there.iter().any(|there| holds(there, wanted)))
        }
        (Value::Null, _) => true,
        (Value::Bool(_), other) => other.is_boolean(),
        (Value::Number(_), other) => other.is_number(),
        (Value::String(_), other) => other.is_string(),
        _ => false,
    }
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn answers_have_what_samples_have() {
    let samples = index();
    let mut checked = 0;
    for (file, version, operation, sample) in
        samples.iter().filter(|(_, _, operation, _)| operation.starts_with("GET /"))
    {
        let client = Client::new(*version);
        let path = path(&client, operation.trim_start_matches("GET "), file);
        let answer = client.get(&path).unwrap();
        let otherwise = OTHERWISE.iter().any(|(name, _)| name == file);
        assert_eq!(holds(&answer, sample), !otherwise, "{file}: {path} answers {answer:#}");
        if otherwise {
            // The items are as they are shown.
            let item = sample.pointer("/0/0").or_else(|| sample.pointer("/0")).unwrap();
            assert!(holds(&answer["results"], &json!([item])), "{file}: {path} answers {answer:#}");
        }
        checked += 1;
    }
    assert!(checked >= 14, "{checked} samples");
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn requests_of_samples_are_taken() {
    let samples = index();
    let mut checked = 0;
    for (file, version, operation, sample) in
        samples.iter().filter(|(_, _, operation, _)| operation.starts_with("POST /"))
    {
        let client = Client::new(*version);
        let path = path(&client, operation.trim_start_matches("POST "), file);
        if file.ends_with("stop.json") && path.contains("Jobs/") {
            client.send("POST", &path, Some("{\"start\":null}"), false);
        }
        let answer = client.send("POST", &path, Some(&sample.to_string()), false);
        let used = file.contains("Proxies_id_Action_remove");
        let text = || String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
        // A proxy that repositories use stays.
        assert_eq!(answer.status >= 300, used, "{file}: {} for {path}: {}", answer.status, text());
        let binary = ["export", "Export", "save"].iter().any(|name| file.contains(name));
        assert_eq!(answer.content_type == "application/octet-stream", binary, "{file}");
        checked += 1;
    }
    assert!(checked >= 20, "{checked} samples");
}

/// The samples that are JSON: file, version, operation, body.
fn index() -> Vec<(String, u8, String, Value)> {
    let folder = crate::folder().join("samples");
    let read = |file: &Path| -> Value { serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap() };
    let index = read(&folder.join("index.json"));
    let rows = index.as_array().unwrap().iter().filter(|row| row["valid_json"] == true);
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let version = text("version")[1..].parse().unwrap();
        (text("file"), version, text("operation"), read(&folder.join(text("file"))))
    };
    rows.map(row).collect()
}

/// A path with ids of the demo in the place of parameters.
fn path(client: &Client, template: &str, file: &str) -> String {
    // Of the jobs, one that names its items.
    let selects = |job: &&Value| job["backupType"] == "SelectedItems";
    let selected = file.contains("SelectedItems");
    let pick = |listing: &[Value]| {
        let named = listing.iter().find(|item| selected && selects(item));
        named.or(listing.first()).cloned()
    };
    bodies::walk(client, template, pick).unwrap()
}
