//! Shared by the test files: stand-ins for generated code, and random filters and records.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

include!("em.rs");

pub mod naive;
pub mod sql;

use std::collections::BTreeMap;

use backhaul_filter::{Comparison, Expr, FieldName, Op, Pattern, Place, Record, Scalar, Value};
use proptest::prelude::*;

/// A record that is a map.
#[derive(Debug, Clone, Default)]
pub struct Map(pub BTreeMap<String, Scalar<'static>>);

impl Map {
    pub fn of<const N: usize>(entries: [(&str, Scalar<'static>); N]) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// A place as a key of the map: `Name`, `@UID`, `CloudTenant.name`, `CloudTenant.id`.
pub fn key(place: Place<'_>) -> String {
    match place {
        Place::Field(path) => path.to_owned(),
        Place::Attribute(name) => format!("@{name}"),
        Place::LinkName(link) => format!("{link}.name"),
        Place::LinkId(link) => format!("{link}.id"),
    }
}

impl Record for Map {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match self.0.get(&key(place)) {
            None | Some(Scalar::Null) => Scalar::Null,
            Some(Scalar::Text(text)) => Scalar::from(text.as_ref()),
            Some(other) => other.clone(),
        }
    }
}

pub fn name(text: &str) -> FieldName {
    text.parse().expect("a field name")
}

pub fn op() -> impl Strategy<Value = Op> {
    prop::sample::select(Op::ALL.to_vec())
}

/// An operator that asks for an order.
pub fn order() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::Gt, Op::Ge, Op::Lt, Op::Le])
}

/// Texts of every sort, with those that mean something to the grammar more often than chance has it.
pub fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => any::<String>(),
        2 => "[a-zA-Z0-9_-]{0,8}",
        3 => proptest::collection::vec(prop_oneof![Just('"'), Just(';'), Just(','), Just('('), Just(')'), Just('&'), Just(' '), Just('='), Just('\''), Just('“'), Just('\0'), Just('a'), any::<char>()], 0..8)
            .prop_map(|chars| chars.into_iter().collect()),
    ]
}

/// Any expression that EM's text can say.
pub fn em_expr() -> impl Strategy<Value = Expr> {
    let leaf =
        ("[A-Za-z0-9_]{1,6}", op(), any_text()).prop_map(|(field, op, value)| Expr::compare(name(&field), op, value));
    nested(leaf)
}

/// Groups over a condition, up to six levels.
pub fn nested(leaf: impl Strategy<Value = Expr> + 'static) -> impl Strategy<Value = Expr> {
    leaf.prop_recursive(6, 24, 4, |inner| {
        (any::<bool>(), proptest::collection::vec(inner, 1..5))
            .prop_map(|(all, terms)| if all { Expr::all(terms) } else { Expr::any(terms) }.expect("at least one term"))
    })
}

/// Conditions of every kind on one of the fields, with values made for that field.
pub fn condition_on(fields: Vec<(&'static str, BoxedStrategy<String>)>) -> impl Strategy<Value = Expr> {
    prop::sample::select(fields).prop_flat_map(|(field, values)| {
        let field = Just(name(field));
        let value = values.prop_map(Value::from);
        prop_oneof![
            6 => (field.clone(), op(), value.clone()).prop_map(|(field, op, value)| Expr::compare(field, op, value)),
            1 => (field.clone(), value.clone(), any::<bool>())
                .prop_map(|(field, pattern, negated)| Expr::Like { field, pattern: Pattern::sql(pattern.as_str()), negated }),
            1 => (field.clone(), order(), value.clone())
                .prop_map(|(field, op, value)| Expr::Not(Comparison { field, op, value })),
            1 => (field.clone(), proptest::collection::vec(value, 0..4), any::<bool>())
                .prop_map(|(field, values, negated)| Expr::In { field, values, negated }),
            1 => (field, any::<bool>()).prop_map(|(field, negated)| Expr::Null { field, negated }),
        ]
    })
}
