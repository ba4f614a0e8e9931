//! Zones.

use serde_json::{Value, json};

use super::generic::{inventory, overlay, state, tag};
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::Body;
use crate::zstack::world::World;

pub(super) fn class() -> Result<&'static Class, Failure> {
    class::find("ZoneInventory").ok_or_else(|| Failure::operation("there are no zones here"))
}

/// `CreateZone`.
pub(super) fn create(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    let mut body = Body::new();
    overlay(class, &mut body, &input.args);
    body.insert("uuid".to_owned(), input.text("resourceUuid").into());
    body.insert("type".to_owned(), "zstack".into());
    body.insert("state".to_owned(), "Enabled".into());
    body.entry("isDefault").or_insert(false.into());
    if body["isDefault"] == true {
        only_default(world, class);
    }
    let row = world.create(class, body);
    tag(world, &row, input);
    Ok(inventory(&row))
}

/// There is one default zone.
fn only_default(world: &mut World, class: &'static Class) {
    world.store.edit_all(class, |body| drop(body.insert("isDefault".to_owned(), false.into())));
}

/// `UpdateZone`.
pub(super) fn update(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    if input.args.get("isDefault") == Some(&true.into()) && world.store.get(class, input.text("uuid")).is_some() {
        only_default(world, class);
    }
    change(world, input, |body| overlay(class, body, &input.args))
}

/// `ChangeZoneState`.
pub(super) fn change_state(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    change(world, input, |body| state(class, body, input))
}

fn change(world: &mut World, input: &Input, change: impl FnOnce(&mut Body)) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    let row = world.edit(class()?, uuid, change).ok_or_else(|| Failure::not_found("zone", uuid))?;
    Ok(inventory(&row))
}

/// `DeleteZone`: it goes with its clusters, and backup storages are no longer attached to it.
pub(super) fn delete(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    world.store.remove(class()?, uuid);
    if let Some(storages) = class::find("BackupStorageInventory") {
        world.store.edit_all(storages, |body| {
            if let Some(Value::Array(zones)) = body.get_mut("attachedZoneUuids") {
                zones.retain(|zone| zone != uuid);
            }
        });
    }
    if let Some(clusters) = class::find("ClusterInventory") {
        for cluster in world.store.rows(clusters) {
            if cluster.body.get("zoneUuid") == Some(&uuid.into()) {
                world.store.remove(clusters, cluster.uuid());
            }
        }
    }
    Ok(json!({}))
}

/// `GetZone`.
pub(super) fn get(world: &mut World, input: &Input) -> Result<Value, Failure> {
    let row = world.store.get(class()?, input.text("uuid"));
    Ok(json!({"inventories": row.map(|row| &*row.body).into_iter().collect::<Vec<_>>()}))
}
