//! Conditions over rows: fields, joins, parts and tags.

use std::collections::HashSet;

use backhaul_filter::zstack::QOp;
use serde_json::Value;

use super::test::Test;
use crate::zstack::class::{self, Class};
use crate::zstack::refusal::Failure;
use crate::zstack::store::{Body, Row, Store, text};

/// How many steps a condition may take from row to row.
const MAX_STEPS: usize = 10;

/// A condition, ready to run.
#[derive(Debug)]
pub(in crate::zstack) enum Filter {
    /// A field of the row.
    Field(&'static str, Test),
    /// A field of the row is one of these, or none of them: what the database would select elsewhere is found by then.
    Keys { field: &'static str, keys: HashSet<String>, negated: bool },
    /// An object in a list of the row.
    Items(&'static str, Box<Filter>),
    /// All of them.
    All(Vec<Filter>),
    /// One of them.
    Any(Vec<Filter>),
}

/// What is compared with what.
#[derive(Debug, Clone, Copy)]
pub(in crate::zstack) struct Leaf<'a> {
    pub(in crate::zstack) field: &'a str,
    pub(in crate::zstack) op: QOp,
    pub(in crate::zstack) values: &'a [String],
}

impl Filter {
    /// The condition on rows of a class.
    pub(in crate::zstack) fn new(store: &Store, class: &'static Class, leaf: Leaf<'_>) -> Result<Self, Failure> {
        let steps: Vec<&str> = leaf.field.split('.').collect();
        Self::at(store, class, &steps, leaf, MAX_STEPS)?.ok_or_else(|| unknown(leaf.field, class))
    }

    /// `None` when there is no such field.
    fn at(
        store: &Store,
        class: &'static Class,
        steps: &[&str],
        leaf: Leaf<'_>,
        left: usize,
    ) -> Result<Option<Self>, Failure> {
        let [first, rest @ ..] = steps else { return Ok(None) };
        if left == 0 {
            return Ok(None);
        }
        if rest.is_empty() {
            if let Some(kind) = Tag::named(first) {
                return kind.filter(store, leaf).map(Some);
            }
            let Some(field) = class.field(first) else { return Ok(None) };
            return Test::new(Some(field), leaf.op, leaf.values)
                .map(|test| Some(Self::Field(field.json, test)))
                .ok_or_else(|| misfit(leaf));
        }
        if let Some(path) = class.alias(first) {
            let steps: Vec<&str> = path.split('.').chain(rest.iter().copied()).collect();
            return Self::at(store, class, &steps, leaf, left - 1);
        }
        if let Some(join) = class.join(first) {
            // A field that the two have in common is looked at here.
            if rest == [join.theirs] && class.field(join.key).is_some() && join.key != "uuid" {
                return Self::at(store, class, &[join.key], leaf, left - 1);
            }
            let Some(there) = class::find(join.class) else { return Ok(None) };
            let Some(filter) = Self::at(store, there, rest, leaf, left - 1)? else { return Ok(None) };
            let rows = store.rows(there);
            let keys = rows.iter().filter(|row| filter.holds(&row.body)).map(|row| text(&row.body, join.theirs));
            let keys = keys.filter(|key| !key.is_empty()).map(str::to_owned).collect();
            return Ok(Some(Self::Keys { field: join.key, keys, negated: false }));
        }
        let Some(item) = class.items(first) else { return Ok(None) };
        let field = class.shape.and_then(|shape| shape.fields.iter().find(|field| field.json == *first));
        let inner = Self::at(store, item, rest, leaf, left - 1)?;
        Ok(field.zip(inner).map(|(field, inner)| Self::Items(field.json, Box::new(inner))))
    }

    /// Whether a row fulfils it.
    pub(in crate::zstack) fn holds(&self, body: &Body) -> bool {
        match self {
            Self::Field(name, test) => test.holds(body.get(*name)),
            Self::Keys { field, keys, negated } => match body.get(*field) {
                Some(Value::String(key)) => keys.contains(key) != *negated,
                Some(Value::Array(items)) => {
                    items.iter().any(|item| item.as_str().is_some_and(|key| keys.contains(key) != *negated))
                }
                _ => false,
            },
            Self::Items(list, inner) => {
                let items = body.get(*list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                items.iter().any(|item| item.as_object().is_some_and(|item| inner.holds(item)))
            }
            Self::All(filters) => filters.iter().all(|filter| filter.holds(body)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(body)),
        }
    }

    /// The rows of a class that fulfil it.
    pub(in crate::zstack) fn rows(&self, store: &Store, class: &'static Class) -> Vec<Row> {
        let mut rows = store.rows(class);
        rows.retain(|row| self.holds(&row.body));
        rows
    }
}

/// The names of conditions on tags.
#[derive(Debug, Clone, Copy)]
enum Tag {
    System,
    User,
    Pattern,
}

impl Tag {
    fn named(name: &str) -> Option<Self> {
        match name {
            "__systemTag__" => Some(Self::System),
            "__userTag__" => Some(Self::User),
            "__tagUuid__" => Some(Self::Pattern),
            _ => None,
        }
    }

    /// Rows with a tag that fulfils the condition; of a negated condition those without a tag that fulfils the
    /// opposite.
    fn filter(self, store: &Store, leaf: Leaf<'_>) -> Result<Filter, Failure> {
        let (op, negated) = match leaf.op {
            QOp::Ne => (QOp::Eq, true),
            QOp::NotIn => (QOp::In, true),
            QOp::NotLike => (QOp::Like, true),
            QOp::IsNull => (QOp::NotNull, true),
            op => (op, false),
        };
        let (name, field) = match self {
            Self::System => ("SystemTagInventory", "tag"),
            Self::User => ("UserTagInventory", "tag"),
            Self::Pattern => ("UserTagInventory", "tagPatternUuid"),
        };
        let test = Test::new(None, op, leaf.values).ok_or_else(|| misfit(leaf))?;
        let rows = class::find(name).map(|class| store.rows(class)).unwrap_or_default();
        let keys = rows.iter().filter(|row| test.holds(row.body.get(field)));
        let keys = keys.map(|row| text(&row.body, "resourceUuid").to_owned()).collect();
        Ok(Filter::Keys { field: "uuid", keys, negated })
    }
}

fn misfit(leaf: Leaf<'_>) -> Failure {
    let Leaf { field, op, values } = leaf;
    Failure::argument(format!("the value '{}' of '{field} {op}' does not fit the field", values.join(",")))
}

pub(in crate::zstack) fn unknown(field: &str, class: &Class) -> Failure {
    Failure::argument(format!("condition name[{field}] is invalid, no such field on inventory class[{}]", class.name))
}
