//! How backup jobs ended last, for monitoring. ZStack's backups are no jobs that its API tells of.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use backhaul_filter::em::BackupJobSession as SessionQuery;
use backhaul_models::em::{BackupJobSession, OperationResult};
use backhaul_models::vb365::operations::JobGet;
use backhaul_models::vb365::{Job, JobLastStatus};
use backhaul_transport::{Client, Error, em::EmClient};
use backhaul_wire::{DateTime, System};
use futures_util::TryStreamExt;
use jiff::Timestamp;

/// How far back runs are looked for: a weekly job has one in it.
const LOOK_BACK: Duration = Duration::from_secs(8 * 86_400);

/// The last run of a job that came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobRun {
    /// The job's name.
    pub job: String,
    /// Its id.
    pub job_id: Option<String>,
    /// How it ended.
    pub result: JobResult,
    /// When it began.
    pub began_at: Option<Timestamp>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobResult {
    /// All was backed up.
    Success,
    /// All was backed up, and somebody should look at it.
    Warning,
    /// Not all was backed up.
    Failed,
}

impl JobRun {
    pub(crate) fn new(job: impl Into<String>, result: JobResult, began_at: Option<Timestamp>) -> Self {
        Self { job: job.into(), job_id: None, result, began_at }
    }
}

/// The last runs of a server's jobs.
pub(crate) async fn last_runs(client: &Client) -> Result<Vec<JobRun>, Error> {
    match client.system() {
        System::Em => em(&EmClient::from(client.clone())).await,
        System::Vb365 => {
            let jobs: Vec<Job> = client.list(&JobGet::new()).by_item().try_collect().await?;
            Ok(jobs.into_iter().filter_map(of_job).collect())
        }
        System::Zstack => Ok(Vec::new()),
    }
}

/// EM tells of runs, newest first: a job's first that has ended is its last.
async fn em(em: &EmClient) -> Result<Vec<JobRun>, Error> {
    let since = SystemTime::now().checked_sub(LOOK_BACK).unwrap_or(SystemTime::UNIX_EPOCH);
    let sessions = em.query::<SessionQuery>().filter(SessionQuery::CREATION_TIME.ge(since));
    let mut sessions = sessions.sort(SessionQuery::CREATION_TIME.desc()).by_item()?;
    let (mut runs, mut seen) = (Vec::new(), HashSet::new());
    while let Some(session) = sessions.try_next().await? {
        let Some(run) = of_session(session) else { continue };
        if seen.insert(run.job_id.clone().unwrap_or_else(|| run.job.clone())) {
            runs.push(run);
        }
    }
    Ok(runs)
}

fn of_session(session: BackupJobSession) -> Option<JobRun> {
    let result = match session.result? {
        OperationResult::Success => JobResult::Success,
        OperationResult::Warning => JobResult::Warning,
        OperationResult::Failed => JobResult::Failed,
        _ => return None,
    };
    let id = session.job_uid.map(|uid| uid.guid().unwrap_or(uid.as_str()).to_ascii_lowercase());
    let began_at = session.creation_time_utc.as_ref().and_then(time);
    Some(JobRun { job_id: id, ..JobRun::new(session.job_name?, result, began_at) })
}

fn of_job(job: Job) -> Option<JobRun> {
    let result = match job.last_status? {
        JobLastStatus::Success => JobResult::Success,
        JobLastStatus::Warning => JobResult::Warning,
        JobLastStatus::Failed => JobResult::Failed,
        // Running, stopped, disconnected and so on are states, and no ends that say how it went.
        _ => return None,
    };
    let began_at = job.last_run.as_ref().and_then(time);
    Some(JobRun { job_id: job.id.map(|id| id.into_string()), ..JobRun::new(job.name?, result, began_at) })
}

/// A time that says where it is; of one that does not nobody knows the age.
fn time(at: &DateTime) -> Option<Timestamp> {
    at.as_str().parse().ok()
}
