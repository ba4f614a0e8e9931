//! What follows from the estate's organizations, repositories and usage: proxies, jobs, their sessions, restore points.

use std::collections::{BTreeSet, HashMap};

use backhaul_models::vb365::{AnyOrganization, BackupRepository};
use backhaul_wire::{DateTime, Id, IdKey};
use serde_json::{Value, json};

use super::members;
use crate::engine::clock;
use crate::vb365::estate::{Usage, Vb365Estate};
use crate::vb365::invent;
use crate::vb365::paths::CollectionPath;
use crate::vb365::store::{Members, Record, Store};

/// How many sessions of a job there have been.
const SESSIONS: usize = 3;
const DAY: i64 = 86_400;

/// The records of a collection that is not made up; `None` for the others.
pub(super) fn derived(estate: &Vb365Estate, store: &Store, place: &CollectionPath) -> Option<Vec<Record>> {
    let last = place.key.rsplit('/').next().unwrap_or_default();
    let owner = || place.key.split('/').nth(1).unwrap_or_default();
    let records = match place.template.as_str() {
        "organizations" => {
            let all = estate.organizations.iter();
            all.filter_map(|it| Some(given(it.id.as_ref()?, members(it)))).collect()
        }
        "backuprepositories" => {
            let all = estate.repositories.iter();
            all.filter_map(|it| Some(given(it.id.as_ref()?, members(it)))).collect()
        }
        "objectstoragerepositories" => estate.repositories.iter().filter_map(object_storage_repository).collect(),
        "proxies" => proxies(estate),
        "jobs" => all_jobs(estate).map(|job| with_status(estate, job)).collect(),
        "copyjobs" => copy_jobs(estate),
        "jobsessions" => {
            let sessions = |job| (0..SESSIONS).rev().map(move |ago| session(estate, &job, ago));
            all_jobs(estate).flat_map(sessions).collect()
        }
        "restorepoints" => restore_points(estate),
        "organizations/syncstate" => estate.organizations.iter().filter_map(sync_state).collect(),
        "backuprepositories/{}/organizationdata" => organization_data(estate, owner()),
        "jobs/{}/selecteditems" | "jobs/{}/excludeditems" => items(store.get("jobs", owner())?, last),
        "rbacroles/{}/operators" | "rbacroles/{}/selecteditems" | "rbacroles/{}/excludeditems" => {
            items(store.get("rbacroles", owner()).filter(|role| !role.made)?, last)
        }
        "jobsessions/{}/logitems" => log_items(store, owner()),
        "restoresessions" | "restoresessions/{}/events" => Vec::new(),
        _ => return None,
    };
    Some(records)
}

fn given(id: &Id, body: Members) -> Record {
    Record { id: id.as_str().into(), body, made: false }
}

/// A record of members that are written down here.
pub(in crate::vb365) fn record(id: &str, body: Value) -> Record {
    let mut members = match body {
        Value::Object(members) => members,
        _ => Members::new(),
    };
    members.insert("id".to_owned(), id.into());
    members.retain(|_, value| !value.is_null());
    Record { id: id.into(), body: members, made: false }
}

/// The proxies that repositories name.
fn proxies(estate: &Vb365Estate) -> Vec<Record> {
    let ids: BTreeSet<&str> =
        estate.repositories.iter().filter_map(|it| it.proxy_id.as_ref()).map(Id::as_str).collect();
    let proxy = |(at, id): (usize, &str)| {
        let host = format!("proxy{:02}.example.com", at + 1);
        record(
            id,
            json!({
                "hostName": host, "fqdn": host, "description": "", "port": 9193, "status": "Online", "type": "Workgroup",
                "isDefault": at == 0, "useInternetProxy": false, "internetProxyType": "UseNone", "threadsNumber": 64,
                "enableNetworkThrottling": false, "throttlingValue": 0, "throttlingUnit": "Mbps",
                "maintenanceModeState": "Disabled",
                "proxyPoolId": (at == 0).then(|| invent::id("proxypools[0]")), "version": estate.build, "operatingSystem": "Windows",
            }),
        )
    };
    ids.into_iter().enumerate().map(proxy).collect()
}

/// Where the data of a repository lie in object storage: what v4 to v7 list apart from repositories. Members that the
/// estate does not give are made up; those that the storage's kind or the version lacks are not shown.
fn object_storage_repository(repository: &BackupRepository) -> Option<Record> {
    let mut storage = members(repository).get("objectStorage")?.as_object()?.clone();
    let id = Id::from(storage.get("id")?.as_str()?);
    let name = repository.name.as_deref().unwrap_or_default();
    let slug: String = name.to_lowercase().chars().map(|it| if it.is_alphanumeric() { it } else { '-' }).collect();
    let used = storage.get("usedSpaceBytes").and_then(Value::as_i64);
    let invented = json!({
        "name": name, "description": repository.description, "accountId": invent::id(&format!("account of {name}")),
        "usedSpaceGB": used.map(|bytes| bytes >> 30),
        "bucket": {"name": slug, "servicePoint": "s3.eu-central-1.amazonaws.com", "customRegionId": "eu-central-1"},
        "amazonBucketS3Aws": {"name": slug, "regionType": "Global", "regionName": "EU (Frankfurt)", "regionId": "eu-central-1"},
        "amazonBucketS3Compatible": {"name": slug, "servicePoint": "https://s3.example.com", "customRegionId": "eu-central-1"},
        "s3Folder": "microsoft365", "azureContainer": {"name": slug, "regionType": "Global"}, "azureFolder": "microsoft365",
    });
    for (member, value) in invented.as_object().into_iter().flatten() {
        storage.entry(member).or_insert_with(|| value.clone());
    }
    Some(given(&id, storage))
}

/// The repositories that organizations use, by the organization.
type Used<'e> = HashMap<IdKey, Vec<&'e Id>>;

fn used(estate: &Vb365Estate) -> Used<'_> {
    let mut used = Used::new();
    for usage in &estate.usage {
        if let Some(repository) = &usage.space.repository_id {
            used.entry(usage.organization_id.key()).or_default().push(repository);
        }
    }
    used
}

fn all_jobs(estate: &Vb365Estate) -> impl Iterator<Item = Record> {
    let used = used(estate);
    estate.organizations.iter().flat_map(move |it| jobs(&used, it))
}

/// A job for each repository that a backed-up organization uses, up to two: one of everything, one of some items.
fn jobs(used: &Used<'_>, organization: &AnyOrganization) -> Vec<Record> {
    let Some(id) = organization.id.as_ref().filter(|_| organization.is_backedup == Some(true)) else {
        return Vec::new();
    };
    let name = organization.name.clone().unwrap_or_default();
    let last = organization.last_backuptime.as_ref().map_or_else(|| invent::date(0), ToString::to_string);
    let next = seconds(&last).map(|seconds| clock::iso(seconds + DAY));
    let repositories = used.get(&id.key()).into_iter().flatten();
    let job = |(at, repository): (usize, &Id)| {
        let whole = at == 0;
        let items = json!([{"type": "PartialOrganization", "id": format!("{id}{}", invent::id(&name)), "mailbox": true,
            "oneDrive": true, "archiveMailbox": true, "sites": true, "site": true, "teams": false, "teamsChats": false}]);
        record(
            &invent::id(&format!("job {id} {at}")),
            json!({
                "name": if whole { format!("Backup of {name}") } else { format!("Mailboxes and sites of {name}") },
                "organizationId": id.as_str(), "repositoryId": repository.as_str(),
                "backupType": if whole { "EntireOrganization" } else { "SelectedItems" },
                "selectedItems": if whole { Value::Null } else { items },
                "isEnabled": true, "lastRun": last, "lastBackup": last, "nextRun": next, "lastStatus": "Success",
            }),
        )
    };
    repositories.copied().take(2).enumerate().map(job).collect()
}

/// A copy of the first job into a repository for archives.
fn copy_jobs(estate: &Vb365Estate) -> Vec<Record> {
    let job = all_jobs(estate).next();
    let archive = estate.repositories.iter().find(|it| it.is_long_term == Some(true)).and_then(|it| it.id.as_ref());
    let (Some(job), Some(archive)) = (job, archive) else { return Vec::new() };
    vec![record(
        &invent::id(&format!("copy {}", job.id)),
        json!({
            "name": format!("{} (copy)", job.text("name")), "backupJobId": &*job.id, "organizationId": job.text("organizationId"),
            "repositoryId": archive.as_str(), "isEnabled": true, "lastStatus": "Success", "lastRun": job.text("lastRun"),
            "lastBackup": job.text("lastRun"), "nextRun": job.text("nextRun"),
        }),
    )]
}

/// Why nothing can be written to a repository.
fn out_of_order<'e>(estate: &'e Vb365Estate, repository: &str) -> Option<&'e str> {
    let of = |it: &&BackupRepository| it.id.as_ref().is_some_and(|id| id.same(&repository.into()));
    let repository = estate.repositories.iter().find(of).filter(|it| it.is_out_of_order == Some(true))?;
    Some(repository.out_of_order_reason.as_deref().unwrap_or_default())
}

fn with_status(estate: &Vb365Estate, mut job: Record) -> Record {
    if out_of_order(estate, job.text("repositoryId")).is_some() {
        job.body.insert("lastStatus".to_owned(), "Failed".into());
    }
    job
}

/// A session of a job so many days ago. The last one failed where the repository is out of order.
fn session(estate: &Vb365Estate, job: &Record, ago: usize) -> Record {
    let fault = out_of_order(estate, job.text("repositoryId")).filter(|_| ago == 0);
    let end = seconds(job.text("lastRun")).unwrap_or_default() - DAY * i64::try_from(ago).unwrap_or(0);
    let id = invent::id(&format!("session {} {ago}", job.id));
    let objects = 20 + invent::number(&id, 400);
    record(
        &id,
        json!({
            "jobId": &*job.id, "repositoryId": job.text("repositoryId"), "creationTime": clock::iso(end - 562),
            "endTime": clock::iso(end), "progress": if fault.is_some() { 0 } else { objects },
            "status": if fault.is_some() { "Failed" } else { "Success" }, "details": fault,
        }),
    )
}

/// The last point of every organization in every repository that it uses.
fn restore_points(estate: &Vb365Estate) -> Vec<Record> {
    let used = used(estate);
    let point = |organization: &AnyOrganization| {
        let id = organization.id.clone()?;
        let job = jobs(&used, organization).into_iter().next()?;
        let time = job.text("lastRun").to_owned();
        let points = used.get(&id.key())?.iter();
        let points = points.map(|repository| restore_point(id.as_str(), repository.as_str(), &job.id, &time));
        Some(points.collect::<Vec<_>>())
    };
    estate.organizations.iter().filter_map(point).flatten().collect()
}

/// What a job has backed up at a time.
pub(in crate::vb365) fn restore_point(organization: &str, repository: &str, job: &str, time: &str) -> Record {
    record(
        &invent::id(&format!("point {organization} {repository} {time}")),
        json!({
            "organizationId": organization, "repositoryId": repository, "jobId": job, "backupTime": time,
        }),
    )
}

fn sync_state(organization: &AnyOrganization) -> Option<Record> {
    let id = organization.id.as_ref()?;
    let body =
        json!({"organizationId": id.as_str(), "status": "Success", "lastSyncTime": invent::date(0), "error": ""});
    let mut record = record(id.as_str(), body);
    record.body.remove("id");
    Some(record)
}

/// The organizations whose backups are in a repository.
fn organization_data(estate: &Vb365Estate, repository: &str) -> Vec<Record> {
    let here = |usage: &&Usage| usage.space.repository_id.as_ref().is_some_and(|id| id.same(&repository.into()));
    let data = |usage: &Usage| {
        let id = usage.organization_id.as_str();
        let of = |it: &&AnyOrganization| it.id.as_ref().is_some_and(|own| own.same(&usage.organization_id));
        let organization = estate.organizations.iter().find(of);
        let removed = estate.removed.iter().find(|(gone, _)| gone.same(&usage.organization_id));
        let name = organization.and_then(|it| it.name.as_ref()).or(removed.map(|(_, name)| name));
        record(
            id,
            json!({
                "displayName": name, "organizationId": id, "backedUpOrganizationId": id,
                "msid": organization.and_then(|it| it.msid.as_ref()).map(Id::as_str),
            }),
        )
    };
    estate.usage.iter().filter(here).map(data).collect()
}

/// The items that a record names in its member of that name, whose letter case does not count.
fn items(of: &Record, name: &str) -> Vec<Record> {
    let member = of.body.iter().find(|(member, _)| member.eq_ignore_ascii_case(name));
    let items = member.and_then(|(_, items)| items.as_array());
    let item = |(at, item): (usize, &Value)| {
        let id = item.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = id.unwrap_or_else(|| invent::id(&format!("{}.{name}[{at}]", of.id)));
        record(&id, item.clone())
    };
    items.into_iter().flatten().enumerate().map(item).collect()
}

/// What a session that is over has logged.
fn log_items(store: &Store, session: &str) -> Vec<Record> {
    let Some(session) = store.get("jobsessions", session) else { return Vec::new() };
    let (began, ended) = (session.text("creationTime"), session.text("endTime"));
    if ended.is_empty() {
        return Vec::new();
    }
    let objects = session.number("progress");
    let lines = [
        (began, began, format!("Job started at {began}")),
        (began, began, "Connected to organization".to_owned()),
        (began, ended, format!("Found {objects} objects")),
        (ended, ended, format!("Job finished at {ended}")),
    ];
    let line =
        |(at, (from, to, text)): (usize, (&str, &str, String))| log_item(&session.id, at, from, to, "Success", &text);
    lines.into_iter().enumerate().map(line).collect()
}

/// A line of a session's log.
pub(in crate::vb365) fn log_item(session: &str, at: usize, from: &str, to: &str, result: &str, text: &str) -> Record {
    record(
        &invent::id(&format!("log {session} {at}")),
        json!({
            "usn": at + 1, "type": result, "title": format!("[{result}] {text}"), "message": text, "creationTime": from,
            "endTime": to,
        }),
    )
}

/// A date as seconds since 1970.
pub(in crate::vb365) fn seconds(date: &str) -> Option<i64> {
    i64::try_from(DateTime::from(date).parts().ok()?.unix_nanos_at(0) / 1_000_000_000).ok()
}
