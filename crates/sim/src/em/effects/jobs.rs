//! What can be done with jobs.

use backhaul_models::em::{
    CreateObjectInJobSpec, JobCloneSpec, LinkedBackupRepository, LinkedJobObject, ObjectInJob, QuickBackupStartupSpec,
    VeeamZipStartupSpec,
};
use backhaul_wire::{Id, Struct};

use super::run;

use crate::em::store::Record;
use crate::em::tasks::{Done, Pointer};
use crate::em::value::{flag, push, set, text};
use crate::em::writer::path;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// The names of a kind of job's tasks: start, stop, retry.
fn tasks(kind: &str) -> [&'static str; 3] {
    match kind {
        "NASJob" => ["StartNasJob", "StopNasJob", "RetryNasJob"],
        "AgentBackupJob" => ["StartJob", "StopAgentJob", "RetryAgentJob"],
        _ => ["StartJob", "StopJob", "RetryJob"],
    }
}

/// The job that the path names.
fn job(call: &Call<'_>) -> Result<Record, Refusal> {
    let first = call.segments().into_iter().next().unwrap_or_default().to_ascii_lowercase();
    let kind = match first.as_str() {
        "nas" => "NASJob",
        "agents" => "AgentBackupJob",
        _ => "Job",
    };
    call.subject(kind).cloned()
}

fn title(job: &Record) -> String {
    job.name().unwrap_or_default().to_owned()
}

/// `?action=start`.
pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    let operation = tasks(job.kind.name)[0];
    call.begin(
        operation,
        Box::new(move |backend| {
            run::start(backend, &job, false)?;
            Ok(Done::says(format!("Job \"{}\" triggered to start.", title(&job))))
        }),
    )
}

/// `?action=sync`, which only backup copies have.
pub(super) fn sync(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    call.begin(
        "StartJobSync",
        Box::new(move |backend| {
            let kind = text(job.body.as_ref(), "JobType").unwrap_or_default();
            if !matches!(kind, "BackupCopy" | "ImmediateBackupCopy") {
                return Err(format!("Job \"{}\" is no backup copy.", title(&job)));
            }
            run::start(backend, &job, false)?;
            Ok(Done::says(format!("Job \"{}\" triggered to sync.", title(&job))))
        }),
    )
}

/// `?action=stop`.
pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    let operation = tasks(job.kind.name)[1];
    call.begin(
        operation,
        Box::new(move |backend| match run::stop_all(backend, &job) {
            0 => Err(format!("Job \"{}\" is not running.", title(&job))),
            _ => Ok(Done::says(format!("Job \"{}\" triggered to stop.", title(&job)))),
        }),
    )
}

/// `?action=retry`, of a job whose last session did not succeed.
pub(super) fn retry(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    let operation = tasks(job.kind.name)[2];
    call.begin(
        operation,
        Box::new(move |backend| {
            if !matches!(run::last_result(backend, &job).as_deref(), Some("Failed" | "Warning")) {
                return Err(format!("Job \"{}\" has nothing to retry.", title(&job)));
            }
            run::start(backend, &job, true)?;
            Ok(Done::says(format!("Job \"{}\" triggered to retry.", title(&job))))
        }),
    )
}

/// `?action=toggleScheduleEnabled`.
pub(super) fn toggle(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    call.begin(
        "ToggleScheduleEnabled",
        Box::new(move |backend| {
            backend.store.edit(job.kind.name, &job.id, |body| {
                let enabled = !flag(body, "ScheduleEnabled");
                set(body, "ScheduleEnabled", enabled);
            });
            Ok(Done::default())
        }),
    )
}

/// `POST /backupSessions/{ID}?action=stop`.
pub(super) fn stop_session(call: &mut Call<'_>) -> Answer {
    let session = call.subject("BackupJobSession")?.clone();
    call.begin(
        "StopJobSession",
        Box::new(move |backend| {
            let name = title(&session);
            match run::stop(backend, session.kind, &session.id) {
                true => Ok(Done::says(format!("Job Session \"{name}\" triggered to stop."))),
                false => Err(format!("Job Session \"{name}\" is not running.")),
            }
        }),
    )
}

/// `?action=clone`.
pub(super) fn clone(call: &mut Call<'_>) -> Answer {
    let job = job(call)?;
    let spec: JobCloneSpec = call.body()?;
    let kind = text(job.body.as_ref(), "JobType").unwrap_or_default().to_owned();
    let infos: [(&str, Option<&dyn Struct>); 4] = [
        ("Backup", spec.backup_job_clone_info.as_ref().map(|it| it as &dyn Struct)),
        ("BackupCopy", spec.backup_copy_job_clone_info.as_ref().map(|it| it as &dyn Struct)),
        ("ImmediateBackupCopy", spec.immediate_backup_copy_job_clone_info.as_ref().map(|it| it as &dyn Struct)),
        ("Replica", spec.replica_job_clone_info.as_ref().map(|it| it as &dyn Struct)),
    ];
    let (given, info) = infos
        .into_iter()
        .find_map(|(kind, info)| Some((kind, info?)))
        .ok_or_else(|| Refusal::bad("JobCloneSpec says nothing of the clone."))?;
    if given != kind {
        return Err(Refusal::bad(format!("The job is of the type {kind}, and {given} was sent.")));
    }
    let name = text(info, "JobName").unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad(format!("{}.JobName is missing.", info.shape().name)));
    }
    let description = text(info, "Description").map(str::to_owned);
    call.begin(
        "CloneJob",
        Box::new(move |backend| {
            if backend.store.all("Job").any(|other| other.name() == Some(&name)) {
                return Err(format!("There already is a job \"{name}\"."));
            }
            let id = backend.new_guid();
            let mut body = job.copy();
            set(body.as_mut(), "UID", &format!("urn:veeam:Job:{id}"));
            set(body.as_mut(), "Name", &name);
            if let Some(description) = &description {
                set(body.as_mut(), "Description", description);
            }
            // A clone waits until somebody wants it to run.
            set(body.as_mut(), "ScheduleEnabled", false);
            let copy = Record { id: id.into(), body: body.into(), ..job.clone() };
            let to = pointer(&copy, &path(&copy, &backend.store));
            backend.store.put(copy);
            Ok(Done::to(to))
        }),
    )
}

/// A link from a task to the entity that it made.
pub(super) fn pointer(record: &Record, path: &str) -> Pointer {
    let name = record.name().map(str::to_owned);
    let format = if record.kind.key { "?format=Entity" } else { "" };
    Pointer { rel: "Related", kind: record.kind.link, path: format!("{path}{format}"), name }
}

/// `POST .../includes` of a job or a policy.
pub(super) fn include(call: &mut Call<'_>) -> Answer {
    let spec: CreateObjectInJobSpec = call.body()?;
    let owner = call.record()?.clone();
    let mut item = ObjectInJob::default();
    item.hierarchy_obj_ref = spec.hierarchy_obj_ref;
    item.name = spec.hierarchy_obj_name.clone();
    item.display_name = spec.hierarchy_obj_name;
    item.order = spec.order;
    item.guest_processing_options = spec.guest_processing_options;
    let place = if text(owner.body.as_ref(), "JobType") == Some("Replica") { 1 } else { 0 };
    add(call, owner, place, item, |item, id| item.object_in_job_id = Some(id))
}

/// `POST /jobs/{ID}/linkedJobs`.
pub(super) fn link_job(call: &mut Call<'_>) -> Answer {
    let mut item: LinkedJobObject = call.body()?;
    let owner = copy_job(call)?;
    call.mentioned("Job", item.linked_job_uid.as_ref())?;
    item.href = None;
    add(call, owner.0, owner.1, item, |item, id| item.object_in_job_id = Some(id))
}

/// `POST /jobs/{ID}/linkedBackupRepositories`.
pub(super) fn link_repository(call: &mut Call<'_>) -> Answer {
    let mut item: LinkedBackupRepository = call.body()?;
    let owner = copy_job(call)?;
    call.mentioned("Repository", item.linked_backup_repository_uid.as_ref())?;
    item.href = None;
    add(call, owner.0, owner.1, item, |item, id| item.object_in_job_id = Some(id))
}

/// The backup copy job that the path names, and which of the two forms of its lists it uses.
fn copy_job(call: &Call<'_>) -> Result<(Record, usize), Refusal> {
    let owner = call.record()?.clone();
    match text(owner.body.as_ref(), "JobType") {
        Some("BackupCopy") => Ok((owner, 0)),
        Some("ImmediateBackupCopy") => Ok((owner, 1)),
        _ => Err(Refusal::bad("Only backup copies have linked jobs and repositories.")),
    }
}

/// Adds an item to the part of a record that the path names.
fn add<T: Struct>(
    call: &mut Call<'_>,
    owner: Record,
    place: usize,
    mut item: T,
    number: impl Fn(&mut T, Id) + Send + 'static,
) -> Answer {
    let segment = call.segments().into_iter().last().unwrap_or_default().into_owned();
    let part = owner.kind.parts.iter().find(|part| part.segment.eq_ignore_ascii_case(&segment));
    let part = part.ok_or_else(|| call.nothing())?;
    let list = part.paths.get(place).or(part.paths.first()).copied().unwrap_or_default();
    call.begin(
        part.tasks[0],
        Box::new(move |backend| {
            let id = backend.new_guid();
            number(&mut item, id.into());
            match backend.store.edit(owner.kind.name, &owner.id, |body| push(body, list, &item)) {
                true => Ok(Done::default()),
                false => Err(format!("The {} is no longer there.", owner.kind.name)),
            }
        }),
    )
}

/// `POST /backupServers/{ID}?action=quickbackup`.
pub(super) fn quick_backup(call: &mut Call<'_>) -> Answer {
    let spec: QuickBackupStartupSpec = call.body()?;
    single(call, "QuickBackup", "Quick Backup", spec.vm_ref)
}

/// `POST /backupServers/{ID}?action=veeamzip`.
pub(super) fn veeam_zip(call: &mut Call<'_>) -> Answer {
    let spec: VeeamZipStartupSpec = call.body()?;
    call.mentioned("Repository", spec.repository_uid.as_ref())?;
    single(call, "VeeamZip", "VeeamZIP", spec.vm_ref)
}

/// A session of one machine, without a job of its own: the backup server stands for it.
fn single(call: &mut Call<'_>, operation: &'static str, title: &'static str, vm: Option<Id>) -> Answer {
    let server = call.subject("BackupServer")?.clone();
    let reference = vm.map(Id::into_string).unwrap_or_default();
    let name = crate::em::lookup::name_of(&call.backend.store, &reference)
        .ok_or_else(|| Refusal::bad(format!("There is no machine {reference}.")))?;
    call.begin(
        operation,
        Box::new(move |backend| {
            let session = run::begin(backend, &server, &format!("{title} {name}"), &[name], false)?;
            let path = path(&session, &backend.store);
            Ok(Done::to(Pointer { name: None, ..pointer(&session, &path) }))
        }),
    )
}

/// `POST /cdpPolicies/{ID}?action=enable`.
pub(super) fn enable_policy(call: &mut Call<'_>) -> Answer {
    policy(call, true)
}

/// `POST /cdpPolicies/{ID}?action=disable`.
pub(super) fn disable_policy(call: &mut Call<'_>) -> Answer {
    policy(call, false)
}

fn policy(call: &mut Call<'_>, enabled: bool) -> Answer {
    let policy = call.subject("CdpPolicy")?.clone();
    call.begin(
        "UpdateCdpPolicy",
        Box::new(move |backend| {
            backend.store.edit(policy.kind.name, &policy.id, |body| set(body, "ScheduleEnabled", enabled));
            Ok(Done::default())
        }),
    )
}
