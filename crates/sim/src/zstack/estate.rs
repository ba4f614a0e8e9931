//! What ZStack holds before anything changes.

pub(crate) mod demo;
pub(crate) mod file;
pub(crate) mod scaled;

use std::fmt;
use std::sync::Arc;

use backhaul_models::zstack::{BackupStorage, Zone};
use backhaul_wire::Struct;
use backhaul_wire::reflect::Model;

/// What ZStack holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ZstackEstate {
    /// The backup storages.
    pub backup_storages: Vec<BackupStorage>,
    /// The zones, which backup storages are attached to.
    pub zones: Vec<Zone>,
    /// Everything else. Of an inventory of which there is no record here, made-up ones are answered.
    pub records: Vec<ZstackRecord>,
    /// The server's zone, in seconds east of UTC: session dates are written in it. Dates of records are written as they
    /// are.
    pub utc_offset_seconds: i32,
}

impl Default for ZstackEstate {
    fn default() -> Self {
        Self { backup_storages: Vec::new(), zones: Vec::new(), records: Vec::new(), utc_offset_seconds: 8 * 3600 }
    }
}

/// A record of any inventory of ZStack: an image, a volume, an account, a tag.
///
/// ```
/// use backhaul_models::zstack::Image;
/// use backhaul_sim::{Estate, ZstackRecord};
///
/// let mut image = Image::default();
/// image.name = Some("centos".to_owned());
/// let mut estate = Estate::demo();
/// estate.zstack.records.push(ZstackRecord::new(image));
/// ```
#[derive(Clone)]
pub struct ZstackRecord(Arc<dyn Struct>);

impl ZstackRecord {
    /// A record. One whose type is no inventory is never answered.
    #[must_use]
    pub fn new<T: Model>(record: T) -> Self {
        Self(Arc::new(record))
    }

    pub(crate) fn boxed(record: Box<dyn Struct>) -> Self {
        Self(record.into())
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &dyn Struct {
        self.0.as_ref()
    }
}

impl fmt::Debug for ZstackRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ZstackRecord").field(&self.0).finish()
    }
}
