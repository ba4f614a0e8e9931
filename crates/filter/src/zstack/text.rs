//! Conditions written for the server.

use std::error::Error;
use std::fmt::{self, Write};

use super::{QOp, find_op};
use crate::ast::{Comparison, Expr, FieldName, Op, Value};

/// The text of a condition for one `q` parameter, not percent-encoded yet. Whatever comes out,
/// [`split_q`](super::split_q) reads back as the condition that was meant.
///
/// ```
/// use backhaul_filter::{parse, zstack::q};
///
/// assert_eq!(q(parse("zone.name!=\"Zone 1\"")?.expr())?, "zone.name!=Zone 1");
/// assert!(q(parse("name==\"a>=b\"")?.expr()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When `q=` cannot carry the condition.
pub fn q(condition: &Expr) -> Result<String, Refusal> {
    match condition {
        Expr::And(_) => Err(Refusal::And),
        Expr::Or(_) => Err(Refusal::Or),
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
        Expr::Not(_) => Err(Refusal::Not),
        Expr::Relate { .. } => Err(Refusal::Calculation),
        Expr::Like { field, pattern, negated } => {
            let pattern = pattern.to_sql().ok_or(Refusal::Wildcard)?;
            joined(field, if *negated { QOp::NotLike } else { QOp::Like }, &pattern)
        }
        Expr::In { field, values, negated } => {
            if values.iter().any(|value| value.as_str().is_empty()) {
                return Err(Refusal::Empty);
            }
            if values.iter().any(|value| value.as_str().contains(',')) {
                return Err(Refusal::Comma);
            }
            let items: Vec<_> = values.iter().map(Value::as_str).collect();
            joined(field, if *negated { QOp::NotIn } else { QOp::In }, &items.join(","))
        }
        Expr::Null { field, negated } => Ok(format!("{field} {}", if *negated { QOp::NotNull } else { QOp::IsNull })),
    }
}

fn joined(field: &FieldName, op: QOp, value: &str) -> Result<String, Refusal> {
    if value.is_empty() {
        return Err(Refusal::Empty);
    }
    if value.contains('\'') {
        return Err(Refusal::Quote);
    }
    if value.contains('\\') {
        return Err(Refusal::Backslash);
    }
    let text = format!("{field}{op}{value}");
    match find_op(&text) {
        Some((read, at)) if read != op || at != field.as_str().len() => Err(Refusal::Operator { meant: op, read }),
        _ => Ok(text),
    }
}

/// The text of an expression for the `where` of a ZQL query: groups in parentheses, texts in single
/// quotes, and a quote in a text doubled.
///
/// `is_text` says of a field whether it holds texts: the values of the others are written without
/// quotes when they are numbers or booleans.
///
/// ```
/// use backhaul_filter::{parse, zstack::zql};
///
/// let filter = parse(r#"(name=="O'Brien",cpuNum>4);state!=Enabled"#)?;
/// let text = zql(filter.expr(), |field| field != "cpuNum")?;
/// assert_eq!(text, "(name = 'O''Brien' or cpuNum > 4) and state != 'Enabled'");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a value has a backslash in it, of which nobody says what the server makes, or a list is
/// empty.
pub fn zql(expr: &Expr, is_text: impl Fn(&str) -> bool) -> Result<String, Refusal> {
    let mut out = String::new();
    write_zql(&mut out, expr, &is_text)?;
    Ok(out)
}

fn write_zql(out: &mut String, expr: &Expr, is_text: &impl Fn(&str) -> bool) -> Result<(), Refusal> {
    let literal = |field: &FieldName, value: &Value| match value.as_str() {
        plain if !is_text(field.as_str()) && is_plain(plain) => Ok(plain.to_owned()),
        text => quoted(text),
    };
    // Writing to a string does not fail.
    match expr {
        Expr::And(_) | Expr::Or(_) => {
            let joiner = if matches!(expr, Expr::And(_)) { " and " } else { " or " };
            for (at, term) in expr.terms().iter().enumerate() {
                out.push_str(if at > 0 { joiner } else { "" });
                let group = !term.terms().is_empty();
                out.push_str(if group { "(" } else { "" });
                write_zql(out, term, is_text)?;
                out.push_str(if group { ")" } else { "" });
            }
        }
        Expr::Compare(Comparison { field, op, value }) => {
            let op = if *op == Op::Eq { "=" } else { op.as_str() };
            let _ = write!(out, "{field} {op} {}", literal(field, value)?);
        }
        Expr::Not(_) => return Err(Refusal::Not),
        Expr::Relate { .. } => return Err(Refusal::Calculation),
        Expr::Like { field, pattern, negated } => {
            let op = if *negated { "not like" } else { "like" };
            let pattern = pattern.to_sql().ok_or(Refusal::Wildcard)?;
            let _ = write!(out, "{field} {op} {}", quoted(&pattern)?);
        }
        Expr::In { values, .. } if values.is_empty() => return Err(Refusal::Empty),
        Expr::In { field, values, negated } => {
            let items = values.iter().map(|value| literal(field, value)).collect::<Result<Vec<_>, _>>()?;
            let op = if *negated { "not in" } else { "in" };
            let _ = write!(out, "{field} {op} ({})", items.join(", "));
        }
        Expr::Null { field, negated } => {
            let _ = write!(out, "{field} is {}null", if *negated { "not " } else { "" });
        }
    }
    Ok(())
}

pub(super) fn quoted(text: &str) -> Result<String, Refusal> {
    if text.contains('\\') { Err(Refusal::Backslash) } else { Ok(format!("'{}'", text.replace('\'', "''"))) }
}

/// Whether a text is a number or a boolean of ZQL. Anything else is quoted, so that no value can end
/// its condition.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(text, "true" | "false") || (all_digits(whole) && all_digits(fraction))
}

/// Why a condition cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A `q` holds one condition.
    And,
    /// All conditions of a query must hold.
    Or,
    /// There is no word for the negation of an order.
    Not,
    /// The server does not calculate.
    Calculation,
    /// A pattern has `%` or `_` as a character in it, which the server takes for wildcards.
    Wildcard,
    /// The server answers 400 to an empty value, and a list cannot hold one or be empty.
    Empty,
    /// The server breaks its own query on a single quote.
    Quote,
    /// The server doubles a backslash in `q=`, and what it makes of one in ZQL is not known.
    Backslash,
    /// The server splits a list at every comma.
    Comma,
    /// `has` is of ZQL alone.
    Has,
    /// The field has a name that is a word of ZQL.
    Keyword,
    /// The server would split the condition elsewhere.
    Operator {
        /// The operator that was meant.
        meant: QOp,
        /// The operator at which the server would split.
        read: QOp,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And => f.write_str("a `q=` holds one condition"),
            Self::Or => f.write_str("`q=` has no OR: all conditions of a query must hold"),
            Self::Not => f.write_str("the server has no word for the negation of an order"),
            Self::Calculation => f.write_str("the server does not calculate"),
            Self::Wildcard => f.write_str("the server takes a `%` or `_` in a pattern for a wildcard"),
            Self::Empty => f.write_str("the server takes no empty value"),
            Self::Quote => f.write_str("the server breaks its own query on a single quote"),
            Self::Backslash => f.write_str("the server changes a backslash"),
            Self::Comma => f.write_str("the server splits a list at every comma"),
            Self::Has => f.write_str("`q=` has no `has`"),
            Self::Keyword => f.write_str("the field is named like a word of ZQL"),
            Self::Operator { meant, read } => {
                write!(f, "the value has `{read}` in it, at which the server would split instead of `{meant}`")
            }
        }
    }
}

impl Error for Refusal {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ast::Pattern;

    fn field() -> FieldName {
        "name".parse().unwrap()
    }

    fn compare(op: Op, value: &str) -> Expr {
        Expr::compare(field(), op, value)
    }

    fn list(values: &[&str], negated: bool) -> Expr {
        Expr::In { field: field(), values: values.iter().map(|&value| value.into()).collect(), negated }
    }

    #[test]
    fn conditions_of_q() {
        let like = |negated| Expr::Like { field: field(), pattern: Pattern::glob("web*"), negated };
        let null = |negated| Expr::Null { field: field(), negated };
        for (condition, text) in [
            (compare(Op::Eq, "a>b=c"), "name=a>b=c"),
            (compare(Op::Ne, "x y"), "name!=x y"),
            (compare(Op::Gt, "1"), "name>1"),
            (compare(Op::Ge, "1"), "name>=1"),
            (compare(Op::Lt, "1"), "name<1"),
            (compare(Op::Le, "2"), "name<=2"),
            (like(false), "name~=web%"),
            (like(true), "name!~=web%"),
            (list(&["a", " b"], false), "name?=a, b"),
            (list(&["a"], true), "name!?=a"),
            (null(false), "name is null"),
            (null(true), "name not null"),
        ] {
            assert_eq!(q(&condition).as_deref(), Ok(text));
        }
    }

    #[test]
    fn refusals_say_why() {
        let refused = |condition: &Expr| q(condition).unwrap_err();
        assert_eq!(refused(&compare(Op::Eq, "")), Refusal::Empty);
        assert_eq!(refused(&compare(Op::Eq, "O'Brien")), Refusal::Quote);
        assert_eq!(refused(&compare(Op::Eq, "a\\b")), Refusal::Backslash);
        assert_eq!(refused(&compare(Op::Eq, "a>=b")), Refusal::Operator { meant: QOp::Eq, read: QOp::Ge });
        assert_eq!(refused(&compare(Op::Gt, "a=b")), Refusal::Operator { meant: QOp::Gt, read: QOp::Eq });
        assert_eq!(refused(&compare(Op::Eq, "~=")), Refusal::Operator { meant: QOp::Eq, read: QOp::Like });
        assert_eq!(refused(&compare(Op::Gt, "=")), Refusal::Operator { meant: QOp::Gt, read: QOp::Ge });
        assert_eq!(refused(&list(&[], false)), Refusal::Empty);
        assert_eq!(refused(&list(&["a", ""], false)), Refusal::Empty);
        assert_eq!(refused(&list(&["a,b"], false)), Refusal::Comma);
        assert_eq!(refused(&compare(Op::Eq, "a").or(compare(Op::Eq, "b"))), Refusal::Or);
        assert_eq!(refused(&compare(Op::Eq, "a").and(compare(Op::Eq, "b"))), Refusal::And);
        assert_eq!(
            refused(&compare(Op::Eq, "a>=b")).to_string(),
            "the value has `>=` in it, at which the server would split instead of `=`"
        );
    }

    #[test]
    fn conditions_of_zql() {
        let text = |expr: &Expr| zql(expr, |_| true);
        let plain = |value: &str| zql(&compare(Op::Ge, value), |_| false);
        assert_eq!(text(&list(&["a", "O'B"], true)).as_deref(), Ok("name not in ('a', 'O''B')"));
        assert_eq!(text(&list(&[], true)), Err(Refusal::Empty));
        assert_eq!(text(&compare(Op::Ne, "' or '1'='1")).as_deref(), Ok("name != ''' or ''1''=''1'"));
        assert_eq!(text(&compare(Op::Eq, "\\")), Err(Refusal::Backslash));
        assert_eq!(text(&Expr::Null { field: field(), negated: true }).as_deref(), Ok("name is not null"));
        let like = Expr::Like { field: field(), pattern: Pattern::glob("O'*"), negated: true };
        assert_eq!(text(&like).as_deref(), Ok("name not like 'O''%'"));
        assert_eq!(plain("-1.5").as_deref(), Ok("name >= -1.5"));
        assert_eq!(plain("true").as_deref(), Ok("name >= true"));
        assert_eq!(text(&compare(Op::Ge, "5")).as_deref(), Ok("name >= '5'"));
        for quoted in ["1 or 1", "1e5", "", "-", ".5", "5.", "--1", "inf"] {
            assert_eq!(plain(quoted), Ok(format!("name >= '{quoted}'")));
        }
        let group = compare(Op::Eq, "a").and(compare(Op::Eq, "b")).or(compare(Op::Lt, "c"));
        assert_eq!(
            text(&group.and(compare(Op::Gt, "d"))).as_deref(),
            Ok("((name = 'a' and name = 'b') or name < 'c') and name > 'd'")
        );
    }
}
