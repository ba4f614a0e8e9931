//! Expression to text, in one spelling.
//!
//! A value is bare when it is made of ASCII letters, digits, `_` and `-`, and not the word `null`; else it is quoted. A
//! group inside a group always stands in parentheses, so that no reader has to know which separator
//! binds tighter.

use std::error::Error;
use std::fmt::{self, Write};

use crate::ast::{Comparison, Expr, FieldName, MAX_DEPTH, Op, Value};
use crate::syntax::{DoubledQuotes, MAX_LEN, NULL, is_bare, is_enclosable, write_quoted};

/// Prints an expression as EM reads it. Whatever is printed, [`parse`](crate::parse()) reads back
/// as the same expression.
///
/// # Errors
/// When EM's text cannot say the expression: a dotted name, one of the nodes made for other
/// targets, or a size that would not be parsed again.
///
/// # Examples
/// ```
/// use backhaul_filter::{parse, print};
///
/// let parsed = parse(r#"a=="x";b=="x y",c==1"#)?;
/// assert_eq!(print(parsed.expr())?, r#"(a==x;b=="x y"),c==1"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn print(expr: &Expr) -> Result<String, PrintError> {
    print_with(expr, DoubledQuotes::AsInCsv)
}

/// Prints an expression for a reader that takes `""Backup""` as it says. See [`print()`].
///
/// # Errors
/// As [`print()`].
///
/// # Examples
/// ```
/// use backhaul_filter::{DoubledQuotes, parse, print_with};
///
/// let parsed = parse(r#"Name=="""Backup""""#)?;
/// assert_eq!(print_with(parsed.expr(), DoubledQuotes::AsInExample)?, r#"Name==""Backup"""#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn print_with(expr: &Expr, quotes: DoubledQuotes) -> Result<String, PrintError> {
    sayable(expr, 0)?;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write_expr(&mut text, expr, quotes);
    if text.len() > MAX_LEN { Err(PrintError::TooLong { len: text.len() }) } else { Ok(text) }
}

fn sayable(expr: &Expr, depth: usize) -> Result<(), PrintError> {
    match expr {
        // The outermost group has no parentheses.
        Expr::And(_) | Expr::Or(_) if depth > MAX_DEPTH => Err(PrintError::TooDeep),
        Expr::And(_) | Expr::Or(_) => expr.terms().iter().try_for_each(|term| sayable(term, depth + 1)),
        Expr::Compare(comparison) if comparison.field.is_dotted() => {
            Err(PrintError::DottedName { field: comparison.field.clone() })
        }
        Expr::Compare(_) => Ok(()),
        Expr::Not(Comparison { field, .. })
        | Expr::Like { field, .. }
        | Expr::In { field, .. }
        | Expr::Null { field, .. } => Err(PrintError::Node { node: expr.kind_name(), field: field.clone() }),
        Expr::Relate { relation, .. } => Err(PrintError::Calculation { text: relation.to_string() }),
    }
}

/// Why EM's text cannot say an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrintError {
    /// EM has no dotted names.
    DottedName {
        /// The name.
        field: FieldName,
    },
    /// EM has no word for this kind of condition.
    Node {
        /// The kind: `like`, `not in`, `is null` and so on.
        node: &'static str,
        /// The field of the condition.
        field: FieldName,
    },
    /// EM does not calculate.
    Calculation {
        /// The calculations compared.
        text: String,
    },
    /// Groups nest deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The text would be longer than [`MAX_LEN`].
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DottedName { field } => {
                write!(f, "EM's filter knows no dotted names, and `{field}` is one")
            }
            Self::Node { node, field } => write!(f, "EM's filter has no `{node}`, which is asked of `{field}`"),
            Self::Calculation { text } => write!(f, "EM's filter does not calculate, which `{text}` asks"),
            Self::TooDeep => write!(f, "the filter nests deeper than {MAX_DEPTH} groups"),
            Self::TooLong { len } => {
                write!(f, "the filter takes {len} bytes, and {MAX_LEN} is the most")
            }
        }
    }
}

impl Error for PrintError {}

/// The canonical text, which an [extended](crate::ParseOptions::extended) parse reads back as the same expression. To
/// send a filter to EM, use [`print()`].
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_expr(f, self, DoubledQuotes::AsInCsv)
    }
}

fn write_expr(f: &mut impl Write, expr: &Expr, quotes: DoubledQuotes) -> fmt::Result {
    match expr {
        Expr::And(all) => write_group(f, all, ';', quotes),
        Expr::Or(any) => write_group(f, any, ',', quotes),
        Expr::Compare(comparison) => write_comparison(f, comparison, quotes),
        Expr::Not(comparison) => {
            f.write_char('!')?;
            write_comparison(f, comparison, quotes)
        }
        Expr::Relate { relation, negated } => write!(f, "{}{relation}", if *negated { "!" } else { "" }),
        Expr::Like { field, pattern, negated } if pattern.has_wildcard() => {
            write!(f, "{field}{}{pattern}", eq(*negated))
        }
        Expr::Like { field, pattern, negated } => {
            write!(f, "{field}{}~=", if *negated { "!" } else { "" })?;
            write_value(f, &pattern.escaped(), quotes)
        }
        Expr::In { field, values, negated } => {
            write!(f, "{field} {}in (", if *negated { "not " } else { "" })?;
            for (at, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if at == 0 { "" } else { "," })?;
            }
            f.write_char(')')
        }
        Expr::Null { field, negated } => write!(f, "{field}{}{NULL}", eq(*negated)),
    }
}

fn eq(negated: bool) -> Op {
    if negated { Op::Ne } else { Op::Eq }
}

fn write_comparison(f: &mut impl Write, comparison: &Comparison, quotes: DoubledQuotes) -> fmt::Result {
    let Comparison { field, op, value } = comparison;
    f.write_str(field.as_str())?;
    f.write_str(op.as_str())?;
    write_value(f, value.as_str(), quotes)
}

fn write_group(f: &mut impl Write, terms: &[Expr], separator: char, quotes: DoubledQuotes) -> fmt::Result {
    for (at, term) in terms.iter().enumerate() {
        if at > 0 {
            f.write_char(separator)?;
        }
        match term {
            Expr::And(_) | Expr::Or(_) => {
                f.write_char('(')?;
                write_expr(f, term, quotes)?;
                f.write_char(')')?;
            }
            condition => write_expr(f, condition, quotes)?,
        }
    }
    Ok(())
}

fn write_value(f: &mut impl Write, text: &str, quotes: DoubledQuotes) -> fmt::Result {
    if is_bare(text) && !text.eq_ignore_ascii_case(NULL) {
        return f.write_str(text);
    }
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    if let (DoubledQuotes::AsInExample, Some(inner)) = (quotes, inner)
        && is_enclosable(inner)
    {
        return write!(f, "\"\"{inner}\"\"");
    }
    write_quoted(f, text)
}

/// The value as a filter writes it, quoted when it must be. For the plain text see
/// [`Value::as_str`].
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_value(f, self.as_str(), DoubledQuotes::AsInCsv)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ast::Pattern;
    use crate::parse;

    fn reprint(source: &str) -> String {
        print(parse(source).unwrap().expr()).unwrap()
    }

    fn name(text: &str) -> FieldName {
        text.parse().unwrap()
    }

    #[test]
    fn spelling() {
        let grouped = "(jobtype==replica;scheduleconfigured==false),(jobtype==backup;scheduleconfigured==true)";
        assert_eq!(reprint(grouped), grouped);
        assert_eq!(reprint("a==1;b==2,c==3"), "(a==1;b==2),c==3");
        assert_eq!(reprint("a==\"172.24.31.67\";b==\"x\""), "a==\"172.24.31.67\";b==x");
        assert_eq!(reprint("a==\"\""), "a==\"\"");
        assert_eq!(reprint("a==\"x\"\"\"\"y\""), "a==\"x\"\"\"\"y\"");
        assert_eq!(reprint("a>=2025-02-18T14:16:31"), "a>=\"2025-02-18T14:16:31\"");
        assert_eq!(reprint("(((a==1,b==2));c==3)"), "(a==1,b==2);c==3");
    }

    #[test]
    fn what_em_cannot_say_is_refused_by_name() {
        let like = Expr::Like { field: name("name"), pattern: Pattern::glob("x*"), negated: true };
        let within = Expr::In { field: name("a"), values: vec!["x y".into(), "z".into()], negated: false };
        let null = Expr::Null { field: name("a"), negated: false };
        let dotted = Expr::compare(name("zone.name"), Op::Eq, "x");
        let message = |expr: &Expr| print(expr).unwrap_err().to_string();
        assert_eq!(message(&like), "EM's filter has no `not like`, which is asked of `name`");
        assert_eq!(
            message(&dotted.clone().or(within.clone())),
            "EM's filter knows no dotted names, and `zone.name` is one"
        );
        assert_eq!(message(&null), "EM's filter has no `is null`, which is asked of `a`");
        assert_eq!(like.and(within).or(dotted).to_string(), "(name!=x*;a in (\"x y\",z)),zone.name==x");
        assert_eq!(null.to_string(), "a==null");
    }

    #[test]
    fn sizes_that_would_not_parse_again_are_refused() {
        let leaf = || Expr::compare(name("a"), Op::Eq, "1");
        let mut expr = leaf().and(leaf());
        for level in 0..MAX_DEPTH {
            expr = if level % 2 == 0 { expr.or(leaf()) } else { expr.and(leaf()) };
        }
        let text = print(&expr).unwrap();
        assert_eq!(parse(&text).unwrap().expr(), &expr);
        assert_eq!(print(&expr.or(leaf()).and(leaf())).unwrap_err(), PrintError::TooDeep);
        let long = Expr::compare(name("a"), Op::Eq, "x".repeat(MAX_LEN));
        assert_eq!(print(&long).unwrap_err(), PrintError::TooLong { len: MAX_LEN + 3 });
        let longest = Expr::compare(name("a"), Op::Eq, "x".repeat(MAX_LEN - 3));
        assert_eq!(print(&longest).unwrap().len(), MAX_LEN);
    }
}
