//! What ZStack's `q=` parameters can carry of a filter.
//!
//! A query takes any number of `q` parameters, one condition each, all of which must hold. A
//! condition is a text such as `name~=web%`, and the server takes it apart by a rule that does not
//! look at quotes: of twelve operators in a fixed order ([`QOp::ORDER`]) the first that occurs
//! *anywhere* in the text splits it, where it occurs first. [`split_q`] is that rule, and
//! [`lower_q`] refuses every value that the rule would misread.
//!
//! One meaning differs: on the server a field without a value does not satisfy `!=`, by the rules
//! of SQL; in [evaluation here](crate::eval) it does.

use std::error::Error;
use std::fmt;

use crate::ast::{Comparison, Expr, FieldName, Op, Value};

/// An operator of a `q=` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QOp {
    /// `!=`
    Ne,
    /// `>=`
    Ge,
    /// `<=`
    Le,
    /// `!?=`, not in a list
    NotIn,
    /// `!~=`, not like a pattern
    NotLike,
    /// `~=`, like a pattern
    Like,
    /// `?=`, in a list
    In,
    /// `=`
    Eq,
    /// `>`
    Gt,
    /// `<`
    Lt,
    /// `is null`
    IsNull,
    /// `not null`
    NotNull,
}

impl QOp {
    /// The order in which the server looks for operators.
    pub const ORDER: [Self; 12] = [
        Self::Ne,
        Self::Ge,
        Self::Le,
        Self::NotIn,
        Self::NotLike,
        Self::Like,
        Self::In,
        Self::Eq,
        Self::Gt,
        Self::Lt,
        Self::IsNull,
        Self::NotNull,
    ];

    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ne => "!=",
            Self::Ge => ">=",
            Self::Le => "<=",
            Self::NotIn => "!?=",
            Self::NotLike => "!~=",
            Self::Like => "~=",
            Self::In => "?=",
            Self::Eq => "=",
            Self::Gt => ">",
            Self::Lt => "<",
            Self::IsNull => "is null",
            Self::NotNull => "not null",
        }
    }
}

impl fmt::Display for QOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A `q=` condition, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition<'a> {
    /// The field, without blanks around it.
    pub field: &'a str,
    /// The operator.
    pub op: QOp,
    /// The value with its blanks; the items of a list are separated by commas; empty for the tests
    /// for null.
    pub value: &'a str,
}

/// Takes a `q=` condition apart as the server does.
///
/// ```
/// use backhaul_filter::zstack::{split_q, QOp};
///
/// let condition = split_q("name~=web%")?;
/// assert_eq!((condition.field, condition.op, condition.value), ("name", QOp::Like, "web%"));
/// // The operator inside of the value wins.
/// assert_eq!(split_q("name=a!=b")?.field, "name=a");
/// # Ok::<(), backhaul_filter::zstack::SplitError>(())
/// ```
///
/// # Errors
/// Where the server answers 400: no operator, nothing before it, or nothing behind it.
pub fn split_q(text: &str) -> Result<Condition<'_>, SplitError> {
    let (op, at) = find_op(text).ok_or(SplitError::NoOperator)?;
    let field = text[..at].trim_matches(|c| c <= ' ');
    let unary = matches!(op, QOp::IsNull | QOp::NotNull);
    let value = if unary { "" } else { &text[at + op.as_str().len()..] };
    if field.is_empty() {
        Err(SplitError::NoField)
    } else if value.is_empty() && !unary {
        Err(SplitError::NoValue)
    } else {
        Ok(Condition { field, op, value })
    }
}

/// The server's rule: the first operator of its list that is anywhere in the text, and where it is
/// first.
fn find_op(text: &str) -> Option<(QOp, usize)> {
    QOp::ORDER.into_iter().find_map(|op| Some((op, text.find(op.as_str())?)))
}

/// Why a text is no `q=` condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitError {
    /// No operator in it.
    NoOperator,
    /// Nothing before the operator.
    NoField,
    /// Nothing behind the operator: the empty text cannot be asked for.
    NoValue,
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOperator => "the condition has no operator",
            Self::NoField => "the condition names no field",
            Self::NoValue => "the condition has no value",
        })
    }
}

impl Error for SplitError {}

/// Turns a filter into `q=` conditions, all of which must hold. They are not percent-encoded yet.
///
/// Whatever comes out, [`split_q`] reads back as the condition that was meant.
///
/// ```
/// use backhaul_filter::{parse, zstack::lower_q};
///
/// let filter = parse(r#"state==Enabled;zone.name!="Zone 1""#)?;
/// assert_eq!(lower_q(filter.expr())?, ["state=Enabled", "zone.name!=Zone 1"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When `q=` cannot carry the filter. It can still be evaluated here.
pub fn lower_q(expr: &Expr) -> Result<Vec<String>, LowerError> {
    match expr {
        Expr::And(terms) => terms.iter().map(condition).collect(),
        term => condition(term).map(|condition| vec![condition]),
    }
}

fn condition(expr: &Expr) -> Result<String, LowerError> {
    match expr {
        Expr::And(_) | Expr::Or(_) => Err(LowerError::Or),
        Expr::Compare(Comparison { field, op, value }) => {
            let op = match op {
                Op::Eq => QOp::Eq,
                Op::Ne => QOp::Ne,
                Op::Gt => QOp::Gt,
                Op::Ge => QOp::Ge,
                Op::Lt => QOp::Lt,
                Op::Le => QOp::Le,
            };
            joined(field, op, value.as_str())
        }
        Expr::Like { field, pattern, negated } => {
            joined(field, if *negated { QOp::NotLike } else { QOp::Like }, pattern.as_str())
        }
        Expr::In { field, values, negated } => {
            let op = if *negated { QOp::NotIn } else { QOp::In };
            let refused = |reason| LowerError::Value { field: field.clone(), reason };
            if values.is_empty() || values.iter().any(|value| value.as_str().is_empty()) {
                return Err(refused(Refusal::Empty));
            }
            if values.iter().any(|value| value.as_str().contains(',')) {
                return Err(refused(Refusal::Comma));
            }
            joined(field, op, &values.iter().map(Value::as_str).collect::<Vec<_>>().join(","))
        }
        Expr::Null { field, negated } => Ok(format!("{field} {}", if *negated { QOp::NotNull } else { QOp::IsNull })),
    }
}

fn joined(field: &FieldName, op: QOp, value: &str) -> Result<String, LowerError> {
    let refused = |reason| Err(LowerError::Value { field: field.clone(), reason });
    if value.is_empty() {
        return refused(Refusal::Empty);
    }
    if value.contains('\'') {
        return refused(Refusal::Quote);
    }
    if value.contains('\\') {
        return refused(Refusal::Backslash);
    }
    let text = format!("{field}{op}{value}");
    match find_op(&text) {
        Some((read, at)) if read != op || at != field.as_str().len() => refused(Refusal::Operator { meant: op, read }),
        _ => Ok(text),
    }
}

/// Why `q=` cannot carry a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LowerError {
    /// All conditions of a query must hold: there is no OR.
    Or,
    /// The value of a condition cannot be sent.
    Value {
        /// The field of the condition.
        field: FieldName,
        /// What is wrong with the value.
        reason: Refusal,
    },
}

/// What is wrong with a value for `q=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The server answers 400 to an empty value, and a list cannot hold one.
    Empty,
    /// The server breaks its own query on a single quote.
    Quote,
    /// The server doubles a backslash.
    Backslash,
    /// The server splits a list at every comma.
    Comma,
    /// The server would split the condition elsewhere.
    Operator {
        /// The operator that was meant.
        meant: QOp,
        /// The operator at which the server would split.
        read: QOp,
    },
}

impl fmt::Display for LowerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Or => f.write_str("`q=` has no OR: all conditions of a query must hold"),
            Self::Value { field, reason } => {
                write!(f, "`q=` cannot carry the value for `{field}`: {reason}")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the server refuses an empty value"),
            Self::Quote => f.write_str("the server breaks its own query on a single quote"),
            Self::Backslash => f.write_str("the server doubles a backslash"),
            Self::Comma => f.write_str("the server splits a list at every comma"),
            Self::Operator { meant, read } => {
                write!(f, "it has `{read}` in it, at which the server would split instead of `{meant}`")
            }
        }
    }
}

impl Error for LowerError {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn compare(op: Op, value: &str) -> Expr {
        Expr::compare("name".parse().unwrap(), op, value)
    }

    fn field() -> FieldName {
        "name".parse().unwrap()
    }

    fn reason(expr: &Expr) -> Refusal {
        match lower_q(expr).unwrap_err() {
            LowerError::Value { reason, .. } => reason,
            LowerError::Or => unreachable!(),
        }
    }

    #[test]
    fn splitting_as_the_facts_say() {
        let split = |text| split_q(text).map(|c| (c.field, c.op, c.value));
        assert_eq!(split("name=a!=b"), Ok(("name=a", QOp::Ne, "b")));
        assert_eq!(split("name~=x>=y"), Ok(("name~=x", QOp::Ge, "y")));
        assert_eq!(split("description=is null"), Ok(("description", QOp::Eq, "is null")));
        assert_eq!(split("uuid!?=a,b"), Ok(("uuid", QOp::NotIn, "a,b")));
        assert_eq!(split("uuid!~=a%"), Ok(("uuid", QOp::NotLike, "a%")));
        assert_eq!(split(" name = x "), Ok(("name", QOp::Eq, " x ")));
        assert_eq!(split("name is null"), Ok(("name", QOp::IsNull, "")));
        assert_eq!(split("vmInstanceUuid not null"), Ok(("vmInstanceUuid", QOp::NotNull, "")));
        assert_eq!(split("name=a=b"), Ok(("name", QOp::Eq, "a=b")));
        assert_eq!(split("name>a=b"), Ok(("name>a", QOp::Eq, "b")));
        assert_eq!(split("name="), Err(SplitError::NoValue));
        assert_eq!(split("=x"), Err(SplitError::NoField));
        assert_eq!(split("is null"), Err(SplitError::NoField));
        assert_eq!(split("name"), Err(SplitError::NoOperator));
    }

    #[test]
    fn lowering() {
        let all = Expr::all([
            compare(Op::Eq, "a>b=c"),
            compare(Op::Ne, "x y"),
            compare(Op::Gt, "1"),
            compare(Op::Le, "2"),
            Expr::Like { field: field(), pattern: "web%".into(), negated: true },
            Expr::In { field: field(), values: vec!["a".into(), " b".into()], negated: false },
            Expr::Null { field: field(), negated: false },
            Expr::Null { field: field(), negated: true },
        ]);
        assert_eq!(
            lower_q(&all.unwrap()).unwrap(),
            [
                "name=a>b=c",
                "name!=x y",
                "name>1",
                "name<=2",
                "name!~=web%",
                "name?=a, b",
                "name is null",
                "name not null"
            ]
        );
    }

    #[test]
    fn refusals_say_why() {
        assert_eq!(reason(&compare(Op::Eq, "")), Refusal::Empty);
        assert_eq!(reason(&compare(Op::Eq, "O'Brien")), Refusal::Quote);
        assert_eq!(reason(&compare(Op::Eq, "a\\b")), Refusal::Backslash);
        assert_eq!(reason(&compare(Op::Eq, "a>=b")), Refusal::Operator { meant: QOp::Eq, read: QOp::Ge });
        assert_eq!(reason(&compare(Op::Gt, "a=b")), Refusal::Operator { meant: QOp::Gt, read: QOp::Eq });
        assert_eq!(reason(&compare(Op::Eq, "~=")), Refusal::Operator { meant: QOp::Eq, read: QOp::Like });
        assert_eq!(reason(&compare(Op::Gt, "=")), Refusal::Operator { meant: QOp::Gt, read: QOp::Ge });
        let list = |values: &[&str]| Expr::In {
            field: field(),
            values: values.iter().map(|&value| value.into()).collect(),
            negated: false,
        };
        assert_eq!(reason(&list(&[])), Refusal::Empty);
        assert_eq!(reason(&list(&["a", ""])), Refusal::Empty);
        assert_eq!(reason(&list(&["a,b"])), Refusal::Comma);
        let either = compare(Op::Eq, "a").or(compare(Op::Eq, "b"));
        assert_eq!(lower_q(&either).unwrap_err(), LowerError::Or);
        assert_eq!(
            lower_q(&either.and(compare(Op::Eq, "c"))).unwrap_err().to_string(),
            "`q=` has no OR: all conditions of a query must hold"
        );
        assert_eq!(
            lower_q(&compare(Op::Eq, "a>=b")).unwrap_err().to_string(),
            "`q=` cannot carry the value for `name`: it has `>=` in it, at which the server would split instead of `=`"
        );
    }
}
