//! ZStack keeps no account of who uses a backup storage: one row per storage.

use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_models::zstack::{BackupStorage, BackupStorageState, BackupStorageStatus};
use backhaul_transport::{Client, Error};
use futures_util::TryStreamExt;

use crate::row::{Row, known};

pub(crate) async fn usage(server: &str, client: &Client) -> Result<Vec<Row>, Error> {
    let mut call = QueryBackupStorage::new();
    call.sort = Some("+name".to_owned());
    let storages: Vec<BackupStorage> = client.list(&call).by_item().try_collect().await?;
    Ok(storages.into_iter().map(|storage| row(server, &storage)).collect())
}

fn row(server: &str, storage: &BackupStorage) -> Row {
    let (capacity, free) = (known(storage.total_capacity()), known(storage.available_capacity()));
    let connected = storage.status().map(|status| *status == BackupStorageStatus::Connected);
    let enabled = storage.state().map(|state| *state == BackupStorageState::Enabled);
    Row {
        system: "zstack".to_owned(),
        server: server.to_owned(),
        repository: storage.name().cloned(),
        repository_id: storage.uuid().map(|id| id.as_str().to_owned()),
        // A backup storage holds nothing but what ZStack put there.
        used_bytes: capacity.zip(free).map(|(capacity, free)| capacity.saturating_sub(free)).filter(|used| *used >= 0),
        capacity_bytes: capacity,
        free_bytes: free,
        available: connected.zip(enabled).map(|(connected, enabled)| connected && enabled),
        ..Row::default()
    }
}
