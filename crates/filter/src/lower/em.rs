//! What Enterprise Manager evaluates: what its pages define.

use super::{Carry, LowerError, Order, Param, Server, Why, named};
use crate::ast::{Comparison, Expr, FieldName, Op, Value};
use crate::datetime::DateTime;
use crate::field::{FieldSchema, Kind};
use crate::key::Key;
use crate::print::print;

pub(super) struct Em;

impl Server for Em {
    fn or(&self) -> Result<(), Why> {
        Ok(())
    }

    fn condition(&mut self, condition: &Expr, field: &FieldSchema<'_>) -> Carry {
        match condition {
            Expr::Compare(Comparison { field: name, op, value }) => compare(field, name, *op, value),
            Expr::In { field: name, values, negated } => {
                let op = if *negated { Op::Ne } else { Op::Eq };
                let mut terms = Vec::with_capacity(values.len());
                for value in values {
                    match compare(field, name, op, value) {
                        Carry::All(term) => terms.push(term),
                        other => return other,
                    }
                }
                let joined = if *negated { Expr::all(terms) } else { Expr::any(terms) };
                joined.map_or(Carry::None("the list is empty".into()), Carry::All)
            }
            other => Carry::None(format!("Enterprise Manager's filter has no `{}`", other.kind_name()).into()),
        }
    }

    fn spell(&self, expr: &Expr) -> Result<Vec<Param>, LowerError> {
        let refused =
            |error: crate::PrintError| LowerError { what: "the filter".into(), why: error.to_string().into() };
        Ok(vec![("filter".into(), print(expr).map_err(refused)?)])
    }

    fn order(&self, order: &Order<'_>) -> Result<Param, Why> {
        let Order { field, descending } = order;
        if field.name.contains('.') {
            return Err("Enterprise Manager knows no dotted names".into());
        }
        // How a server sorts is not said; of these not even by what.
        if matches!(field.kind, Kind::Enum | Kind::Bool | Kind::Uid) && field.source.place().is_some() {
            return Err(format!("Enterprise Manager's order by {} is not defined", of(field.kind)).into());
        }
        Ok((if *descending { "sortDesc" } else { "sortAsc" }.into(), field.name.to_owned()))
    }
}

fn compare(field: &FieldSchema<'_>, name: &FieldName, op: Op, value: &Value) -> Carry {
    if field.name.contains('.') {
        return Carry::None("Enterprise Manager's filter knows no dotted names".into());
    }
    let here = field.source.place().is_some();
    if here && op.is_ordering() {
        if !field.kind.is_ordered() {
            return Carry::None(format!("the order of {} is not defined by Enterprise Manager", of(field.kind)).into());
        }
        let key = Key::of_literal(field.kind, field.values, value.as_str());
        if field.kind == Kind::Enum && !matches!(key, Some(Key::Place(_))) {
            return Carry::None("a value outside of the list has no order".into());
        }
    }
    Carry::All(Expr::compare(named(field, name), op, spelled(field.kind, value)))
}

/// The value as the vendor's pages write it: booleans in lower case, moments in UTC and with a `Z`.
fn spelled(kind: Kind, value: &Value) -> Value {
    let text = value.as_str();
    match kind {
        Kind::Bool => Value::new(text.to_ascii_lowercase()),
        Kind::Int => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        // A date alone is written so by the pages, too.
        Kind::DateTime if text.len() > "2021-06-15".len() => {
            DateTime::read(text).map_or_else(|| value.clone(), |moment| Value::new(moment.to_string()))
        }
        _ => value.clone(),
    }
}

fn of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "texts",
        Kind::Bool => "booleans",
        Kind::Uid => "identifiers",
        Kind::Enum => "enumerations",
        Kind::Int | Kind::Float => "numbers",
        Kind::DateTime => "dates",
    }
}
