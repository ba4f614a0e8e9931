//! What changed since a client last asked: the feeds of v7, the events of v8.

use backhaul_models::vb365::ExceptionInfoErrorCode;
use backhaul_wire::shape::{Kind, Shape};
use serde_json::{Map, Value, json};

use super::backend::Change;
use super::filters::Filters;
use super::page::NO_SET;
use super::paths::CollectionPath;
use super::store::Record;
use super::{Call, Refusal};
use crate::engine::message::Reply;

type Answer = Result<Reply, Refusal>;

/// The token that asks for what changes from now on.
const LATEST: &str = "latest";
const DEFAULT_LIMIT: usize = 30;
const MAX_LIMIT: usize = 10_000;

/// What v8 calls the changes of a collection.
const EVENTS: [(&str, &str); 4] = [
    ("jobs", "Job"),
    ("jobsessions", "JobSession"),
    ("restoresessions", "RestoreSession"),
    ("restorepoints", "RestorePoint"),
];

/// `GET /JobSessions/Changes`.
pub(super) fn job_sessions(call: &mut Call<'_>) -> Answer {
    records(call, "jobsessions")
}

/// `GET /RestorePoints/Changes`.
pub(super) fn restore_points(call: &mut Call<'_>) -> Answer {
    records(call, "restorepoints")
}

/// The records that changed after `from`, each once and as it is now; all of them without `from`.
fn records(call: &mut Call<'_>, key: &'static str) -> Answer {
    let limit = limit(call)?;
    let Some(shape) = call.answer_shape().and_then(listed) else { return Ok(call.done()) };
    let place = CollectionPath::top(key);
    call.backend.top(key);
    let (records, next, total) = match call.param("from").filter(|from| !from.is_empty()) {
        Some(from) => {
            let changes: Vec<&Change> = since(call, from)?.into_iter().filter(|change| change.key == key).collect();
            let page = &changes[..changes.len().min(limit)];
            let next = if page.len() < changes.len() { page.last().map(|change| change.number) } else { None };
            // The last change of each counts.
            let last = |(at, change): &(usize, &&Change)| {
                !page[at + 1..].iter().any(|later| later.record.id == change.record.id)
            };
            let records: Vec<Record> =
                page.iter().enumerate().filter(last).map(|(_, change)| change.record.clone()).collect();
            (records, next, changes.len())
        }
        None => {
            let all: Vec<Record> =
                call.backend.top(key).into_iter().flat_map(|collection| collection.all().cloned()).collect();
            (all.iter().take(limit).cloned().collect(), None, all.len())
        }
    };
    let filters = Filters::of(call, shape);
    let shown = records.iter().map(|record| (record, call.show(&place, record, shape)));
    let wanted = shown.filter(|(record, shown)| filters.fit(|name| record.body.get(name).or_else(|| shown.get(name))));
    let results: Vec<Value> = wanted.map(|(_, shown)| shown).collect();
    let mut body = feed(call, next, limit, results);
    body.insert("totalCount".to_owned(), total.into());
    Ok(call.reply(&Value::Object(body)))
}

/// `GET /Events`: answers at once, whatever `timeoutSeconds` says.
pub(super) fn events(call: &mut Call<'_>) -> Answer {
    let limit = limit(call)?;
    let Some(shape) = call.answer_shape().and_then(listed) else { return Ok(call.done()) };
    let from = call.param("from").unwrap_or(LATEST);
    let changes = since(call, from)?;
    let told: Vec<(u64, Value)> =
        changes.into_iter().filter_map(|change| Some((change.number, event(change)?))).collect();
    let page = &told[..told.len().min(limit)];
    let next = if page.len() < told.len() { page.last().map(|(number, _)| *number) } else { None };
    let show =
        |(_, event): &(u64, Value)| event.as_object().map(|given| call.writer().write(shape, given, "event", false));
    let results = page.iter().filter_map(show).collect();
    Ok(call.reply(&Value::Object(feed(call, next, limit, results))))
}

fn event(change: &Change) -> Option<Value> {
    let (_, name) = EVENTS.iter().find(|(key, _)| *key == change.key)?;
    let kind = if change.deleted { "Delete" } else { "Update" };
    let record = &change.record;
    Some(json!({
        "eventType": format!("{name}{kind}"), "id": &*record.id, "eTag": change.number, "jobId": record.text("jobId"),
        "status": record.text("status"), "jobType": if record.says("jobType", "Copy") { "Copy" } else { "Backup" },
    }))
}

/// What a feed's answer lists.
fn listed(shape: &'static Shape) -> Option<&'static Shape> {
    let field = shape.fields.iter().find(|field| field.json == "results")?;
    match field.kind {
        Kind::Struct(item) => Some(item),
        _ => None,
    }
}

fn limit(call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = call.param("limit") else { return Ok(DEFAULT_LIMIT) };
    let limit = text.trim().parse::<usize>().ok().filter(|limit| *limit > 0);
    limit
        .map(|limit| limit.min(MAX_LIMIT))
        .ok_or_else(|| Refusal::bad(format!("The value '{text}' is not valid for limit.")))
}

/// The changes after a token.
fn since<'c>(call: &'c Call<'_>, token: &str) -> Result<Vec<&'c Change>, Refusal> {
    if token.eq_ignore_ascii_case(LATEST) {
        return Ok(Vec::new());
    }
    let number = token.parse().map_err(|_| Refusal::bad(format!("The value '{token}' is not valid for from.")))?;
    match call.backend.changes(number) {
        Some(changes) => Ok(changes.collect()),
        None => Err(Refusal {
            code: Some(ExceptionInfoErrorCode::OutdatedChangeToken),
            ..Refusal::bad("The change token is outdated.")
        }),
    }
}

fn feed(call: &Call<'_>, next: Option<u64>, limit: usize, results: Vec<Value>) -> Map<String, Value> {
    let next = next.unwrap_or_else(|| call.backend.changed());
    let path = &call.request.path;
    let mut body = Map::new();
    body.insert("nextChangeToken".to_owned(), next.to_string().into());
    body.insert("limit".to_owned(), limit.into());
    body.insert("setId".to_owned(), NO_SET.into());
    body.insert("results".to_owned(), results.into());
    body.insert("_links".to_owned(), json!({ "next": { "href": format!("{path}?from={next}&limit={limit}") } }));
    body
}
