//! What Veeam Backup for Microsoft 365 evaluates: a listing has a few parameters that narrow it.

use super::{Carry, LowerError, Narrowing, Order, Param, Server, Why, named};
use crate::ast::{Comparison, Expr, FieldName, Op, Value};
use crate::datetime::DateTime;
use crate::field::{FieldSchema, Kind};
use crate::key::is_uid;

pub(super) struct Vb365<'a> {
    params: &'a [Narrowing<'a>],
    /// Each is sent once.
    used: Vec<&'a str>,
}

impl<'a> Vb365<'a> {
    pub(super) fn new(params: &'a [Narrowing<'a>]) -> Self {
        Self { params, used: Vec::new() }
    }

    fn param(&self, field: &str, op: Op) -> Option<&'a Narrowing<'a>> {
        let ends: &[&str] = match op {
            Op::Eq => &[""],
            Op::Gt | Op::Ge => &["LowerBound", "From"],
            Op::Lt | Op::Le => &["UpperBound", "To"],
            Op::Ne => &[],
        };
        let of_field = |param: &&Narrowing<'_>| {
            let (start, end) = param.name.split_at_checked(field.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(field) && ends.contains(&end)
        };
        self.params.iter().find(of_field)
    }
}

impl Server for Vb365<'_> {
    fn or(&self) -> Result<(), Why> {
        Err(NO_FILTER.into())
    }

    fn condition(&mut self, condition: &Expr, field: &FieldSchema<'_>) -> Carry {
        let Expr::Compare(Comparison { field: name, op, value }) = condition else {
            return Carry::None(NO_FILTER.into());
        };
        let narrower =
            self.param(field.name, *op).and_then(|param| Some((param, narrower(param, field, name, *op, value)?)));
        let Some((Narrowing { name: param, .. }, narrower)) = narrower else { return Carry::None(NO_FILTER.into()) };
        if self.used.contains(param) {
            return Carry::None(format!("the parameter `{param}` is taken once").into());
        }
        self.used.push(param);
        Carry::Some(narrower, format!("what the parameter `{param}` compares is not written down").into())
    }

    fn spell(&self, expr: &Expr) -> Result<Vec<Param>, LowerError> {
        let terms = if let Expr::And(terms) = expr { terms } else { std::slice::from_ref(expr) };
        let param = |term: &Expr| match term {
            Expr::Compare(Comparison { field, op, value }) => {
                Some((self.param(field.as_str(), *op)?.name.to_owned().into(), value.as_str().to_owned()))
            }
            _ => None,
        };
        Ok(terms.iter().filter_map(param).collect())
    }

    fn order(&self, _: &Order<'_>) -> Result<Param, Why> {
        Err("VB365 does not sort".into())
    }
}

const NO_FILTER: &str = "VB365 takes no filter";

/// What the parameter asks for: it holds wherever the condition does.
fn narrower(param: &Narrowing<'_>, field: &FieldSchema<'_>, name: &FieldName, op: Op, value: &Value) -> Option<Expr> {
    let text = value.as_str();
    let name = named(field, name);
    match field.kind {
        Kind::Uid if op == Op::Eq && is_uid(text) => Some(Expr::compare(name, op, value.clone())),
        Kind::Bool if op == Op::Eq => Some(Expr::compare(name, op, text.to_ascii_lowercase())),
        Kind::Enum if op == Op::Eq => {
            let word = param.values.iter().find(|word| word.eq_ignore_ascii_case(text))?;
            Some(Expr::compare(name, op, *word))
        }
        // Whether a bound counts itself is not known, nor whether fractions of a second do.
        Kind::DateTime if op.is_ordering() => {
            let (op, aside) = if matches!(op, Op::Gt | Op::Ge) { (Op::Ge, -1) } else { (Op::Le, 1) };
            let bound = DateTime::read(text)?.to_second().plus_seconds(aside + i64::from(op == Op::Le))?;
            Some(Expr::compare(name, op, bound.to_string()))
        }
        _ => None,
    }
}
