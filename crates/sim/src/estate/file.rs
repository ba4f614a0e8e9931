//! The file form of estates.

use std::collections::HashSet;

use backhaul_models::em::{BackupServer, CloudTenant};
use backhaul_models::registry::make;
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, Id, Struct, System, json};
use serde_json::Value;

use super::{
    EmEstate, EmRecord, Estate, GuestFile, Owned, Usage, Vb365Estate, Vb365Record, ZstackEstate, ZstackRecord,
};
use crate::em::is_resource;
use crate::form::{FormError, Object, parse};
use crate::vb365::is_known;
use crate::zstack::is_inventory;

pub(super) fn read(text: &str) -> Result<Estate, FormError> {
    let mut root = Object::new("", parse(text)?)?;
    let mut estate = Estate::default();
    if let Some(object) = root.object("em")? {
        estate.em = em(object)?;
    }
    if let Some(object) = root.object("vb365")? {
        estate.vb365 = vb365(object)?;
    }
    if let Some(object) = root.object("zstack")? {
        estate.zstack = zstack(object)?;
    }
    root.finish()?;
    Ok(estate)
}

/// Records and guests' files alone; what they belong to need not be among them.
pub(super) fn em_records(text: &str) -> Result<EmEstate, FormError> {
    let mut object = Object::new("", parse(text)?)?;
    let mut estate = EmEstate::default();
    more(&mut object, &mut estate)?;
    object.finish()?;
    Ok(estate)
}

fn em(mut object: Object) -> Result<EmEstate, FormError> {
    let servers: Vec<BackupServer> = records(&mut object, "backupServers")?;
    let known = || servers.iter().map(|it| it.uid.as_ref());
    let repositories = owned(&mut object, "repositories", "backupServer", "em.backupServers", known)?;
    let tenants: Vec<Owned<CloudTenant>> = owned(&mut object, "tenants", "backupServer", "em.backupServers", known)?;
    let known = || tenants.iter().map(|it| it.entity.uid.as_ref());
    let subtenants = owned(&mut object, "subtenants", "tenant", "em.tenants", known)?;
    let mut estate = EmEstate { servers, repositories, tenants, subtenants, ..EmEstate::default() };
    let owners = more(&mut object, &mut estate)?;
    let known: HashSet<String> = estate.ids().map(|id| plain(&id)).collect();
    if let Some((path, id)) = owners.into_iter().find(|(_, id)| !known.contains(&plain(id))) {
        let message = format!("`{}` is the id of nothing in `em`", id.as_str().escape_debug());
        return Err(FormError::new(path, message));
    }
    object.finish()?;
    Ok(estate)
}

/// The records of any type, and the files of the guests; gives what records belong to, each with its path.
fn more(object: &mut Object, estate: &mut EmEstate) -> Result<Vec<(String, Id)>, FormError> {
    let mut owners = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let name = row.required("type")?;
        let entity = make(System::Em, &name).filter(|it| is_resource(it.shape().name));
        let Some(mut entity) = entity else {
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
        fill(&at, &body, entity.as_mut())?;
        row.finish()?;
        let mut record = EmRecord::boxed(entity);
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

/// An identifier as it is compared: the GUID, or else the text, in lower case.
fn plain(id: &Id) -> String {
    id.guid().unwrap_or(id.as_str()).to_ascii_lowercase()
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

fn vb365(mut object: Object) -> Result<Vb365Estate, FormError> {
    let mut estate = Vb365Estate::default();
    if let Some(id) = object.text("installationId")? {
        estate.installation_id = id.into();
    }
    if let Some(build) = object.text("build")? {
        estate.build = build;
    }
    estate.organizations = records(&mut object, "organizations")?;
    estate.repositories = records(&mut object, "repositories")?;
    for (path, value) in object.list("usage")? {
        let mut row = Object::new(path, value)?;
        let organization = row.required("organizationId")?;
        let (path, rest) = row.rest();
        let usage = Usage { organization_id: organization.into(), space: record(&path, &rest)? };
        refers(
            &format!("{path}.organizationId"),
            Some(&usage.organization_id),
            estate.organizations.iter().map(|it| it.id.as_ref()),
            "vb365.organizations",
        )?;
        refers(
            &format!("{path}.repositoryId"),
            usage.space.repository_id.as_ref(),
            estate.repositories.iter().map(|it| it.id.as_ref()),
            "vb365.repositories",
        )?;
        estate.usage.push(usage);
    }
    estate.records = vb365_records(&mut object)?;
    object.finish()?;
    Ok(estate)
}

/// Records of any collection, each with the path of what it is in.
fn vb365_records(object: &mut Object) -> Result<Vec<Vb365Record>, FormError> {
    let mut all = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let at = row.required("at")?;
        let Some(shape) = is_known(&at) else {
            let message = format!("`{}` is the path of no collection and of no document", at.escape_debug());
            return Err(FormError::new(row.at("at"), message));
        };
        let place = row.at("record");
        let body = row.take("record").ok_or_else(|| FormError::new(&place, "it is missing"))?;
        if let Some(mut record) = make(System::Vb365, shape.name) {
            fill(&place, &body, record.as_mut())?;
        }
        row.finish()?;
        all.push(Vb365Record::new(&at, body));
    }
    Ok(all)
}

fn zstack(mut object: Object) -> Result<ZstackEstate, FormError> {
    let mut estate = ZstackEstate::default();
    if let Some(offset) = object.text("utcOffset")? {
        let wrong = || FormError::new(object.at("utcOffset"), "an offset from UTC is written +08:00");
        estate.utc_offset_seconds = offset_seconds(&offset).ok_or_else(wrong)?;
    }
    estate.zones = records(&mut object, "zones")?;
    estate.backup_storages = records(&mut object, "backupStorages")?;
    estate.records = inventories(&mut object)?;
    object.finish()?;
    Ok(estate)
}

/// ZStack's records of any inventory; the two that are listed by name are not among them.
fn inventories(object: &mut Object) -> Result<Vec<ZstackRecord>, FormError> {
    let mut all = Vec::new();
    for (path, value) in object.list("records")? {
        let mut row = Object::new(path, value)?;
        let name = row.required("type")?;
        let Some(mut record) = make(System::Zstack, &name).filter(|it| is_inventory(it.shape())) else {
            let message = format!("`{}` is no type of inventory", name.escape_debug());
            return Err(FormError::new(row.at("type"), message));
        };
        let at = row.at("record");
        let body = row.take("record").ok_or_else(|| FormError::new(&at, "it is missing"))?;
        fill(&at, &body, record.as_mut())?;
        row.finish()?;
        all.push(ZstackRecord::boxed(record));
    }
    Ok(all)
}

/// ZStack's records alone.
pub(super) fn zstack_records(text: &str) -> Result<Vec<ZstackRecord>, FormError> {
    let mut object = Object::new("", parse(text)?)?;
    let all = inventories(&mut object)?;
    object.finish()?;
    Ok(all)
}

/// The records of an array.
fn records<T: Model>(object: &mut Object, name: &'static str) -> Result<Vec<T>, FormError> {
    object.list(name)?.iter().map(|(path, value)| record(path, value)).collect()
}

/// One record, in the form of the system's own JSON; members that its type does not have are errors.
fn record<T: Model>(path: &str, value: &Value) -> Result<T, FormError> {
    let mut record = T::default();
    fill(path, value, &mut record)?;
    Ok(record)
}

fn fill(path: &str, value: &Value, record: &mut dyn Struct) -> Result<(), FormError> {
    let mut drift = Drift::default();
    json::decode_into(record, value.to_string().as_bytes(), Some(&mut drift)).map_err(|error| {
        let at = if error.path().is_empty() { path.to_owned() } else { format!("{path}.{}", error.path()) };
        FormError::new(at, error.message())
    })?;
    // A record is written by hand: a value that does not fit is a mistake, and not what a newer server sends.
    if let Some(misfit) = drift.misfits.first() {
        return Err(FormError::new(format!("{path}.{}", misfit.path), &misfit.reason));
    }
    match drift.unknown_fields.first() {
        None => Ok(()),
        Some(field) => {
            let message = format!("`{field}` is no field of {}", record.shape().name);
            Err(FormError::new(path, message))
        }
    }
}

/// Fails when an id is missing or not among those of another list.
fn refers<'a>(
    path: &str,
    id: Option<&Id>,
    mut known: impl Iterator<Item = Option<&'a Id>>,
    list: &str,
) -> Result<(), FormError> {
    let Some(id) = id else {
        return Err(FormError::new(path, "it is missing"));
    };
    if known.any(|other| other.is_some_and(|other| other.same(id))) {
        Ok(())
    } else {
        let message = format!("`{}` is the id of nothing in `{list}`", id.as_str().escape_debug());
        Err(FormError::new(path, message))
    }
}

/// `+08:00`, `-03:30`, `Z`.
fn offset_seconds(text: &str) -> Option<i32> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}
