//! Backup storages of every kind.

use serde_json::{Value, json};

use super::generic::{inventory, overlay, state, tag};
use super::zones;
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, Row, text};

/// The size of a storage that was added, in bytes, and what is free of it.
const CAPACITY: [i64; 2] = [10 << 40, 10 << 40];

/// The class that each operation adds, and the value of the type field.
const KINDS: &[(&str, &str, &str)] = &[
    ("AddImageStoreBackupStorage", "ImageStoreBackupStorageInventory", "ImageStoreBackupStorage"),
    ("AddDisasterImageStoreBackupStorage", "ImageStoreBackupStorageInventory", "ImageStoreBackupStorage"),
    ("AddSftpBackupStorage", "SftpBackupStorageInventory", "SftpBackupStorage"),
    ("AddCephBackupStorage", "CephBackupStorageInventory", "Ceph"),
    ("AddExternalBackupStorage", "ExternalBackupStorageInventory", "Addon"),
    ("AddAliyunEbsBackupStorage", "AliyunEbsBackupStorageInventory", "AliyunEBS"),
    ("AddSimulatorBackupStorage", "BackupStorageInventory", "SimulatorBackupStorage"),
];

pub(super) fn class() -> Result<&'static Class, Failure> {
    class::find("BackupStorageInventory").ok_or_else(|| Failure::operation("there are no backup storages here"))
}

fn missing(uuid: &str) -> Failure {
    Failure::not_found("backup storage", uuid)
}

fn change(backend: &mut Backend, uuid: &str, change: impl FnOnce(&mut Body)) -> Result<Value, Failure> {
    backend.edit(class()?, uuid, change).map(|row| inventory(&row)).ok_or_else(|| missing(uuid))
}

/// Adds one of the operation's kind; it is connected at once.
pub(super) fn add(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let kind = KINDS.iter().find(|(operation, ..)| *operation == input.operation.name);
    let (_, name, kind) = kind.ok_or_else(|| Failure::unsupported(input.operation.name))?;
    let class = class::find(name).ok_or_else(|| Failure::unsupported(*name))?;
    let uuid = match input.text("resourceUuid") {
        "" => backend.hex(32),
        uuid if backend.store.any(uuid).is_some() => {
            return Err(Failure::argument(format!("the resourceUuid {uuid} is that of another resource")));
        }
        uuid => uuid.to_owned(),
    };
    let host = input.text("hostname");
    let same = |row: &Row| !host.is_empty() && text(&row.body, "hostname") == host;
    if backend.store.rows(class).iter().any(same) {
        let details = format!("duplicate backup storage: there is one of the type {kind} with the hostname {host}");
        return Err(Failure::argument(details));
    }
    let mut body = Body::new();
    overlay(class, &mut body, &input.args);
    if *name == "CephBackupStorageInventory" {
        ceph(backend, &mut body, &uuid, input)?;
    }
    let members = [("uuid", uuid.as_str()), ("type", kind), ("state", "Enabled"), ("status", "Connected")];
    body.extend(members.map(|(name, value)| (name.to_owned(), value.into())));
    body.insert("attachedZoneUuids".to_owned(), json!([]));
    for (name, bytes) in ["totalCapacity", "availableCapacity"].into_iter().zip(CAPACITY) {
        body.entry(name).or_insert_with(|| bytes.into());
    }
    if class.field("sshPort").is_some() {
        body.entry("sshPort").or_insert(22.into());
    }
    let row = backend.create(class, body);
    tag(backend, &row, input);
    Ok(inventory(&row))
}

fn ceph(backend: &mut Backend, body: &mut Body, uuid: &str, input: &Input) -> Result<(), Failure> {
    let mons = mons(backend, uuid, &input.texts("monUrls"))?;
    let pool = body.get("poolName").and_then(Value::as_str).map_or_else(|| format!("bak-t-{uuid}"), str::to_owned);
    body.insert("url".to_owned(), format!("ceph://{pool}").into());
    body.insert("poolName".to_owned(), pool.into());
    body.insert("mons".to_owned(), mons.into());
    body.insert("fsid".to_owned(), crate::engine::session::guid(&backend.hex(32)).into());
    body.insert("poolReplicatedSize".to_owned(), 3.into());
    body.insert("poolAvailableCapacity".to_owned(), (CAPACITY[1] / 3).into());
    body.insert("poolUsedCapacity".to_owned(), 0.into());
    Ok(())
}

/// Monitors out of `user:password@host[:port][?monPort=6789]`.
fn mons(backend: &mut Backend, storage: &str, urls: &[&str]) -> Result<Vec<Value>, Failure> {
    let mut mons = Vec::new();
    for url in urls {
        // The password is in it: it is not repeated.
        let wrong = || Failure::argument("invalid monUrl: it must be user:password@host[:port][?monPort=6789]");
        let (login, place) = url.rsplit_once('@').ok_or_else(wrong)?;
        let (user, _) = login.split_once(':').ok_or_else(wrong)?;
        let (place, query) = place.split_once('?').unwrap_or((place, ""));
        let (host, port) = place.trim_end_matches('/').split_once(':').unwrap_or((place.trim_end_matches('/'), "22"));
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let mon_port: u16 = query.strip_prefix("monPort=").unwrap_or("6789").parse().map_err(|_| wrong())?;
        if user.is_empty() || host.is_empty() {
            return Err(wrong());
        }
        let (uuid, date) = (backend.hex(32), backend.date());
        mons.push(json!({
            "monUuid": uuid, "hostname": host, "monAddr": host, "sshUsername": user, "sshPort": port, "monPort": mon_port,
            "status": "Connected", "backupStorageUuid": storage, "createDate": date, "lastOpDate": date,
        }));
    }
    Ok(mons)
}

/// Changes what the request names.
pub(super) fn update(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    let class = backend.store.get(class()?, uuid).ok_or_else(|| missing(uuid))?.class;
    change(backend, uuid, |body| overlay(class, body, &input.args))
}

pub(super) fn change_state(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    change(backend, input.text("uuid"), |body| state(class, body, input))
}

pub(super) fn reconnect(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    change(backend, input.text("uuid"), |body| {
        body.insert("status".to_owned(), "Connected".into());
        for mon in body.get_mut("mons").and_then(Value::as_array_mut).into_iter().flatten() {
            mon["status"] = "Connected".into();
        }
    })
}

pub(super) fn attach(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (zone, uuid) = (input.text("zoneUuid"), input.text("backupStorageUuid"));
    if backend.store.get(zones::class()?, zone).is_none() {
        return Err(Failure::not_found("zone", zone));
    }
    let row = backend.store.get(class()?, uuid).ok_or_else(|| missing(uuid))?;
    if zones_of(&row.body).any(|attached| attached == zone) {
        let details = format!("the backup storage {uuid} is already attached to the zone {zone}");
        return Err(Failure::argument(details));
    }
    change(backend, uuid, |body| {
        if let Value::Array(zones) = body.entry("attachedZoneUuids").or_insert_with(|| json!([])) {
            zones.push(zone.into());
        }
    })
}

pub(super) fn detach(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (zone, uuid) = (input.text("zoneUuid"), input.text("backupStorageUuid"));
    let row = backend.store.get(class()?, uuid).ok_or_else(|| missing(uuid))?;
    if !zones_of(&row.body).any(|attached| attached == zone) {
        let details = format!("the backup storage {uuid} is not attached to the zone {zone}");
        return Err(Failure::argument(details));
    }
    change(backend, uuid, |body| {
        if let Some(Value::Array(zones)) = body.get_mut("attachedZoneUuids") {
            zones.retain(|attached| attached != zone);
        }
    })
}

fn zones_of(body: &Body) -> impl Iterator<Item = &str> {
    let zones = body.get("attachedZoneUuids").and_then(Value::as_array);
    zones.into_iter().flatten().filter_map(Value::as_str)
}

/// It goes, and images are no longer on it. One that is not there is as good as deleted.
pub(super) fn delete(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    backend.store.remove(class()?, uuid);
    if let Some(images) = class::find("ImageInventory") {
        backend.store.edit_all(images, |body| {
            if let Some(Value::Array(refs)) = body.get_mut("backupStorageRefs") {
                refs.retain(|it| it["backupStorageUuid"] != uuid);
            }
        });
    }
    Ok(json!({}))
}

/// The sizes of all backup storages, of those that are named, or of those that are attached to zones.
pub(super) fn capacity(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (zones, storages) = (input.texts("zoneUuids"), input.texts("backupStorageUuids"));
    let all = input.args.get("all") == Some(&true.into());
    if !all && zones.is_empty() && storages.is_empty() {
        return Err(Failure::argument("zoneUuids and backupStorageUuids cannot both be empty unless all is true"));
    }
    let rows = backend.store.rows(class()?);
    let counts =
        |row: &&Row| all || storages.contains(&row.uuid()) || zones_of(&row.body).any(|zone| zones.contains(&zone));
    let sum = |name: &str| rows.iter().filter(counts).filter_map(|row| row.body.get(name)?.as_i64()).sum::<i64>();
    Ok(json!({"totalCapacity": sum("totalCapacity"), "availableCapacity": sum("availableCapacity")}))
}

pub(super) fn types(_: &mut Backend, _: &Input) -> Result<Value, Failure> {
    let mut types: Vec<&str> = KINDS.iter().map(|(_, _, kind)| *kind).chain(["VCenter"]).collect();
    types.dedup();
    Ok(json!({ "types": types }))
}

/// Those that could take an image: enabled, connected, and not where it comes from.
pub(super) fn candidates(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let source = input.text("srcBackupStorageUuid");
    let mut rows = backend.store.rows(class()?);
    rows.retain(|row| {
        let body = &row.body;
        row.uuid() != source && text(body, "state") == "Enabled" && text(body, "status") == "Connected"
    });
    Ok(json!({"inventories": rows.iter().map(|row| &*row.body).collect::<Vec<_>>()}))
}

fn with_mons(backend: &mut Backend, uuid: &str, edit: impl FnOnce(&mut Vec<Value>)) -> Result<Value, Failure> {
    change(backend, uuid, |body| {
        if let Value::Array(mons) = body.entry("mons").or_insert_with(|| json!([])) {
            edit(mons);
        }
    })
}

pub(super) fn add_mons(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    let new = mons(backend, uuid, &input.texts("monUrls"))?;
    with_mons(backend, uuid, |mons| mons.extend(new))
}

pub(super) fn remove_mons(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let hosts = input.texts("monHostnames");
    with_mons(backend, input.text("uuid"), |mons| {
        mons.retain(|mon| !mon["hostname"].as_str().is_some_and(|host| hosts.contains(&host)));
    })
}

pub(super) fn update_mon(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("monUuid");
    let has = |row: &Row| {
        let mons = row.body.get("mons").and_then(Value::as_array);
        mons.is_some_and(|mons| mons.iter().any(|mon| mon["monUuid"] == uuid))
    };
    let rows = backend.store.rows(class()?);
    let storage = rows.iter().find(|row| has(row)).ok_or_else(|| Failure::not_found("Ceph monitor", uuid))?;
    with_mons(backend, storage.uuid(), |mons| {
        for mon in mons.iter_mut().filter(|mon| mon["monUuid"] == uuid) {
            for name in ["hostname", "sshUsername", "sshPort", "monPort"] {
                if let Some(value) = input.args.get(name) {
                    mon[name] = value.clone();
                }
            }
        }
    })
}
