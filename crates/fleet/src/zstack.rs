//! ZStack: one row per backup storage; finer, by the images on it and the accounts that own them.

use std::collections::BTreeMap;

use backhaul_models::zstack::operations::{QueryAccount, QueryAccountResourceRef, QueryBackupStorage, QueryImage};
use backhaul_models::zstack::{
    Account, AccountResourceRef, BackupStorage, BackupStorageState, BackupStorageStatus, Image,
};
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Client, Error};
use futures_util::{TryStreamExt, try_join};

use crate::Level;
use crate::collect::Found;
use crate::problem::Problem;
use crate::row::{Row, known};

pub(crate) async fn usage(server: &str, client: &Client, level: Level) -> Result<Found, Error> {
    let client = &ZstackClient::try_from(client.clone())?;
    let mut storages: Vec<BackupStorage> = client.list(&QueryBackupStorage::new()).by_item().try_collect().await?;
    // Not by the server: pages of an order in which two are alike may overlap.
    storages.sort_by(|a, b| a.name().cmp(&b.name()));
    let mut rows: Vec<Row> = storages.iter().map(|storage| row(server, storage)).collect();
    if level == Level::Repository {
        return Ok(Found { rows, ..Found::default() });
    }
    match images(client).await {
        Ok(images) => rows = rows.iter().flat_map(|storage| images.on(storage, level)).collect(),
        // The storages are known all the same.
        Err(error) => {
            let problems = vec![Problem::of("images and their owners", error)];
            return Ok(Found { rows, problems, ..Found::default() });
        }
    }
    Ok(Found { rows, ..Found::default() })
}

struct Images {
    images: Vec<Image>,
    /// The accounts' ids by the ids of what they own.
    owners: BTreeMap<String, String>,
    /// The accounts' names by their ids.
    accounts: BTreeMap<String, String>,
}

async fn images(client: &ZstackClient) -> Result<Images, Error> {
    let images = QueryImage::new();
    let mut owned = QueryAccountResourceRef::new();
    owned.q = vec!["resourceType=ImageVO".to_owned()];
    let accounts = QueryAccount::new();
    let (mut images, owned, accounts): (Vec<Image>, Vec<AccountResourceRef>, Vec<Account>) = try_join!(
        client.list(&images).by_item().try_collect(),
        client.list(&owned).by_item().try_collect(),
        client.list(&accounts).by_item().try_collect(),
    )?;
    let text = |id: backhaul_wire::Id| id.into_string();
    images.sort_by(|a, b| a.name.cmp(&b.name));
    let mut owners: BTreeMap<String, Option<String>> = BTreeMap::new();
    for AccountResourceRef { resource_uuid, account_uuid, .. } in owned.into_iter().filter(is_owner) {
        let (Some(resource), Some(account)) = (resource_uuid.map(text), account_uuid.map(text)) else { continue };
        let owner = owners.entry(resource).or_insert_with(|| Some(account.clone()));
        // Of what has two owners nobody knows whose it is.
        *owner = owner.take().filter(|owner| *owner == account);
    }
    let owners = owners.into_iter().filter_map(|(resource, owner)| Some((resource, owner?))).collect();
    let accounts = accounts.into_iter().filter_map(|it| Some((text(it.uuid?), it.name?))).collect();
    Ok(Images { images, owners, accounts })
}

/// Whether an account has the resource for its own. Releases that list those it is shared with say so by a type.
fn is_owner(reference: &AccountResourceRef) -> bool {
    reference.unknown.get("type").is_none_or(|kind| kind.as_str().is_none_or(|kind| kind == "Own"))
}

impl Images {
    /// The rows of one storage: by image, or by account. A storage without images keeps its row.
    fn on(&self, storage: &Row, level: Level) -> Vec<Row> {
        let here = self.images.iter().filter(|image| {
            let id = |it: &backhaul_models::zstack::ImageBackupStorageRef| it.backup_storage_uuid.clone();
            image
                .backup_storage_refs
                .iter()
                .filter_map(id)
                .any(|id| Some(id.as_str()) == storage.repository_id.as_deref())
        });
        let by_image = here.map(|image| {
            let id = image.uuid.as_ref().map(|id| id.as_str().to_owned());
            let owner = id.as_ref().and_then(|id| self.owners.get(id));
            Row {
                tenant: owner.and_then(|owner| self.accounts.get(owner)).cloned(),
                tenant_id: owner.cloned(),
                tenant_kind: owner.map(|_| "account".to_owned()),
                item: image.name.clone(),
                item_id: id,
                item_kind: Some("image".to_owned()),
                used_bytes: known(image.actual_size).or(known(image.size)),
                ..storage.clone()
            }
        });
        let mut rows: Vec<Row> = by_image.collect();
        if level == Level::Tenant {
            let mut accounts: BTreeMap<Option<String>, Row> = BTreeMap::new();
            for row in rows {
                match accounts.get_mut(&row.tenant_id) {
                    Some(sum) => {
                        sum.used_bytes = sum.used_bytes.zip(row.used_bytes).and_then(|(a, b)| a.checked_add(b))
                    }
                    None => {
                        let row = Row { item: None, item_id: None, item_kind: None, ..row };
                        accounts.insert(row.tenant_id.clone(), row);
                    }
                }
            }
            rows = accounts.into_values().collect();
        }
        if rows.is_empty() { vec![storage.clone()] } else { rows }
    }
}

fn row(server: &str, storage: &BackupStorage) -> Row {
    let (capacity, free) = (known(storage.total_capacity()), known(storage.available_capacity()));
    let connected = storage.status().map(|status| *status == BackupStorageStatus::Connected);
    let enabled = storage.state().map(|state| *state == BackupStorageState::Enabled);
    let row = Row {
        system: "zstack".to_owned(),
        server: server.to_owned(),
        repository: storage.name().map(str::to_owned),
        repository_id: storage.uuid().map(|id| id.as_str().to_owned()),
        capacity_bytes: capacity,
        free_bytes: free,
        available: connected.zip(enabled).map(|(connected, enabled)| connected && enabled),
        ..Row::default()
    };
    // A backup storage holds nothing but what ZStack put there.
    Row { used_bytes: row.taken_bytes(), ..row }
}
