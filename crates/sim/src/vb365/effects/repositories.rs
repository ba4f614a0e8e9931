//! Repositories and proxies.

use serde_json::{Value, json};

use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;
use crate::vb365::content::record;
use crate::vb365::store::{Collection, Record};
use crate::vb365::{Call, Refusal, resources};

type Answer = Result<Reply, Refusal>;

/// What a new repository's disk holds.
const DISK_BYTES: i64 = 1 << 40;

/// `POST /BackupRepositories`.
pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let mut body = call.members()?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad("The name field is required."));
    }
    if call
        .backend
        .top("backuprepositories")
        .is_some_and(|collection| collection.all().any(|it| it.says("name", &name)))
    {
        return Err(Refusal::conflict(format!("A backup repository named {name} exists already.")));
    }
    if let Some(proxy) = body.get("proxyId").and_then(Value::as_str).map(str::to_owned)
        && call.backend.find("proxies", &proxy).is_none()
    {
        return Err(Refusal::bad(format!("There is no proxy {proxy}.")));
    }
    body.insert("capacityBytes".to_owned(), DISK_BYTES.into());
    body.insert("freeSpaceBytes".to_owned(), DISK_BYTES.into());
    for state in ["isOutdated", "isOutOfSync", "isOutOfOrder"] {
        body.insert(state.to_owned(), false.into());
    }
    resources::create_with(call, body)
}

/// `DELETE /BackupRepositories/{id}`: not while a job writes there.
pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let repository = call.subject("backuprepositories")?;
    for key in ["jobs", "copyjobs"] {
        let job =
            |collection: &Collection| collection.all().find(|job| job.says("repositoryId", &repository.id)).cloned();
        if let Some(job) = call.backend.top(key).and_then(job) {
            return Err(Refusal::conflict(format!("The backup repository is used by the job {}.", job.text("name"))));
        }
    }
    let there = |collection: &Collection| -> Vec<Record> {
        collection.all().filter(|point| point.says("repositoryId", &repository.id)).cloned().collect()
    };
    for point in call.backend.top("restorepoints").map(there).unwrap_or_default() {
        call.backend.remove("restorepoints", &point.id);
    }
    call.backend.usages.forget_repository(&repository.id);
    call.backend.remove("backuprepositories", &repository.id);
    Ok(call.done())
}

/// Begins a session of a collection at the top, and ends it when a job would.
fn begin(call: &mut Call<'_>, key: &'static str, session: Record, end: Value) -> Answer {
    let id = session.id.to_string();
    call.backend.put(key, session.clone());
    let time = call.backend.job_time;
    call.backend.after(time, move |backend| {
        let over = backend.find(key, &id).is_none_or(|session| session.body.contains_key("endTime"));
        if !over {
            let date = backend.iso_date();
            backend.edit(key, &id, |body| {
                body.insert("endTime".to_owned(), date.into());
                body.extend(end.as_object().cloned().unwrap_or_default());
            });
        }
    });
    Ok(call.reply_record(key, &session))
}

/// `POST /BackupRepositories/{id}/Sync`.
pub(super) fn synchronize(call: &mut Call<'_>) -> Answer {
    let repository = call.subject("backuprepositories")?;
    let id = call.backend.new_guid();
    let body = json!({"repositoryId": &*repository.id, "state": "Synchronizing", "progressPercent": 0, "error": ""});
    begin(call, "repositorysynchronizesessions", record(&id, body), json!({"state": "None", "progressPercent": 100}))
}

/// `POST /RepositorySynchronizeSessions/{id}/StopSynchronize`.
pub(super) fn stop_synchronizing(call: &mut Call<'_>) -> Answer {
    end(call, "repositorysynchronizesessions", "state", "None")
}

/// `POST /BackupRepositories/{id}/changeOwner`.
pub(super) fn change_owner(call: &mut Call<'_>) -> Answer {
    let repository = call.subject("backuprepositories")?;
    let (id, date) = (call.backend.new_guid(), call.backend.iso_date());
    let body =
        json!({"status": "Running", "startTime": date, "repositoryIds": [&*repository.id], "forceStopSessions": false});
    begin(call, "repositoryownerchangesessions", record(&id, body), json!({"status": "Succeeded"}))
}

/// `POST /RepositoryOwnerChangeSessions/{id}/Stop`.
pub(super) fn stop_changing_owner(call: &mut Call<'_>) -> Answer {
    end(call, "repositoryownerchangesessions", "status", "Failed")
}

fn end(call: &mut Call<'_>, key: &'static str, member: &str, state: &str) -> Answer {
    let session = call.subject(key)?;
    let date = call.backend.iso_date();
    call.backend.edit(key, &session.id, |body| {
        body.insert(member.to_owned(), state.into());
        body.insert("endTime".to_owned(), date.into());
    });
    Ok(call.done())
}

/// `POST /Proxies/{id}/Remove`.
pub(super) fn remove_proxy(call: &mut Call<'_>) -> Answer {
    let proxy = call.subject("proxies")?;
    let used = |collection: &Collection| collection.all().any(|it| it.says("proxyId", &proxy.id));
    if call.backend.top("backuprepositories").is_some_and(used) {
        return Err(Refusal::conflict("The proxy is used by backup repositories."));
    }
    call.backend.remove("proxies", &proxy.id);
    Ok(call.done())
}

/// `POST /Proxies/{id}/maintenance/enable`.
pub(super) fn enable_maintenance(call: &mut Call<'_>) -> Answer {
    maintenance(call, "Enabled")
}

/// `POST /Proxies/{id}/maintenance/disable`.
pub(super) fn disable_maintenance(call: &mut Call<'_>) -> Answer {
    maintenance(call, "Disabled")
}

fn maintenance(call: &mut Call<'_>, state: &str) -> Answer {
    let proxy = call.subject("proxies")?;
    call.backend.edit("proxies", &proxy.id, |body| drop(body.insert("maintenanceModeState".to_owned(), state.into())));
    Ok(call.done())
}

/// `POST /ProxyPools`: the proxies that it names are in it.
pub(super) fn add_pool(call: &mut Call<'_>) -> Answer {
    let mut body = call.members()?;
    let proxies = body.remove("proxyIds").and_then(|ids| ids.as_array().cloned()).unwrap_or_default();
    let id = call.backend.new_guid();
    for proxy in proxies.iter().filter_map(Value::as_str) {
        if !call.backend.edit("proxies", proxy, |body| drop(body.insert("proxyPoolId".to_owned(), id.as_str().into())))
        {
            return Err(Refusal::bad(format!("There is no proxy {proxy}.")));
        }
    }
    body.insert("id".to_owned(), id.into());
    resources::create_with(call, body)
}
