//! Sessions of backup and copy jobs.
//!
//! A session tells its job since v8. Before, sessions are asked for job by job, so that each has its job's name.

use std::collections::BTreeMap;

use backhaul_models::vb365::operations::{CopyJobGet, JobGet, JobSessionGet, JobSessionGetByJobId};
use backhaul_models::vb365::{CopyJob, Job, JobSession, JobSessionStatus};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Client, Error};
use backhaul_wire::{Id, System};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use futures_util::{FutureExt, TryStreamExt};

use super::{Found, JobRun, Runs, said, timestamp};
use crate::problem::Problem;

/// How many listings of one server are under way at once.
const AT_ONCE: usize = 8;

pub(super) async fn runs(asked: &Runs, server: &str, client: &Client) -> Result<Found, Error> {
    let client = &Vb365Client::try_from(client.clone())?;
    let jobs = jobs(client).await?;
    let mut found = Found::default();
    let mut all = JobSessionGet::new();
    // What is running has no end that could be late enough.
    all.end_time_lower_bound =
        asked.failed.then(|| asked.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().as_str().into());
    let sessions: Option<Vec<JobSession>> = match client.list(&all).by_item().try_collect::<Vec<JobSession>>().await {
        Ok(sessions) if sessions.iter().all(|session| session.job_id.is_some()) => Some(sessions),
        Ok(_) => None,
        Err(error) if error.is_unsupported() => None,
        Err(error) => return Err(error),
    };
    if let Some(sessions) = sessions {
        found.runs.extend(sessions.iter().map(|session| {
            let job = session.job_id.as_ref().map(key);
            run(session, server, job.as_ref().and_then(|id| jobs.get(id)), job.clone())
        }));
        return Ok(found);
    }
    // Boxed, because the compiler cannot tell that a closure over references gives futures that may be sent.
    let by_job: Vec<BoxFuture<'_, _>> =
        jobs.iter().map(|(id, job)| async move { (of_job(client, id).await, id, job) }.boxed()).collect();
    let mut by_job = stream::iter(by_job).buffered(AT_ONCE);
    while let Some((sessions, id, job)) = by_job.next().await {
        match sessions {
            Ok(sessions) => {
                found.runs.extend(sessions.iter().map(|session| run(session, server, Some(job), Some(id.clone()))));
            }
            Err(error) => found.problems.push(Problem::of(format!("sessions of the job {}", job.name), error)),
        }
    }
    Ok(found)
}

/// The sessions of one job: from v7 on they are all in one listing, before in one for each job.
async fn of_job(client: &Vb365Client, id: &str) -> Result<Vec<JobSession>, Error> {
    let old = JobSessionGetByJobId::new(id);
    match client.list(&old).by_item().try_collect::<Vec<JobSession>>().await {
        Err(error) if error.is_unsupported() => {
            let mut call = JobSessionGet::new();
            call.job_id = Some(id.into());
            client.list(&call).by_item().try_collect().await
        }
        // Before v7, a copy job is not among the jobs that have a listing of their own.
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        answered => answered,
    }
}

struct Known {
    name: String,
    kind: &'static str,
}

/// The jobs by their ids. Copy jobs came with v6.
async fn jobs(client: &Vb365Client) -> Result<BTreeMap<String, Known>, Error> {
    let jobs: Vec<Job> = client.list(&JobGet::new()).by_item().try_collect().await?;
    let copies: Vec<CopyJob> = match client.list(&CopyJobGet::new()).by_item().try_collect().await {
        Err(error) if error.is_unsupported() => Vec::new(),
        answered => answered?,
    };
    let known = |id: Option<&Id>, name: Option<&String>, kind| Some((key(id?), Known { name: name?.clone(), kind }));
    let jobs = jobs.iter().filter_map(|job| known(job.id.as_ref(), job.name.as_ref(), "Backup"));
    let copies = copies.iter().filter_map(|job| known(job.id.as_ref(), job.name.as_ref(), "Copy"));
    Ok(jobs.chain(copies).collect())
}

fn key(id: &Id) -> String {
    id.key().as_str().to_owned()
}

fn run(session: &JobSession, server: &str, job: Option<&Known>, job_id: Option<String>) -> JobRun {
    let status = session.status.as_ref();
    let running = status.is_some_and(|status| matches!(status, JobSessionStatus::Running | JobSessionStatus::Queued));
    let kind = session.job_type.as_ref().map(|kind| kind.as_str().to_owned());
    JobRun {
        job: job.map(|job| job.name.clone()),
        result: status.filter(|_| !running).map(|status| status.as_str().to_owned()),
        reason: said(session.details.as_deref()),
        started: timestamp(session.creation_time.as_ref(), 0),
        ended: timestamp(session.end_time.as_ref(), 0).filter(|_| !running),
        state: if running { "Running" } else { "Ended" },
        kind: kind.or_else(|| job.map(|job| job.kind.to_owned())),
        job_id,
        session_id: session.id.as_ref().map(key),
        ..JobRun::of(System::Vb365, server)
    }
}
