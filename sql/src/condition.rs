//! A condition of SQL as a condition of the filter language, for a server to evaluate.
//!
//! What comes out holds wherever the condition does. Dates are cut to the digits that a column has, here and not on the
//! server, so a bound is moved to where both agree.

use backhaul_filter::Expr as Filter;
use backhaul_filter::ast::{FieldName, Op, Pattern};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Like, Operator, expr::InList};

use crate::columns::{Column, Columns, Type};

/// A condition that a server may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) filter: Filter,
    /// Whether it holds nowhere else than SQL's, by what the filter language makes of it.
    pub(crate) exact: bool,
}

const SECOND: i64 = 1_000_000;

/// The longest condition that goes into a URL, in bytes of its text. Servers refuse long URLs, each at a length of its
/// own.
const LONGEST: usize = 2000;

/// The condition as a filter; nothing where the filter language has no words for it, or too many.
pub(crate) fn condition(expr: &Expr, columns: &Columns) -> Option<Condition> {
    read(expr, columns).filter(|it| it.filter.to_string().len() <= LONGEST)
}

fn read(expr: &Expr, columns: &Columns) -> Option<Condition> {
    let column = |expr: &Expr| match expr {
        Expr::Column(column) => columns.find(&column.name),
        _ => None,
    };
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
            let (left, right) = (read(left, columns)?, read(right, columns)?);
            let exact = left.exact && right.exact;
            let and = *op == Operator::And;
            let filter = if and { left.filter.and(right.filter) } else { left.filter.or(right.filter) };
            Some(Condition { filter, exact })
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (&**left, &**right) {
            (one, Expr::Literal(value, _)) => compare(columns, column(one)?, self::op(*op)?, value),
            (Expr::Literal(value, _), one) => compare(columns, column(one)?, self::op(op.swap()?)?, value),
            _ => None,
        },
        Expr::Column(_) | Expr::IsTrue(_) => {
            let inner = if let Expr::IsTrue(inner) = expr { &**inner } else { expr };
            compare(columns, column(inner)?, Op::Eq, &ScalarValue::from(true))
        }
        Expr::IsFalse(inner) | Expr::Not(inner) => compare(columns, column(inner)?, Op::Eq, &ScalarValue::from(false)),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => {
            let negated = matches!(expr, Expr::IsNotNull(_));
            let field = name(columns, column(inner)?)?;
            Some(Condition { filter: Filter::Null { field, negated }, exact: false })
        }
        Expr::Between(Between { expr, negated: false, low, high }) => match (&**low, &**high) {
            (Expr::Literal(low, _), Expr::Literal(high, _)) => {
                let column = column(expr)?;
                let low = compare(columns, column, Op::Ge, low)?;
                let high = compare(columns, column, Op::Le, high)?;
                Some(Condition { filter: low.filter.and(high.filter), exact: low.exact && high.exact })
            }
            _ => None,
        },
        Expr::InList(InList { expr, list, negated: false }) => {
            let column = column(expr)?;
            let each = list.iter().map(|item| match item {
                Expr::Literal(value, _) => compare(columns, column, Op::Eq, value),
                _ => None,
            });
            let each = each.collect::<Option<Vec<_>>>()?;
            let exact = each.iter().all(|it| it.exact);
            Some(Condition { filter: Filter::any(each.into_iter().map(|it| it.filter))?, exact })
        }
        Expr::Like(Like { negated: false, expr, pattern, escape_char: None, .. }) => match &**pattern {
            Expr::Literal(pattern, _) => {
                let column = column(expr)?;
                let text = pattern.try_as_str().flatten().filter(|text| !text.contains('\\'))?;
                let field = matches!(column.of, Type::Text).then(|| name(columns, column)).flatten()?;
                Some(Condition {
                    filter: Filter::Like { field, pattern: Pattern::sql(text), negated: false },
                    exact: false,
                })
            }
            _ => None,
        },
        _ => None,
    }
}

fn op(op: Operator) -> Option<Op> {
    Some(match op {
        Operator::Eq => Op::Eq,
        Operator::NotEq => Op::Ne,
        Operator::Lt => Op::Lt,
        Operator::LtEq => Op::Le,
        Operator::Gt => Op::Gt,
        Operator::GtEq => Op::Ge,
        _ => return None,
    })
}

fn name(columns: &Columns, column: &Column) -> Option<FieldName> {
    FieldName::new(columns.filter(column)?.name).ok()
}

fn compare(columns: &Columns, column: &Column, op: Op, value: &ScalarValue) -> Option<Condition> {
    let field = name(columns, column)?;
    let text = match (&column.of, value) {
        (Type::Bool, ScalarValue::Boolean(Some(value))) if !op.is_ordering() => value.to_string(),
        (Type::Int, ScalarValue::Int64(Some(value))) => value.to_string(),
        // Arrow tells 0.0 from -0.0, and no server does.
        (Type::Float, ScalarValue::Float64(Some(value))) if value.is_finite() && *value != 0.0 => value.to_string(),
        (Type::Text, value) => value.try_as_str().flatten()?.to_owned(),
        (Type::Time { utc }, ScalarValue::TimestampMicrosecond(Some(value), _)) => {
            return dated(&field, op, *value, *utc);
        }
        _ => return None,
    };
    Some(Condition { filter: Filter::compare(field, op, text), exact: true })
}

/// A column shows microseconds, cut off from finer ones; ZStack's shows seconds, and what its database keeps beyond is
/// not known.
fn dated(field: &FieldName, op: Op, at: i64, utc: bool) -> Option<Condition> {
    let unit = if utc { 1 } else { SECOND };
    let whole = at.rem_euclid(unit) == 0;
    let down = at.checked_sub(at.rem_euclid(unit))?;
    let up = down.checked_add(unit)?;
    let bound = |op: Op, at: i64| Some(Filter::compare(field.clone(), op, text(at, utc)?));
    let (filter, exact) = match op {
        Op::Ge => (bound(Op::Ge, down)?, whole),
        Op::Lt => (bound(Op::Lt, if whole { down } else { up })?, whole),
        Op::Gt if utc => (bound(Op::Ge, up)?, true),
        Op::Gt => (bound(Op::Ge, down)?, false),
        Op::Le => (bound(Op::Lt, up)?, utc),
        Op::Eq => (bound(Op::Ge, down)?.and(bound(Op::Lt, up)?), utc),
        Op::Ne => return None,
    };
    Some(Condition { filter, exact })
}

/// As the servers read it; what is no year of four digits is theirs to misread.
fn text(micros: i64, utc: bool) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(micros).ok()?;
    let at = jiff::tz::TimeZone::UTC.to_datetime(at);
    if !(1..=9999).contains(&at.year()) {
        return None;
    }
    let fraction = micros.rem_euclid(SECOND);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    Some(format!("{}{fraction}{}", at.strftime("%Y-%m-%dT%H:%M:%S"), if utc { "Z" } else { "" }))
}
