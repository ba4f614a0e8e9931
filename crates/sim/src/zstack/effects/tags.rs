//! System and user tags.

use serde_json::{Value, json};

use super::generic::inventory;
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, Row};

fn class(name: &str) -> Result<&'static Class, Failure> {
    class::find(name).ok_or_else(|| Failure::operation("there are no tags here"))
}

pub(super) fn put(backend: &mut Backend, system: bool, resource: [&str; 2], tag: &str) -> Result<Row, Failure> {
    let (name, kind) = if system { ("SystemTagInventory", "System") } else { ("UserTagInventory", "User") };
    let [uuid, kind_of_resource] = resource;
    let members = [("resourceUuid", uuid), ("resourceType", kind_of_resource), ("tag", tag), ("type", kind)];
    let mut body: Body = members.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
    if system {
        body.insert("inherent".to_owned(), false.into());
    }
    Ok(backend.create(class(name)?, body))
}

/// `CreateSystemTag`, `CreateUserTag`.
pub(super) fn create(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let resource = [input.text("resourceUuid"), input.text("resourceType")];
    let row = put(backend, input.operation.name == "CreateSystemTag", resource, input.text("tag"))?;
    Ok(inventory(&row))
}

/// `CreateSystemTags`.
pub(super) fn create_all(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let resource = [input.text("resourceUuid"), input.text("resourceType")];
    let tags = input.texts("tags");
    let rows = tags.iter().map(|tag| put(backend, true, resource, tag)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({"inventories": rows.iter().map(|row| &*row.body).collect::<Vec<_>>()}))
}

/// `UpdateSystemTag`.
pub(super) fn update(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let uuid = input.text("uuid");
    let row = backend.edit(class("SystemTagInventory")?, uuid, |body| {
        body.insert("tag".to_owned(), input.text("tag").into());
    });
    row.map(|row| inventory(&row)).ok_or_else(|| Failure::not_found("system tag", uuid))
}

/// `DeleteTag`.
pub(super) fn delete(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    backend.store.remove(class("TagInventory")?, input.text("uuid"));
    Ok(json!({}))
}
