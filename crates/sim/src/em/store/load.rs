//! From an estate to a store.

use std::sync::Arc;

use backhaul_wire::{Id, Struct};

use super::{Owner, Record, Store, id_of, kind_of};
use crate::em::estate::EmEstate;
use crate::em::resource_types::{self, ResourceType};
use crate::em::value;

/// A store with what an estate holds. A record of a type that is no kind of resource stays out, as nothing could reach
/// it.
pub(in crate::em) fn load(estate: &EmEstate) -> Store {
    let mut store = Store::default();
    for server in &estate.servers {
        insert(&mut store, "BackupServer", Arc::new(server.clone()), None, Vec::new());
    }
    for it in &estate.repositories {
        let owner = owner(&store, &it.owner, "BackupServer");
        insert(&mut store, "Repository", Arc::new(it.entity.clone()), None, owner);
    }
    for it in &estate.tenants {
        let owner = owner(&store, &it.owner, "BackupServer");
        insert(&mut store, "CloudTenant", Arc::new(it.entity.clone()), None, owner);
    }
    for it in &estate.subtenants {
        let owner = owner(&store, &it.owner, "CloudTenant");
        insert(&mut store, "CloudSubtenant", Arc::new(it.entity.clone()), None, owner);
    }
    for it in &estate.records {
        let owners = it.belongs_to.iter().flat_map(|id| owner(&store, id, "")).collect();
        insert(&mut store, it.entity().shape().name, it.shared(), it.own_id().as_ref(), owners);
    }
    store
}

/// What an identifier names: by the kind in its URN, else by the kind that is expected, else by looking at all kinds.
fn owner(store: &Store, id: &Id, expected: &str) -> Vec<Owner> {
    let guid: Arc<str> = id_of(id.as_str()).to_ascii_lowercase().into();
    let kind = kind_of(id.as_str())
        .or_else(|| resource_types::find(expected))
        .or_else(|| resource_types::all().find(|kind| store.get(kind, &guid).is_some()));
    kind.map(|kind| Owner { kind, id: guid }).into_iter().collect()
}

fn insert(store: &mut Store, kind: &str, body: Arc<dyn Struct>, id: Option<&Id>, owners: Vec<Owner>) {
    let Some(kind) = resource_types::find(kind) else { return };
    let id = id.map(|id| id_of(id.as_str()).to_ascii_lowercase()).or_else(|| identifier(kind, body.as_ref()));
    let id = id.unwrap_or_else(|| format!("{}-{}", kind.name, store.all(kind.name).count()));
    store.put(Record { kind, id: id.into(), body, owners });
}

/// The identifier that a body holds.
fn identifier(kind: &ResourceType, body: &dyn Struct) -> Option<String> {
    let field = if kind.key { "UID" } else { "Id" };
    value::text(body, field).map(|id| id_of(id).to_ascii_lowercase())
}
