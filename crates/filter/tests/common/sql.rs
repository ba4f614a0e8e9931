//! A model of ZStack's server: how it takes a `q=` apart, how it reads ZQL, and how its database answers.

use std::cmp::Ordering;

use backhaul_filter::{Comparison, Expr, FieldDef, Kind, Op, Pattern, QueryDef, Scalar, Value};

use super::naive::{fold, iso, like};
use super::{Map, key, name};

/// The server's list of operators, in the order in which it looks for them: as its source has it.
const OPERATORS: [(&str, &str); 12] = [
    ("!=", "!="),
    (">=", ">="),
    ("<=", "<="),
    ("!?=", "not in"),
    ("!~=", "not like"),
    ("~=", "like"),
    ("?=", "in"),
    ("=", "="),
    (">", ">"),
    ("<", "<"),
    ("is null", "is null"),
    ("not null", "is not null"),
];

/// What the server understands of a `q=`: the first operator of the list that is anywhere in the text splits it.
pub fn read_q(text: &str) -> Expr {
    let (sign, op) = OPERATORS.into_iter().find(|(sign, _)| text.contains(sign)).expect("an operator");
    let (field, value) = text.split_once(sign).expect("it is there");
    assert!(op.ends_with("null") || !value.is_empty(), "400: {text}");
    // The server writes the value into a text of its own, in which a quote ends it.
    assert!(!value.contains(['\'', '\\']), "{text}");
    let items = || value.split(',').map(Value::from).collect();
    node(field.trim(), op, Value::from(value), items)
}

fn node(field: &str, op: &str, value: Value, items: impl FnOnce() -> Vec<Value>) -> Expr {
    let field = name(field);
    let compare = |op| Expr::Compare(Comparison { field: field.clone(), op, value: value.clone() });
    match op {
        "=" => compare(Op::Eq),
        "!=" => compare(Op::Ne),
        ">" => compare(Op::Gt),
        ">=" => compare(Op::Ge),
        "<" => compare(Op::Lt),
        "<=" => compare(Op::Le),
        "like" | "not like" => {
            Expr::Like { field, pattern: Pattern::sql(value.as_str()), negated: op.starts_with("not") }
        }
        "in" | "not in" => Expr::In { field, values: items(), negated: op.starts_with("not") },
        "is null" | "is not null" => Expr::Null { field, negated: op.contains("not") },
        other => panic!("{other}"),
    }
}

/// What the server understands of the text behind `where`.
pub fn read_zql(text: &str) -> Expr {
    let mut tokens = tokens(text);
    tokens.reverse();
    let expr = read_or(&mut tokens);
    assert!(tokens.is_empty(), "{text}");
    expr
}

/// Words, signs, and texts in single quotes with their first quote.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '\'' => {
                let mut end = 1;
                loop {
                    end += rest[end..].find('\'').expect("a closing quote") + 1;
                    if !rest[end..].starts_with('\'') {
                        break end;
                    }
                    end += 1;
                }
            }
            '(' | ')' | ',' => 1,
            _ => rest.find([' ', '(', ')', ',', '\'']).unwrap_or(rest.len()),
        };
        let token = &rest[..len];
        tokens.push(match token.strip_prefix('\'') {
            Some(quoted) => format!("'{}", quoted[..quoted.len() - 1].replace("''", "'")),
            None => token.to_owned(),
        });
        rest = rest[len..].trim_start();
    }
    tokens
}

fn read_or(tokens: &mut Vec<String>) -> Expr {
    let mut terms = vec![read_and(tokens)];
    while tokens.pop_if(|token| token == "or").is_some() {
        terms.push(read_and(tokens));
    }
    Expr::any(terms).expect("a term")
}

fn read_and(tokens: &mut Vec<String>) -> Expr {
    let mut terms = vec![read_term(tokens)];
    while tokens.pop_if(|token| token == "and").is_some() {
        terms.push(read_term(tokens));
    }
    Expr::all(terms).expect("a term")
}

fn read_term(tokens: &mut Vec<String>) -> Expr {
    let mut next = || tokens.pop().expect("a token");
    let field = next();
    if field == "(" {
        let expr = read_or(tokens);
        assert_eq!(tokens.pop().as_deref(), Some(")"));
        return expr;
    }
    let mut op = next();
    if op == "not" || op == "is" {
        op = format!("{op} {}", next());
        if op == "is not" {
            op = format!("{op} {}", next());
        }
    }
    if op.ends_with("null") {
        return node(&field, &op, Value::from(""), Vec::new);
    }
    let literal = |token: String| match token.strip_prefix('\'') {
        Some(text) => Value::from(text),
        None => {
            assert!(token == "true" || token == "false" || token.parse::<f64>().is_ok(), "{token}");
            Value::from(token)
        }
    };
    if op.ends_with("in") {
        assert_eq!(next(), "(");
        let mut values = vec![literal(next())];
        loop {
            match next().as_str() {
                ")" => break,
                "," => values.push(literal(next())),
                other => panic!("{other}"),
            }
        }
        return node(&field, &op, Value::from(""), || values);
    }
    let value = literal(next());
    node(&field, &op, value, Vec::new)
}

/// What the database says: nothing where a value is missing.
pub fn sql(expr: &Expr, record: &Map, def: &QueryDef) -> Option<bool> {
    let held = |name: &backhaul_filter::FieldName| {
        // The database's names are what they are.
        let field = def.fields.iter().find(|field| field.name == name.as_str()).expect("a field of the database");
        let value = record.0.get(&key(field.source.place().expect("a place"))).cloned().unwrap_or(Scalar::Null);
        (field, text(&value))
    };
    match expr {
        Expr::And(terms) => {
            let all: Vec<_> = terms.iter().map(|term| sql(term, record, def)).collect();
            if all.contains(&Some(false)) {
                Some(false)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        Expr::Or(terms) => {
            let all: Vec<_> = terms.iter().map(|term| sql(term, record, def)).collect();
            if all.contains(&Some(true)) {
                Some(true)
            } else {
                all.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        Expr::Compare(Comparison { field, op, value }) => {
            let (field, held) = held(field);
            let order = compared(field, &held?, value.as_str());
            Some(match op {
                Op::Eq => order == Ordering::Equal,
                Op::Ne => order != Ordering::Equal,
                Op::Gt => order == Ordering::Greater,
                Op::Ge => order != Ordering::Less,
                Op::Lt => order == Ordering::Less,
                Op::Le => order != Ordering::Greater,
            })
        }
        Expr::In { field, values, negated } => {
            let (field, held) = held(field);
            let held = held?;
            Some(*negated != values.iter().any(|value| compared(field, &held, value.as_str()) == Ordering::Equal))
        }
        Expr::Like { field, pattern, negated } => {
            let chars = |text: &str| fold(text).chars().collect::<Vec<_>>();
            let sql = pattern.to_sql().expect("what came as SQL");
            Some(*negated != like(&chars(&sql), &chars(&held(field).1?)))
        }
        Expr::Null { field, negated } => Some(*negated != held(field).1.is_none()),
        Expr::Not(_) | Expr::Relate { .. } => unreachable!("the server has no word for it"),
    }
}

fn text(scalar: &Scalar<'_>) -> Option<String> {
    Some(match scalar {
        Scalar::Null => return None,
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Text(text) => text.to_string(),
    })
}

/// How the database compares: numbers as numbers, dates as dates, everything else as text in any case, so that an
/// enumeration has the order of the alphabet.
fn compared(field: &FieldDef, held: &str, said: &str) -> Ordering {
    match field.kind {
        Kind::Int | Kind::Float => {
            let number = |text: &str| text.parse::<f64>().expect("a number");
            number(held).partial_cmp(&number(said)).expect("no NaN")
        }
        Kind::DateTime => date(&iso(held).replace('T', " ")).cmp(&date(said)),
        Kind::Bool => {
            assert!(said == "true" || said == "false", "{said}");
            held.cmp(said)
        }
        Kind::Text | Kind::Uid | Kind::Enum => fold(held).cmp(&fold(said)),
    }
}

/// A text of SQL's form, filled up so that it sorts.
fn date(text: &str) -> String {
    assert!(text.len() == 10 || text.as_bytes()[10] == b' ', "{text}");
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    format!("{date} {time}.{fraction:0<9}")
}
