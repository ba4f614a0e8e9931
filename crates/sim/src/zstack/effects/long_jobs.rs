//! Long jobs: operations that are submitted as messages, outlive their sessions, and can be cancelled.

use backhaul_models::zstack::operations::OPERATIONS;
use serde_json::{Value, json};

use super::generic::{inventory, overlay, tag};
use super::{EFFECTS, Handler};
use crate::engine::schedule::Clocked as _;
use crate::zstack::backend::Backend;
use crate::zstack::class::{self, Class};
use crate::zstack::input::Input;
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, text};

fn class() -> Result<&'static Class, Failure> {
    class::find("LongJobInventory").ok_or_else(|| Failure::operation("there are no long jobs here"))
}

/// `SubmitLongJob`.
pub(super) fn submit(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let class = class()?;
    let message = input.text("jobName");
    if !(message.starts_with("API") && message.ends_with("Msg")) {
        return Err(Failure::argument(format!("jobName[{message}] is no message such as APIAddImageMsg")));
    }
    if serde_json::from_str::<Body>(input.text("jobData")).is_err() {
        return Err(Failure::argument("jobData is not the JSON of a message"));
    }
    let mut body = Body::new();
    overlay(class, &mut body, &input.args);
    body.entry("name").or_insert_with(|| message.into());
    body.insert("uuid".to_owned(), input.text("resourceUuid").into());
    body.insert("apiId".to_owned(), backend.hex(32).into());
    body.insert("state".to_owned(), "Running".into());
    let row = backend.create(class, body);
    tag(backend, &row, input);
    start(backend, row.uuid().to_owned());
    Ok(inventory(&row))
}

/// How many jobs one after the other a long job takes as long as, so that there is time to cancel it.
const LONG: u32 = 10;

/// Lets a long job end in its time.
fn start(backend: &mut Backend, uuid: String) {
    backend.after(backend.settings.job_time.saturating_mul(LONG), move |backend| finish(backend, &uuid));
}

/// Carries a long job out that nobody has cancelled or started anew.
fn finish(backend: &mut Backend, uuid: &str) {
    let Some(row) = class().ok().and_then(|class| backend.store.get(class, uuid)).cloned() else { return };
    if text(&row.body, "state") != "Running" {
        return;
    }
    let (state, result) = match run(backend, text(&row.body, "jobName"), text(&row.body, "jobData")) {
        Ok(result) => ("Succeeded", result),
        Err(failure) => ("Failed", failure.value()),
    };
    backend.edit(row.class, uuid, |body| {
        body.insert("state".to_owned(), state.into());
        body.insert("jobResult".to_owned(), result.to_string().into());
        body.insert("executeTime".to_owned(), 1.into());
    });
}

/// Carries out the operation of a message; one without an effect of its own succeeds.
fn run(backend: &mut Backend, message: &str, data: &str) -> Result<Value, Failure> {
    let name = message.trim_start_matches("API").trim_end_matches("Msg");
    let operation = OPERATIONS.iter().find(|operation| operation.name == name);
    let handler: Option<Handler> = EFFECTS.iter().find(|(known, _)| *known == name).map(|(_, handler)| *handler);
    let (Some(operation), Some(handler)) = (operation, handler) else { return Ok(json!({})) };
    let args = serde_json::from_str(data).map_err(|_| Failure::argument("jobData is not the JSON of a message"))?;
    let input = Input { operation, args, system_tags: Vec::new(), user_tags: Vec::new(), who: None };
    input.check()?;
    handler(backend, &input)
}

/// `CancelLongJob`.
pub(super) fn cancel(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    into(backend, input, &["Waiting", "Running", "Suspended"], "Canceled")
}

/// `RerunLongJob`.
pub(super) fn rerun(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let answer = into(backend, input, &["Failed", "Canceled", "Succeeded"], "Running")?;
    start(backend, input.text("uuid").to_owned());
    Ok(answer)
}

/// `ResumeLongJob`.
pub(super) fn resume(backend: &mut Backend, input: &Input) -> Result<Value, Failure> {
    let answer = into(backend, input, &["Suspended"], "Running")?;
    start(backend, input.text("uuid").to_owned());
    Ok(answer)
}

/// Takes a long job from one of some states to another.
fn into(backend: &mut Backend, input: &Input, from: &[&str], to: &str) -> Result<Value, Failure> {
    let (class, uuid) = (class()?, input.text("uuid"));
    let row = backend.store.get(class, uuid).ok_or_else(|| Failure::not_found("long job", uuid))?;
    let state = text(&row.body, "state");
    if !from.contains(&state) {
        return Err(Failure::operation(format!("the long job {uuid} is {state}: it must be {}", from.join(" or "))));
    }
    let row = backend.edit(class, uuid, |body| {
        body.insert("state".to_owned(), to.into());
    });
    Ok(row.map_or_else(|| json!({}), |row| inventory(&row)))
}
