//! Jobs, policies, plans and their sessions.

use backhaul_filter::{Kind, QueryDef, Source};

use super::{NAME, SERVER_NAME, SERVER_UID, UID, at, attribute, own, owner_id, owner_name, word};

const JOB_STATES: &[&str] = &["Starting", "Stopping", "Working", "Pausing", "Resuming", "Stopped"];
const RESULTS: &[&str] = &["Success", "Warning", "Failed"];
const TASK_STATES: &[&str] = &["InProgress", "Pending", "Completed"];
const RESTORE_STATES: &[&str] = &["Starting", "Stopping", "Working", "Stopped"];

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef { name: "CdpPolicy", fields: &[UID, NAME, own("Description", Kind::Text), own("NextRun", Kind::DateTime), own("ScheduleConfigured", Kind::Bool), own("ScheduleEnabled", Kind::Bool), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "FailoverPlan", fields: &[UID, NAME, own("Description", Kind::Text), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "Job", fields: &[UID, NAME, own("Description", Kind::Text), own("NextRun", Kind::DateTime), word("JobType", &["Backup", "BackupCopy", "ImmediateBackupCopy", "Replica"], Source::Field("JobType")), word("Platform", &["VMware", "Hyperv", "vCloud"], Source::Field("Platform")), own("ScheduleConfigured", Kind::Bool), own("ScheduleEnabled", Kind::Bool), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "ObjectInJob", fields: &[at("UID", Kind::Uid, "ObjectInJobId"), own("Name", Kind::Text), owner_id("JobUid", "Job"), owner_name("JobName", "Job"), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "BackupJobSession", fields: &[UID, NAME, word("JobType", &["Backup", "BackupCopy", "ImmediateBackupCopy", "ImmediateBackupCopyWorker", "AgentBackup", "AgentManagement", "NasBackup"], Source::Field("JobType")), own("JobUid", Kind::Uid), own("JobName", Kind::Text), at("CreationTime", Kind::DateTime, "CreationTimeUTC"), at("EndTime", Kind::DateTime, "EndTimeUTC"), word("State", JOB_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), own("IsRetry", Kind::Bool), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "BackupTaskSession", fields: &[UID, NAME, at("CreationTime", Kind::DateTime, "CreationTimeUTC"), at("EndTime", Kind::DateTime, "EndTimeUTC"), word("State", TASK_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), own("Reason", Kind::Text), own("TotalSize", Kind::Int), own("JobSessionUid", Kind::Uid), owner_id("JobUid", "Job"), owner_name("JobName", "Job"), SERVER_UID, SERVER_NAME, attribute("VmDisplayName", Kind::Text, "VmDisplayName")] },
    QueryDef { name: "ReplicaJobSession", fields: &[UID, NAME, word("JobType", &["Replica"], Source::Field("JobType")), own("JobUid", Kind::Uid), own("JobName", Kind::Text), at("CreationTime", Kind::DateTime, "CreationTimeUTC"), at("EndTime", Kind::DateTime, "EndTimeUTC"), word("State", JOB_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), own("IsRetry", Kind::Bool), SERVER_UID, SERVER_NAME] },
    QueryDef { name: "ReplicaTaskSession", fields: &[UID, NAME, at("CreationTime", Kind::DateTime, "CreationTimeUTC"), at("EndTime", Kind::DateTime, "EndTimeUTC"), word("State", TASK_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), own("Reason", Kind::Text), own("TotalSize", Kind::Int), own("JobSessionUid", Kind::Uid), owner_id("JobUid", "Job"), owner_name("JobName", "Job"), SERVER_UID, SERVER_NAME, attribute("VmDisplayName", Kind::Text, "VmDisplayName")] },
    QueryDef { name: "CdpReplicaSession", fields: &[attribute("Id", Kind::Uid, "UID"), NAME, own("PolicyUid", Kind::Uid), own("PolicyName", Kind::Text), SERVER_UID, SERVER_NAME, own("CreationTimeUTC", Kind::DateTime), own("EndTimeUTC", Kind::DateTime), word("State", JOB_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), own("FailureMessage", Kind::Text)] },
    QueryDef { name: "CdpReplicaTaskSession", fields: &[attribute("Id", Kind::Uid, "UID"), NAME, own("PolicySessionUid", Kind::Uid), owner_name("PolicySessionName", "CdpReplicaSession"), SERVER_UID, SERVER_NAME, own("CreationTimeUTC", Kind::DateTime), own("EndTimeUTC", Kind::DateTime), word("State", TASK_STATES, Source::Field("State")), own("Reason", Kind::Text), own("TotalSize", Kind::Int), attribute("VmDisplayName", Kind::Text, "VmDisplayName")] },
    QueryDef { name: "RestoreSession", fields: &[UID, NAME, word("Type", &["FileLevelRestore", "RestoreVm"], Source::Field("JobType")), at("CreationTime", Kind::DateTime, "CreationTimeUTC"), at("EndTime", Kind::DateTime, "EndTimeUTC"), word("State", RESTORE_STATES, Source::Field("State")), word("Result", RESULTS, Source::Field("Result")), SERVER_UID, SERVER_NAME, attribute("VmDisplayName", Kind::Text, "VmDisplayName")] },
];
