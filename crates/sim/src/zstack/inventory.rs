//! What can be queried: the inventories, their subtypes, and what leads from one to another.

use backhaul_models::zstack::{BackupStorage, CephBackupStorageMon, Zone};
use backhaul_wire::Struct;
use backhaul_wire::reflect::Model;
use backhaul_wire::shape::Shape;

use crate::estate::ZstackEstate;

/// What a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// `QueryBackupStorage`.
    BackupStorage,
    /// `QueryZone`.
    Zone,
}

/// An inventory class: its server-side name and the fields that it has beside those of its parent.
#[derive(Debug)]
pub(super) struct Class {
    /// The value of the type field that stands for it.
    type_name: &'static str,
    /// The name of the server's class.
    java: &'static str,
    fields: &'static [&'static str],
}

const BACKUP_STORAGE: Class = Class {
    type_name: "",
    java: "org.zstack.header.storage.backup.BackupStorageInventory",
    fields: &[
        "uuid",
        "name",
        "url",
        "description",
        "totalCapacity",
        "availableCapacity",
        "type",
        "state",
        "status",
        "createDate",
        "lastOpDate",
        "attachedZoneUuids",
    ],
};

/// The kinds of backup storage that a class is registered for.
const BACKUP_STORAGES: &[Class] = &[
    Class {
        type_name: "ImageStoreBackupStorage",
        java: "org.zstack.storage.backup.imagestore.ImageStoreBackupStorageInventory",
        fields: &["hostname", "username", "sshPort"],
    },
    Class {
        type_name: "SftpBackupStorage",
        java: "org.zstack.storage.backup.sftp.SftpBackupStorageInventory",
        fields: &["hostname", "username", "sshPort"],
    },
    Class {
        type_name: "Ceph",
        java: "org.zstack.storage.ceph.backup.CephBackupStorageInventory",
        fields: &[
            "mons",
            "fsid",
            "poolName",
            "poolAvailableCapacity",
            "poolUsedCapacity",
            "poolReplicatedSize",
            "poolDiskUtilization",
            "poolSecurityPolicy",
        ],
    },
    Class {
        type_name: "Addon",
        java: "org.zstack.header.storage.addon.backup.ExternalBackupStorageInventory",
        fields: &["identity"],
    },
    Class {
        type_name: "AliyunEBS",
        java: "org.zstack.header.aliyun.ebs.AliyunEbsBackupStorageInventory",
        fields: &["ossBucketUuid"],
    },
    Class {
        type_name: "VCenter",
        java: "org.zstack.vmware.VCenterBackupStorageInventory",
        fields: &["vCenterUuid", "datastore"],
    },
];

const ZONE: Class = Class {
    type_name: "",
    java: "org.zstack.header.zone.ZoneInventory",
    fields: &["uuid", "name", "description", "state", "type", "isDefault", "createDate", "lastOpDate"],
};

const MON_JAVA: &str = "org.zstack.storage.ceph.backup.CephBackupStorageMonInventory";

/// The inventory class that a query is about, which a condition on the type field narrows down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    target: Target,
    child: Option<&'static Class>,
}

/// Where a condition's field leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hop {
    /// To the object itself.
    Own,
    /// To the zones of a backup storage.
    Zones,
    /// To the backup storages of a zone.
    BackupStorages,
    /// To the monitors of a Ceph backup storage.
    Mons,
}

impl Target {
    /// All objects of the target.
    pub(super) fn objects(self, data: &ZstackEstate) -> Vec<&dyn Struct> {
        match self {
            Self::BackupStorage => data.backup_storages.iter().map(|it| it as &dyn Struct).collect(),
            Self::Zone => data.zones.iter().map(|it| it as &dyn Struct).collect(),
        }
    }

    fn class(self) -> &'static Class {
        match self {
            Self::BackupStorage => &BACKUP_STORAGE,
            Self::Zone => &ZONE,
        }
    }

    /// The server's class of one object.
    pub(super) fn java(self, object: &dyn Struct) -> &'static str {
        let kind = object.shape().index_of("type").and_then(|at| object.view(at).scalar());
        let child = match (self, kind) {
            (Self::BackupStorage, Some(backhaul_wire::reflect::Scalar::Enum(kind))) => child(kind),
            _ => None,
        };
        child.unwrap_or(self.class()).java
    }
}

fn child(type_name: &str) -> Option<&'static Class> {
    BACKUP_STORAGES.iter().find(|class| class.type_name == type_name)
}

impl Aim {
    /// What a query with these `type=` conditions is about.
    pub(super) fn new<'a>(target: Target, types: impl Iterator<Item = &'a str>) -> Self {
        let child = match target {
            Target::BackupStorage => types.filter_map(child).last(),
            Target::Zone => None,
        };
        Self { target, child }
    }

    /// Whether the inventory has a field, written exactly so.
    pub(super) fn has(self, field: &str) -> bool {
        let mut fields = self.fields();
        fields.any(|known| known == field)
    }

    fn fields(self) -> impl Iterator<Item = &'static str> {
        let own = self.target.class().fields.iter();
        own.chain(self.child.map_or(&[][..], |class| class.fields)).copied()
    }

    pub(super) fn java(self) -> &'static str {
        self.child.unwrap_or(self.target.class()).java
    }

    pub(super) fn shape(self) -> &'static Shape {
        match self.target {
            Target::BackupStorage => BackupStorage::SHAPE,
            Target::Zone => Zone::SHAPE,
        }
    }

    /// Where a dotted name leads, the type there, and the field's name there; `None` when there is no such field.
    pub(super) fn resolve(self, name: &str) -> Option<(Hop, &'static Shape, &'static str)> {
        let at = |hop, shape: &'static Shape, known: bool, field: &str| {
            let field = shape.fields.iter().find(|it| it.json == field).filter(|_| known)?;
            Some((hop, shape, field.json))
        };
        let Some((path, field)) = name.rsplit_once('.') else {
            return at(Hop::Own, self.shape(), self.has(name), name);
        };
        match (self.target, path) {
            (Target::BackupStorage, "zone" | "zoneRef.zone") => at(Hop::Zones, Zone::SHAPE, true, field),
            (Target::BackupStorage, "zoneRef") if field == "zoneUuid" => at(Hop::Zones, Zone::SHAPE, true, "uuid"),
            (Target::BackupStorage, "mons") if self.has("mons") => {
                at(Hop::Mons, CephBackupStorageMon::SHAPE, field != "sshPassword", field)
            }
            (Target::Zone, "backupStorage" | "backupStorageRef.backupStorage") => {
                let known = BACKUP_STORAGE.fields.contains(&field);
                at(Hop::BackupStorages, BackupStorage::SHAPE, known, field)
            }
            (Target::Zone, "backupStorageRef") if field == "backupStorageUuid" => {
                at(Hop::BackupStorages, BackupStorage::SHAPE, true, "uuid")
            }
            _ => None,
        }
    }
}

impl Hop {
    /// The objects that an object leads to.
    pub(super) fn from<'a>(self, object: &'a dyn Struct, data: &'a ZstackEstate) -> Vec<&'a dyn Struct> {
        let uuid = super::condition::text(object, "uuid");
        match self {
            Self::Own => vec![object],
            Self::Mons => {
                let mons = object.shape().index_of("mons").and_then(|at| object.view(at).structs());
                mons.map_or_else(Vec::new, |mons| (0..mons.len()).filter_map(|at| mons.get(at)).collect())
            }
            Self::Zones => {
                let storage = data.backup_storages.iter().find(|it| it.uuid().map(AsRef::as_ref) == uuid);
                let attached = storage.map_or(&[][..], |it| it.attached_zone_uuids());
                let zones = data.zones.iter().filter(|it| it.uuid.as_ref().is_some_and(|uuid| attached.contains(uuid)));
                zones.map(|it| it as &dyn Struct).collect()
            }
            Self::BackupStorages => {
                let attached =
                    |it: &&BackupStorage| it.attached_zone_uuids().iter().any(|zone| Some(zone.as_str()) == uuid);
                data.backup_storages.iter().filter(attached).map(|it| it as &dyn Struct).collect()
            }
        }
    }
}

/// The entries of the `schema` map for one object.
pub(super) fn schema(place: &str, java: &str, object: &serde_json::Value) -> Vec<(String, String)> {
    let mut entries = vec![(place.to_owned(), java.to_owned())];
    let mons = object.get("mons").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    entries.extend((0..mons).map(|at| (format!("{place}.mons[{at}]"), MON_JAVA.to_owned())));
    entries
}
