//! Jobs: what a 202 answers with. Whoever knows a job's uuid may ask for it, until it is forgotten.

use std::collections::{HashMap, HashSet};

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer;
use super::backend::Backend;
use super::refusal::{Failure, Refusal};
use crate::engine::message::{Reply, Request, WorkFault};
use crate::engine::schedule::Clocked as _;

/// What a job does once it is carried out.
pub(super) type Work = Box<dyn FnOnce(&mut Backend) -> Result<Value, Failure> + Send>;

/// How long the server gives an operation, in milliseconds, when the client does not say.
const TIMEOUT: u64 = 1_800_000;

/// All jobs that are not forgotten, by uuid.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    jobs: HashMap<String, Option<Result<Value, Failure>>>,
    used: HashSet<String>,
}

/// Begins a job and answers with where it is.
pub(super) fn begin(backend: &mut Backend, request: &Request, work: Work) -> Result<Reply, Refusal> {
    let uuid = match request.header("X-Job-UUID") {
        None => backend.hex(32),
        Some(uuid) if uuid.len() != 32 => {
            return Err(Refusal::text(format!("invalid X-Job-UUID[{uuid}]: it must have 32 characters")));
        }
        Some(uuid) => uuid.to_owned(),
    };
    let timeout = match request.header("X-API-Timeout") {
        None => TIMEOUT,
        Some(seconds) => {
            let seconds = seconds.trim().parse::<u64>();
            seconds.map_err(|_| Refusal::text("X-API-Timeout must be a number of seconds"))?.saturating_mul(1000)
        }
    };
    if !backend.jobs.used.insert(uuid.clone()) {
        return Err(Refusal::text(format!("duplicate X-Job-UUID[{uuid}]")));
    }
    let work_fault = request.work_fault.clone();
    if work_fault != WorkFault::Vanishes {
        backend.jobs.jobs.insert(uuid.clone(), None);
    }
    if work_fault != WorkFault::Hangs {
        let name = uuid.clone();
        backend.after(backend.settings.job_time, move |backend| finish(backend, name, work_fault, work));
    }
    let own = backend.settings.own_url.as_deref().unwrap_or(&request.base).trim_end_matches('/');
    let location = format!("{own}/zstack/v1/api-jobs/{uuid}");
    Ok(answer::reply(StatusCode::ACCEPTED, &json!({"location": location, "apiTimeout": timeout})))
}

fn finish(backend: &mut Backend, uuid: String, work_fault: WorkFault, work: Work) {
    let outcome = match work_fault {
        WorkFault::Fails(message) => Err(Failure::operation("the job failed").because(Failure::operation(message))),
        _ => work(backend),
    };
    if let Some(job) = backend.jobs.jobs.get_mut(&uuid) {
        *job = Some(outcome);
        backend.after(backend.settings.job_retention, move |backend| {
            backend.jobs.jobs.remove(&uuid);
        });
    }
}

/// `GET /v1/api-jobs/{uuid}`.
pub(super) fn get(backend: &Backend, uuid: &str) -> Result<Reply, Refusal> {
    match backend.jobs.jobs.get(uuid) {
        None => Err(Refusal::Text(StatusCode::NOT_FOUND, format!("the job[uuid:{uuid}] is not found or has expired"))),
        Some(None) => Ok(answer::reply(StatusCode::ACCEPTED, &json!({}))),
        // The event of what has nothing to tell still tells that.
        Some(Some(Ok(result))) if result.as_object().is_some_and(Map::is_empty) => {
            Ok(answer::reply(StatusCode::OK, &json!({"success": true})))
        }
        Some(Some(Ok(result))) => Ok(answer::reply(StatusCode::OK, result)),
        Some(Some(Err(failure))) => Ok(failure.reply()),
    }
}
