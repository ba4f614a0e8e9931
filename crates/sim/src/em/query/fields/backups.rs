//! Backups, replicas and their points.

use backhaul_filter::{Kind, QueryDef, Source};

use super::{NAME, SERVER_NAME, SERVER_UID, UID, at, attribute, own, owner_id, owner_name, word};

const POINTS: &[&str] = &["Full", "Increment", "ReverseIncrement"];
const ALGORITHMS: &[&str] = &["Full", "ReversedIncremental", "Incremental", "SyntheticFull"];
const REPLICA_POINTS: &[&str] = &["Full", "ReverseIncrement", "Increment", "Snapshot"];

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "Backup",
        fields: &[
            UID,
            NAME,
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            owner_id("RepositoryUid", "Repository"),
            owner_name("RepositoryName", "Repository"),
            word(
                "Platform",
                &["VMware", "HyperV", "vCloud", "AgentForLinux", "AgentForWindows", "CustomPlatform"],
                Source::Field("Platform"),
            ),
            word("BackupType", &["Standard", "ParentBackup", "ChildBackup"], Source::Field("BackupType")),
        ],
    },
    QueryDef {
        name: "BackupFile",
        fields: &[
            UID,
            NAME,
            at("CreationTimeUTC", Kind::DateTime, "CreationTimeUtc"),
            own("BackupSize", Kind::Int),
            own("DataSize", Kind::Int),
            own("CompressRatio", Kind::Float),
            word("FileType", &["vbk", "vib", "vrb"], Source::Field("FileType")),
            owner_id("BackupUid", "Backup"),
            owner_name("BackupName", "Backup"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "RestorePoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "BackupDateUTC"),
            owner_id("BackupUid", "Backup"),
            owner_name("BackupName", "Backup"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "VmRestorePoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            word("Type", POINTS, Source::Field("PointType")),
            word("Algorithm", ALGORITHMS, Source::Field("Algorithm")),
            owner_id("RestorePointId", "RestorePoint"),
            owner_name("RestorePointName", "RestorePoint"),
            attribute("VmDisplayName", Kind::Text, "VmDisplayName"),
            own("HierarchyObjRef", Kind::Text),
            own("VmName", Kind::Text),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "VAppRestorePoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            word("Type", POINTS, Source::Field("PointType")),
            word("Algorithm", ALGORITHMS, Source::Field("Algorithm")),
            owner_id("RestorePointId", "RestorePoint"),
            attribute("VAppDisplayName", Kind::Text, "VAppDisplayName"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "Replica",
        fields: &[
            UID,
            NAME,
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            owner_id("RepositoryUid", "Repository"),
            owner_name("RepositoryName", "Repository"),
        ],
    },
    QueryDef {
        name: "VmReplicaPoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            word("Type", REPLICA_POINTS, Source::Field("PointType")),
            word("Algorithm", ALGORITHMS, Source::Field("Algorithm")),
            owner_id("ReplicaUid", "Replica"),
            owner_name("ReplicaName", "Replica"),
            attribute("VmDisplayName", Kind::Text, "VmDisplayName"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "VAppReplicaPoint",
        fields: &[
            UID,
            NAME,
            attribute("vAppDisplayName", Kind::Text, "VAppDisplayName"),
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            at("vAppName", Kind::Text, "VAppName"),
            word("Type", REPLICA_POINTS, Source::Field("PointType")),
            word("Algorithm", ALGORITHMS, Source::Field("Algorithm")),
            owner_id("ReplicaUid", "Replica"),
            owner_name("ReplicaName", "Replica"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CdpReplica",
        fields: &[
            UID,
            NAME,
            at("PolicyId", Kind::Uid, "PolicyUid"),
            own("PolicyName", Kind::Text),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
];
