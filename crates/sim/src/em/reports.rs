//! Reports, counted from what there is.

use std::collections::{BTreeMap, BTreeSet};

use backhaul_models::em::{
    JobStatisticsReportFrame, OverviewReportFrame, ProcessedVmsDay, ProcessedVmsReportFrame, RepositoryReportFrame,
    RepositoryReportPeriod, SummaryReport, VmsOverviewReportFrame,
};
use backhaul_wire::DateTime;
use http::StatusCode;

use super::links::named;
use super::store::{Record, Store};
use super::value::{flag, int, text};
use super::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

const JOBS: [&str; 3] = ["Job", "AgentBackupJob", "NASJob"];
const SESSIONS: [&str; 2] = ["BackupJobSession", "ReplicaJobSession"];
const TASKS: [&str; 2] = ["BackupTaskSession", "ReplicaTaskSession"];
/// A page of the portal, which is no part of the API.
const PORTAL: &str = "Workspace/ViewReport.aspx?definition=8a56d84f-1790-4f54-ab20-2e0bfdefa16b";
/// How many days the report of processed machines goes back.
const DAYS: usize = 30;

/// `GET /reports/summary`.
pub(in crate::em) fn summary(call: &mut Call<'_>) -> Answer {
    let base = format!("{}/reports/summary", call.api());
    let frames = [
        ("overview", "Overview"),
        ("vms_overview", "VmsOverview"),
        ("job_statistics", "JobStatistics"),
        ("processed_vms", "ProcessedVms"),
        ("repository", "Repositories"),
    ];
    let mut report = SummaryReport::default();
    report.links = frames.map(|(path, name)| named("Down", "ReportFrame", format!("{base}/{path}"), Some(name))).into();
    Ok(call.media.reply(StatusCode::OK, &report))
}

fn of<'s>(store: &'s Store, kinds: &'s [&str]) -> impl Iterator<Item = &'s Record> {
    kinds.iter().flat_map(|kind| store.all(kind))
}

fn field<'r>(record: &'r Record, name: &str) -> &'r str {
    text(record.body.as_ref(), name).unwrap_or_default()
}

fn count<T>(all: impl Iterator<Item = T>) -> Option<i64> {
    i64::try_from(all.count()).ok()
}

fn is_scheduled(job: &&Record) -> bool {
    flag(job.body.as_ref(), "ScheduleConfigured") && flag(job.body.as_ref(), "ScheduleEnabled")
}

/// How each machine fared when it was last processed.
fn last_states(store: &Store) -> BTreeMap<&str, (&str, &str)> {
    let mut last: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for task in of(store, &TASKS).filter(|task| field(task, "State") == "Completed") {
        let (machine, when, result) =
            (field(task, "VmDisplayName"), field(task, "CreationTimeUTC"), field(task, "Result"));
        let state = last.entry(machine).or_insert((when, result));
        if state.0 <= when {
            *state = (when, result);
        }
    }
    last
}

fn running(store: &Store) -> Option<i64> {
    count(of(store, &SESSIONS).filter(|session| field(session, "State") != "Stopped"))
}

/// `GET /reports/summary/overview`.
pub(in crate::em) fn overview(call: &mut Call<'_>) -> Answer {
    let store = &call.backend.store;
    let last = last_states(store);
    let states = |wanted: &str| count(last.values().filter(|(_, result)| *result == wanted));
    let mut report = OverviewReportFrame::default();
    report.backup_servers = count(store.all("BackupServer"));
    report.proxy_servers = count(store.all("ManagedServer").filter(|it| field(it, "ManagedServerType") == "Windows"));
    report.repository_servers = count(store.all("Repository"));
    report.running_jobs = running(store);
    report.scheduled_jobs = count(of(store, &JOBS).filter(is_scheduled));
    report.successful_vm_lastest_states = states("Success");
    report.warning_vm_lastest_states = states("Warning");
    report.failed_vm_lastest_states = states("Failed");
    Ok(call.media.reply(StatusCode::OK, &report))
}

/// `GET /reports/summary/vms_overview`.
pub(in crate::em) fn machines(call: &mut Call<'_>) -> Answer {
    let store = &call.backend.store;
    let names = |kinds: &[&'static str]| -> BTreeSet<String> {
        kinds.iter().flat_map(|kind| store.all(kind)).map(|it| field(it, "VmDisplayName").to_owned()).collect()
    };
    let (backed_up, replicated) = (names(&["VmRestorePoint"]), names(&["VmReplicaPoint"]));
    let size = |wanted: &[&str]| -> i64 {
        let files = store.all("BackupFile").filter(|file| wanted.contains(&field(file, "FileType")));
        files.filter_map(|file| int(file.body.as_ref(), "BackupSize")).sum()
    };
    let last = last_states(store);
    let good = last.values().filter(|(_, result)| *result == "Success").count();
    let mut report = VmsOverviewReportFrame::default();
    report.protected_vms = count(backed_up.union(&replicated));
    report.backed_up_vms = count(backed_up.iter());
    report.replicated_vms = count(replicated.iter());
    report.restore_points = count(store.all("RestorePoint"));
    report.full_backup_points_size = Some(size(&["vbk"]));
    report.incremental_backup_points_size = Some(size(&["vib", "vrb"]));
    report.replica_restore_points_size = Some(0);
    report.source_vms_size = Some(store.all("BackupFile").filter_map(|file| int(file.body.as_ref(), "DataSize")).sum());
    report.success_backup_percents = i64::try_from((good * 100).checked_div(last.len()).unwrap_or(100)).ok();
    report.protected_vms_report_link = Some(PORTAL.to_owned());
    Ok(call.media.reply(StatusCode::OK, &report))
}

/// Seconds from a session's begin to its end.
fn duration(session: &Record) -> i64 {
    let moment = |name: &str| Some(DateTime::from(field(session, name)).parts().ok()?.unix_nanos_at(0));
    let nanos = moment("EndTimeUTC").zip(moment("CreationTimeUTC")).map_or(0, |(to, from)| to - from);
    i64::try_from(nanos / 1_000_000_000).unwrap_or(0).max(0)
}

/// `GET /reports/summary/job_statistics`.
pub(in crate::em) fn job_statistics(call: &mut Call<'_>) -> Answer {
    let store = &call.backend.store;
    let over = |kinds: &'static [&'static str]| {
        kinds.iter().flat_map(|kind| store.all(kind)).filter(|session| field(session, "State") == "Stopped")
    };
    let runs = |result: &str| count(over(&SESSIONS).filter(|session| field(session, "Result") == result));
    let longest = |kinds: &'static [&'static str]| over(kinds).max_by_key(|session| duration(session));
    let scheduled = |replica: bool| {
        count(of(store, &JOBS).filter(is_scheduled).filter(|job| (field(job, "JobType") == "Replica") == replica))
    };
    let (backup, replica) = (longest(&SESSIONS[..1]), longest(&SESSIONS[1..]));
    let time = |session: Option<&Record>| Some(session.map_or(0, duration));
    let name = |session: Option<&Record>| Some(session.and_then(Record::name).unwrap_or_default().to_owned());
    let mut report = JobStatisticsReportFrame::default();
    report.running_jobs = running(store);
    report.scheduled_jobs = count(of(store, &JOBS).filter(is_scheduled));
    report.scheduled_backup_jobs = scheduled(false);
    report.scheduled_replica_jobs = scheduled(true);
    report.total_job_runs = count(over(&SESSIONS));
    report.successful_job_runs = runs("Success");
    report.warnings_job_runs = runs("Warning");
    report.failed_job_runs = runs("Failed");
    report.max_job_duration = time(longest(&SESSIONS));
    report.max_backup_job_duration = time(backup);
    report.max_replica_job_duration = time(replica);
    report.max_duration_backup_job_name = name(backup);
    report.max_duration_replica_job_name = name(replica);
    report.backup_job_status_report_link = Some(PORTAL.to_owned());
    Ok(call.media.reply(StatusCode::OK, &report))
}

/// `GET /reports/summary/processed_vms`: the last days on which there was something, newest first.
pub(in crate::em) fn processed(call: &mut Call<'_>) -> Answer {
    let store = &call.backend.store;
    let mut days: BTreeMap<&str, [i64; 2]> = BTreeMap::new();
    for (at, kind) in TASKS.iter().enumerate() {
        for task in store.all(kind).filter(|task| field(task, "State") == "Completed") {
            if let Some(day) = field(task, "CreationTimeUTC").get(..10) {
                days.entry(day).or_default()[at] += 1;
            }
        }
    }
    let mut report = ProcessedVmsReportFrame::default();
    report.days = days
        .iter()
        .rev()
        .take(DAYS)
        .map(|(day, [backed_up, replicated])| {
            let mut it = ProcessedVmsDay::default();
            it.timestamp = Some(format!("{day}T00:00:00+00:00").into());
            it.backuped_vms = Some(*backed_up);
            it.replicated_vms = Some(*replicated);
            it
        })
        .collect();
    Ok(call.media.reply(StatusCode::OK, &report))
}

/// `GET /reports/summary/repository`.
pub(in crate::em) fn repositories(call: &mut Call<'_>) -> Answer {
    let mut report = RepositoryReportFrame::default();
    report.periods = call
        .backend
        .store
        .all("Repository")
        .map(|repository| {
            let mut it = RepositoryReportPeriod::default();
            it.name = repository.name().map(str::to_owned);
            it.capacity = int(repository.body.as_ref(), "Capacity");
            it.free_space = int(repository.body.as_ref(), "FreeSpace");
            it.backup_size = it.capacity.zip(it.free_space).map(|(capacity, free)| capacity - free);
            it
        })
        .collect();
    Ok(call.media.reply(StatusCode::OK, &report))
}
