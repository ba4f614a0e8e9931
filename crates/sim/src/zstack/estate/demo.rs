//! Backup storages of every kind, and some of what else there is. `image-store` and `sftp` are those of ZStack's
//! documents.

use backhaul_models::zstack::{
    AnyBackupStorage, BackupStorage, BackupStorageState, BackupStorageStatus, CephBackupStorageMon, MonStatus, Zone,
    ZoneState,
};

use backhaul_wire::json;
use jiff::Timestamp;

use super::ZstackEstate;
use crate::engine::clock;
use crate::engine::night::Night;

const GIB: i64 = 1 << 30;
const TIB: i64 = 1 << 40;

/// Accounts, images, volumes, tags.
const MORE: &str = include_str!("demo.json");

const ZONE_1: &str = "140ebc2fbdb74ae197323a69d432f25e";
const ZONE_2: &str = "36de66d82f424639af67215a53418ff6";

pub(crate) fn estate(night: Night) -> ZstackEstate {
    let date = |utc: &str| {
        let time = night.moved(utc).parse::<Timestamp>().unwrap_or_default();
        clock::java(time.as_second(), 0)
    };
    let zones = vec![
        zone(ZONE_1, "Zone1", "Jan 1, 2017 9:31:07 AM", true),
        zone(ZONE_2, "Zone 2 (Außenstelle)", "Jun 1, 2015 3:40:00 PM", false),
    ];
    let mut moved = host(
        storage(
            ["7d5c1a2b3e4f40568a9bacbdcedfe0f1", "image-store-2", "ImageStoreBackupStorage", "/zstack_bs"],
            &[ZONE_1, ZONE_2],
            [40 * TIB, 7 * TIB],
            ["Sep 30, 2023 11:05:50 PM", &date("2025-10-19T00:00:01Z")],
        ),
        "172.20.1.116",
    );
    moved.status = Some(BackupStorageStatus::Disconnected);
    moved.description = Some("Rack 4, being moved".to_owned());
    let mut addon = storage(
        ["c0ffee00c0ffee00c0ffee00c0ffee00", "cloud-dr", "Addon", "addon://dr"],
        &[ZONE_1],
        [20 * TIB, 11 * TIB],
        ["Mar 3, 2025 8:15:00 AM", &date("2025-10-02T18:45:10Z")],
    );
    addon.identity = Some("zbs".to_owned());
    let unknown = storage(
        ["deadbeefdeadbeefdeadbeefdeadbeef", "tape <LTO-9> & vault", "TapeBackupStorage", "tape://vault"],
        &[ZONE_2],
        [180 * TIB, 96 * TIB + 512 * GIB],
        ["Apr 26, 2026 11:05:50 PM", &date("2025-10-01T13:00:00Z")],
    );
    let mut disabled = host(
        storage(
            ["0a1b2c3d4e5f60718293a4b5c6d7e8f9", "Alt-Archiv \"2016\"", "SftpBackupStorage", "/mnt/alt"],
            &[],
            [2 * TIB, 0],
            ["May 2, 2016 12:30:00 PM", "May 2, 2016 12:30:00 PM"],
        ),
        "172.16.0.9",
    );
    disabled.state = Some(BackupStorageState::Disabled);
    let backup_storages = [image_store(), sftp(), ceph(&date("2025-10-19T04:20:00Z")), moved, addon, unknown, disabled]
        .map(of_its_kind)
        .into();
    // Checked by the test below: a mistake in the file is never more than a demo with less in it.
    let more: Vec<String> =
        MORE.split('"').map(|text| if is_time(text) { date(text) } else { text.to_owned() }).collect();
    let records = super::file::records_alone(&more.join("\"")).unwrap_or_default();
    ZstackEstate { backup_storages, zones, records, ..ZstackEstate::default() }
}

/// Whether a text is a time that moves; what is history is written as ZStack writes it.
fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}

/// A storage as the kind that its type names.
fn of_its_kind(it: AnyBackupStorage) -> BackupStorage {
    json::recast(&it).unwrap_or(BackupStorage::Unknown(it))
}

fn zone(uuid: &str, name: &str, created: &str, default: bool) -> Zone {
    let mut it = Zone::default();
    it.uuid = Some(uuid.into());
    it.name = Some(name.to_owned());
    it.state = Some(ZoneState::Enabled);
    it.r#type = Some("zstack".to_owned());
    it.is_default = Some(default);
    it.create_date = Some(created.into());
    it.last_op_date = Some(created.into());
    it
}

fn storage(
    [uuid, name, kind, url]: [&str; 4],
    zones: &[&str],
    [total, available]: [i64; 2],
    [created, changed]: [&str; 2],
) -> AnyBackupStorage {
    let mut it = AnyBackupStorage::default();
    it.uuid = Some(uuid.into());
    it.name = Some(name.to_owned());
    it.r#type = Some(kind.into());
    it.url = Some(url.to_owned());
    it.attached_zone_uuids = zones.iter().map(|&zone| zone.into()).collect();
    it.total_capacity = Some(total);
    it.available_capacity = Some(available);
    it.state = Some(BackupStorageState::Enabled);
    it.status = Some(BackupStorageStatus::Connected);
    it.create_date = Some(created.into());
    it.last_op_date = Some(changed.into());
    it
}

fn host(mut it: AnyBackupStorage, host: &str) -> AnyBackupStorage {
    it.hostname = Some(host.to_owned());
    it.username = Some("root".to_owned());
    it.ssh_port = Some(22);
    it
}

fn image_store() -> AnyBackupStorage {
    let mut it = host(
        storage(
            ["1ab3b836a88342e1bbc1b1a17d092f0f", "image-store", "ImageStoreBackupStorage", "/zstack_imagestore"],
            &[ZONE_1],
            [9_992_857_976_832, 4_931_431_059_456],
            ["Apr 11, 2018 2:50:54 PM", "Dec 13, 2019 7:32:49 PM"],
        ),
        "172.20.1.115",
    );
    it.description = Some(String::new());
    it
}

fn sftp() -> AnyBackupStorage {
    host(
        storage(
            ["33a35f75885f45ab96ea2626ce9c05a6", "sftp", "SftpBackupStorage", "/export/backupStorage/sftp"],
            &[ZONE_2],
            [1_585_341_214_720, 1_258_407_346_176],
            ["Jun 1, 2015 3:42:26 PM", "Jun 1, 2015 3:42:26 PM"],
        ),
        "172.16.0.220",
    )
}

fn ceph(changed: &str) -> AnyBackupStorage {
    const UUID: &str = "5f2e1d0c9b8a47669584736251403f2e";
    const CREATED: &str = "Feb 28, 2021 10:00:00 AM";
    let mut it = storage(
        [UUID, "ceph-bs", "Ceph", "ceph://bak-t-5f2e1d0c"],
        &[ZONE_1],
        [300 * TIB, 120 * TIB],
        [CREATED, changed],
    );
    it.fsid = Some("3f6a4e2c-8a1d-4a57-9b0e-5f3a2c1d0e9b".into());
    it.pool_name = Some("bak-t-5f2e1d0c".to_owned());
    it.pool_available_capacity = Some(40 * TIB);
    it.pool_used_capacity = Some(60 * TIB);
    it.pool_replicated_size = Some(3);
    it.pool_disk_utilization = Some(0.333);
    it.pool_security_policy = Some("Copy".to_owned());
    let mon = |(n, address): (usize, &&str)| {
        let mut mon = CephBackupStorageMon::default();
        mon.hostname = Some((*address).to_owned());
        mon.mon_addr = Some((*address).to_owned());
        mon.mon_port = Some(6789);
        mon.ssh_port = Some(22);
        mon.ssh_username = Some("root".to_owned());
        mon.status = Some(if n == 2 { MonStatus::Disconnected } else { MonStatus::Connected });
        mon.backup_storage_uuid = Some(UUID.into());
        mon.mon_uuid = Some(format!("{n:x}f2e1d0c9b8a47669584736251403f2e").into());
        mon.create_date = Some(CREATED.into());
        mon.last_op_date = Some(CREATED.into());
        mon
    };
    it.mons = ["172.20.2.1", "172.20.2.2", "172.20.2.3"].iter().enumerate().map(mon).collect();
    it
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_records_are_read() {
        assert!(!crate::zstack::estate::file::records_alone(MORE).unwrap().is_empty());
    }
}
