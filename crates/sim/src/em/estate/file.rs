//! The file form.

use std::collections::HashSet;

use backhaul_models::em::{BackupServer, CloudTenant};
use backhaul_models::registry::find_shape;
use backhaul_wire::reflect::{DynamicStruct, Model};
use backhaul_wire::{Id, IdKey, System};
use serde_json::Value;

use super::{EmEstate, EmRecord, GuestFile, Owned};
use crate::em::resource_types;
use crate::engine::form::{FormError, Object, fill, parse, record, records, refers};

pub(crate) fn read(mut object: Object) -> Result<EmEstate, FormError> {
    let servers: Vec<BackupServer> = records(&mut object, "backupServers")?;
    let known = || servers.iter().map(|it| it.uid.as_ref());
    let repositories = owned(&mut object, "repositories", "backupServer", "em.backupServers", known)?;
    let tenants: Vec<Owned<CloudTenant>> = owned(&mut object, "tenants", "backupServer", "em.backupServers", known)?;
    let known = || tenants.iter().map(|it| it.entity.uid.as_ref());
    let subtenants = owned(&mut object, "subtenants", "tenant", "em.tenants", known)?;
    let mut estate = EmEstate { servers, repositories, tenants, subtenants, ..EmEstate::default() };
    let owners = more(&mut object, &mut estate)?;
    let known: HashSet<IdKey> = estate.ids().map(|id| id.key()).collect();
    if let Some((path, id)) = owners.into_iter().find(|(_, id)| !known.contains(&id.key())) {
        let message = format!("`{}` is the id of nothing in `em`", id.as_str().escape_debug());
        return Err(FormError::new(path, message));
    }
    object.finish()?;
    Ok(estate)
}

/// Records and guests' files alone; what they belong to need not be among them.
pub(super) fn records_alone(text: &str) -> Result<EmEstate, FormError> {
    let mut object = Object::new("", parse(text)?)?;
    let mut estate = EmEstate::default();
    more(&mut object, &mut estate)?;
    object.finish()?;
    Ok(estate)
}

/// The records of any type, and the files of the guests; gives what records belong to, each with its path.
fn more(object: &mut Object, estate: &mut EmEstate) -> Result<Vec<(String, Id)>, FormError> {
    let mut owners = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let name = row.required("type")?;
        let shape = find_shape(System::Em, &name).filter(|it| resource_types::find(it.name).is_some());
        let Some(mut entity) = shape.map(DynamicStruct::new) else {
            let message = format!("`{}` is no type of resource", name.escape_debug());
            return Err(FormError::new(row.at("type"), message));
        };
        let id = row.text("id")?;
        let mut belongs_to = Vec::new();
        for (path, owner) in row.list("belongsTo")? {
            let Value::String(owner) = owner else {
                return Err(FormError::new(path, "a UID is text"));
            };
            owners.push((path, Id::from(owner.as_str())));
            belongs_to.push(Id::from(owner));
        }
        let at = row.at("record");
        let body = row.take("record").ok_or_else(|| FormError::new(&at, "it is missing"))?;
        fill(&at, &body, &mut entity)?;
        row.finish()?;
        let mut record = EmRecord::boxed(Box::new(entity));
        record.id = id.map(Id::from);
        record.belongs_to = belongs_to;
        if record.own_id().is_none() {
            return Err(FormError::new(at, format!("{name} carries no identifier here: it needs a UID or `id`")));
        }
        estate.records.push(record);
    }
    for (path, value) in object.list("guestFiles")? {
        let mut row = Object::new(path, value)?;
        let size = row.number("size")?.unwrap_or(0);
        let mut file = GuestFile::new(row.required("path")?, size);
        file.owner = row.text("owner")?.unwrap_or(file.owner);
        file.modified = row.text("modified")?.unwrap_or(file.modified);
        row.finish()?;
        estate.guest_files.push(file);
    }
    Ok(owners)
}

/// The records of an array, each with a member that names its owner.
fn owned<'a, T: Model, I: Iterator<Item = Option<&'a Id>>>(
    object: &mut Object,
    name: &'static str,
    owner: &'static str,
    list: &str,
    known: impl Fn() -> I,
) -> Result<Vec<Owned<T>>, FormError> {
    let mut all = Vec::new();
    for (path, value) in object.list(name)? {
        let mut row = Object::new(path, value)?;
        let id = Id::from(row.required(owner)?);
        refers(&row.at(owner), Some(&id), known(), list)?;
        let (path, rest) = row.rest();
        all.push(Owned::new(id, record(&path, &rest)?));
    }
    Ok(all)
}
