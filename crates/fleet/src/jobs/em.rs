//! Sessions of backup and replication jobs; a failed one has its reason, or those of the machines in it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backhaul_filter::em::{
    BackupJobSession as BackupQuery, BackupTaskSession as TaskQuery, ReplicaJobSession as ReplicaQuery,
};
use backhaul_models::em::{BackupJobSession, BackupTaskSession, JobSessionState, ReplicaJobSession};
use backhaul_transport::{Client, Error, em::EmClient};
use backhaul_wire::{Id, System};
use futures_util::{TryStreamExt, join};

use super::{Found, JobRun, Runs, said, timestamp};
use crate::problem::Problem;

/// More machines than this are not named in one reason.
const REASONS: usize = 3;

/// Two types with the same fields.
macro_rules! run {
    ($session:expr, $server:expr) => {{
        let session = $session;
        let running = session.state.as_ref().is_some_and(|state| *state != JobSessionState::Stopped);
        JobRun {
            job: session.job_name.clone().or_else(|| session.name.clone()),
            result: session.result.as_ref().filter(|_| !running).map(|result| result.as_str().to_owned()),
            reason: said(session.failure_message.as_deref()),
            started: timestamp(session.creation_time_utc.as_ref(), 0),
            ended: timestamp(session.end_time_utc.as_ref(), 0).filter(|_| !running),
            state: if running { "Running" } else { "Ended" },
            kind: session.job_type.as_ref().map(|kind| kind.as_str().to_owned()),
            job_id: session.job_uid.as_ref().map(guid),
            session_id: session.uid.as_ref().map(guid),
            ..JobRun::of(System::Em, $server)
        }
    }};
}

pub(super) async fn runs(asked: &Runs, server: &str, client: &Client) -> Result<Found, Error> {
    let em = EmClient::try_from(client.clone())?;
    let since = UNIX_EPOCH + Duration::from_secs(u64::try_from(asked.since.as_second()).unwrap_or(0));
    let backups = async {
        let mut filter = BackupQuery::CREATION_TIME.ge(since) | BackupQuery::STATE.ne("Stopped");
        if asked.failed {
            filter = BackupQuery::CREATION_TIME.ge(since) & BackupQuery::RESULT.eq("Failed");
        }
        em.query::<BackupQuery>().filter(filter).by_item()?.try_collect::<Vec<BackupJobSession>>().await
    };
    let replicas = async {
        let mut filter = ReplicaQuery::CREATION_TIME.ge(since) | ReplicaQuery::STATE.ne("Stopped");
        if asked.failed {
            filter = ReplicaQuery::CREATION_TIME.ge(since) & ReplicaQuery::RESULT.eq("Failed");
        }
        em.query::<ReplicaQuery>().filter(filter).by_item()?.try_collect::<Vec<ReplicaJobSession>>().await
    };
    let (backups, replicas, reasons) = join!(backups, replicas, reasons(&em, since));
    let mut found = Found::default();
    found.runs.extend(backups?.iter().map(|session| run!(session, server)));
    match replicas {
        Ok(replicas) => found.runs.extend(replicas.iter().map(|session| run!(session, server))),
        Err(error) => found.problems.push(Problem::of("sessions of replication jobs", error)),
    }
    match reasons {
        Ok(reasons) => {
            for run in
                found.runs.iter_mut().filter(|run| run.reason.is_none() && run.result.as_deref() != Some("Success"))
            {
                run.reason = run.session_id.as_ref().and_then(|id| reasons.get(id)).cloned();
            }
        }
        Err(error) => found.problems.push(Problem::of("reasons of failures", error)),
    }
    Ok(found)
}

/// Why machines were not backed up, by the session of the job.
async fn reasons(em: &EmClient, since: SystemTime) -> Result<BTreeMap<String, String>, Error> {
    let filter = TaskQuery::CREATION_TIME.ge(since) & TaskQuery::RESULT.ne("Success");
    let tasks: Vec<BackupTaskSession> = em.query::<TaskQuery>().filter(filter).by_item()?.try_collect().await?;
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for task in &tasks {
        let Some((session, reason)) = task.job_session_uid.as_ref().zip(said(task.reason.as_deref())) else { continue };
        let reason = match &task.vm_display_name {
            Some(machine) => format!("{machine}: {reason}"),
            None => reason,
        };
        all.entry(guid(session)).or_default().push(reason);
    }
    let joined = |(session, mut reasons): (String, Vec<String>)| {
        let more = reasons.len().saturating_sub(REASONS);
        reasons.truncate(REASONS);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        (session, format!("{}{more}", reasons.join("; ")))
    };
    Ok(all.into_iter().map(joined).collect())
}

fn guid(id: &Id) -> String {
    id.key().as_str().to_owned()
}
