use backhaul_models::zstack::{BackupStorage, Zone};

/// What ZStack holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ZstackEstate {
    /// The backup storages.
    pub backup_storages: Vec<BackupStorage>,
    /// The zones, which backup storages are attached to.
    pub zones: Vec<Zone>,
    /// The server's zone, in seconds east of UTC: session dates are written in it. Dates of records are written as they are.
    pub utc_offset_seconds: i32,
}

impl Default for ZstackEstate {
    fn default() -> Self {
        Self { backup_storages: Vec::new(), zones: Vec::new(), utc_offset_seconds: 8 * 3600 }
    }
}
