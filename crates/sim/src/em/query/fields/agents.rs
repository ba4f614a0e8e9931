//! Agents and file shares.

use backhaul_filter::{ResourceType, QueryDef, Source};

use super::{COMPUTER, FILE_SERVER, NAME, NOTHING, SERVER_NAME, SERVER_UID, UID, at, own, owner_id, owner_name, word};

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "AgentBackupJob",
        fields: &[
            UID,
            NAME,
            own("Description", ResourceType::Text),
            word("JobType", &["AgentBackup"], Source::Field("JobType")),
            word("Platform", &["AgentForLinux", "AgentForWindows"], Source::Field("Platform")),
            own("ScheduleConfigured", ResourceType::Bool),
            own("ScheduleEnabled", ResourceType::Bool),
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
            at("CreationTime", ResourceType::DateTime, "CreationTimeUTC"),
            at("ComputerName", ResourceType::Text, COMPUTER),
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
            own("AgentVersion", ResourceType::Text),
            own("AgentStatus", ResourceType::Text),
            own("OsVersion", ResourceType::Text),
            own("IpAddress", ResourceType::Text),
            owner_id("ProtectionGroupUid", "AgentProtectionGroup"),
            owner_name("ProtectionGroupName", "AgentProtectionGroup"),
        ],
    },
    QueryDef {
        name: "ObjectInAgentBackupJob",
        fields: &[
            at("UID", ResourceType::Uid, "ObjectInJobId"),
            own("DisplayName", ResourceType::Text),
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            at("FileServerUid", ResourceType::Uid, NOTHING),
            at("FileServerName", ResourceType::Text, NOTHING),
            SERVER_UID,
            SERVER_NAME,
            own("ObjectInJobId", ResourceType::Text),
            own("Name", ResourceType::Text),
            own("GuestProcessingOptions", ResourceType::Text),
        ],
    },
    QueryDef { name: "FileServer", fields: &[UID, NAME, SERVER_UID, SERVER_NAME] },
    QueryDef {
        name: "NasJob",
        fields: &[
            UID,
            NAME,
            own("Description", ResourceType::Text),
            own("NextRun", ResourceType::DateTime),
            own("ScheduleConfigured", ResourceType::Bool),
            own("ScheduleEnabled", ResourceType::Bool),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "NasObject",
        fields: &[
            at("UID", ResourceType::Uid, "ObjectInJobId"),
            at("Name", ResourceType::Text, "FileOrFolder"),
            owner_id("JobUid", "Job"),
            owner_name("JobName", "Job"),
            own("FileServerUid", ResourceType::Uid),
            at("FileServerName", ResourceType::Text, FILE_SERVER),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
];
