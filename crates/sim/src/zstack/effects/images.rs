//! Images on backup storages.

use serde_json::{Value, json};

use super::backup_storage;
use super::generic::{inventory, overlay, tag};
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, text};

/// The size of an image that was added, in bytes.
const SIZE: i64 = 2 << 30;

fn class() -> Result<&'static Class, Failure> {
    class::find("ImageInventory").ok_or_else(|| Failure::operation("there are no images here"))
}

/// Where a copy of an image lies.
fn place(backend: &Backend, image: &str, storage: &str) -> Value {
    let date = backend.date();
    json!({
        "imageUuid": image, "backupStorageUuid": storage, "installPath": format!("zstore://{image}"), "status": "Ready",
        "createDate": date, "lastOpDate": date,
    })
}

/// `AddImage`.
pub(super) fn add(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (class, storages) = (class()?, backup_storage::class()?);
    let uuid =
        if input.text("resourceUuid").is_empty() { backend.hex(32) } else { input.text("resourceUuid").to_owned() };
    let mut refs = Vec::new();
    for storage in input.texts("backupStorageUuids") {
        let row = backend.store.get(storages, storage).ok_or_else(|| Failure::not_found("backup storage", storage))?;
        if text(&row.body, "state") != "Enabled" || text(&row.body, "status") != "Connected" {
            let cause = Failure::operation(format!("the backup storage {storage} is not enabled and connected"));
            return Err(Failure::operation("no backup storage can take the image").because(cause));
        }
        refs.push(place(backend, &uuid, storage));
    }
    let mut body = Body::new();
    overlay(class, &mut body, &input.args);
    for (name, value) in [("mediaType", "RootVolumeTemplate"), ("format", "qcow2"), ("type", "zstack")] {
        body.entry(name).or_insert_with(|| value.into());
    }
    let members = [("uuid", uuid.as_str()), ("state", "Enabled"), ("status", "Ready")];
    body.extend(members.map(|(name, value)| (name.to_owned(), value.into())));
    body.extend(["size", "actualSize"].map(|name| (name.to_owned(), SIZE.into())));
    body.insert("backupStorageRefs".to_owned(), refs.into());
    let row = backend.create(class, body);
    tag(backend, &row, input);
    Ok(inventory(&row))
}

/// `DeleteImage`: from some backup storages, or everywhere.
pub(super) fn delete(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (class, uuid) = (class()?, input.text("uuid"));
    let from = input.texts("backupStorageUuids");
    let left = backend.edit(class, uuid, |body| {
        if let Some(Value::Array(refs)) = body.get_mut("backupStorageRefs") {
            let goes = |it: &Value| it["backupStorageUuid"].as_str().is_some_and(|uuid| from.contains(&uuid));
            refs.retain(|it| !from.is_empty() && !goes(it));
        }
    });
    if left.is_some_and(|row| row.body.get("backupStorageRefs").is_none_or(|refs| *refs == json!([]))) {
        backend.store.remove(class, uuid);
    }
    Ok(json!({}))
}

/// Changes what an image's reference to a backup storage says.
fn with_place(
    backend: &mut Backend,
    input: &Input,
    storage: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Value, Failure> {
    let image = input.text("imageUuid");
    let mut found = false;
    let row = backend.edit(class()?, image, |body| {
        let mut refs = body.get_mut("backupStorageRefs").and_then(Value::as_array_mut).into_iter().flatten();
        if let Some(place) = refs.find(|it| it["backupStorageUuid"] == storage) {
            change(place);
            found = true;
        }
    });
    match row {
        None => Err(Failure::not_found("image", image)),
        Some(_) if !found => {
            Err(Failure::argument(format!("the image {image} is not on the backup storage {storage}")))
        }
        Some(row) => Ok(inventory(&row)),
    }
}

/// `ExportImageFromBackupStorage`.
pub(super) fn export(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let (storage, image) = (input.text("backupStorageUuid"), input.text("imageUuid"));
    let row = backend.store.get(backup_storage::class()?, storage);
    let row = row.ok_or_else(|| Failure::not_found("backup storage", storage))?;
    let host = match text(&row.body, "hostname") {
        "" => "bs-host-name",
        host => host,
    };
    let format = if input.text("exportFormat").is_empty() { "qcow2" } else { input.text("exportFormat") };
    let url = format!("http://{host}:8001/zstore/export/image-{image}.{format}");
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(image));
    let sum = sum.get(..32).unwrap_or(&sum);
    with_place(backend, input, storage, |place| {
        place["exportUrl"] = url.as_str().into();
        place["exportMd5Sum"] = sum.into();
    })?;
    Ok(json!({"imageUrl": url, "exportMd5Sum": sum}))
}

/// `DeleteExportedImageFromBackupStorage`.
pub(super) fn delete_export(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    with_place(backend, input, input.text("backupStorageUuid"), |place| {
        if let Value::Object(place) = place {
            place.retain(|name, _| name != "exportUrl" && name != "exportMd5Sum");
        }
    })?;
    Ok(json!({}))
}

/// `BackupStorageMigrateImage`.
pub(super) fn migrate(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let target = input.text("dstBackupStorageUuid");
    if backend.store.get(backup_storage::class()?, target).is_none() {
        return Err(Failure::not_found("backup storage", target));
    }
    with_place(backend, input, input.text("srcBackupStorageUuid"), |place| {
        place["backupStorageUuid"] = target.into();
    })
}
