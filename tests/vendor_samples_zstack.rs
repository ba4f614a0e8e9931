//! Every body that ZStack's documents and sources print is read to the last field, and survives a round trip; what is
//! sent is the body that the operation's row says, in the member that it says.
//!
//! The bodies are the vendor's and not in this repository: the tests read them from the folder that `BACKHAUL_FACTS`
//! names, or beside the workspace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::{Path, PathBuf};

use backhaul_models::registry;
use backhaul_wire::json::{self, Case};
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{Drift, Operation, Shape, System};
use serde_json::{Map, Value};

/// Constants of the sources that stand in their examples instead of numbers.
const CONSTANTS: &[(&str, i64)] = &[("KILOBYTE", 1 << 10), ("MEGABYTE", 1 << 20), ("GIGABYTE", 1 << 30)];

/// Members that the sources' examples set and no server sends: hidden ones, and names of setters.
const HIDDEN: &[&str] = &[
    "attachedL2NetworkRefs",
    "default",
    "id",
    "ipRangeUuid",
    "ipmiPassword",
    "ownerAccountUuid",
    "password",
    "permission",
    "roleUuid",
    "shared",
    "usedIpUuid",
    "uuid",
];

/// Answers whose values were put together in a way that the making of the examples could not follow.
const UNFINISHED: &[&str] = &[
    "GetTaskProgress",
    "GetUploadImageJobDetails",
    "QueryVmInstanceDeviceAddressArchive",
    "QueryVmInstanceDeviceAddressGroup",
];

/// Requests whose examples set what the path already says, or what a setter is called instead of the field.
const LOOSE: &[&str] = &[
    "AddAccessControlListRedirectRule",
    "AddAccessControlListToLoadBalancer",
    "AddCephPrimaryStoragePool",
    "AddCertificateToLoadBalancerListener",
    "AddServerGroupToLoadBalancerListener",
    "AddVmNicToLoadBalancer",
    "AttachDataVolumeToVm",
    "CreateCluster",
    "CreateVirtualRouterOffering",
    "CreateZone",
    "RemoveBackendServerFromServerGroup",
    "UpdateVniRange",
    "UpdateZone",
];

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/facts");
    let folder = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("zstack/samples");
    assert!(folder.is_dir(), "the vendor's bodies are not at {}: set BACKHAUL_FACTS", folder.display());
    folder
}

fn load(folder: &Path, file: &str) -> Value {
    let mut value = serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap();
    settle_constants(&mut value);
    value
}

fn settle_constants(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((_, number)) = CONSTANTS.iter().find(|(name, _)| name == text) {
                *value = Value::from(*number);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle_constants),
        Value::Object(members) => members.values_mut().for_each(settle_constants),
        _ => {}
    }
}

fn operation(name: &str) -> &'static Operation {
    registry::find_operation(System::Zstack, name).unwrap_or_else(|| panic!("there is no operation {name}"))
}

/// What the sources print for each operation.
fn examples() -> Map<String, Value> {
    let Value::Object(examples) = load(&folder(), "examples-from-source.json") else { panic!("not an object") };
    examples
}

/// Reads a body, and says what went wrong or was not known.
fn read(shape: Option<&'static Shape>, body: &Value) -> Result<(), String> {
    let make = || shape.map(DynamicStruct::new);
    let Some(mut value) = make() else { return Err("no type reads it".to_owned()) };
    let mut drift = Drift::default();
    json::decode_into(&mut value, body.to_string().as_bytes(), Some(&mut drift)).map_err(|error| error.to_string())?;
    // Enums are open, and the examples make values up.
    drift.unknown_fields.retain(|path| !HIDDEN.contains(&path.rsplit('.').next().unwrap_or(path)));
    if !drift.unknown_fields.is_empty() {
        return Err(format!("{:?}", drift.unknown_fields));
    }
    let text = json::encode(&value, Case::Schema).map_err(|error| error.to_string())?;
    let mut again = make().ok_or("no type")?;
    json::decode_into(&mut again, &text, None).map_err(|error| error.to_string())?;
    if again == value { Ok(()) } else { Err(format!("is another when written: {}", String::from_utf8_lossy(&text))) }
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn recorded_bodies_are_read_to_the_last_field() {
    let folder = folder();
    for (file, name) in [
        ("query-backup-storage.response.json", "QueryBackupStorage"),
        ("query-sftp-backup-storage.response.json", "QuerySftpBackupStorage"),
        ("login-by-account.response.json", "LogInByAccount"),
        ("create-zone.job-result.json", "CreateZone"),
        ("create-access-key.response.json", "CreateAccessKey"),
        ("request-console-access.response.json", "RequestConsoleAccess"),
        ("export-image.response.json", "ExportImageFromBackupStorage"),
    ] {
        let result = read(operation(name).response.shape(), &load(&folder, file));
        assert_eq!(result, Ok(()), "{file}");
    }
    assert_eq!(read(registry::error_shape(System::Zstack), &load(&folder, "error.response.json")), Ok(()));
    let accepted = registry::find_shape(System::Zstack, "JobLocation");
    assert_eq!(read(accepted, &load(&folder, "async-accepted.response.json")), Ok(()));
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn every_answer_of_the_sources_is_read_to_the_last_field() {
    let mut wrong = Vec::new();
    for (name, example) in examples() {
        let Some(body) = example.get("response") else { continue };
        // What void calls answer needs no type.
        let void = body.as_object().is_some_and(|body| body.keys().all(|member| member == "success"));
        if void || UNFINISHED.contains(&name.as_str()) {
            continue;
        }
        if let Err(error) = read(operation(&name).response.shape(), body) {
            wrong.push(format!("{name}: {error}\n    {body}"));
        }
    }
    assert!(wrong.is_empty(), "{} answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[ignore = "reads the vendor's documents: name their folder in BACKHAUL_FACTS"]
fn every_request_of_the_sources_is_what_the_row_says() {
    let mut wrong = Vec::new();
    for (name, example) in examples() {
        let operation = operation(&name);
        let Some(body) = example.get("body").and_then(Value::as_object) else { continue };
        for (member, inner) in body.iter().filter(|(member, _)| !member.ends_with("Tags")) {
            if operation.wrapper != Some(member) {
                wrong.push(format!("{name}: {member} instead of {}", operation.wrapper.unwrap_or_default()));
            }
            match (inner.as_object().is_some_and(Map::is_empty), operation.request) {
                (true, _) => {}
                _ if LOOSE.contains(&name.as_str()) => {}
                (false, None) => wrong.push(format!("{name}: takes no body, given {inner}")),
                (false, request) => {
                    wrong.extend(read(request, inner).err().map(|error| format!("{name}: {error}\n    {inner}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} requests:\n{}", wrong.len(), wrong.join("\n"));
}
