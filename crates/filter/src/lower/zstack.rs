//! What ZStack evaluates: a condition at a time in `q=`, anything in ZQL; both by the rules of SQL.

use super::{Carry, LowerError, Order, Param, Server, Why, named};
use crate::ast::{Comparison, Expr, FieldName, Op, Pattern, Value};
use crate::datetime;
use crate::field::{FieldSchema, Kind, Schema};
use crate::key::Key;
use crate::zstack::{Refusal, q, zql};

pub(super) struct Zstack<'s> {
    pub(super) zql: bool,
    pub(super) schema: &'s Schema<'s>,
}

const NO_VALUE: &str = "on the server it does not hold where there is no value";

impl Server for Zstack<'_> {
    fn or(&self) -> Result<(), Why> {
        if self.zql { Ok(()) } else { Err(Refusal::Or.to_string().into()) }
    }

    fn condition(&mut self, condition: &Expr, field: &FieldSchema<'_>) -> Carry {
        let (meant, less) = match self.meant(condition, field) {
            Ok(meant) => (meant, None),
            Err(Carry::Some(meant, why)) => (meant, Some(why)),
            Err(carry) => return carry,
        };
        let refusal = if self.zql { zql(&meant, |_| true).err() } else { q(&meant).err() };
        match (refusal, less) {
            (None, None) => Carry::All(meant),
            (None, Some(why)) => Carry::Some(meant, why),
            (Some(refusal), _) => {
                let of = if self.zql { "ZQL" } else { "`q=`" };
                Carry::None(format!("{of} cannot carry the value: {refusal}").into())
            }
        }
    }

    fn spell(&self, expr: &Expr) -> Result<Vec<Param>, LowerError> {
        let refused = |why: Refusal| LowerError { what: expr.to_string(), why: why.to_string().into() };
        if self.zql {
            let kind = |name: &str| self.schema.field(name).map(|field| field.kind);
            let is_text = |name: &str| !matches!(kind(name), Some(Kind::Bool | Kind::Int | Kind::Float));
            return Ok(vec![("where".into(), zql(expr, is_text).map_err(refused)?)]);
        }
        let terms = if let Expr::And(terms) = expr { terms } else { std::slice::from_ref(expr) };
        terms.iter().map(|term| Ok(("q".into(), q(term).map_err(refused)?))).collect()
    }

    fn order(&self, order: &Order<'_>) -> Result<Param, Why> {
        let Order { field, descending } = order;
        if field.name.contains('.') {
            return Err("ZStack sorts by a field of the type itself".into());
        }
        if field.kind == Kind::Enum && field.source.place().is_some() {
            return Err("ZStack sorts enumerations as texts".into());
        }
        Ok(if self.zql {
            ("order by".into(), format!("{} {}", field.name, if *descending { "desc" } else { "asc" }))
        } else {
            ("sort".into(), format!("{}{}", if *descending { '-' } else { '+' }, field.name))
        })
    }
}

impl Zstack<'_> {
    /// What to ask, so that the server means what is meant.
    fn meant(&self, condition: &Expr, field: &FieldSchema<'_>) -> Result<Expr, Carry> {
        let server_only = field.source.place().is_none();
        // With a negation: a record without a value fails it there, and passes here.
        let negation = |name: &FieldName, expr: Expr| {
            if server_only {
                Ok(expr)
            } else if self.zql {
                Ok(expr.or(Expr::Null { field: name.clone(), negated: false }))
            } else {
                Err(Carry::None(NO_VALUE.into()))
            }
        };
        if field.kind == Kind::Uid && !server_only && !matches!(condition, Expr::Null { .. }) {
            return Err(Carry::None("the database compares identifiers as texts".into()));
        }
        match condition {
            Expr::And(_) | Expr::Or(_) | Expr::Relate { .. } => Err(Carry::None("it is no condition".into())),
            Expr::Not(Comparison { field: name, op, value }) => {
                let name = named(field, name);
                negation(&name, opposite(ordering(field, name.clone(), *op, value)?))
            }
            Expr::Compare(Comparison { field: name, op, value }) => {
                let name = named(field, name);
                let is_empty_text = field.kind == Kind::Text && value.as_str().is_empty();
                if op.is_ordering() {
                    return ordering(field, name, *op, value);
                }
                let compared = Expr::compare(name.clone(), *op, spelled(field, value)?);
                // The empty text equals no value, and SQL's `!= ''` fails where there is none.
                match op {
                    Op::Eq if is_empty_text && !server_only => negation(&name, compared),
                    Op::Ne if !is_empty_text => negation(&name, compared),
                    _ => Ok(compared),
                }
            }
            Expr::In { field: name, values, negated } => {
                let name = named(field, name);
                let has_empty = field.kind == Kind::Text && values.iter().any(|value| value.as_str().is_empty());
                let values = values.iter().map(|value| spelled(field, value)).collect::<Result<Vec<_>, _>>()?;
                if field.kind == Kind::Bool {
                    return Err(Carry::None("ZStack's lists are not of booleans".into()));
                }
                let list = Expr::In { field: name.clone(), values, negated: *negated };
                if *negated != has_empty { negation(&name, list) } else { Ok(list) }
            }
            Expr::Like { .. } if field.kind != Kind::Text => {
                Err(Carry::None("only of texts the server holds what is shown".into()))
            }
            Expr::Like { field: name, pattern, negated } => {
                let name = named(field, name);
                let like = Expr::Like { field: name.clone(), pattern: pattern.clone(), negated: *negated };
                if pattern.to_sql().is_none() {
                    return Err(wider(name, pattern, *negated));
                }
                if *negated { negation(&name, like) } else { Ok(like) }
            }
            Expr::Null { field: name, negated } => Ok(Expr::Null { field: named(field, name), negated: *negated }),
        }
    }
}

/// A pattern whose texts have wildcards of SQL's in them: with these as wildcards it matches more.
fn wider(name: FieldName, pattern: &Pattern, negated: bool) -> Carry {
    let why = Refusal::Wildcard.to_string().into();
    let sql = pattern.to_wider_sql();
    if negated || sql.contains('\\') {
        return Carry::None(why);
    }
    Carry::Some(Expr::Like { field: name, pattern: Pattern::sql(&sql), negated }, why)
}

/// What holds wherever an order of the database's does not and there is a value.
fn opposite(order: Expr) -> Expr {
    match order {
        Expr::Compare(Comparison { field, op, value }) => {
            let op = match op {
                Op::Gt => Op::Le,
                Op::Ge => Op::Lt,
                Op::Lt => Op::Ge,
                Op::Le => Op::Gt,
                Op::Eq => Op::Ne,
                Op::Ne => Op::Eq,
            };
            Expr::Compare(Comparison { field, op, value })
        }
        other => other.negate(),
    }
}

fn ordering(field: &FieldSchema<'_>, name: FieldName, op: Op, value: &Value) -> Result<Expr, Carry> {
    let here = field.source.place().is_some();
    match field.kind {
        Kind::Text | Kind::Uid | Kind::Bool if here => {
            Err(Carry::None("the database orders such values by rules of its own".into()))
        }
        // There enumerations are texts, so their order is spelled out.
        Kind::Enum if !field.values.is_empty() => {
            let Some(Key::Place(place)) = Key::of_literal(field.kind, field.values, value.as_str()) else {
                return Err(Carry::None("a value outside of the list has no order".into()));
            };
            let within = |at: usize| match op {
                Op::Gt => at > place,
                Op::Ge => at >= place,
                Op::Lt => at < place,
                _ => at <= place,
            };
            let values = field.values.iter().enumerate().filter(|(at, _)| within(*at));
            let values: Vec<Value> = values.map(|(_, word)| Value::from(*word)).collect();
            match values.as_slice() {
                [] => Err(Carry::None("no value of the list is in that range".into())),
                [one] => Ok(Expr::compare(name, Op::Eq, one.clone())),
                _ => Ok(Expr::In { field: name, values, negated: false }),
            }
        }
        Kind::Enum if here => Err(Carry::None("enumerations are texts there".into())),
        _ => Ok(Expr::compare(name, op, spelled(field, value)?)),
    }
}

/// The value as the database reads it.
fn spelled(field: &FieldSchema<'_>, value: &Value) -> Result<Value, Carry> {
    let text = value.as_str();
    Ok(match field.kind {
        Kind::Bool => Value::new(text.to_ascii_lowercase()),
        Kind::Int => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        Kind::DateTime => {
            let local = datetime::local(text).ok_or_else(|| {
                let why = format!(
                    "`{}` is kept in the server's own time zone, which it does not tell: write the moment as the server's \
                     clock shows it, without an offset",
                    field.name
                );
                Carry::Never(why.into())
            })?;
            Value::new(local)
        }
        Kind::Enum => field
            .values
            .iter()
            .find(|word| word.eq_ignore_ascii_case(text))
            .map_or_else(|| value.clone(), |word| Value::from(*word)),
        Kind::Text | Kind::Uid | Kind::Float => value.clone(),
    })
}
