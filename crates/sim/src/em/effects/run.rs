//! Jobs that run: sessions and task sessions that begin, go on and end, and what a backup leaves behind.

use std::sync::Arc;

use backhaul_models::em::{AgentRestorePoint, BackupFile, RestorePoint, VmRestorePoint};
use backhaul_wire::reflect::Model;

use crate::em::backend::Backend;
use crate::em::resource_types::{self, ResourceType, empty};
use crate::em::store::{Owner, Record};
use crate::em::value::{items, set, text};
use crate::engine::schedule::Clocked as _;

/// Where a job's objects stand in its entity, and what their names are called.
const OBJECTS: [(&str, &str); 6] = [
    ("JobInfo.BackupJobInfo.Includes", "Name"),
    ("JobInfo.ReplicaJobInfo.Includes", "Name"),
    ("JobInfo.Includes", "DisplayName"),
    ("JobInfo.Includes", "Name"),
    ("Includes", "FileOrFolder"),
    ("CdpPolicyInfo.CdpReplicaPolicyInfo.Includes", "Name"),
];

/// The kinds of the sessions of a run.
#[derive(Clone, Copy)]
struct SessionTypes {
    session: &'static ResourceType,
    task: &'static ResourceType,
    job_type: &'static str,
}

impl SessionTypes {
    fn of(job: &Record) -> Option<Self> {
        let own = text(job.body.as_ref(), "JobType").unwrap_or_default();
        let (session, task, job_type) = match (job.kind.name, own) {
            ("Job", "Replica") => ("ReplicaJobSession", "ReplicaTaskSession", "Replica"),
            ("Job", "BackupCopy") => ("BackupJobSession", "BackupTaskSession", "BackupCopy"),
            ("Job", "ImmediateBackupCopy") => ("BackupJobSession", "BackupTaskSession", "ImmediateBackupCopy"),
            ("AgentBackupJob", _) => ("BackupJobSession", "BackupTaskSession", "AgentBackup"),
            ("NASJob", _) => ("BackupJobSession", "BackupTaskSession", "NasBackup"),
            _ => ("BackupJobSession", "BackupTaskSession", "Backup"),
        };
        Some(Self { session: resource_types::find(session)?, task: resource_types::find(task)?, job_type })
    }
}

/// The sessions of a job that are not over.
pub(super) fn running(backend: &Backend, job: &Record) -> Vec<Arc<str>> {
    let Some(kinds) = SessionTypes::of(job) else { return Vec::new() };
    let all = backend.store.all(kinds.session.name).filter(|session| session.belongs_to(job));
    all.filter(|session| text(session.body.as_ref(), "State") != Some("Stopped")).map(|it| it.id.clone()).collect()
}

/// How the last session of a job that is over ended.
pub(super) fn last_result(backend: &Backend, job: &Record) -> Option<String> {
    let kinds = SessionTypes::of(job)?;
    let all = backend.store.all(kinds.session.name).filter(|session| session.belongs_to(job));
    let last = all.max_by_key(|session| text(session.body.as_ref(), "CreationTimeUTC").map(str::to_owned))?;
    text(last.body.as_ref(), "Result").map(str::to_owned)
}

/// Begins a session of a job for all its objects; `Err` when it already runs.
pub(super) fn start(backend: &mut Backend, job: &Record, retry: bool) -> Result<Record, String> {
    let name = job.name().unwrap_or_default().to_owned();
    if !running(backend, job).is_empty() {
        return Err(format!("Job \"{name}\" is already running."));
    }
    let objects = OBJECTS.iter().map(|(path, field)| {
        items(job.body.as_ref(), path).into_iter().filter_map(|item| text(item, field)).map(str::to_owned).collect()
    });
    let objects: Vec<String> = objects.into_iter().find(|found: &Vec<String>| !found.is_empty()).unwrap_or_default();
    begin(backend, job, &name, &objects, retry)
}

/// Begins a session under a name, for these objects.
pub(super) fn begin(
    backend: &mut Backend,
    job: &Record,
    name: &str,
    objects: &[String],
    retry: bool,
) -> Result<Record, String> {
    let kinds = SessionTypes::of(job).ok_or("The job cannot run.")?;
    let date = backend.iso_date();
    let stamp = date.replace('T', " ").replace('Z', "");
    let mut owners: Vec<Owner> = backend.store.owner(job, "BackupServer").map(Record::as_owner).into_iter().collect();
    if job.kind.name == "BackupServer" {
        owners.push(job.as_owner());
    }
    let server = owners.clone();
    if job.kind.name != "BackupServer" {
        owners.push(job.as_owner());
    }
    let session = record(backend, kinds.session, owners, |body, uid| {
        set(body, "UID", uid);
        set(body, "Name", &format!("{name}@{stamp}"));
        set(body, "JobUid", &job.uid());
        set(body, "JobName", name);
        set(body, "JobType", kinds.job_type);
        set(body, "CreationTimeUTC", &date);
        set(body, "State", "Working");
        set(body, "Result", "None");
        set(body, "Progress", 0);
        set(body, "IsRetry", retry);
    });
    let mut tasks = Vec::new();
    for object in objects {
        let owners = server.iter().cloned().chain([session.as_owner()]).collect();
        let task = record(backend, kinds.task, owners, |body, uid| {
            set(body, "UID", uid);
            set(body, "Name", &format!("{object}@{stamp}"));
            set(body, "VmDisplayName", object.as_str());
            set(body, "JobSessionUid", &session.uid());
            set(body, "CreationTimeUTC", &date);
            set(body, "State", if tasks.is_empty() { "InProgress" } else { "Pending" });
            set(body, "Result", "None");
            set(body, "Reason", "");
            set(body, "TotalSize", 64_424_509_440);
        });
        tasks.push(task.id);
    }
    let time = backend.pace.job_time;
    for quarter in 1..4_u32 {
        let (id, tasks) = (session.id.clone(), tasks.clone());
        backend.after(time * quarter / 4, move |backend| go_on(backend, kinds, &id, &tasks, quarter));
    }
    let (id, job) = (session.id.clone(), job.clone());
    backend.after(time, move |backend| finish(backend, kinds, &job, &id, &tasks));
    Ok(session)
}

fn record(
    backend: &mut Backend,
    kind: &'static ResourceType,
    owners: Vec<Owner>,
    fill: impl FnOnce(&mut dyn backhaul_wire::Struct, &str),
) -> Record {
    let id = backend.new_guid();
    let mut body = empty(kind.one);
    fill(body.as_mut(), &format!("urn:veeam:{}:{id}", kind.urn));
    let record = Record { kind, id: id.into(), body: body.into(), owners };
    backend.store.put(record.clone());
    record
}

fn is_running(backend: &Backend, kinds: SessionTypes, session: &str) -> bool {
    let record = backend.store.get(kinds.session, session);
    record.is_some_and(|record| text(record.body.as_ref(), "State") == Some("Working"))
}

/// A quarter of the time has gone: the session's progress says so, and as many of its tasks are over.
fn go_on(backend: &mut Backend, kinds: SessionTypes, session: &str, tasks: &[Arc<str>], quarter: u32) {
    if !is_running(backend, kinds, session) {
        return;
    }
    backend.store.edit(kinds.session.name, session, |body| set(body, "Progress", i64::from(quarter) * 25));
    let over = tasks.len() * usize::try_from(quarter).unwrap_or(0) / 4;
    for task in &tasks[..over] {
        complete(backend, kinds.task, task, "Success", "");
    }
    if let Some(next) = tasks.get(over) {
        backend.store.edit(kinds.task.name, next, |body| set(body, "State", "InProgress"));
    }
}

fn complete(backend: &mut Backend, kind: &ResourceType, task: &str, result: &str, reason: &str) {
    let date = backend.iso_date();
    let over = backend.store.get(kind, task).is_some_and(|it| text(it.body.as_ref(), "State") == Some("Completed"));
    if !over {
        backend.store.edit(kind.name, task, |body| {
            set(body, "EndTimeUTC", &date);
            set(body, "State", "Completed");
            set(body, "Result", result);
            set(body, "Reason", reason);
        });
    }
}

fn finish(backend: &mut Backend, kinds: SessionTypes, job: &Record, session: &str, tasks: &[Arc<str>]) {
    if !is_running(backend, kinds, session) {
        return;
    }
    for task in tasks {
        complete(backend, kinds.task, task, "Success", "");
    }
    close(backend, kinds.session, session, "Success", 100);
    leave_points(backend, kinds, job, session, tasks);
}

fn close(backend: &mut Backend, kind: &ResourceType, session: &str, result: &str, progress: i64) {
    let date = backend.iso_date();
    backend.store.edit(kind.name, session, |body| {
        set(body, "EndTimeUTC", &date);
        set(body, "State", "Stopped");
        set(body, "Result", result);
        if progress > 0 {
            set(body, "Progress", progress);
        }
    });
}

/// Ends a session before its time, and says whether it was running.
pub(super) fn stop(backend: &mut Backend, kind: &'static ResourceType, session: &str) -> bool {
    let Some(record) = backend.store.get(kind, session).cloned() else { return false };
    if text(record.body.as_ref(), "State") == Some("Stopped") {
        return false;
    }
    for task in ["BackupTaskSession", "ReplicaTaskSession"] {
        let Some(task) = resource_types::find(task) else { continue };
        let open: Vec<Arc<str>> =
            backend.store.all(task.name).filter(|it| it.belongs_to(&record)).map(|it| it.id.clone()).collect();
        for id in open {
            complete(backend, task, &id, "Failed", "The session was stopped by the user.");
        }
    }
    close(backend, kind, session, "Failed", 0);
    true
}

/// Ends every session of a job that runs, and says how many did.
pub(super) fn stop_all(backend: &mut Backend, job: &Record) -> usize {
    let Some(kinds) = SessionTypes::of(job) else { return 0 };
    running(backend, job).iter().filter(|session| stop(backend, kinds.session, session)).count()
}

/// What a backup that has succeeded leaves behind: a file with a restore point, and in it a point of every object.
fn leave_points(backend: &mut Backend, kinds: SessionTypes, job: &Record, session: &str, tasks: &[Arc<str>]) {
    let backup = backend.store.all("Backup").find(|backup| backup.belongs_to(job)).cloned();
    let (Some(backup), true) = (backup, matches!(kinds.job_type, "Backup" | "AgentBackup")) else { return };
    let date = backend.iso_date();
    let server: Vec<Owner> = backend.store.owner(job, "BackupServer").map(Record::as_owner).into_iter().collect();
    let with = |more: &[Owner]| -> Vec<Owner> { server.iter().chain(more).cloned().collect() };
    let stamp = date.replace([':', 'Z'], "");
    let Some(file) = new::<BackupFile>(backend, with(&[backup.as_owner()]), |body, uid| {
        set(body, "UID", uid);
        set(body, "Name", &format!("{}D{stamp}.vib", backup.name().unwrap_or_default()));
        set(body, "CreationTimeUtc", &date);
        set(body, "FileType", "vib");
        set(body, "BackupSize", 31_608_832);
        set(body, "DataSize", 42_949_683_607);
    }) else {
        return;
    };
    let Some(point) = new::<RestorePoint>(backend, with(&[backup.as_owner(), file.as_owner()]), |body, uid| {
        set(body, "UID", uid);
        set(body, "Name", &date.replace(['T', 'Z'], " ").trim().to_owned());
        set(body, "BackupDateUTC", &date);
    }) else {
        return;
    };
    tie(backend, kinds.session, session, &point);
    for id in tasks {
        let Some(task) = backend.store.get(kinds.task, id).cloned() else { continue };
        let name = text(task.body.as_ref(), "VmDisplayName").unwrap_or_default().to_owned();
        let owners = with(&[point.as_owner(), file.as_owner()]);
        let fill = |body: &mut dyn backhaul_wire::Struct, uid: &str| {
            set(body, "UID", uid);
            set(body, "Name", &format!("{name}@{}", date.replace(['T', 'Z'], " ").trim()));
            set(body, "VmDisplayName", &name);
            set(body, "VmName", &name);
            set(body, "CreationTimeUTC", &date);
            set(body, "Algorithm", "Incremental");
            set(body, "PointType", "Increment");
        };
        let made = match kinds.job_type {
            "AgentBackup" => new::<AgentRestorePoint>(backend, owners, fill),
            _ => new::<VmRestorePoint>(backend, owners, fill),
        };
        if let Some(made) = made {
            tie(backend, kinds.task, id, &made);
        }
    }
}

fn new<T: Model>(
    backend: &mut Backend,
    owners: Vec<Owner>,
    fill: impl FnOnce(&mut dyn backhaul_wire::Struct, &str),
) -> Option<Record> {
    Some(record(backend, resource_types::find(T::SHAPE.name)?, owners, fill))
}

/// Ties a record to another, so that a link leads there.
fn tie(backend: &mut Backend, kind: &ResourceType, id: &str, to: &Record) {
    if let Some(mut record) = backend.store.get(kind, id).cloned() {
        record.owners.retain(|owner| owner.kind != to.kind);
        record.owners.push(to.as_owner());
        backend.store.put(record);
    }
}
