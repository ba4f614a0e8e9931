//! Restore sessions: begun, browsed and searched, restored from, stopped.

use backhaul_wire::shape::{Kind, Shape};
use serde_json::{Value, json};

use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;
use crate::vb365::content::record;
use crate::vb365::paths::CollectionPath;
use crate::vb365::store::{Collection, Members, Record};
use crate::vb365::{Account, Call, Handler, Refusal, resources};

type Answer = Result<Reply, Refusal>;

/// The organization that a session browses; an error when there is no such session, or it was stopped.
pub(in crate::vb365) fn browsed_organization(call: &mut Call<'_>, session: &str) -> Result<String, Refusal> {
    let found = call.backend.find("restoresessions", session);
    let found = found.filter(|session| match &call.account {
        Account::Organization(own) => own.same(&session.text("organizationId").into()),
        Account::Administrator => true,
    });
    let found = found.ok_or_else(|| Refusal::not_found("The restore session", session))?;
    if found.says("state", "Stopped") {
        return Err(Refusal::bad("The restore session is stopped."));
    }
    Ok(found.text("organizationId").to_owned())
}

/// `POST /Organizations/{id}/explore`.
pub(super) fn explore_organization(call: &mut Call<'_>) -> Answer {
    let organization = call.subject("organizations")?;
    explore(call, &organization.id, organization.text("name"))
}

/// `POST /Organization/Explore` and `/Organization/OperatorExplore`.
pub(super) fn explore_own(call: &mut Call<'_>) -> Answer {
    let Account::Organization(own) = call.account.clone() else { return Err(Refusal::forbidden()) };
    explore(call, own.as_str(), "")
}

/// `POST /Jobs/{id}/explore`.
pub(super) fn explore_job(call: &mut Call<'_>) -> Answer {
    let job = call.subject("jobs")?;
    explore(call, job.text("organizationId"), job.text("name"))
}

/// `POST /BackupRepositories/{id}/explore`: of the first organization in it.
pub(super) fn explore_repository(call: &mut Call<'_>) -> Answer {
    let repository = call.subject("backuprepositories")?;
    let first =
        call.backend.usages.of_repository(&repository.id).first().map(|usage| usage.organization_id.to_string());
    explore(call, &first.unwrap_or_default(), repository.text("name"))
}

/// `POST /DataRetrievals/{id}/explore`.
pub(super) fn explore_retrieval(call: &mut Call<'_>) -> Answer {
    let retrieval = call.subject("dataretrievals")?;
    explore(call, retrieval.text("organizationId"), retrieval.text("name"))
}

fn explore(call: &mut Call<'_>, organization: &str, scope: &str) -> Answer {
    let body = call.members()?;
    let organization = call.backend.find("organizations", organization);
    let organization = organization.filter(|it| it.body.get("isBackedup") == Some(&Value::Bool(true)));
    let organization = organization.ok_or_else(|| Refusal::bad("Restore session cannot be created."))?;
    let (id, date) = (call.backend.new_guid(), call.backend.iso_date());
    let given = |name: &str| body.get(name).and_then(Value::as_str);
    let user = match &call.account {
        Account::Administrator => "Administrator".to_owned(),
        Account::Organization(_) => format!("admin@{}", organization.text("name")),
    };
    let kind = given("type").unwrap_or("Vex");
    let session = record(
        &id,
        json!({
            "name": format!("{} ({kind})", organization.text("name")), "organization": organization.text("name"),
            "organizationId": &*organization.id, "type": kind, "creationTime": date, "state": "Working",
            "initiatedBy": user, "details": "", "scopeName": scope, "clientHost": "localhost", "reason": given("reason").unwrap_or(""),
        }),
    );
    call.backend.put("restoresessions", session.clone());
    tell(call, &id, "Restore session started", None);
    Ok(call.reply_record("restoresessions", &session))
}

/// `POST /RestoreSessions/{id}/Stop`.
pub(super) fn stop(call: &mut Call<'_>) -> Answer {
    let session = call.subject("restoresessions")?;
    if session.says("state", "Stopped") {
        return Err(Refusal::conflict("The restore session is stopped already."));
    }
    let date = call.backend.iso_date();
    tell(call, &session.id, "Restore session stopped", None);
    call.backend.edit("restoresessions", &session.id, |body| {
        body.insert("state".to_owned(), "Stopped".into());
        body.insert("result".to_owned(), "Success".into());
        body.insert("endTime".to_owned(), date.into());
    });
    Ok(call.done())
}

/// `GET /RestoreSessions/{id}/Statistics`: of what was restored.
pub(super) fn statistics(call: &mut Call<'_>) -> Answer {
    let session = call.subject("restoresessions")?;
    let restored = session.number("restored");
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    let given = json!({ "totalItemsCount": restored, "restoredItemsCount": restored, "failedItemsCount": 0, "skippedItemsCount": 0,
        "warnings": [], "errors": [], "items": [] });
    Ok(call.reply(&call.make(shape, given.as_object().unwrap_or(&Members::new()), &session.id)))
}

/// `GET /RestoreSessions/{id}/organization`.
pub(super) fn organization(call: &mut Call<'_>) -> Answer {
    let session = call.path.first().to_owned();
    let id = browsed_organization(call, &session)?;
    let found = call.backend.find("organizations", &id).ok_or_else(|| Refusal::not_found("The organization", &id))?;
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    let own = format!("restoresessions/{session}/organization");
    let mut given = Record { body: Members::new(), ..found.clone() };
    for name in ["id", "name", "type", "isBackedup", "firstBackuptime", "lastBackuptime"] {
        if let Some(value) = found.body.get(name) {
            given.body.insert(name.to_owned(), value.clone());
        }
    }
    let link = |name: &str| (name.to_owned(), json!({ "href": call.href(&format!("{own}{name}")) }));
    let mut links: serde_json::Map<String, Value> =
        ["/mailboxes", "/onedrives", "/sites"].map(link).into_iter().collect();
    if call.version >= 5 {
        links.extend([link("/teams")]);
    }
    let links = links
        .into_iter()
        .map(|(name, value)| (name.trim_start_matches('/').to_owned(), value))
        .chain([("self".to_owned(), json!({ "href": call.href(&own) }))]);
    given.body.insert("_links".to_owned(), Value::Object(links.collect()));
    Ok(call.reply(&call.make_as_given(shape, &given)))
}

/// What a `POST` below a restore session's organization does, by the last part of its path and by whether it lists.
pub(super) fn below(path: &str, lists: bool) -> Handler {
    let last = path.rsplit('/').next().unwrap_or_default();
    let restores =
        ["restore", "restoreto", "operatorrestore", "copyto", "send", "sendtodefaultaddress", "sendtodifferentaddress"];
    match last {
        _ if lists => search,
        last if restores.contains(&last) => restore,
        _ => resources::act,
    }
}

/// A search: of the collection that the path is about, what holds the text.
fn search(call: &mut Call<'_>) -> Answer {
    let wanted = call.members()?.get("query").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = searched(call, address.segments.iter().map(|part| part.text.clone()).collect(), address.session)?;
    resources::listing(call, &place, |record| {
        let holds = |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().contains(&wanted));
        wanted.is_empty() || record.body.values().any(holds)
    })
}

/// The collection in which a search looks: the items of a mailbox, the documents of a site, a team's posts, and of the
/// first mailbox, site or team where the path names none.
fn searched(call: &mut Call<'_>, parts: Vec<String>, session: Option<String>) -> Result<CollectionPath, Refusal> {
    let last = parts.last().map(String::as_str).unwrap_or_default();
    let above = parts.iter().rev().nth(1).map(String::as_str).unwrap_or_default();
    let has = |name: &str| parts.iter().any(|part| part == name);
    let (owners, items) = match last {
        "searchexchange" => ("mailboxes", "items"),
        "searchteams" => ("teams", "posts"),
        _ if has("mailboxes") => ("mailboxes", "items"),
        _ if has("onedrives") => ("onedrives", "documents"),
        _ if has("sites") => ("sites", "documents"),
        _ if above == "files" => ("teams", "files"),
        _ => ("teams", "posts"),
    };
    let organization = parts.get(1).cloned().unwrap_or_default();
    let base = format!("restored/{organization}/{owners}");
    let session = session.unwrap_or_default();
    let shown = |rest: &str| format!("restoresessions/{session}/organization/{rest}");
    let of = CollectionPath {
        key: base.clone(),
        template: format!("restored/{{}}/{owners}"),
        shown: shown(owners),
        only: None,
    };
    let at = parts.iter().position(|part| part == owners);
    let named = at.and_then(|at| parts.get(at + 1)).filter(|id| *id != "search").cloned();
    let first = call
        .backend
        .collection(&of)
        .and_then(|collection| collection.all().next())
        .map(|owner| owner.id.to_lowercase());
    let owner = named.or(first).ok_or_else(|| Refusal::not_found("The collection", &base))?;
    if above == "tabs" {
        let key = parts[..parts.len() - 1].join("/");
        let shown = shown(&parts[2..parts.len() - 1].join("/"));
        return Ok(CollectionPath {
            key,
            template: "restored/{}/teams/{}/channels/{}/tabs".to_owned(),
            shown,
            only: None,
        });
    }
    Ok(CollectionPath {
        key: format!("{base}/{owner}/{items}"),
        template: format!("restored/{{}}/{owners}/{{}}/{items}"),
        shown: shown(&format!("{owners}/{owner}/{items}")),
        only: None,
    })
}

/// Something is restored, copied or sent: the session tells so, and nothing else changes.
fn restore(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let body = call.members()?;
    let count = body.values().filter_map(Value::as_array).map(Vec::len).max().unwrap_or(1);
    let session = call.path.first().to_owned();
    let what = call.operation.path.rsplit('/').next().unwrap_or_default();
    tell(call, &session, &format!("{what}: {count} of {count} items"), Some(count));
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    let mut given = counts(shape, count);
    given.insert("sessionId".to_owned(), session.as_str().into());
    Ok(call.reply(&call.make(shape, &given, &session)))
}

/// The numbers of a restore's statistics: all went well.
fn counts(shape: &Shape, count: usize) -> Members {
    let number = |name: &str| {
        let name = name.to_ascii_lowercase();
        if ["failed", "skipped", "merged", "error"].iter().any(|bad| name.contains(bad)) { 0 } else { count }
    };
    let one = |field: &backhaul_wire::shape::Field| match (field.kind, field.repeat) {
        (Kind::Int, _) => Some((field.json.to_owned(), Value::from(number(field.json)))),
        (_, backhaul_wire::Repeat::List) => Some((field.json.to_owned(), json!([]))),
        (Kind::Text, _) if field.json.ends_with("Error") => Some((field.json.to_owned(), Value::from(""))),
        _ => None,
    };
    shape.fields.iter().filter_map(one).collect()
}

/// Adds an event to a session, and counts what was restored.
fn tell(call: &mut Call<'_>, session: &str, message: &str, restored: Option<usize>) {
    let (id, date) = (call.backend.new_guid(), call.backend.iso_date());
    let key = format!("restoresessions/{}/events", session.to_ascii_lowercase());
    let template = "restoresessions/{}/events".to_owned();
    let place = CollectionPath { key: key.clone(), template, shown: key.clone(), only: None };
    let order = call.backend.collection(&place).map_or(0, Collection::len);
    let event = record(
        &id,
        json!({
            "type": "Restore", "status": "Success", "startTime": date, "endTime": date, "duration": "00:00:00", "title": message,
            "message": message, "order": order,
        }),
    );
    call.backend.store.collection_mut(&key).put(event);
    if let Some(count) = restored {
        call.backend.edit("restoresessions", session, |body| {
            let before = body.get("restored").and_then(Value::as_u64).unwrap_or_default();
            body.insert("restored".to_owned(), (before + count as u64).into());
        });
    }
}
