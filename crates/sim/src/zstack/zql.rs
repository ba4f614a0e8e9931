//! `GET /v1/zql`: scripts of queries, counts and sums.

mod lexer;
mod parser;

use std::collections::{HashSet, VecDeque};

use backhaul_filter::zstack::QOp;
use serde_json::{Map, Value, json};

use self::parser::{Condition, Fault, Operand, Statement, Verb, parse};
use super::class::{self, Class};
use super::query::{self, Filter, order, unknown};
use super::refusal::Failure;
use super::store::{Body, Row, Store};

/// Answers a script.
pub(super) fn answer(store: &Store, text: &str) -> Result<Value, Failure> {
    let statements = parse(text).map_err(|fault| match fault {
        Fault::Syntax(message) => Failure::argument(format!("invalid ZQL: {message}")),
        Fault::Absent(what) => Failure::unsupported(format!("ZQL's '{what}' is not simulated")),
    })?;
    let results = statements.iter().map(|statement| run(store, statement)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "results": results }))
}

fn run(store: &Store, statement: &Statement) -> Result<Value, Failure> {
    let class = entity(&statement.target)?;
    // What `type = '...'` stands for among conditions that all must hold narrows the class down, as it does in queries.
    let aim = statement.condition.as_ref().map_or(class, |condition| narrowed(class, condition));
    let mut filters = Vec::new();
    if let Some(condition) = &statement.condition {
        filters.push(filter(store, aim, condition)?);
    }
    for leaf in &statement.restrict_by {
        filters.push(restriction(store, aim, leaf)?);
    }
    let mut rows = Filter::All(filters).rows(store, aim);
    for field in statement.fields.iter().chain(&statement.group_by) {
        known(aim, field)?;
    }
    for (field, descending) in statement.order_by.iter().rev() {
        let field = known(aim, field.rsplit('.').next().unwrap_or(field))?;
        rows.sort_by(|a, b| {
            let order = order(Some(field), a.body.get(field.json), b.body.get(field.json));
            if *descending { order.reverse() } else { order }
        });
    }
    let mut result = Map::new();
    if let Some(other) = statement.return_with.iter().find(|name| *name != "total") {
        return Err(Failure::unsupported(format!("'return with ({other})' is not simulated")));
    }
    if !statement.return_with.is_empty() {
        result.insert("total".to_owned(), rows.len().into());
    }
    match (statement.verb, statement.function.as_deref()) {
        (Verb::Count, _) => count(statement, &rows, &mut result),
        (Verb::Sum, _) => {
            let groups = groups(statement, rows);
            let sums = groups.iter().map(|group| sum(statement, group)).collect();
            result.insert("inventories".to_owned(), Value::Array(page(statement, sums)));
        }
        (Verb::Query, Some(function @ ("max" | "min" | "avg"))) => {
            let all = groups(statement, rows);
            let all: Vec<Value> = all.iter().filter_map(|group| aggregate(statement, function, group)).collect();
            if !all.is_empty() {
                result.insert("inventoryAggregateFunctions".to_owned(), page(statement, all).into());
            }
        }
        (Verb::Query, None | Some("distinct")) => {
            if !statement.group_by.is_empty() {
                rows = groups(statement, rows).into_iter().filter_map(|group| group.into_iter().next()).collect();
            }
            let mut objects: Vec<Value> = rows.iter().map(|row| selected(statement, &row.body)).collect();
            if statement.function.is_some() {
                let mut seen = HashSet::new();
                objects.retain(|object| seen.insert(object.to_string()));
            }
            result.insert("inventories".to_owned(), page(statement, objects).into());
        }
        (Verb::Query, Some(other)) => return Err(Failure::unsupported(format!("ZQL's '{other}' is not simulated"))),
    }
    if let Some(name) = &statement.name {
        result.insert("name".to_owned(), name.as_str().into());
    }
    Ok(result.into())
}

fn entity(name: &str) -> Result<&'static Class, Failure> {
    let class = class::named_in_zql(name).filter(|class| class.shape.is_some());
    class.ok_or_else(|| Failure::argument(format!("no inventory is named '{name}' in ZQL")))
}

fn known(class: &'static Class, field: &str) -> Result<&'static backhaul_wire::Field, Failure> {
    class.field(field).ok_or_else(|| unknown(field, class))
}

fn narrowed(class: &'static Class, condition: &Condition) -> &'static Class {
    match condition {
        Condition::Leaf(leaf) if leaf.op == QOp::Eq && leaf.field == class.tag() => match &leaf.operand {
            Operand::Values(values) => values.first().and_then(|value| class.kind(value)).unwrap_or(class),
            Operand::Query(_) => class,
        },
        Condition::All(all) => all.iter().fold(class, narrowed),
        _ => class,
    }
}

fn filter(store: &Store, class: &'static Class, condition: &Condition) -> Result<Filter, Failure> {
    let all = |conditions: &[Condition]| -> Result<Vec<Filter>, Failure> {
        conditions.iter().map(|it| filter(store, class, it)).collect()
    };
    Ok(match condition {
        Condition::All(conditions) => Filter::All(all(conditions)?),
        Condition::Any(conditions) => Filter::Any(all(conditions)?),
        Condition::Leaf(leaf) => comparison(store, class, &leaf.field, leaf)?,
    })
}

fn comparison(store: &Store, class: &'static Class, field: &str, leaf: &parser::Leaf) -> Result<Filter, Failure> {
    if leaf.of_tags && !field.rsplit('.').next().is_some_and(|name| name.starts_with("__")) {
        return Err(Failure::argument(format!("'has' and 'not has' are for tags, and '{field}' is none")));
    }
    let values = match &leaf.operand {
        Operand::Values(values) => values.clone(),
        Operand::Query(query) => column(store, query)?,
    };
    // A query that finds nothing is in no list and outside of every list.
    if values.is_empty() && matches!(leaf.op, QOp::In | QOp::NotIn) {
        return Ok(if leaf.op == QOp::In { Filter::Any(Vec::new()) } else { Filter::All(Vec::new()) });
    }
    Filter::new(store, class, query::Leaf { field, op: leaf.op, values: &values })
}

/// The values that a query in a query selects.
fn column(store: &Store, query: &Statement) -> Result<Vec<String>, Failure> {
    let plain = query.return_with.is_empty() && query.restrict_by.is_empty() && query.order_by.is_empty();
    if !plain || query.limit.is_some() || query.offset > 0 {
        return Err(Failure::argument("a query in a query takes a target and conditions only"));
    }
    let [field] = query.fields.as_slice() else {
        return Err(Failure::argument("a query in a query must select one field"));
    };
    let result = run(store, query)?;
    let rows = result.get("inventories").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(rows.iter().filter_map(|row| row.get(field)).map(text).collect())
}

/// `restrict by (zone.uuid = '...')`: rows from which the shortest way leads to such an object.
fn restriction(store: &Store, class: &'static Class, leaf: &parser::Leaf) -> Result<Filter, Failure> {
    let Some((name, field)) = leaf.field.split_once('.') else {
        return comparison(store, class, &leaf.field, leaf);
    };
    let goal = entity(name)?;
    let way = way(class, goal)
        .ok_or_else(|| Failure::argument(format!("nothing leads from {} to {}", class.name, goal.name)))?;
    let path: Vec<&str> = way.into_iter().chain([field]).collect();
    comparison(store, class, &path.join("."), leaf)
}

/// The joins from one class to another.
fn way(from: &'static Class, to: &'static Class) -> Option<Vec<&'static str>> {
    let mut seen = HashSet::from([from.name]);
    let mut open = VecDeque::from([(from, Vec::new())]);
    while let Some((class, way)) = open.pop_front() {
        if class.is_a(to) {
            return Some(way);
        }
        for join in class.joins() {
            let Some(next) = class::find(join.class) else { continue };
            if seen.insert(next.name) {
                let mut way: Vec<&'static str> = way.clone();
                way.push(join.name);
                open.push_back((next, way));
            }
        }
    }
    None
}

fn selected(statement: &Statement, body: &Body) -> Value {
    let mut body = body.clone();
    if !statement.fields.is_empty() {
        body.retain(|name, _| statement.fields.contains(name));
    }
    body.into()
}

fn page(statement: &Statement, rows: Vec<Value>) -> Vec<Value> {
    rows.into_iter().skip(statement.offset).take(statement.limit.unwrap_or(usize::MAX)).collect()
}

/// Rows that are alike in what they are grouped by; all of them when they are not grouped.
fn groups(statement: &Statement, rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut groups: Vec<(Value, Vec<Row>)> = Vec::new();
    for row in rows {
        let key = group(statement, &row.body);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(row),
            None => groups.push((key, vec![row])),
        }
    }
    groups.into_iter().map(|(_, rows)| rows).collect()
}

/// What a row is grouped by.
fn group(statement: &Statement, body: &Body) -> Value {
    let member = |name: &String| Some((name.clone(), body.get(name)?.clone()));
    Value::Object(statement.group_by.iter().filter_map(member).collect())
}

fn count(statement: &Statement, rows: &[Row], result: &mut Map<String, Value>) {
    if statement.group_by.is_empty() {
        result.insert("total".to_owned(), rows.len().into());
        return;
    }
    let groups = groups(statement, rows.to_vec());
    // A map whose keys are objects is written as pairs, and left out when it is empty.
    let pair = |rows: &Vec<Row>| json!([rows.first().map(|row| group(statement, &row.body)), rows.len()]);
    if !groups.is_empty() {
        let pairs = page(statement, groups.iter().map(pair).collect());
        result.insert("inventoryCounts".to_owned(), pairs.into());
    }
}

/// What the rows are grouped by, and the sum of each field.
fn sum(statement: &Statement, rows: &[Row]) -> Value {
    let by = statement.group_by.first().and_then(|by| rows.first()?.body.get(by)).cloned();
    let sums = statement.fields.iter().map(|field| total(rows, field));
    std::iter::once(by.unwrap_or_default()).chain(sums).collect()
}

fn total(rows: &[Row], field: &str) -> Value {
    let values = || rows.iter().filter_map(|row| row.body.get(field));
    if values().all(Value::is_i64) {
        return values().filter_map(Value::as_i64).fold(0_i64, i64::saturating_add).into();
    }
    values().filter_map(Value::as_f64).sum::<f64>().into()
}

/// The pair of what a value belongs to, and the value.
fn aggregate(statement: &Statement, function: &str, rows: &[Row]) -> Option<Value> {
    let field = statement.fields.first()?;
    let values: Vec<&Value> = rows.iter().filter_map(|row| row.body.get(field)).collect();
    let by_size = |a: &&Value, b: &&Value| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0));
    let value = match function {
        "max" => values.into_iter().max_by(by_size)?.clone(),
        "min" => values.into_iter().min_by(by_size)?.clone(),
        _ => {
            let count = u32::try_from(values.len()).ok().filter(|count| *count > 0)?;
            (values.iter().filter_map(|value| value.as_f64()).sum::<f64>() / f64::from(count)).into()
        }
    };
    let mut key = group(statement, &rows.first()?.body);
    key[field.as_str()] = value.clone();
    Some(json!([key, value]))
}
