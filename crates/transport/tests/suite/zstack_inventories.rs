//! Inventories that are not what they seem: unknown classes, and a `schema` map that lies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use crate::common::{Reply, Server};
use backhaul_models::zstack::BackupStorage;
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_transport::Error;
use futures_util::TryStreamExt;

async fn listed(body: &'static str) -> Result<Vec<BackupStorage>, Error> {
    let server = Server::of_zstack(move |_| Reply::new(200, body)).await;
    server.zstack().list(&QueryBackupStorage::new()).by_item().try_collect().await
}

#[tokio::test]
async fn an_unknown_class_has_what_every_one_has_and_keeps_the_rest() {
    let found = listed(
        r#"{"total": 2, "inventories": [
            {"uuid": "a", "name": "tape", "type": "TapeLibrary", "drives": 4},
            {"uuid": "b", "name": "store", "type": "ImageStoreBackupStorage", "hostname": "10.0.0.5"}],
            "schema": {"inventories[0]": "org.example.TapeLibraryInventory"}}"#,
    );
    let found = found.await.unwrap();
    let names: Vec<_> = found.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect();
    assert_eq!(names, ["tape", "store"]);
    assert!(matches!(found[1], BackupStorage::ImageStore(_)));
    let kept = backhaul_wire::json::encode(&found[0], backhaul_wire::json::Case::Schema).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!((&kept["type"], &kept["drives"]), (&"TapeLibrary".into(), &4.into()));
}

#[tokio::test]
async fn a_schema_map_that_lies_takes_no_listing_down() {
    for schema in [
        r#"{"inventories[0]": "org.zstack.header.zone.ZoneInventory"}"#,
        r#"{"inventories[7]": "org.zstack.storage.ceph.backup.CephBackupStorageInventory"}"#,
        r#"{"inventories[x": "", "": "inventories[0]", "inventories[0].a[99999999999999999999]": "x"}"#,
        "null",
    ] {
        let body = format!(
            r#"{{"total": 1, "inventories": [{{"uuid": "a", "name": "sftp", "type": "SftpBackupStorage", "hostname": "h"}}], "schema": {schema}}}"#
        );
        let found = listed(body.leak()).await.unwrap();
        let names: Vec<_> = found.iter().filter_map(|storage| storage.name().map(str::to_owned)).collect();
        assert_eq!(names, ["sftp"], "{schema}");
    }
}
