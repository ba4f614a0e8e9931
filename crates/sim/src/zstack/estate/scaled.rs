//! Any number of backup storages.

use backhaul_models::zstack::{BackupStorageState, BackupStorageStatus, ImageStoreBackupStorage, Zone, ZoneState};

use super::ZstackEstate;
use crate::engine::made_up::{amount, guid};

pub(crate) fn estate(n: usize) -> ZstackEstate {
    let zones = n.div_ceil(100).clamp(1, 50);
    let uuid = |kind, number| guid(kind, number).replace('-', "");
    let attached = (0..zones)
        .map(|number| {
            let mut it = Zone::default();
            it.uuid = Some(uuid(0x5a00_0001, number).into());
            it.name = Some(format!("zone-{number:03}"));
            it.state = Some(ZoneState::Enabled);
            it.r#type = Some("zstack".to_owned());
            it
        })
        .collect();
    let backup_storages = (0..n)
        .map(|number| {
            let mut it = ImageStoreBackupStorage::default();
            it.uuid = Some(uuid(0x5a00_0002, number).into());
            it.name = Some(format!("storage-{number:05}"));
            it.state = Some(BackupStorageState::Enabled);
            it.status = Some(BackupStorageStatus::Connected);
            it.hostname = Some(format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255));
            it.total_capacity = Some(1 << 44);
            it.available_capacity = Some(amount(number, 1 << 44));
            it.attached_zone_uuids = vec![uuid(0x5a00_0001, number % zones).into()];
            it.create_date = Some("Jan 1, 2024 12:00:00 AM".into());
            it.last_op_date = Some("Jan 1, 2024 12:00:00 AM".into());
            it.into()
        })
        .collect();
    ZstackEstate { backup_storages, zones: attached, ..ZstackEstate::default() }
}
