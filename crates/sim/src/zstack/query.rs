//! `Query*`: the parameters, the rows, the answer.

mod filter;
mod test;

use backhaul_filter::zstack::{Condition, QOp, split_q};
use backhaul_models::route::PathParams;
use serde_json::{Map, Value};

pub(super) use self::filter::{Filter, Leaf, unknown};
pub(super) use self::test::order;
use super::answer::Classes;
use super::class::Class;
use super::refusal::{Failure, Refusal};
use super::store::{Row, Store};

const DEFAULT_LIMIT: usize = 1000;

/// A query's parameters. Of each but `q` the server reads the first, and it passes over what it does not know.
struct Params<'a> {
    q: Vec<&'a str>,
    limit: usize,
    start: usize,
    count: bool,
    reply_with_count: bool,
    sort: Option<&'a str>,
    fields: Option<Vec<&'a str>>,
    filter_name: Option<&'a str>,
}

/// Answers a query. What stands in the path is a condition; with a `uuid` there, the query's parameters do not count.
pub(super) fn answer(
    store: &Store,
    target: &'static Class,
    params: &[(String, String)],
    path: &PathParams,
) -> Result<Value, Refusal> {
    let by_uuid = path.pairs().any(|(name, _)| name == "uuid");
    let in_path: Vec<String> = path.pairs().map(|(name, value)| format!("{name}={value}")).collect();
    let mut params = Params::read(if by_uuid { &[] } else { params })?;
    params.q.extend(in_path.iter().map(String::as_str));
    let conditions: Vec<Condition<'_>> = params.q.iter().map(|text| split(text)).collect::<Result<_, _>>()?;
    let aim = aim(target, &conditions);
    let filters = conditions.iter().map(|condition| compile(store, aim, *condition)).collect::<Result<Vec<_>, _>>()?;
    if let Some(name) = params.filter_name {
        return Err(Failure::argument(format!("no query filter is registered for '{name}'")).into());
    }
    let mut rows = Filter::All(filters).rows(store, aim);
    if let Some(sort) = params.sort {
        sorted(&mut rows, aim, sort)?;
    }
    if let Some(field) = params.fields.iter().flatten().find(|field| aim.field(field).is_none()) {
        return Err(unknown(field, aim).into());
    }
    Ok(params.body(store, aim, &rows))
}

/// Takes a condition apart; the refusal is the server's.
fn split(text: &str) -> Result<Condition<'_>, Refusal> {
    split_q(text).map_err(|error| Refusal::text(format!("invalid query string '{text}': {error}")))
}

/// The class that a query is about: `type=` with a subtype's value narrows it down.
fn aim(target: &'static Class, conditions: &[Condition<'_>]) -> &'static Class {
    let types = conditions.iter().filter(|it| it.op == QOp::Eq && !it.field.is_empty() && it.field == target.tag());
    types.filter_map(|it| target.kind(it.value)).next_back().unwrap_or(target)
}

fn compile(store: &Store, class: &'static Class, condition: Condition<'_>) -> Result<Filter, Failure> {
    let Condition { field, op, value } = condition;
    // The server quotes the value in a way that its own lexer does not read.
    if value.contains('\'') {
        return Err(Failure::argument(format!("zql: token recognition error in the value of '{field}'")));
    }
    let values: Vec<String> = match op {
        QOp::IsNull | QOp::NotNull => Vec::new(),
        QOp::In | QOp::NotIn => value.split(',').map(str::to_owned).collect(),
        _ => vec![value.to_owned()],
    };
    Filter::new(store, class, Leaf { field, op, values: &values })
}

fn sorted(rows: &mut [Row], class: &'static Class, sort: &str) -> Result<(), Failure> {
    let (name, descending) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        // A raw `+` arrives as a blank.
        None => (sort.strip_prefix('+').unwrap_or(sort), false),
    };
    let field = class.field(name.trim()).ok_or_else(|| unknown(name.trim(), class))?;
    rows.sort_by(|a, b| {
        let order = order(Some(field), a.body.get(field.json), b.body.get(field.json));
        if descending { order.reverse() } else { order }
    });
    Ok(())
}

impl<'a> Params<'a> {
    fn read(params: &'a [(String, String)]) -> Result<Self, Refusal> {
        let first = |name: &str| params.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
        let number = |name: &str, default: usize| match first(name) {
            None => Ok(default),
            Some(text) => text
                .trim()
                .parse()
                .map_err(|_| Refusal::text(format!("'{name}' must be an integer, but '{text}' is not"))),
        };
        // Java's `Boolean.parseBoolean`.
        let flag = |name: &str| first(name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let fields = first("fields").map(|list| list.split(',').map(str::trim).collect());
        let mut q: Vec<&str> = Vec::new();
        for (_, condition) in params.iter().filter(|(name, _)| name == "q") {
            if !q.contains(&condition.as_str()) {
                q.push(condition);
            }
        }
        Ok(Self {
            q,
            limit: number("limit", DEFAULT_LIMIT)?,
            start: number("start", 0)?,
            count: flag("count"),
            reply_with_count: flag("replyWithCount"),
            sort: first("sort").map(str::trim).filter(|sort| !sort.is_empty()),
            fields,
            filter_name: first("filterName").filter(|name| !name.is_empty()),
        })
    }

    fn body(&self, store: &Store, aim: &'static Class, rows: &[Row]) -> Value {
        let mut body = Map::new();
        if self.count || self.reply_with_count {
            body.insert("total".to_owned(), rows.len().into());
        }
        let mut classes = Classes::new(store);
        if !self.count {
            let mut inventories = Vec::new();
            for (at, row) in rows.iter().skip(self.start).take(self.limit).enumerate() {
                let (mut object, mut class) = ((*row.body).clone(), row.class);
                if let Some(fields) = &self.fields {
                    // With `fields`, rows are built as the class that was asked for.
                    object.retain(|name, _| fields.contains(&name.as_str()));
                    class = aim;
                }
                let object = Value::Object(object);
                classes.add(&format!("inventories[{at}]"), class, &object);
                inventories.push(object);
            }
            body.insert("inventories".to_owned(), inventories.into());
        }
        body.insert("schema".to_owned(), classes.into_value());
        body.into()
    }
}
