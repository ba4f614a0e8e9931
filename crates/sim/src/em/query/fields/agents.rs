//! Agents and file shares.

use backhaul_filter::{Kind, QueryDef, Source};

use super::{COMPUTER, FILE_SERVER, NAME, NOTHING, SERVER_NAME, SERVER_UID, UID, at, own, owner_id, owner_name, word};

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "AgentBackupJob",
        fields: &[
            UID,
            NAME,
            own("Description", Kind::Text),
            word("JobType", &["AgentBackup"], Source::Field("JobType")),
            word("Platform", &["AgentForLinux", "AgentForWindows"], Source::Field("Platform")),
            own("ScheduleConfigured", Kind::Bool),
            own("ScheduleEnabled", Kind::Bool),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef { name: "AgentProtectionGroup", fields: &[UID, NAME, SERVER_UID, SERVER_NAME] },
    QueryDef {
        name: "AgentRestorePoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            at("ComputerName", Kind::Text, COMPUTER),
            word("Type", &["Full", "Increment"], Source::Field("PointType")),
            word("Algorithm", &["Full", "Incremental", "SyntheticFull"], Source::Field("Algorithm")),
            owner_id("RestorePointId", "RestorePoint"),
            owner_name("RestorePointName", "RestorePoint"),
            owner_id("BackupUid", "Backup"),
            owner_name("BackupName", "Backup"),
            owner_id("BackupFileUid", "BackupFile"),
            owner_name("BackupFileName", "BackupFile"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "DiscoveredComputer",
        fields: &[
            UID,
            NAME,
            SERVER_UID,
            SERVER_NAME,
            own("AgentVersion", Kind::Text),
            own("AgentStatus", Kind::Text),
            own("OsVersion", Kind::Text),
            own("IpAddress", Kind::Text),
            owner_id("ProtectionGroupUid", "AgentProtectionGroup"),
            owner_name("ProtectionGroupName", "AgentProtectionGroup"),
        ],
    },
    QueryDef {
        name: "ObjectInAgentBackupJob",
        fields: &[
            at("UID", Kind::Uid, "ObjectInJobId"),
            own("DisplayName", Kind::Text),
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            at("FileServerUid", Kind::Uid, NOTHING),
            at("FileServerName", Kind::Text, NOTHING),
            SERVER_UID,
            SERVER_NAME,
            own("ObjectInJobId", Kind::Text),
            own("Name", Kind::Text),
            own("GuestProcessingOptions", Kind::Text),
        ],
    },
    QueryDef { name: "FileServer", fields: &[UID, NAME, SERVER_UID, SERVER_NAME] },
    QueryDef {
        name: "NasJob",
        fields: &[
            UID,
            NAME,
            own("Description", Kind::Text),
            own("NextRun", Kind::DateTime),
            own("ScheduleConfigured", Kind::Bool),
            own("ScheduleEnabled", Kind::Bool),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "NasObject",
        fields: &[
            at("UID", Kind::Uid, "ObjectInJobId"),
            at("Name", Kind::Text, "FileOrFolder"),
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            own("FileServerUid", Kind::Uid),
            at("FileServerName", Kind::Text, FILE_SERVER),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
];
