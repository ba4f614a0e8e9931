//! Long jobs.

use backhaul_models::zstack::operations::QueryLongJob;
use backhaul_models::zstack::{LongJob, LongJobState};
use backhaul_transport::{Client, Error};
use backhaul_wire::{Id, System};
use futures_util::TryStreamExt;

use super::{Found, JobRun, Runs, said, timestamp};

pub(super) async fn runs(asked: &Runs, server: &str, client: &Client) -> Result<Found, Error> {
    let mut call = QueryLongJob::new();
    if asked.failed {
        call.q = vec!["state=Failed".to_owned()];
    }
    let jobs: Vec<LongJob> = client.list(&call).by_item().try_collect().await?;
    let runs = jobs.iter().map(|job| run(job, server, asked.zstack_offset_seconds)).collect();
    Ok(Found { runs, ..Found::default() })
}

fn run(job: &LongJob, server: &str, offset_seconds: i32) -> JobRun {
    use LongJobState::{Failed, Running, Succeeded, Waiting};
    let state = job.state.as_ref();
    let running = matches!(state, Some(Running | Waiting));
    let result = state.filter(|_| !running).map(|state| match state {
        Succeeded => "Success".to_owned(),
        other => other.as_str().to_owned(),
    });
    let id = |id: &Id| id.as_str().to_owned();
    JobRun {
        job: said(job.name.as_deref()).or_else(|| job.job_name.clone()),
        result,
        // A job that did what it should answers with what it made.
        reason: said(job.job_result.as_deref()).filter(|_| state == Some(&Failed)),
        started: timestamp(job.create_date.as_ref(), offset_seconds),
        ended: timestamp(job.last_op_date.as_ref(), offset_seconds).filter(|_| !running),
        state: if running { "Running" } else { "Ended" },
        kind: job.job_name.clone(),
        job_id: job.target_resource_uuid.as_ref().map(id),
        session_id: job.uuid.as_ref().map(id),
        ..JobRun::of(System::Zstack, server)
    }
}
