//! Agents and file shares.

use backhaul_models::em::{
    AgentBackupJob, AgentBackupJobs, AgentProtectionGroup, AgentProtectionGroups, AgentRestorePoint,
    AgentRestorePoints, DiscoveredComputer, DiscoveredComputers, FileServer, FileServers, NASJob, NASJobs, NASObject,
    NASObjects, ObjectInAgentBackupJob, ObjectsInAgentBackupJob,
};

use super::links::{ALTERNATE, SERVER, action, down, own, related_entity, up, up_entity};
use super::{Kind, Part, below};

pub(super) static KINDS: &[Kind] = &[
    Kind::new::<AgentBackupJob, AgentBackupJobs>("agents/jobs", "JobReference")
        .bucket("AgentBackupJob")
        .links(&[
            SERVER,
            ALTERNATE,
            down("ObjectInJobList", "/includes"),
            action("ToggleScheduleEnabled", "?action=toggleScheduleEnabled"),
            down("BackupJobSessionReferenceList", "/backupSessions"),
            action("Start", "?action=start"),
            action("Stop", "?action=stop"),
            action("Retry", "?action=retry"),
        ])
        .subs(&[below("backupSessions", "BackupJobSession")])
        .parts(&[Part::new::<ObjectInAgentBackupJob, ObjectsInAgentBackupJob>(
            "includes",
            "ObjectInJobId",
            &["JobInfo.Includes"],
        )
        .links(&[up_entity("AgentBackupJob")])
        .bucket("ObjectsInAgentBackupJob")]),
    Kind::new::<AgentProtectionGroup, AgentProtectionGroups>(
        "agents/protectionGroups",
        "AgentProtectionGroupReference",
    )
    .bucket("AgentProtectionGroups")
    .links(&[SERVER, ALTERNATE, down("DiscoveredComputerList", "/discoveredComputers?format=Entity")])
    .subs(&[below("discoveredComputers", "DiscoveredComputer")]),
    Kind::new::<DiscoveredComputer, DiscoveredComputers>("agents/discoveredComputers", "DiscoveredComputerReference")
        .bucket("DiscoveredComputers")
        .links(&[SERVER, ALTERNATE, up("AgentProtectionGroup")]),
    Kind::new::<AgentRestorePoint, AgentRestorePoints>("agents/agentRestorePoints", "AgentRestorePointReference")
        .bucket("AgentRestorePoints")
        .links(&[
            SERVER,
            up("RestorePoint"),
            up("BackupFile"),
            ALTERNATE,
            down("AgentRestorePointMountList", "/mounts"),
            own("Create", "AgentRestorePointMount", "/mounts"),
        ]),
    Kind::new::<FileServer, FileServers>("nas/fileServers", "FileServerReference")
        .bucket("FileServers")
        .links(&[SERVER, ALTERNATE]),
    Kind::new::<NASJob, NASJobs>("nas/jobs", "JobReference")
        .named("NasJob", "NasJob")
        .bucket("NASJobs")
        .links(&[
            SERVER,
            ALTERNATE,
            down("NasObjectList", "/includes"),
            action("ToggleScheduleEnabled", "/toggleScheduleEnabled"),
            down("BackupJobSessionReferenceList", "/backupSessions"),
            action("Start", "/start"),
            action("Stop", "/stop"),
            action("Retry", "/retry"),
        ])
        .subs(&[below("backupSessions", "BackupJobSession")])
        .parts(&[Part::new::<NASObject, NASObjects>("includes", "ObjectInJobId", &["Includes"])
            .link("NasObject")
            .links(&[up_entity("NASJob"), related_entity("FileServer")])
            .bucket("NASObjects")]),
];
