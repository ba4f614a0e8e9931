//! The query service.

mod fields;
mod page;
mod select;

use backhaul_models::em::{PagingInfo, QueryEntities, QueryResources, QueryResult};
use backhaul_wire::Struct;
use http::StatusCode;
use serde_json::json;

use self::select::{Row, select};
use super::resource_types::{self, ResourceType};
use super::store::Record;
use super::writer::Writer;
use super::{Call, Refusal, value};
use crate::engine::message::Reply;

pub(in crate::em) use self::page::Page;

/// What a query type finds.
enum Subject {
    Records(&'static ResourceType),
    /// Items of parts of records.
    Items,
    /// The tasks of the session.
    Tasks,
}

/// `GET /api/query?type=...`.
pub(in crate::em) fn query(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let wanted = call.param("type").ok_or_else(|| Refusal::bad("The query type is missing."))?;
    let def = fields::types().find(|def| def.name.eq_ignore_ascii_case(wanted));
    let def = def.ok_or_else(|| Refusal::bad(format!("There is no query type {wanted}.")))?;
    let page = Page::asked(call)?;
    let tasks = call.tasks();
    let store = &call.backend.store;
    let subject = subject(def.name);
    let mut rows: Vec<Row<'_>> = match &subject {
        Subject::Records(kind) => {
            let records = store.all(kind.name).filter(|record| call.may_see(record));
            records.map(|record| Row { body: record.body.as_ref(), record: Some(record), part: None, store }).collect()
        }
        Subject::Items => resource_types::parts(item_type(def.name))
            .flat_map(|(kind, part)| store.all(kind.name).map(move |record| (record, part)))
            .filter(|(record, _)| call.may_see(record))
            .flat_map(|(record, part)| {
                let items = store.items(record, part).into_iter();
                items.map(move |body| Row { body, record: Some(record), part: Some(part), store })
            })
            .collect(),
        Subject::Tasks => tasks.iter().map(|task| Row { body: task, record: None, part: None, store }).collect(),
    };
    select(call, def, &mut rows)?;
    let total = rows.len();
    let shown = rows.iter().skip(page.first()).take(page.size);
    let api = call.api();
    let mut result = result(Writer { store, api: &api }, &subject, shown, call.wants_entity(), call.media.is_json());
    result.paging_info = Some(page.info(call, &format!("{api}/query"), total));
    Ok(call.media.reply(StatusCode::OK, &result))
}

/// Of the records of a collection those that the parameters ask for, and which page they are, where the operation takes
/// such.
pub(in crate::em) fn page_of<'s>(
    call: &'s Call<'_>,
    kind: &ResourceType,
    records: Vec<&'s Record>,
) -> Result<(Vec<&'s Record>, Option<PagingInfo>), Refusal> {
    let takes = |name: &str| call.operation.is_some_and(|it| it.params.iter().any(|param| param.name == name));
    let asked = ["filter", "pageSize", "page"].iter().any(|name| takes(name) && call.param(name).is_some());
    let def = fields::types().find(|def| def.name == kind.name).filter(|_| asked);
    let Some(def) = def else { return Ok((records, None)) };
    let page = Page::asked(call)?;
    let store = &call.backend.store;
    let row = |record: &'s Record| Row { body: record.body.as_ref(), record: Some(record), part: None, store };
    let mut rows: Vec<Row<'_>> = records.into_iter().map(row).collect();
    select(call, def, &mut rows)?;
    let address = format!("{}{}", call.request.base, call.request.path);
    let info = page.info(call, &address, rows.len());
    Ok((rows.iter().skip(page.first()).take(page.size).filter_map(|row| row.record).collect(), Some(info)))
}

/// Has a list without items stand in JSON, which has null for every other list: a client that counts what failed since
/// counts its items (PyPI's `veeam` 0.1.5, `get_persistently_failed_jobs`). Of what XML has then, nothing is known.
fn keep_empty(found: &mut dyn Struct, list: &str, as_json: bool) {
    let field = found.shape().index_of(list).filter(|at| as_json && found.view(*at).is_absent());
    let Some(field) = field.and_then(|at| found.shape().fields.get(at)) else { return };
    let value = field.json_item.map_or_else(|| json!([]), |item| json!({ item: [] }));
    if let Some(unknown) = found.unknown_mut() {
        unknown.insert(field.json, &value);
    }
}

/// The names of everything that can be queried.
pub(in crate::em) fn names() -> impl Iterator<Item = &'static str> {
    fields::types().map(|def| def.name)
}

fn subject(name: &str) -> Subject {
    match name {
        "Task" => Subject::Tasks,
        "Passwords" => resource_types::find("PasswordKey").map_or(Subject::Tasks, Subject::Records),
        name => resource_types::find(name).map_or(Subject::Items, Subject::Records),
    }
}

/// The type of the items that a query type finds.
fn item_type(name: &str) -> &str {
    if name == "NasObject" { "NASObject" } else { name }
}

/// References to key resources, unless entities are asked for; the rest has one form.
fn result<'r, 's: 'r>(
    writer: Writer<'_>,
    subject: &Subject,
    shown: impl Iterator<Item = &'r Row<'s>>,
    entities: bool,
    as_json: bool,
) -> QueryResult {
    let mut result = QueryResult::default();
    match subject {
        Subject::Records(kind) if kind.key && !entities => {
            result.refs = shown.filter_map(|row| Some(writer.reference(row.record?))).collect();
        }
        Subject::Records(kind) if kind.key => {
            let mut found = QueryEntities::default();
            for entity in shown.filter_map(|row| Some(writer.entity(row.record?))) {
                value::push(&mut found, kind.bucket, entity.as_ref());
            }
            keep_empty(&mut found, kind.bucket, as_json);
            result.entities = Some(found);
        }
        Subject::Records(kind) => {
            let mut found = QueryResources::default();
            for entity in shown.filter_map(|row| Some(writer.entity(row.record?))) {
                value::push(&mut found, kind.bucket, entity.as_ref());
            }
            keep_empty(&mut found, kind.bucket, as_json);
            result.resources = Some(found);
        }
        Subject::Items => {
            let mut found = QueryResources::default();
            for row in shown {
                if let (Some(record), Some(part)) = (row.record, row.part) {
                    value::push(&mut found, part.bucket, writer.item(record, part, row.body).as_ref());
                }
            }
            result.resources = Some(found);
        }
        Subject::Tasks => {
            let mut found = QueryResources::default();
            for row in shown {
                value::push(&mut found, "Tasks", row.body as &dyn Struct);
            }
            keep_empty(&mut found, "Tasks", as_json);
            result.resources = Some(found);
        }
    }
    result
}
