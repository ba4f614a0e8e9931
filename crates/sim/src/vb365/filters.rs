//! Which records of a listing are wanted, and in which order.

use std::cmp::Ordering;

use backhaul_wire::shape::Shape;
use serde_json::Value;

use super::Call;
use super::content::seconds;

/// Parameters that do not say which records are wanted.
const OTHERS: [&str; 11] = [
    "offset",
    "limit",
    "setId",
    "orderBy",
    "orderAsc",
    "accountId",
    "RegionType",
    "RegionId",
    "regionId",
    "ServicePoint",
    "CustomRegionId",
];

/// Parameters that bound a date: the member, and whether it must lie before.
const BOUNDS: [(&str, &str, bool); 10] = [
    ("startTimeFrom", "creationTime", false),
    ("startTimeTo", "creationTime", true),
    ("endTimeFrom", "endTime", false),
    ("endTimeTo", "endTime", true),
    ("endTimeLowerBound", "endTime", false),
    ("endTimeUpperBound", "endTime", true),
    ("from", "creationTime", false),
    ("to", "creationTime", true),
    ("pointInTime", "backupTime", true),
    ("lowerBound", "creationTime", false),
];

/// Parameters that name a part of a text.
const PARTS: [(&str, &str); 5] = [
    ("displayName", "displayName"),
    ("userName", "name"),
    ("groupName", "displayName"),
    ("name", "name"),
    ("subscriptionName", "displayName"),
];

/// What one parameter asks for.
enum Wish {
    Same(&'static str, String),
    Part(&'static str, String),
    Bound(&'static str, i64, bool),
}

/// What the parameters of a call ask for.
pub(in crate::vb365) struct Filters(Vec<Wish>);

impl Filters {
    /// From the parameters that the operation has and whose name is that of a member.
    pub(in crate::vb365) fn of(call: &Call<'_>, shape: &'static Shape) -> Self {
        let wish = |name: &'static str| {
            let value = call.param(name)?.to_owned();
            if let Some((_, member, before)) = BOUNDS.iter().find(|(bound, ..)| *bound == name) {
                return Some(Wish::Bound(member, seconds(&value)?, *before));
            }
            if let Some((_, member)) = PARTS.iter().find(|(part, _)| *part == name) {
                return Some(Wish::Part(member, value.to_lowercase()));
            }
            let field = shape.fields.iter().find(|field| field.json.eq_ignore_ascii_case(name))?;
            Some(Wish::Same(field.json, value))
        };
        let names = call.operation.params.iter().map(|param| param.name).filter(|name| !OTHERS.contains(name));
        Self(names.filter_map(wish).collect())
    }

    pub(in crate::vb365) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a record is wanted; `value` gives its members.
    pub(in crate::vb365) fn fit<'v>(&self, value: impl Fn(&str) -> Option<&'v Value>) -> bool {
        self.0.iter().all(|wish| match wish {
            Wish::Same(member, wanted) => match value(member) {
                Some(Value::String(text)) => text.eq_ignore_ascii_case(wanted),
                Some(Value::Null) | None => wanted.eq_ignore_ascii_case("false"),
                Some(other) => other.to_string().eq_ignore_ascii_case(wanted),
            },
            Wish::Part(member, wanted) => {
                value(member).and_then(Value::as_str).is_some_and(|it| it.to_lowercase().contains(wanted))
            }
            Wish::Bound(member, bound, before) => match value(member).and_then(Value::as_str).and_then(seconds) {
                Some(time) => {
                    if *before {
                        time <= *bound
                    } else {
                        time >= *bound
                    }
                }
                None => false,
            },
        })
    }
}

/// The order of two members: numbers by size, dates by time, texts without regard to letter case.
pub(in crate::vb365) fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(a)), Some(Value::String(b))) => match (seconds(a), seconds(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.to_lowercase().cmp(&b.to_lowercase()),
        },
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
