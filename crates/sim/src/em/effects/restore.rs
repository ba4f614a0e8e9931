//! Restores and failovers: sessions that begin and end, and the plans that start them.

use backhaul_models::em::{
    CdpFailoverStartSpec, CdpIntervalsSpec, CdpReplicaInterval, CdpReplicaIntervals, CdpReplicaPoint,
    CloudFailoverPlanManagementSpec, CloudFailoverSession, FailoverPlanManagementSpec, RestoreSession, RestoreSpec,
};
use http::StatusCode;

use super::create::New;
use super::jobs::pointer;
use crate::em::backend::Backend;
use crate::em::store::{Owner, Record};
use crate::em::tasks::{Done, Effect, Pointer};
use crate::em::value::{set, text};
use crate::em::writer::path;
use crate::em::{Call, Refusal};
use crate::engine::clock;
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// Begins a restore session about a record, and gives the link to it.
pub(in crate::em) fn session(backend: &mut Backend, of: &Record, job_type: &'static str) -> Result<Pointer, String> {
    let date = backend.iso_date();
    let name = of.name().unwrap_or_default();
    let machine = text(of.body.as_ref(), "VmDisplayName").or_else(|| text(of.body.as_ref(), "VAppDisplayName"));
    let machine = machine.unwrap_or_else(|| name.rsplit_once('@').map_or(name, |(machine, _)| machine)).to_owned();
    let stamp = date.replace('T', " ").replace('Z', "");
    let mut it = RestoreSession::default();
    it.name = Some(match job_type {
        "FileLevelRestore" => format!("FLR_[{machine}]@{stamp}"),
        _ => format!("{machine}@{stamp}"),
    });
    it.vm_display_name = Some(machine);
    it.job_type = Some(job_type.into());
    it.creation_time_utc = Some(date.into());
    it.state = Some("Working".into());
    it.result = Some("None".into());
    it.progress = Some(0);
    it.restored_obj_ref = text(of.body.as_ref(), "HierarchyObjRef").map(Into::into);
    let mut owners: Vec<Owner> = backend.store.owner(of, "BackupServer").map(Record::as_owner).into_iter().collect();
    owners.push(of.as_owner());
    let made = New { kind: "RestoreSession", body: Box::new(it), owners }.put_again(backend)?;
    end_later(backend, &made);
    let path = path(&made, &backend.store);
    Ok(Pointer { name: Some("Restore job session".to_owned()), ..pointer(&made, &path) })
}

/// Ends a session when its time has come.
fn end_later(backend: &mut Backend, session: &Record) {
    let (kind, id) = (session.kind, session.id.clone());
    backend.after(backend.pace.job_time, move |backend| {
        let date = backend.iso_date();
        backend.store.edit(kind.name, &id, |body| {
            set(body, "EndTimeUTC", &date);
            set(body, "State", "Stopped");
            set(body, "Result", "Success");
            set(body, "Progress", 100);
        });
    });
}

/// A task that begins a restore session about a record.
fn about(call: &mut Call<'_>, operation: &'static str, of: Record) -> Answer {
    let effect: Effect = Box::new(move |backend| Ok(Done::to(session(backend, &of, "RestoreVm")?)));
    call.begin(operation, effect)
}

/// `POST /vmRestorePoints/{ID}?action=restore`.
pub(super) fn restore_vm(call: &mut Call<'_>) -> Answer {
    // Without a body it is a whole restore to where the machine was.
    let bare = call.request.body.is_empty();
    let spec: RestoreSpec = call.body_or_default()?;
    if !bare && spec.vm_restore_spec.is_none() {
        return Err(Refusal::bad("RestoreSpec lacks VmRestoreSpec."));
    }
    let point = call.subject("VmRestorePoint")?.clone();
    about(call, "StartVMRestore", point)
}

/// `POST /vAppRestorePoints/{ID}?action=restore`.
pub(super) fn restore_v_app(call: &mut Call<'_>) -> Answer {
    let spec: RestoreSpec = call.body()?;
    if spec.v_cloud_v_app_restore_spec.is_none() {
        return Err(Refusal::bad("RestoreSpec lacks vCloudVAppRestoreSpec."));
    }
    let point = call.subject("VAppRestorePoint")?.clone();
    about(call, "StartvAppRestore", point)
}

/// `POST /vmReplicaPoints/{ID}?action=failover`.
pub(super) fn fail_over_vm(call: &mut Call<'_>) -> Answer {
    let point = call.subject("VmReplicaPoint")?.clone();
    about(call, "StartReplicaFailover", point)
}

/// `POST /vAppReplicaPoints/{ID}?action=failover`.
pub(super) fn fail_over_v_app(call: &mut Call<'_>) -> Answer {
    let point = call.subject("VAppReplicaPoint")?.clone();
    about(call, "StartReplicaFailover", point)
}

/// `?action=failover` of a CDP replica's machine or vApp.
pub(super) fn fail_over_cdp(call: &mut Call<'_>) -> Answer {
    let _spec: CdpFailoverStartSpec = call.body()?;
    let replica = call.record()?.clone();
    about(call, "StartFailover", replica)
}

/// `?action=intervals` of a CDP replica's machine or vApp: a day in two halves, with a point every eight hours.
pub(super) fn intervals(call: &mut Call<'_>) -> Answer {
    let asked: CdpIntervalsSpec = call.body_or_default()?;
    call.record()?;
    let now = call.backend.seconds();
    let date = |seconds: i64| clock::iso(seconds).trim_end_matches('Z').to_owned();
    let (start, middle) = (now - 86_400, now - 43_200);
    let mut answer = CdpReplicaIntervals::default();
    answer.start_date = asked.start_date.or_else(|| Some(date(start).into()));
    answer.end_date = asked.end_date.or_else(|| Some(date(now).into()));
    answer.has_application_consistent_state = Some(true);
    answer.intervals = [(start, middle, 5), (middle, now, 15)]
        .map(|(from, to, rpo)| {
            let mut it = CdpReplicaInterval::default();
            it.start_date = Some(date(from).into());
            it.end_date = Some(date(to).into());
            it.rpo = Some(rpo);
            it.interval_type = Some("RestoreAvailable".to_owned());
            it
        })
        .into();
    for hours in [16, 8, 0] {
        let mut point = CdpReplicaPoint::default();
        point.id = Some(call.backend.new_guid().into());
        point.date = Some(date(now - hours * 3600).into());
        point.is_application_consistent = Some(true);
        answer.restore_points.push(point);
    }
    Ok(call.media.reply(StatusCode::OK, &answer))
}

/// `POST /failoverPlans/{ID}?action=start`.
pub(super) fn start_plan(call: &mut Call<'_>) -> Answer {
    let _spec: FailoverPlanManagementSpec = call.body()?;
    let plan = call.subject("FailoverPlan")?.clone();
    call.begin(
        "StartFailoverPlan",
        Box::new(move |backend| {
            session(backend, &plan, "FailoverPlan")?;
            Ok(Done::default())
        }),
    )
}

/// `POST /failoverPlans/{ID}?action=undo`: of a plan that was started.
pub(super) fn undo_plan(call: &mut Call<'_>) -> Answer {
    let plan = call.subject("FailoverPlan")?.clone();
    call.begin("UndoFailoverPlan", Box::new(move |backend| undo(backend, &plan, "RestoreSession")))
}

fn undo(backend: &mut Backend, plan: &Record, session: &str) -> Result<Done, String> {
    match backend.store.all(session).any(|it| it.belongs_to(plan)) {
        true => Ok(Done::default()),
        false => Err(format!("The failover plan \"{}\" was not started.", plan.name().unwrap_or_default())),
    }
}

/// `POST /cloud/cloudFailoverPlans/{ID}?action=start`.
pub(super) fn start_cloud_plan(call: &mut Call<'_>) -> Answer {
    let _spec: CloudFailoverPlanManagementSpec = call.body()?;
    cloud(call, "StartCloudFailoverPlan")
}

/// `POST /cloud/cloudFailoverPlans/{ID}?action=test`.
pub(super) fn test_cloud_plan(call: &mut Call<'_>) -> Answer {
    cloud(call, "TestCloudFailoverPlan")
}

fn cloud(call: &mut Call<'_>, operation: &'static str) -> Answer {
    let plan = call.subject("CloudFailoverPlan")?.clone();
    call.begin(
        operation,
        Box::new(move |backend| {
            let mut it = CloudFailoverSession::default();
            it.name = plan.name().map(str::to_owned);
            it.job_type = Some("FailoverPlan".into());
            it.creation_time_utc = Some(backend.iso_date().into());
            it.state = Some("Working".into());
            it.result = Some("None".into());
            it.progress = Some(0);
            let owners = plan.owners.iter().cloned().chain([plan.as_owner()]).collect();
            let made = New { kind: "CloudFailoverSession", body: Box::new(it), owners }.put_again(backend)?;
            end_later(backend, &made);
            let path = path(&made, &backend.store);
            Ok(Done::to(pointer(&made, &path)))
        }),
    )
}

/// `POST /cloud/cloudFailoverPlans/{ID}?action=undo`.
pub(super) fn undo_cloud_plan(call: &mut Call<'_>) -> Answer {
    let plan = call.subject("CloudFailoverPlan")?.clone();
    call.begin("UndoCloudFailoverPlan", Box::new(move |backend| undo(backend, &plan, "CloudFailoverSession")))
}
