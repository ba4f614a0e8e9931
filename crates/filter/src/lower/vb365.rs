//! What Veeam Backup for Microsoft 365 evaluates: a listing takes an identifier or two.

use super::{Carry, LowerError, Order, Param, Server, Why, named};
use crate::ast::{Comparison, Expr, Op};
use crate::field::{FieldSchema, Kind};
use crate::key::is_uid;

pub(super) struct Vb365<'a> {
    params: &'a [&'a str],
    /// Each is sent once.
    used: Vec<&'a str>,
}

impl<'a> Vb365<'a> {
    pub(super) fn new(params: &'a [&'a str]) -> Self {
        Self { params, used: Vec::new() }
    }
}

impl Server for Vb365<'_> {
    fn or(&self) -> Result<(), Why> {
        Err("VB365 takes no filter".into())
    }

    fn condition(&mut self, condition: &Expr, field: &FieldSchema<'_>) -> Carry {
        let Expr::Compare(Comparison { field: name, op: Op::Eq, value }) = condition else {
            return Carry::None("VB365 takes no filter".into());
        };
        let param = self.params.iter().copied().find(|param| param.eq_ignore_ascii_case(field.name));
        let Some(param) = param.filter(|_| field.kind == Kind::Uid && is_uid(value.as_str())) else {
            return Carry::None("VB365 takes no filter".into());
        };
        if self.used.contains(&param) {
            return Carry::None(format!("the parameter `{param}` is taken once").into());
        }
        self.used.push(param);
        let narrower = Expr::compare(named(field, name), Op::Eq, value.clone());
        Carry::Some(narrower, format!("what the parameter `{param}` compares is not written down").into())
    }

    fn spell(&self, expr: &Expr) -> Result<Vec<Param>, LowerError> {
        let terms = if let Expr::And(terms) = expr { terms } else { std::slice::from_ref(expr) };
        let param = |term: &Expr| match term {
            Expr::Compare(Comparison { field, value, .. }) => {
                let param = self.params.iter().find(|param| param.eq_ignore_ascii_case(field.as_str()))?;
                Some(((*param).to_owned().into(), value.as_str().to_owned()))
            }
            _ => None,
        };
        Ok(terms.iter().filter_map(param).collect())
    }

    fn order(&self, _: &Order<'_>) -> Result<Param, Why> {
        Err("VB365 does not sort".into())
    }
}
