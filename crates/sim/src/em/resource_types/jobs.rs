//! Jobs, policies, failover plans, and their sessions.

use backhaul_models::em::{
    BackupJobSession, BackupJobSessions, BackupTaskSession, BackupTaskSessions, CdpPolicies, CdpPolicy,
    CdpReplicaSession, CdpReplicaSessions, CdpReplicaTaskSession, CdpReplicaTaskSessions, FailoverPlan, FailoverPlans,
    FailoveredVm, FailoveredVms, Job, Jobs, LinkedBackupRepository, LinkedBackupRepositoryResourceObjects,
    LinkedJobObject, LinkedJobResourceObjects, ObjectInJob, ObjectsInJob, ReplicaJobSession, ReplicaJobSessions,
    ReplicaTaskSession, ReplicaTaskSessions, RestoreSession, RestoreSessions,
};

use super::links::{
    ALTERNATE, DELETE, EDIT, JobKinds, LinkRow, SERVER, action, down, own, related, related_entity, titled, up,
    up_entity,
};
use super::{Part, ResourceType, Sub, below};

const fn when(kinds: JobKinds, row: &'static LinkRow) -> LinkRow {
    LinkRow::For(kinds, row)
}

const BACKUP_SESSIONS: LinkRow = down("BackupJobSessionReferenceList", "/backupSessions");
const REPLICA_SESSIONS: LinkRow = down("ReplicaJobSessionReferenceList", "/replicaSessions");

static JOB_SUBS: &[Sub] = &[below("backupSessions", "BackupJobSession"), below("replicaSessions", "ReplicaJobSession")];

pub(super) static KINDS: &[ResourceType] = &[
    ResourceType::new::<Job, Jobs>("jobs", "JobReference")
        .bucket("Jobs")
        .tasks("", "EditJob", "DeleteJob")
        .links(&[
            SERVER,
            ALTERNATE,
            when(JobKinds::Plain, &titled(EDIT, "JobReference", "")),
            action("Clone", "?action=clone"),
            action("ToggleScheduleEnabled", "?action=toggleScheduleEnabled"),
            when(JobKinds::Plain, &down("ObjectInJobList", "/includes")),
            when(JobKinds::Backup, &BACKUP_SESSIONS),
            when(JobKinds::Replica, &REPLICA_SESSIONS),
            when(JobKinds::Plain, &own("Create", "ObjectInJob", "/includes")),
            when(JobKinds::Plain, &action("Start", "?action=start")),
            when(JobKinds::Plain, &action("Stop", "?action=stop")),
            when(JobKinds::Plain, &action("Retry", "?action=retry")),
            when(JobKinds::Copy, &action("Sync", "?action=sync")),
            when(JobKinds::Copy, &down("LinkedJobObjectList", "/linkedJobs")),
            when(JobKinds::Copy, &down("LinkedBackupRepositoryObjectList", "/linkedBackupRepositories")),
            when(JobKinds::Copy, &own("Create", "LinkedJobObject", "/linkedJobs")),
            when(JobKinds::Copy, &own("Create", "LinkedBackupRepositoryObject", "/linkedBackupRepositories")),
        ])
        .reference(&[
            SERVER,
            ALTERNATE,
            when(JobKinds::Backup, &BACKUP_SESSIONS),
            when(JobKinds::Replica, &REPLICA_SESSIONS),
        ])
        .subs(JOB_SUBS)
        .parts(&[
            Part::new::<ObjectInJob, ObjectsInJob>(
                "includes",
                "ObjectInJobId",
                &["JobInfo.BackupJobInfo.Includes", "JobInfo.ReplicaJobInfo.Includes"],
            )
            .links(&[titled(DELETE, "ObjectInJob", ""), up_entity("Job")])
            .tasks("UpdateJob", "UpdateJob")
            .bucket("ObjectsInJob"),
            Part::new::<LinkedJobObject, LinkedJobResourceObjects>(
                "linkedJobs",
                "ObjectInJobId",
                &[
                    "JobInfo.BackupCopyJobInfo.LinkedJobIncludes",
                    "JobInfo.ImmediateBackupCopyJobInfo.LinkedJobIncludes",
                ],
            )
            .links(&[up_entity("Job"), own(DELETE, "", "")])
            .tasks("UpdateJob", "UpdateJob"),
            Part::new::<LinkedBackupRepository, LinkedBackupRepositoryResourceObjects>(
                "linkedBackupRepositories",
                "ObjectInJobId",
                &[
                    "JobInfo.BackupCopyJobInfo.LinkedBackupRepositoryIncludes",
                    "JobInfo.ImmediateBackupCopyJobInfo.LinkedBackupRepositoryIncludes",
                ],
            )
            .link("LinkedBackupRepositoryObject")
            .links(&[up_entity("Job"), own(DELETE, "", "")])
            .tasks("UpdateJob", "UpdateJob"),
        ]),
    ResourceType::new::<CdpPolicy, CdpPolicies>("cdpPolicies", "CdpPolicyReference")
        .bucket("CdpPolicies")
        .tasks("", "EditCdpPolicy", "")
        .links(&[
            SERVER,
            ALTERNATE,
            titled(EDIT, "CdpPolicyReference", ""),
            down("ObjectInJobList", "/includes"),
            own("Create", "ObjectInJob", "/includes"),
            down("CdpReplicaSessionReferenceList", "/cdpReplicaSessions"),
            action("Enable", "?action=enable"),
            action("Disable", "?action=disable"),
        ])
        .subs(&[below("cdpReplicaSessions", "CdpReplicaSession")])
        .parts(&[Part::new::<ObjectInJob, ObjectsInJob>(
            "includes",
            "ObjectInJobId",
            &["CdpPolicyInfo.CdpReplicaPolicyInfo.Includes"],
        )
        .links(&[titled(DELETE, "ObjectInJob", ""), up_entity("CdpPolicy")])
        .tasks("UpdateCdpPolicy", "UpdateCdpPolicy")
        .bucket("ObjectsInJob")]),
    ResourceType::new::<FailoverPlan, FailoverPlans>("failoverPlans", "FailoverPlanReference")
        .bucket("FailoverPlans")
        .tasks("", "EditFailoverPlan", "")
        .links(&[
            SERVER,
            ALTERNATE,
            titled(EDIT, "FailoverPlanReference", ""),
            action("Start", "?action=start"),
            action("Undo", "?action=undo"),
        ])
        .parts(&[Part::new::<FailoveredVm, FailoveredVms>(
            "includes",
            "FailoveredVmId",
            &["FailoverPlanInfo.Includes"],
        )]),
    ResourceType::new::<BackupJobSession, BackupJobSessions>("backupSessions", "BackupJobSessionReference")
        .bucket("BackupJobSessions")
        .links(&[
            SERVER,
            up("Job"),
            up("AgentBackupJob"),
            up("NASJob"),
            ALTERNATE,
            down("BackupTaskSessionReferenceList", "/taskSessions"),
            action("Stop", "?action=stop"),
            related("RestorePoint"),
        ])
        .subs(&[below("taskSessions", "BackupTaskSession"), below("agentManagementSessions", "BackupJobSession")]),
    ResourceType::new::<BackupTaskSession, BackupTaskSessions>("backupTaskSessions", "BackupTaskSessionReference")
        .bucket("BackupTaskSessions")
        .links(&[SERVER, up("BackupJobSession"), ALTERNATE, related_entity("VmRestorePoint")]),
    ResourceType::new::<ReplicaJobSession, ReplicaJobSessions>("replicaSessions", "ReplicaJobSessionReference")
        .bucket("ReplicaJobSessions")
        .links(&[SERVER, up("Job"), ALTERNATE, down("ReplicaTaskSessionReferenceList", "/replicaTaskSessions")])
        .subs(&[below("replicaTaskSessions", "ReplicaTaskSession")]),
    ResourceType::new::<ReplicaTaskSession, ReplicaTaskSessions>("replicaTaskSessions", "ReplicaTaskSessionReference")
        .bucket("ReplicaTaskSessions")
        .links(&[SERVER, up("ReplicaJobSession"), ALTERNATE, related_entity("VmReplicaPoint")]),
    ResourceType::new::<CdpReplicaSession, CdpReplicaSessions>("cdpReplicaSessions", "CdpReplicaSessionReference")
        .bucket("CdpReplicaSessions")
        .links(&[
            SERVER,
            up("CdpPolicy"),
            ALTERNATE,
            down("CdpReplicaTaskSessionReferenceList", "/cdpReplicaTaskSessions"),
        ])
        .subs(&[below("cdpReplicaTaskSessions", "CdpReplicaTaskSession")]),
    ResourceType::new::<CdpReplicaTaskSession, CdpReplicaTaskSessions>(
        "cdpReplicaTaskSessions",
        "CdpReplicaTaskSessionReference",
    )
    .bucket("CdpReplicaTaskSessions")
    .links(&[SERVER, up("CdpReplicaSession"), ALTERNATE]),
    ResourceType::new::<RestoreSession, RestoreSessions>("restoreSessions", "RestoreSessionReference")
        .bucket("RestoreSessions")
        .links(&[SERVER, ALTERNATE, related("VmRestorePoint")]),
];
