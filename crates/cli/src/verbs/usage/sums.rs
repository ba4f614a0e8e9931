//! Sums in place of rows.

use std::cmp::Ordering;

use backhaul_fleet::{Group, Row, Total, totals};
use serde_json::Value;

use super::shown::{columns, fields};
use crate::args::usage::{By, Question};
use crate::console::Console;
use crate::exit::Failure;
use crate::output::Table;

/// The columns of sums, after those that tell the groups apart.
const SUMS: [&str; 10] = [
    "rows",
    "unknown_rows",
    "used_bytes",
    "object_storage_bytes",
    "cache_bytes",
    "quota_bytes",
    "capacity_bytes",
    "free_bytes",
    "quota_percent",
    "fill_percent",
];

/// What the groups' columns say of the row that is the sum of all.
const TOTAL: &str = "TOTAL";

/// Refuses columns that sums do not have, before anything is sent.
pub(super) fn check(question: &Question) -> Result<(), Failure> {
    if question.by.is_empty() && !question.total {
        return Ok(());
    }
    let names = names(question);
    fields(&question.fields, &names)?;
    order(question, &names).map(drop)
}

/// The sums of the rows.
pub(super) fn table(rows: &[Row], question: &Question, console: &Console) -> Result<Table, Failure> {
    let by: Vec<backhaul_fleet::By> = question.by.iter().map(|by| (*by).into()).collect();
    let names = names(question);
    let groups = totals(rows, &by);
    let overflown = groups.iter().any(|group| group.total.is_overflown());
    if overflown {
        console.warn("a sum does not fit in 64 bits; it is that of the rows that do");
    }
    let mut table: Vec<Vec<Value>> = groups.iter().map(cells).collect();
    let order = order(question, &names)?;
    table.sort_by(|a, b| {
        let one = |(at, largest_first): &(usize, bool)| {
            let order = compare(a.get(*at), b.get(*at));
            if *largest_first { order.reverse() } else { order }
        };
        order.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    table.truncate(question.top.unwrap_or(usize::MAX));
    if question.total && !by.is_empty() {
        let all = totals(rows, &[]);
        // Not null, which stands for what has no tenant.
        table.extend(all.iter().map(|group| [vec![TOTAL.into(); by.len()], cells(group)].concat()));
    }
    let chosen = fields(&question.fields, &names)?;
    let place = |name: &&str| names.iter().position(|it| it == name);
    let places: Vec<usize> = chosen.iter().filter_map(place).collect();
    let pick = |row: Vec<Value>| places.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
    Ok(Table { columns: columns(&chosen), rows: table.into_iter().map(pick).collect() })
}

/// Some of the sums of the rows by what they have in common, the largest first.
pub(super) fn by(rows: &[Row], by: &[backhaul_fleet::By], sums: &[&str]) -> Table {
    let mut groups = totals(rows, by);
    groups.sort_by_key(|group| std::cmp::Reverse(group.total.used_bytes));
    let names: Vec<&str> = by.iter().map(|by| by.name()).chain(sums.iter().copied()).collect();
    let places = sums.iter().filter_map(|name| SUMS.iter().position(|sum| sum == name)).map(|at| by.len() + at);
    let places: Vec<usize> = (0..by.len()).chain(places).collect();
    let row = |cells: Vec<Value>| places.iter().map(|at| cells.get(*at).cloned().unwrap_or_default()).collect();
    Table { columns: columns(&names), rows: groups.iter().map(cells).map(row).collect() }
}

fn names(question: &Question) -> Vec<&'static str> {
    let keys = question.by.iter().map(|by| backhaul_fleet::By::from(*by).name());
    keys.chain(SUMS).collect()
}

/// The places of the columns to sort by: those with the most first where nothing is said and only some are wanted.
fn order(question: &Question, names: &[&'static str]) -> Result<Vec<(usize, bool)>, Failure> {
    let mut order = question.order();
    if order.is_empty() && question.top.is_some() {
        order.push(("used_bytes", true));
    }
    let mut places = Vec::new();
    for (name, largest_first) in order {
        for name in fields(&[name.to_owned()], names)? {
            places.extend(names.iter().position(|it| *it == name).map(|at| (at, largest_first)));
        }
    }
    Ok(places)
}

pub(super) fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        },
        (Some(Value::String(a)), Some(Value::String(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
        (a, b) => a.is_some_and(|a| !a.is_null()).cmp(&b.is_some_and(|b| !b.is_null())),
    }
}

fn cells(group: &Group) -> Vec<Value> {
    let Total { rows, unknown_rows, used_bytes, object_storage_bytes, cache_bytes, quota_bytes, .. } = group.total;
    let keys = group.key.iter().map(|key| key.clone().map_or(Value::Null, Value::from));
    let sums = [
        rows.into(),
        unknown_rows.into(),
        used_bytes.into(),
        object_storage_bytes.into(),
        cache_bytes.into(),
        quota_bytes.into(),
        group.total.capacity_bytes.into(),
        group.total.free_bytes.into(),
        group.total.quota_percent().into(),
        group.total.fill_percent().into(),
    ];
    keys.chain(sums).collect()
}

impl From<By> for backhaul_fleet::By {
    fn from(by: By) -> Self {
        match by {
            By::System => Self::System,
            By::Server => Self::Server,
            By::Repository => Self::Repository,
            By::Tenant => Self::Tenant,
        }
    }
}
