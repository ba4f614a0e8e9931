//! What an SQL engine may leave to a server.
//!
//! An engine that plans a query asks of each condition of its `WHERE` whether the source evaluates it. The engine's own
//! meaning is not that of a filter: SQL regards the case of texts, orders enumerations by their letters, and takes a
//! condition on a missing value for not true. So a condition is first made [wider](pushdown), until it holds wherever
//! SQL's does, and only what is the same in both languages is exact.

use crate::ast::{Comparison, Expr, FieldName, MAX_DEPTH, Op};
use crate::field::{Kind, Schema};
use crate::lower::{Evaluator, Plan, Selection, Target, lower};

/// How far a condition is left to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pushdown {
    /// The server's answer holds what the condition holds for, and nothing else: it need not be evaluated again.
    Exact,
    /// The server's answer holds at least what the condition holds for: it must be evaluated again.
    Inexact,
    /// The server is not asked.
    None,
}

/// What a server is asked for the conditions of a `WHERE` that all must hold, and how far each of them is done with
/// then.
///
/// | condition, as a filter says it | of numbers, dates, booleans | of texts, identifiers, enumerations |
/// | --- | --- | --- |
/// | `==`, `in` | as it is, exact | as it is, inexact: case does not count here |
/// | `!=`, `not in`, a negated order | as it is, inexact: it holds without a value | `!=null` |
/// | an order | as it is, exact; of booleans `!=null` | `!=null` |
/// | a pattern | as it is, inexact | as it is, inexact; negated `!=null` |
/// | null | as it is, inexact: a server may keep the empty text for it | the same |
/// | a calculation, and what neither the server nor the record knows | nothing | nothing |
///
/// What is asked is one plan of all of them. Nothing is an error: what cannot be asked is the engine's.
///
/// ```
/// use backhaul_filter::{Pushdown, QueryType, Target, em::Repository, parse, pushdown};
///
/// let filter = parse("FreeSpace<1000;Name==\"Default\";Name!=x")?;
/// let (plan, done) = pushdown(filter.expr().terms(), Repository::DEF, Target::Em);
/// assert_eq!(done, [Pushdown::Exact, Pushdown::Inexact, Pushdown::None]);
/// assert_eq!(plan.sent()[0].1, "FreeSpace<1000;Name==Default");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn pushdown(conditions: &[Expr], schema: &Schema<'_>, target: Target<'_>) -> (Plan, Vec<Pushdown>) {
    let planned = |expr: &Expr| lower(&Selection { filter: Some(expr), ..Selection::default() }, schema, target).ok();
    let mut asked = Vec::new();
    let mut done = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let wider = wider(condition, schema, 0);
        let plan = wider.as_ref().and_then(|wider| planned(&wider.expr)).filter(|plan| !plan.sent().is_empty());
        let whole = plan.as_ref().is_some_and(|plan| plan.parts().iter().all(|part| part.by == Evaluator::Server));
        done.push(match (wider, plan) {
            (Some(wider), Some(_)) => {
                asked.push(wider.expr);
                if whole && wider.exact { Pushdown::Exact } else { Pushdown::Inexact }
            }
            _ => Pushdown::None,
        });
    }
    // Each can be planned, so all of them can.
    let plan = Expr::all(asked).and_then(|all| planned(&all)).unwrap_or_default();
    (plan, done)
}

/// What holds wherever a condition of SQL's does.
struct Wider {
    expr: Expr,
    /// Whether it holds nowhere else.
    exact: bool,
}

fn wider(expr: &Expr, schema: &Schema<'_>, depth: usize) -> Option<Wider> {
    if depth > MAX_DEPTH {
        return None;
    }
    let kind = |name: &FieldName| schema.field(name.as_str()).map(|field| field.kind);
    let as_it_is = |exact| Some(Wider { expr: expr.clone(), exact });
    let has_value =
        |field: &FieldName| Some(Wider { expr: Expr::Null { field: field.clone(), negated: true }, exact: false });
    match expr {
        Expr::And(terms) => {
            let wider: Vec<_> = terms.iter().map(|term| wider(term, schema, depth + 1)).collect();
            let exact = wider.iter().all(|term| term.as_ref().is_some_and(|term| term.exact));
            let expr = Expr::all(wider.into_iter().flatten().map(|term| term.expr))?;
            Some(Wider { expr, exact })
        }
        Expr::Or(terms) => {
            let wider: Vec<_> = terms.iter().map(|term| wider(term, schema, depth + 1)).collect::<Option<_>>()?;
            let exact = wider.iter().all(|term| term.exact);
            Some(Wider { expr: Expr::any(wider.into_iter().map(|term| term.expr))?, exact })
        }
        Expr::Compare(Comparison { field, op, .. }) => match (op, is_plain(kind(field)?)) {
            (Op::Eq, plain) => as_it_is(plain),
            (Op::Ne, true) => as_it_is(false),
            (order, _) if order.is_ordering() && is_number(kind(field)?) => as_it_is(true),
            _ => has_value(field),
        },
        Expr::Not(Comparison { field, .. }) if is_number(kind(field)?) => as_it_is(false),
        Expr::Not(Comparison { field, .. }) => has_value(field),
        Expr::In { field, negated, .. } => match (negated, is_plain(kind(field)?)) {
            (false, plain) => as_it_is(plain),
            (true, true) => as_it_is(false),
            (true, false) => has_value(field),
        },
        Expr::Like { negated: false, .. } | Expr::Null { .. } => as_it_is(false),
        Expr::Like { field, negated: true, .. } => has_value(field),
        Expr::Relate { .. } => None,
    }
}

/// Whether both languages take the same values for equal.
fn is_plain(kind: Kind) -> bool {
    is_number(kind) || kind == Kind::Bool
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Float | Kind::DateTime)
}
