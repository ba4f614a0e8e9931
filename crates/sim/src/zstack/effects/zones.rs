//! Zones.

use serde_json::{Value, json};

use super::generic::{inventory, overlay, state, tag};
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::Body;

pub(super) fn class() -> Result<&'static Class, Failure> {
    class::find("ZoneInventory").ok_or_else(|| Failure::operation("there are no zones here"))
}

/// `CreateZone`.
pub(super) fn create(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    let mut body = Body::new();
    overlay(class, &mut body, &input.args);
    body.insert("uuid".to_owned(), input.text("resourceUuid").into());
    body.insert("type".to_owned(), "zstack".into());
    body.insert("state".to_owned(), "Enabled".into());
    body.entry("isDefault").or_insert(false.into());
    if body["isDefault"] == true {
        only_default(backend, class);
    }
    let row = backend.create(class, body);
    tag(backend, &row, input);
    Ok(inventory(&row))
}

/// There is one default zone.
fn only_default(backend: &mut Backend, class: &'static Class) {
    backend.store.edit_all(class, |body| drop(body.insert("isDefault".to_owned(), false.into())));
}

/// `UpdateZone`.
pub(super) fn update(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    if input.args.get("isDefault") == Some(&true.into()) && backend.store.get(class, input.text("uuid")).is_some() {
        only_default(backend, class);
    }
    change(backend, input, |body| overlay(class, body, &input.args))
}

/// `ChangeZoneState`.
pub(super) fn change_state(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    change(backend, input, |body| state(class, body, input))
}

fn change(backend: &mut Backend, input: &Input, change: impl FnOnce(&mut Body)) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    let row = backend.edit(class()?, uuid, change).ok_or_else(|| Failure::not_found("zone", uuid))?;
    Ok(inventory(&row))
}

/// `DeleteZone`: it goes with its clusters, and backup storages are no longer attached to it.
pub(super) fn delete(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    backend.store.remove(class()?, uuid);
    if let Some(storages) = class::find("BackupStorageInventory") {
        backend.store.edit_all(storages, |body| {
            if let Some(Value::Array(zones)) = body.get_mut("attachedZoneUuids") {
                zones.retain(|zone| zone != uuid);
            }
        });
    }
    if let Some(clusters) = class::find("ClusterInventory") {
        for cluster in backend.store.rows(clusters) {
            if cluster.body.get("zoneUuid") == Some(&uuid.into()) {
                backend.store.remove(clusters, cluster.uuid());
            }
        }
    }
    Ok(json!({}))
}

/// `GetZone`.
pub(super) fn get(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let row = backend.store.get(class()?, input.text("uuid"));
    Ok(json!({"inventories": row.map(|row| &*row.body).into_iter().collect::<Vec<_>>()}))
}
