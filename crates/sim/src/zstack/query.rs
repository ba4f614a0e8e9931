//! `Query*`: the parameters, the rows, the answer.

use backhaul_filter::zstack::{Condition, QOp};
use backhaul_wire::Struct;
use serde_json::{Map, Value};

use super::condition::{Kinds, Test, order, split, unknown};
use super::inventory::{Aim, Target, schema};
use super::{Refusal, plain};
use crate::estate::ZstackEstate;

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
}

/// Answers a query; with a `uuid` in the path, the query's parameters do not count.
pub(super) fn answer(
    data: &ZstackEstate,
    target: Target,
    params: &[(String, String)],
    uuid: &str,
) -> Result<Value, Refusal> {
    let by_uuid = format!("uuid={uuid}");
    let params =
        if uuid.is_empty() { Params::read(params)? } else { Params { q: vec![&by_uuid], ..Params::read(&[])? } };
    let conditions: Vec<Condition<'_>> = params.q.iter().map(|text| split(text)).collect::<Result<_, _>>()?;
    let types = conditions.iter().filter(|it| it.field == "type" && it.op == QOp::Eq);
    let aim = Aim::new(target, types.map(|it| it.value));
    let kinds = Kinds::new();
    let tests: Vec<Test<'_>> = conditions.into_iter().map(|it| Test::new(it, aim, &kinds)).collect::<Result<_, _>>()?;
    let mut rows: Vec<&dyn Struct> = target.objects(data);
    rows.retain(|row| tests.iter().all(|test| test.holds(*row, data)));
    if let Some(sort) = params.sort {
        let (field, descending) = match sort.strip_prefix('-') {
            Some(field) => (field, true),
            // A raw `+` arrives as a blank.
            None => (sort.strip_prefix('+').unwrap_or(sort), false),
        };
        let field = field.trim();
        if !aim.has(field) {
            return Err(unknown(field, aim));
        }
        rows.sort_by(|a, b| {
            let order = order(*a, *b, field, &kinds);
            if descending { order.reverse() } else { order }
        });
    }
    if let Some(field) = params.fields.iter().flatten().find(|field| !aim.has(field)) {
        return Err(unknown(field, aim));
    }
    let total = rows.len();
    let page = rows.into_iter().skip(params.start).take(params.limit);
    Ok(params.body(target, aim, page, total))
}

impl<'a> Params<'a> {
    fn read(params: &'a [(String, String)]) -> Result<Self, Refusal> {
        let first = |name: &str| params.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str());
        let number = |name: &str, default: usize| match first(name) {
            None => Ok(default),
            Some(text) => text
                .trim()
                .parse()
                .map_err(|_| Refusal::Text(format!("'{name}' must be an integer, but '{text}' is not"))),
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
        })
    }

    fn body<'r>(&self, target: Target, aim: Aim, page: impl Iterator<Item = &'r dyn Struct>, total: usize) -> Value {
        let mut body = Map::new();
        if self.count || self.reply_with_count {
            body.insert("total".to_owned(), total.into());
        }
        let mut classes = Map::new();
        if !self.count {
            let mut inventories = Vec::new();
            for (at, row) in page.enumerate() {
                let mut object = plain(row);
                let mut java = target.java(row);
                if let (Some(fields), Value::Object(members)) = (&self.fields, &mut object) {
                    // With `fields`, rows are built as the class that was asked for.
                    members.retain(|name, _| fields.contains(&name.as_str()));
                    java = aim.java();
                }
                let entries = schema(&format!("inventories[{at}]"), java, &object);
                classes.extend(entries.into_iter().map(|(place, java)| (place, java.into())));
                inventories.push(object);
            }
            body.insert("inventories".to_owned(), inventories.into());
        }
        body.insert("schema".to_owned(), classes.into());
        body.into()
    }
}
