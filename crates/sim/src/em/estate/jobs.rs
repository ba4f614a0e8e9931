//! Jobs, and what became of them night after night.

use backhaul_models::em::{
    BackupJobInfo, BackupJobSession, Job, JobInfo, JobSessionState, JobType, ObjectInJob, OperationResult, Platform,
};

use super::EmRecord;
use crate::engine::clock::iso;
use crate::engine::made_up::{amount, guid};

/// How many sessions a job has had.
const SESSIONS: usize = 10;
/// When the first of them began: 2025-10-01T20:00:00Z.
const FIRST: i64 = 1_759_348_800;
const DAY: i64 = 86_400;

/// One job and ten sessions to ten of `n`, spread over the backup servers.
pub(super) fn records(n: usize, servers: usize) -> Vec<EmRecord> {
    let id = |kind: u32, number| guid(0xe300_0000 + kind, number);
    let mut records = Vec::with_capacity(n + n.div_ceil(SESSIONS));
    for number in 0..n.div_ceil(SESSIONS) {
        let server = format!("urn:veeam:BackupServer:{}", id(1, number % servers.max(1)));
        let uid = format!("urn:veeam:Job:{}", id(7, number));
        let name = format!("job-{number:05}");
        let mut object = ObjectInJob::default();
        object.object_in_job_id = Some(id(9, number).into());
        object.name = Some(format!("vm-{number:05}"));
        object.hierarchy_obj_ref = Some(format!("urn:VMware:Vm:{}.vm-{number}", id(10, 0)).into());
        let mut backup = BackupJobInfo::default();
        backup.includes = vec![object];
        let mut info = JobInfo::default();
        info.backup_job_info = Some(backup);
        let mut job = Job::default();
        job.uid = Some(uid.as_str().into());
        job.name = Some(name.clone());
        job.job_type = Some(JobType::Backup);
        job.platform = Some(Platform::VMware);
        job.description = Some(String::new());
        job.schedule_configured = Some(true);
        job.schedule_enabled = Some(number % 9 != 0);
        job.job_info = Some(info);
        records.push(EmRecord::new(job).belongs_to(server.as_str()));
        for night in 0..SESSIONS.min(n - number * SESSIONS) {
            let session = session(&id(8, number * SESSIONS + night), number, night, &uid, &name);
            records.push(EmRecord::new(session).belongs_to(server.as_str()).belongs_to(uid.as_str()));
        }
    }
    records
}

/// Of a hundred sessions, about seven fail and twelve end with a warning.
fn session(id: &str, job: usize, night: usize, uid: &str, name: &str) -> BackupJobSession {
    let seed = job * SESSIONS + night;
    let begin = FIRST + DAY * i64::try_from(night).unwrap_or(0) + amount(seed, 7200);
    let mut it = BackupJobSession::default();
    it.uid = Some(format!("urn:veeam:BackupJobSession:{id}").into());
    it.name = Some(format!("{name}@{}", iso(begin).replace('T', " ").trim_end_matches('Z')));
    it.job_uid = Some(uid.into());
    it.job_name = Some(name.to_owned());
    it.job_type = Some(JobType::Backup);
    it.creation_time_utc = Some(iso(begin).into());
    it.end_time_utc = Some(iso(begin + 60 + amount(seed + 1, 3600)).into());
    it.state = Some(JobSessionState::Stopped);
    it.result = Some(match amount(seed + 2, 100) {
        0..=6 => OperationResult::Failed,
        7..=18 => OperationResult::Warning,
        _ => OperationResult::Success,
    });
    it.progress = Some(100);
    it.is_retry = Some(false);
    it
}
