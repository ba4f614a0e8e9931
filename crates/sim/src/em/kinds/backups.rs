//! Backups, their files, what can be restored from them, and the catalog.

use backhaul_models::em::{
    Backup, BackupFile, BackupFiles, Backups, CatalogVm, CatalogVmRestorePoint, CatalogVmRestorePoints, CatalogVms,
    RestorePoint, RestorePoints, VAppRestorePoint, VAppRestorePoints, VmRestorePoint, VmRestorePoints,
};

use super::links::{ALTERNATE, LinkRow, SERVER, action, down, own, related_entity, up, up_entity};
use super::{Kind, above, below};

const CHILD_BACKUPS: LinkRow = own("Up", "BackupReferenceList", "/childbackups");

pub(super) static KINDS: &[Kind] = &[
    Kind::new::<Backup, Backups>("backups", "BackupReference")
        .bucket("Backups")
        .links(&[
            up("Repository"),
            up("ExternalRepository"),
            SERVER,
            ALTERNATE,
            own("Up", "BackupList", "/childbackups?format=Entity"),
        ])
        .reference(&[SERVER, up("Repository"), up("ExternalRepository"), ALTERNATE, CHILD_BACKUPS])
        .subs(&[
            below("childbackups", "Backup"),
            below("restorePoints", "RestorePoint"),
            below("backupFiles", "BackupFile"),
        ]),
    Kind::new::<BackupFile, BackupFiles>("backupFiles", "BackupFileReference")
        .bucket("BackupFiles")
        .links(&[
            up("Backup"),
            SERVER,
            ALTERNATE,
            own("Related", "BackupFileReferenceList", "/restorePoints"),
            down("VmRestorePointReferenceList", "/vmRestorePoints"),
        ])
        .subs(&[
            below("restorePoints", "RestorePoint"),
            below("vmRestorePoints", "VmRestorePoint"),
            below("agentRestorePoints", "AgentRestorePoint"),
        ]),
    Kind::new::<RestorePoint, RestorePoints>("restorePoints", "RestorePointReference")
        .bucket("RestorePoints")
        .links(&[
            up("Backup"),
            SERVER,
            ALTERNATE,
            down("VmRestorePointReferenceList", "/vmRestorePoints"),
            down("VAppRestorePointReferenceList", "/vAppRestorePoints"),
            own("Related", "RestorePointReferenceList", "/backupFiles"),
        ])
        .subs(&[
            below("vmRestorePoints", "VmRestorePoint"),
            below("vAppRestorePoints", "VAppRestorePoint"),
            below("agentRestorePoints", "AgentRestorePoint"),
            above("backupFiles", "BackupFile"),
        ]),
    Kind::new::<VmRestorePoint, VmRestorePoints>("vmRestorePoints", "VmRestorePointReference")
        .bucket("VmRestorePoints")
        .links(&[
            action("Restore", "?action=restore"),
            SERVER,
            up("RestorePoint"),
            up("BackupFile"),
            ALTERNATE,
            down("VmRestorePointMountList", "/mounts"),
            own("Create", "VmRestorePointMount", "/mounts"),
        ]),
    Kind::new::<VAppRestorePoint, VAppRestorePoints>("vAppRestorePoints", "VAppRestorePointReference")
        .bucket("VAppRestorePoints")
        .links(&[action("Restore", "?action=restore"), SERVER, up("RestorePoint"), ALTERNATE]),
    Kind::new::<CatalogVm, CatalogVms>("catalog/vms", "CatalogVmReference")
        .links(&[ALTERNATE, down("CatalogVmRestorePointReferenceList", "/vmRestorePoints")])
        .subs(&[below("vmRestorePoints", "CatalogVmRestorePoint")]),
    Kind::under::<CatalogVmRestorePoint, CatalogVmRestorePoints>(
        "CatalogVm",
        "vmRestorePoints",
        "CatalogVmRestorePointReference",
    )
    .links(&[
        ALTERNATE,
        up_entity("CatalogVm"),
        action("Browse", "?action=browse"),
        related_entity("VmRestorePoint"),
    ]),
];
