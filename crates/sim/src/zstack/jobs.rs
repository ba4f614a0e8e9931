//! Jobs: what a 202 answers with. Whoever knows a job's uuid may ask for it, until it is forgotten.

use std::collections::{HashMap, HashSet};

use http::StatusCode;
use serde_json::{Value, json};

use super::answer;
use super::refusal::{Failure, Refusal};
use super::world::World;
use crate::message::{Fate, Reply, Request};

/// What a job does once it is carried out.
pub(super) type Work = Box<dyn FnOnce(&mut World) -> Result<Value, Failure> + Send>;

/// How long the server gives an operation, in milliseconds, when the client does not say.
const TIMEOUT: u64 = 1_800_000;

/// All jobs that are not forgotten, by uuid.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    jobs: HashMap<String, Option<Result<Value, Failure>>>,
    used: HashSet<String>,
}

/// Begins a job and answers with where it is.
pub(super) fn begin(world: &mut World, request: &Request, work: Work) -> Result<Reply, Refusal> {
    let uuid = match request.header("X-Job-UUID") {
        None => world.hex(32),
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
    if !world.jobs.used.insert(uuid.clone()) {
        return Err(Refusal::text(format!("duplicate X-Job-UUID[{uuid}]")));
    }
    let fate = request.fate.clone();
    if fate != Fate::Vanishes {
        world.jobs.jobs.insert(uuid.clone(), None);
    }
    if fate != Fate::Hangs {
        let name = uuid.clone();
        world.after(world.settings.zstack_job_time, move |world| finish(world, name, fate, work));
    }
    let location = format!("{}/zstack/v1/api-jobs/{uuid}", world.settings.zstack_own_url.trim_end_matches('/'));
    Ok(answer::reply(StatusCode::ACCEPTED, &json!({"location": location, "apiTimeout": timeout})))
}

fn finish(world: &mut World, uuid: String, fate: Fate, work: Work) {
    let outcome = match fate {
        Fate::Fails(message) => Err(Failure::operation("the job failed").because(Failure::operation(message))),
        _ => work(world),
    };
    if let Some(job) = world.jobs.jobs.get_mut(&uuid) {
        *job = Some(outcome);
        world.after(world.settings.zstack_job_retention, move |world| {
            world.jobs.jobs.remove(&uuid);
        });
    }
}

/// `GET /v1/api-jobs/{uuid}`.
pub(super) fn get(world: &World, uuid: &str) -> Result<Reply, Refusal> {
    match world.jobs.jobs.get(uuid) {
        None => Err(Refusal::Text(StatusCode::NOT_FOUND, format!("the job[uuid:{uuid}] is not found or has expired"))),
        Some(None) => Ok(answer::reply(StatusCode::ACCEPTED, &json!({}))),
        Some(Some(Ok(result))) => Ok(answer::reply(StatusCode::OK, result)),
        Some(Some(Err(failure))) => Ok(failure.reply()),
    }
}
