//! Every body that Enterprise Manager's documents print is read to the last field, survives a round trip, and, where it
//! is a request, is written as the schema wants it.
//!
//! The bodies are the vendor's and not in this repository: the tests run where a folder with them is named by
//! `BACKHAUL_FACTS` or stands beside the workspace, and say so where it does not. `xmllint`, which checks against the
//! schema independently, is used where it is installed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::Command;

use backhaul_models::registry;
use backhaul_wire::json::Case;
use backhaul_wire::{Drift, Struct, System, json, xml};
use serde_json::Value;

/// What the documents print and no server sends: a typing mistake, or the mark of something left out.
const MISPRINTS: &[&str] = &["DomainAccout", "OptionsContinious"];

struct Sample {
    file: String,
    body: Vec<u8>,
    is_xml: bool,
    is_request: bool,
    /// Whether it is a whole body, and not a part of one for which there is no type of its own.
    whole: bool,
    /// Whether siblings were left out, which an ellipsis stands for.
    elided: bool,
    make: Box<dyn Fn() -> Box<dyn Struct>>,
}

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts");
    let folder = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("em/samples");
    assert!(folder.join("index.json").is_file(), "the vendor's bodies are not at {}", folder.display());
    folder
}

fn samples() -> Vec<Sample> {
    let folder = folder();
    let index: Vec<Value> = serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    index.iter().map(|entry| sample(&folder, &index, entry)).collect()
}

fn sample(folder: &Path, index: &[Value], entry: &Value) -> Sample {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let (file, root) = (text("file"), text("root"));
    let notes: Vec<_> = entry["notes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let name = type_name(&root).or_else(|| request_type(index, entry));
    let name = name.unwrap_or_else(|| panic!("{file}: of what type is it?"));
    assert!(registry::find_shape(System::Em, &name).is_some(), "{file}: there is no type {name}");
    Sample {
        body: std::fs::read(folder.join(&file)).unwrap(),
        is_xml: text("format") == "xml",
        is_request: text("role") == "request",
        whole: entry["complete_document"] == true,
        elided: notes.iter().any(|note| note.contains("ellipsis") || note.contains("dropped")),
        make: Box::new(move || registry::make_typed(System::Em, &name).unwrap()),
        file,
    }
}

fn type_name(root: &str) -> Option<String> {
    let root = match root {
        "Refs" => "EntityReferences",
        "JobReference" | "BackupServerReference" => "EntityRef",
        "OptionsContinious" => "OptionsContinuous",
        // Pages without an XML body beside it.
        "OsKind" => "StartMountSpec",
        root => root,
    };
    registry::find_type(System::Em, root).map(|entry| entry.name().to_owned())
}

/// A JSON body has no root: it is what the XML body on the same page is.
fn request_type(index: &[Value], entry: &Value) -> Option<String> {
    let same =
        |other: &&Value| other["page"] == entry["page"] && other["role"] == "request" && other["format"] == "xml";
    let whole = index.iter().filter(same).filter(|other| other["complete_document"] == true);
    whole.filter_map(|other| type_name(other["root"].as_str()?)).next_back()
}

fn read(is_xml: bool, body: &[u8], target: &mut dyn Struct) -> Result<Drift, backhaul_wire::DecodeError> {
    let mut drift = Drift::default();
    if is_xml {
        xml::decode_into(target, body, Some(&mut drift))?;
    } else {
        json::decode_into(target, body, Some(&mut drift))?;
    }
    Ok(drift)
}

#[test]
#[ignore = "reads the vendor's bodies: set BACKHAUL_FACTS"]
fn every_body_is_read_to_the_last_field() {
    let mut wrong = Vec::new();
    for sample in samples() {
        let mut value = (sample.make)();
        match read(sample.is_xml, &sample.body, &mut *value) {
            Err(error) => wrong.push(format!("{}: {error}", sample.file)),
            Ok(mut drift) => {
                drift.unknown_fields.retain(|path| {
                    let ellipsis = sample.elided && path.ends_with("#text");
                    !ellipsis && !MISPRINTS.iter().any(|name| path.ends_with(name))
                });
                // A part of a body has no type of its own where its element has another meaning as a document.
                if sample.whole && !drift.is_empty() {
                    wrong.push(format!("{}: {drift:?}", sample.file));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "reads the vendor's bodies: set BACKHAUL_FACTS"]
fn every_body_survives_both_codecs() {
    for sample in samples() {
        let mut value = (sample.make)();
        let drift = read(sample.is_xml, &sample.body, &mut *value).unwrap();
        let again = |is_xml: bool, body: Vec<u8>| {
            let mut again = (sample.make)();
            read(is_xml, &body, &mut *again)
                .unwrap_or_else(|error| panic!("{}: {error}\n{}", sample.file, String::from_utf8_lossy(&body)));
            assert!(*again == *value, "{}: {}", sample.file, String::from_utf8_lossy(&body));
        };
        if sample.is_xml {
            again(true, xml::encode(&*value).unwrap());
        }
        // The document's type says nothing of a part whose element has another meaning there: only its own codec has it
        // whole.
        if !sample.whole && !drift.unknown_fields.is_empty() {
            continue;
        }
        again(false, json::encode(&*value, Case::Schema).unwrap());
        again(false, json::encode(&*value, Case::Camel).unwrap());
    }
}

#[test]
#[ignore = "reads the vendor's bodies: set BACKHAUL_FACTS"]
fn requests_are_written_as_the_schema_wants_them() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/em/em.xsd");
    let folder = std::env::temp_dir().join(format!("backhaul-xsd-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut files = Vec::new();
    for sample in samples().iter().filter(|sample| sample.is_request && sample.whole) {
        let mut value = (sample.make)();
        read(sample.is_xml, &sample.body, &mut *value).unwrap();
        let file = folder.join(format!("{}.xml", sample.file));
        std::fs::write(&file, xml::encode(&*value).unwrap()).unwrap();
        files.push(file);
    }
    let checked = Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).args(&files).output();
    std::fs::remove_dir_all(&folder).unwrap();
    match checked {
        Err(error) => eprintln!("skipped: xmllint cannot be run: {error}"),
        Ok(_) if files.is_empty() => {}
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
    }
}
