//! Every operation of ZStack answers, and its answer is one of its type.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::{Answer, Client, SHA512, path_of, zstack};
use backhaul_models::registry;
use backhaul_models::zstack::operations::OPERATIONS;
use backhaul_sim::{Sim, ZstackServer};
use backhaul_wire::operation::{ParamPlace, Response};
use backhaul_wire::{Drift, Kind, Operation, Repeat, Shape, json};
use serde_json::{Map, Value};

const ZONE: &str = "36de66d82f424639af67215a53418ff6";
const STORAGE: &str = "1ab3b836a88342e1bbc1b1a17d092f0f";
const CEPH: &str = "5f2e1d0c9b8a47669584736251403f2e";
const IMAGE: &str = "f1b2c3d4e5f60718293a4b5c6d7e8f98";

/// What is refused, for what this test cannot know.
const REFUSED: &[&str] = &[
    // Monitors have a form of their own, messages a name.
    "AddCephBackupStorage",
    "AddMonToCephBackupStorage",
    "SubmitLongJob",
    // Of what is not there.
    "CancelLongJob",
    "RenewSession",
    "RerunLongJob",
    "ResumeLongJob",
    "UpdateSystemTag",
    // Of what was moved or deleted by then.
    "DeleteExportedImageFromBackupStorage",
    "DetachBackupStorageFromZone",
    // An arbitrary text is no way of logging on, no account and no ZQL.
    "LogIn",
    "LogInByUser",
    "ZQLQuery",
];

/// What finds nothing: the demo has objects of the hierarchy, and none of that kind.
const EMPTY: &[&str] = &[
    "QueryBareMetal2Instance",
    "QueryBareMetal2Gateway",
    "QuerySlbVmInstance",
    "QueryBlockPrimaryStorage",
    "GetBlockPrimaryStorageMetadata",
    "QueryMiniStorage",
    "QuerySharedBlockGroupPrimaryStorage",
    "QueryVpcRouter",
    "QueryVmSchedulingRule",
    "QueryFaultToleranceVm",
    "QueryVCenterBackupStorage",
    "QueryVCenterCluster",
    "QueryVCenterPrimaryStorage",
    "QueryBlockVolume",
    "QueryExponBlockVolume",
    "QueryXskyBlockVolume",
];

fn value(operation: &str, kind: Kind, name: &str) -> Value {
    match kind {
        Kind::Bool => true.into(),
        Kind::Int => 1.into(),
        Kind::Float => 1.5.into(),
        Kind::Enum(words) => words.values.first().map_or("x", |word| word.name).into(),
        Kind::Struct(shape) => required(operation, shape).into(),
        Kind::Json => Value::Object(Map::new()),
        Kind::DateTime => "Apr 11, 2018 2:50:54 PM".into(),
        _ if name.eq_ignore_ascii_case("password") => SHA512.into(),
        _ if name == "accountName" => "admin".into(),
        _ if name == "hostname" => format!("host-of-{operation}").into(),
        _ => id(name, "").into(),
    }
}

fn id(name: &str, path: &str) -> &'static str {
    match name {
        "monUuid" => "2f2e1d0c9b8a47669584736251403f2e",
        "imageUuid" => IMAGE,
        "zoneUuid" => ZONE,
        "srcBackupStorageUuid" | "backupStorageUuid" | "backupStorageUuids" => STORAGE,
        "dstBackupStorageUuid" => CEPH,
        "uuid" if path.contains("/backup-storage/ceph") => CEPH,
        "uuid" if path.contains("/backup-storage") => STORAGE,
        "uuid" if path.contains("/zones") => ZONE,
        "uuid" if path.contains("/images") => IMAGE,
        _ => "00000000000000000000000000000001",
    }
}

fn required(operation: &str, shape: &Shape) -> Map<String, Value> {
    let fields = shape.fields.iter().filter(|field| field.required);
    fields
        .map(|field| {
            let item = value(operation, field.kind, field.json);
            let value = match field.repeat {
                Repeat::One => item,
                Repeat::List => Value::Array(vec![item]),
                Repeat::Map => Value::Object(Map::from_iter([("key".to_owned(), item)])),
            };
            (field.json.to_owned(), value)
        })
        .collect()
}

async fn call(client: &Client<'_>, operation: &Operation) -> Answer {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    for param in operation.params {
        match param.place {
            ParamPlace::Path => path = path.replace(&format!("{{{}}}", param.name), id(param.name, operation.path)),
            ParamPlace::Query if param.required => match value(operation.name, param.kind, param.name) {
                Value::String(text) => query.push(format!("{}={text}", param.name)),
                other => query.push(format!("{}={other}", param.name)),
            },
            _ => {}
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let mut body = String::new();
    if let (None, Some(shape)) = (operation.wrapper, operation.request) {
        body = Value::Object(required(operation.name, shape)).to_string();
    }
    if let Some(wrapper) = operation.wrapper {
        let inside = operation.request.map_or_else(Map::new, |shape| required(operation.name, shape));
        body = Value::Object(Map::from_iter([(wrapper.to_owned(), inside.into())])).to_string();
    }
    if operation.name == "GetBackupStorageCapacity" {
        path.push_str("?all=true");
    }
    // Answers about one object or a list of them can say of what class each is.
    let can_name_classes = operation.response.shape().is_some_and(|shape| shape.classes.is_some());
    let headers: &[_] = if can_name_classes { &[("X-JSON-Schema", "true")] } else { &[] };
    client.send(&format!("{} {path}", operation.method), headers, &body).await
}

/// Kinds that the demo has on purpose although no type knows them.
const UNKNOWN: &str = "TapeBackupStorage";

#[tokio::test]
async fn every_operation_answers_with_its_type() {
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(Duration::ZERO)).start().await.unwrap();
    let client = zstack(&sim).await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    let mut empty = Vec::new();
    // Deletions last: they take away what others are about.
    let (deletions, others): (Vec<&Operation>, Vec<&Operation>) =
        OPERATIONS.iter().partition(|it| it.method == "DELETE" || it.name.contains("Migrate"));
    for operation in others.into_iter().chain(deletions).filter(|it| it.name != "GetApiJob") {
        asked += 1;
        let mut answer = call(&client, operation).await;
        if operation.long_running {
            if answer.status != 202 {
                wrong.push(format!("{}: {} {}", operation.name, answer.status, answer.text()));
                continue;
            }
            let location = answer.json()["location"].as_str().unwrap().to_owned();
            let job = path_of(&location).to_owned();
            answer = client.get(&job).await;
        }
        if REFUSED.contains(&operation.name) {
            if answer.status != 503 {
                wrong.push(format!("{}: {} in place of a refusal", operation.name, answer.status));
            }
            continue;
        }
        if answer.status != 200 {
            wrong.push(format!("{}: {} {}", operation.name, answer.status, answer.text()));
            continue;
        }
        if matches!(operation.response, Response::Page(..)) && answer.json()["inventories"][0].is_null() {
            empty.push(operation.name);
        }
        let Some(mut target) = registry::answer(operation, None) else {
            // A job's event says at least that it went well.
            let nothing = if operation.long_running { r#"{"success":true}"# } else { "{}" };
            if answer.text() != nothing {
                wrong.push(format!("{}: {} in place of nothing", operation.name, answer.text()));
            }
            continue;
        };
        let mut drift = Drift::default();
        match json::decode_into(&mut target, &answer.body, Some(&mut drift)) {
            Err(error) => wrong.push(format!("{}: {error}", operation.name)),
            Ok(()) if !drift.unknown_fields.is_empty() || drift.unknown_values.iter().any(|it| it.value != UNKNOWN) => {
                wrong.push(format!("{}: {drift:?}", operation.name))
            }
            Ok(()) => {}
        }
    }
    assert_eq!(asked, OPERATIONS.len() - 1);
    assert_eq!(empty, EMPTY);
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A body of the vendor's, from the folder that `BACKHAUL_FACTS` names, or beside the workspace.
fn sample(name: &str) -> Value {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let folder = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("zstack/samples");
    let file = folder.join(name);
    let text = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}; set BACKHAUL_FACTS", file.display()));
    serde_json::from_slice(&text).unwrap()
}

/// Whether a value has all members of another, each of the same kind.
fn has_form_of(found: &Value, sample: &Value) -> bool {
    match (found, sample) {
        (Value::Object(found), Value::Object(sample)) => {
            // Printed by documents and sent by no server.
            let members = sample.iter().filter(|(name, _)| *name != "success");
            members.into_iter().all(|(name, value)| found.get(name).is_some_and(|found| has_form_of(found, value)))
        }
        (Value::Array(found), Value::Array(sample)) => {
            found.first().zip(sample.first()).is_none_or(|(found, sample)| has_form_of(found, sample))
        }
        (found, sample) => {
            (found.is_string(), found.is_number(), found.is_boolean())
                == (sample.is_string(), sample.is_number(), sample.is_boolean())
        }
    }
}

/// The bodies that documents print, compared in form with what is answered here.
#[tokio::test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
async fn answers_have_the_form_of_the_documents() {
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(Duration::ZERO)).start().await.unwrap();
    let client = zstack(&sim).await;
    let login = format!(r#"{{"logInByAccount": {{"accountName": "admin", "password": "{SHA512}"}}}}"#);
    let account = r#"{"params": {"accountUuid": "a", "userUuid": "b"}}"#;
    let export = format!(r#"{{"exportImageFromBackupStorage": {{"imageUuid": "{IMAGE}"}}}}"#);
    for (file, head, body, status) in [
        ("login-by-account.response.json", "PUT /zstack/v1/accounts/login", login.as_str(), 200),
        ("async-accepted.response.json", "POST /zstack/v1/zones", r#"{"params": {"name": "x"}}"#, 202),
        ("create-zone.job-result.json", "POST /zstack/v1/zones", r#"{"params": {"name": "x", "description": "y"}}"#, 0),
        ("error.response.json", "GET /zstack/v1/zones?q=nothing=x", "", 503),
        ("query-backup-storage.response.json", "GET /zstack/v1/backup-storage?q=name=image-store", "", 200),
        ("query-sftp-backup-storage.response.json", "GET /zstack/v1/backup-storage/sftp?q=name=sftp", "", 200),
        (
            "request-console-access.response.json",
            "POST /zstack/v1/consoles",
            r#"{"params": {"vmInstanceUuid": "x"}}"#,
            0,
        ),
        ("create-access-key.response.json", "POST /zstack/v1/accesskeys", account, 0),
        ("export-image.response.json", &format!("PUT /zstack/v1/backup-storage/{STORAGE}/actions"), &export, 0),
    ] {
        let mut answer = client.send(head, &[], body).await;
        if status == 0 {
            let location = answer.json()["location"].as_str().unwrap().to_owned();
            answer = client.get(path_of(&location)).await;
        }
        let answer = answer.expect(if status == 0 { 200 } else { status }).json();
        let sample = sample(file);
        assert!(has_form_of(&answer, &sample), "{file}: {answer} {sample}");
    }
}

/// The vendor's own examples of requests: each leads to its operation and is taken.
#[tokio::test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
async fn the_vendors_examples_are_taken() {
    let examples = sample("examples-from-source.json");
    let examples = examples.as_object().unwrap();
    let sim = Sim::builder().zstack(ZstackServer::new().job_time(Duration::ZERO)).start().await.unwrap();
    let client = zstack(&sim).await;
    let mut wrong = Vec::new();
    for (name, example) in examples {
        let operation = registry::find_operation(backhaul_wire::System::Zstack, name).unwrap();
        // Two have no path.
        let (Some(method), Some(path)) = (example["method"].as_str(), example["path"].as_str()) else { continue };
        if path.ends_with("null") {
            continue;
        }
        let body = example.get("body").map_or_else(String::new, Value::to_string);
        let head = format!("{method} /zstack{}", path.split('#').next().unwrap());
        let answer = client.send(&head.replace(' ', "%20").replacen("%20", " ", 1), &[], &body).await;
        let expected: &[u16] = if operation.long_running { &[202] } else { &[200, 503] };
        if !expected.contains(&answer.status) {
            wrong.push(format!("{name}: {head} {body}: {} {}", answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), examples.len(), wrong.join("\n"));
}
