//! Jobs and copy jobs, and their sessions, which begin, go on and end by the clock.

use backhaul_wire::Id;
use http::StatusCode;
use serde_json::{Value, json};

use crate::engine::clock;
use crate::engine::message::{Reply, WorkFault};
use crate::engine::schedule::Clocked as _;
use crate::vb365::backend::Backend;
use crate::vb365::content::{OBJECT_BYTES, log_item, record, restore_point};
use crate::vb365::invent;
use crate::vb365::paths::CollectionPath;
use crate::vb365::store::{Collection, Members, Record};
use crate::vb365::{Call, Refusal, resources};

type Answer = Result<Reply, Refusal>;

/// How often a session tells how far it is, before its end.
const STEPS: u32 = 4;
const DAY: i64 = 86_400;

/// The collection that a call is about.
fn key(call: &Call<'_>) -> &'static str {
    if call.operation.path.starts_with("/CopyJobs") { "copyjobs" } else { "jobs" }
}

/// `POST /Jobs`, `/Organizations/{id}/Jobs`, `/CopyJobs`.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let mut body = call.members()?;
    let named = |body: &Members, name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if key(call) == "copyjobs" {
        let original = named(&body, "backupJobId");
        let job = call.backend.find("jobs", &original);
        let job = job.ok_or_else(|| Refusal::bad(format!("There is no backup job {original}.")))?;
        let copied = |collection: &Collection| collection.all().any(|copy| copy.says("backupJobId", &job.id));
        if call.backend.top("copyjobs").is_some_and(copied) {
            return Err(Refusal::conflict(format!("The job {} has a copy job already.", job.text("name"))));
        }
        body.insert("organizationId".to_owned(), job.text("organizationId").into());
        body.entry("name").or_insert_with(|| format!("{} (copy)", job.text("name")).into());
    } else {
        let of_path = Some(call.path.first()).filter(|id| !id.is_empty()).map(str::to_owned);
        let organization = of_path.unwrap_or_else(|| named(&body, "organizationId"));
        if call.backend.find("organizations", &organization).is_none() {
            return Err(Refusal::bad(format!("There is no organization {organization}.")));
        }
        body.entry("backupType").or_insert_with(|| "EntireOrganization".into());
    }
    let repository = named(&body, "repositoryId");
    if !repository.is_empty() && call.backend.find("backuprepositories", &repository).is_none() {
        return Err(Refusal::bad(format!("There is no backup repository {repository}.")));
    }
    let name = named(&body, "name");
    let taken = |collection: &Collection| collection.all().any(|job| job.says("name", &name));
    if !name.is_empty() && call.backend.top(key(call)).is_some_and(taken) {
        return Err(Refusal::conflict(format!("A job named {name} exists already.")));
    }
    body.entry("description").or_insert_with(|| "".into());
    body.entry("isEnabled").or_insert(true.into());
    body.insert("lastStatus".to_owned(), "Stopped".into());
    let run_now = body.remove("runNow") == Some(Value::Bool(true));
    let id = call.backend.new_guid();
    body.insert("id".to_owned(), id.as_str().into());
    let reply = resources::create_with(call, body)?;
    if run_now {
        run(call, key(call), &id, false)?;
    }
    Ok(reply)
}

/// `DELETE`: its sessions and restore points stay.
pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let job = call.subject(key(call))?;
    if running(call.backend, &job.id).is_some() {
        return Err(Refusal::conflict("The job is running."));
    }
    call.backend.remove(key(call), &job.id);
    Ok(call.done())
}

/// `start`.
pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let job = call.subject(key(call))?;
    let full = call.members()?.get("full") == Some(&Value::Bool(true));
    let session = run(call, key(call), &job.id, full)?;
    Ok(call.reply_record("jobsessions", &session))
}

/// `stop`.
pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let job = call.subject(key(call))?;
    let Some(session) = running(call.backend, &job.id) else {
        return Err(Refusal::conflict("The job is not running."));
    };
    close(call.backend, key(call), &job.id, &session, "Stopped", "The session was stopped by the user.");
    Ok(call.done())
}

/// `enable`.
pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    toggle(call, true)
}

/// `disable`.
pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    toggle(call, false)
}

fn toggle(call: &mut Call<'_>, enabled: bool) -> Answer {
    let job = call.subject(key(call))?;
    call.backend.edit(key(call), &job.id, |body| drop(body.insert("isEnabled".to_owned(), enabled.into())));
    Ok(call.done())
}

/// `GET /Jobs/{id}/CopyJob`.
pub(super) fn copy_of(call: &mut Call<'_>) -> Answer {
    let job = call.subject("jobs")?;
    let copies = |copy: &&Record| copy.says("backupJobId", &job.id);
    let copy = call.backend.top("copyjobs").and_then(|collection| collection.all().find(copies)).cloned();
    let copy = copy.ok_or_else(|| Refusal::not_found("The copy job of", &job.id))?;
    Ok(call.reply_record("copyjobs", &copy))
}

/// `GET /CopyJobs/{id}/BackupJob`.
pub(super) fn copied_by(call: &mut Call<'_>) -> Answer {
    let copy = call.subject("copyjobs")?;
    let job = call.backend.find("jobs", copy.text("backupJobId"));
    let job = job.ok_or_else(|| Refusal::not_found("The backup job of", &copy.id))?;
    Ok(call.reply_record("jobs", &job))
}

/// The session of a job that runs.
fn running(backend: &mut Backend, job: &str) -> Option<String> {
    let mut sessions = backend.top("jobsessions")?.all().rev();
    sessions.find(|it| it.says("jobId", job) && it.says("status", "Running")).map(|it| it.id.to_string())
}

/// Begins a session.
fn run(call: &mut Call<'_>, key: &'static str, job: &str, full: bool) -> Result<Record, Refusal> {
    let backend = &mut *call.backend;
    if running(backend, job).is_some() {
        return Err(Refusal::conflict("The job is running already."));
    }
    let Some(job) = backend.find(key, job) else {
        return Err(Refusal::new(StatusCode::NOT_FOUND, format!("The job {job} was not found.")));
    };
    let (id, date) = (backend.new_guid(), backend.iso_date());
    let session = record(
        &id,
        json!({
            "jobId": &*job.id, "repositoryId": job.text("repositoryId"), "creationTime": date, "progress": 0, "status": "Running",
            "jobType": if key == "jobs" { "Backup" } else { "Copy" },
            "jobSessionConfigType": if full { "Full" } else { "Incremental" },
        }),
    );
    backend.put("jobsessions", session);
    log(backend, &id, "Success", &format!("Job started at {date}"));
    backend.edit(key, &job.id, |body| {
        body.insert("lastRun".to_owned(), date.as_str().into());
        body.insert("lastStatus".to_owned(), "Running".into());
    });
    let work_fault = call.request.work_fault.clone();
    if work_fault != WorkFault::Hangs {
        let objects = 20 + invent::number(&id, 400);
        for step in 1..STEPS {
            let id = id.clone();
            backend.after(backend.job_time / STEPS * step, move |backend| {
                go_on(backend, &id, objects * u64::from(step) / u64::from(STEPS))
            });
        }
        let (job, session) = (job.id.to_string(), id.clone());
        backend.after(backend.job_time, move |backend| match work_fault {
            WorkFault::Fails(message) => close(backend, key, &job, &session, "Failed", &message),
            _ => finish(backend, key, &job, &session, objects),
        });
        backend.catch_up();
    }
    backend.find("jobsessions", &id).ok_or_else(|| Refusal::not_found("The session", &id))
}

fn is_running(backend: &mut Backend, session: &str) -> bool {
    backend.find("jobsessions", session).is_some_and(|session| session.says("status", "Running"))
}

/// So many objects have been processed.
fn go_on(backend: &mut Backend, session: &str, objects: u64) {
    if is_running(backend, session) {
        backend.edit("jobsessions", session, |body| {
            body.insert("progress".to_owned(), objects.into());
        });
    }
}

/// Ends a session well: what was backed up takes space, and can be restored.
fn finish(backend: &mut Backend, key: &'static str, job: &str, session: &str, objects: u64) {
    if !is_running(backend, session) {
        return;
    }
    go_on(backend, session, objects);
    log(backend, session, "Success", &format!("Found {objects} objects"));
    close(backend, key, job, session, "Success", "");
    let Some(job) = backend.find(key, job) else { return };
    let (organization, repository, date) = (job.text("organizationId"), job.text("repositoryId"), backend.iso_date());
    let next = clock::iso(backend.seconds() + DAY);
    backend.edit(key, &job.id, |body| {
        body.insert("lastBackup".to_owned(), date.as_str().into());
        body.insert("nextRun".to_owned(), next.into());
    });
    backend.edit("organizations", organization, |body| {
        body.insert("isBackedup".to_owned(), true.into());
        body.entry("firstBackuptime").or_insert_with(|| date.as_str().into());
        body.insert("lastBackuptime".to_owned(), date.as_str().into());
    });
    let bytes = i64::try_from(objects).unwrap_or(i64::MAX).saturating_mul(OBJECT_BYTES);
    backend.usages.grow(organization, repository, bytes);
    backend.edit("backuprepositories", repository, |body| {
        if let Some(free) = body.get("freeSpaceBytes").and_then(Value::as_i64).filter(|free| *free >= bytes) {
            body.insert("freeSpaceBytes".to_owned(), (free - bytes).into());
        }
    });
    let mut point = restore_point(organization, repository, &job.id, &date);
    point.body.insert("isCopy".to_owned(), (key == "copyjobs").into());
    backend.put("restorepoints", point);
}

/// Ends a session that runs.
fn close(backend: &mut Backend, key: &'static str, job: &str, session: &str, status: &str, details: &str) {
    if !is_running(backend, session) {
        return;
    }
    let date = backend.iso_date();
    let result = if status == "Success" { "Success" } else { "Failed" };
    if !details.is_empty() {
        log(backend, session, result, details);
    }
    log(backend, session, result, &format!("Job finished at {date}"));
    backend.edit("jobsessions", session, |body| {
        body.insert("endTime".to_owned(), date.into());
        body.insert("status".to_owned(), status.into());
        body.insert("details".to_owned(), details.into());
    });
    backend.edit(key, job, |body| drop(body.insert("lastStatus".to_owned(), status.into())));
}

/// Adds a line to a session's log.
fn log(backend: &mut Backend, session: &str, result: &str, text: &str) {
    let id = Id::from(session);
    let key = format!("jobsessions/{}/logitems", id.as_str().to_ascii_lowercase());
    let place = CollectionPath {
        key: key.clone(),
        template: "jobsessions/{}/logitems".to_owned(),
        shown: key.clone(),
        only: None,
    };
    let at = backend.collection(&place).map_or(0, Collection::len);
    let date = backend.iso_date();
    backend.store.collection_mut(&key).put(log_item(session, at, &date, &date, result, text));
}
