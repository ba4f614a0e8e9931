//! A second evaluator, slow and plain.
//!
//! It shares no code with the crate beyond the tree: it works on owned texts, walks the tree for every record, and
//! knows the table in the documentation of `eval`.

use std::cmp::Ordering;

use backhaul_filter::{Comparison, Expr, FieldDef, Kind, Op, Pattern, QueryDef, Scalar, Source, Value};

use super::{Map, key};

/// A value as the naive evaluator sees it.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    Nothing,
    /// Something of the field's kind, as a text whose equality and order are those of the value.
    Known(String),
    Number(f64),
    Other(String),
}

pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// `Apr 11, 2018 2:50:54 PM` as `2018-04-11T14:50:54`; any other text as it is.
pub fn iso(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', ',', ':']).filter(|word| !word.is_empty()).collect();
    let [month, day, year, hour, minute, second, half] = words[..] else { return text.to_owned() };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Some(month) = months.iter().position(|name| *name == month) else { return text.to_owned() };
    let hour = hour.parse::<u32>().unwrap() % 12 + if half == "PM" { 12 } else { 0 };
    format!("{year}-{:02}-{day:0>2}T{hour:02}:{minute}:{second}", month + 1)
}

/// Moments as texts that sort: everything brought to UTC by hand. Reads what the generators below produce, and no more.
pub fn moment(text: &str) -> Option<String> {
    let text = iso(text).to_uppercase();
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date.to_owned(), time.to_owned()),
        None => (text.clone(), "00:00:00".to_owned()),
    };
    let parts: Vec<u32> = date.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month @ 1..=12, day @ 1..=31] = parts[..] else {
        return None;
    };
    let (clock, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (time[..at].to_owned(), time[at..].trim_matches('Z').to_owned()),
        None => (time, String::new()),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((&clock, "0"));
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok()).collect::<Option<Vec<_>>>()?;
    clock.resize(3, 0);
    let hours = if offset.is_empty() { 0 } else { offset[..3].parse::<i64>().ok()? };
    // The generators keep away from the ends of a month, so hours never cross one.
    let minutes = i64::from(day) * 1440 + (clock[0] - hours) * 60 + clock[1];
    Some(format!("{year:04}-{month:02}-{minutes:06}-{:02}.{fraction:0<9}", clock[2]))
}

fn identifier(text: &str) -> Plain {
    let text = text.trim();
    let local = match text.to_lowercase().strip_prefix("urn:") {
        Some(_) if text.matches(':').count() >= 3 => text.splitn(4, ':').last().unwrap().trim(),
        _ => text,
    };
    let digits: String = local.chars().filter(|c| *c != '-').collect();
    if digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
        Plain::Known(digits.to_lowercase())
    } else {
        Plain::Other(fold(local))
    }
}

pub fn plain(field: &FieldDef, scalar: &Scalar<'_>) -> Plain {
    let text = match scalar {
        Scalar::Null => return Plain::Nothing,
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Text(text) => text.to_string(),
    };
    if field.kind != Kind::Text && text.trim().is_empty() {
        return Plain::Nothing;
    }
    let other = Plain::Other(fold(&text));
    match field.kind {
        Kind::Text => Plain::Known(fold(&text)),
        Kind::Bool => match text.to_lowercase().trim() {
            "true" | "1" => Plain::Known("true".to_owned()),
            "false" | "0" => Plain::Known("false".to_owned()),
            _ => other,
        },
        Kind::Int | Kind::Float => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Plain::Number(number),
            _ => other,
        },
        Kind::DateTime => moment(text.trim()).map_or(other, Plain::Known),
        Kind::Uid => identifier(&text),
        Kind::Enum => match field.values.iter().position(|value| value.to_lowercase() == text.to_lowercase()) {
            Some(at) => Plain::Known(at.to_string()),
            None => other,
        },
    }
}

pub fn of_record(field: &FieldDef, record: &Map) -> Plain {
    let value = record.0.get(&key(field.source.place().unwrap())).cloned().unwrap_or(Scalar::Null);
    match (plain(field, &value), field.source) {
        (Plain::Known(text), Source::Not(_)) => Plain::Known((text != "true").to_string()),
        (plain, _) => plain,
    }
}

fn equal(kind: Kind, a: &Plain, b: &Plain) -> bool {
    match (a, b) {
        (Plain::Nothing, Plain::Known(text)) => kind == Kind::Text && text.is_empty(),
        (Plain::Nothing, _) => false,
        _ => a == b,
    }
}

pub fn order(a: &Plain, b: &Plain) -> Option<Ordering> {
    match (a, b) {
        (Plain::Known(a), Plain::Known(b)) => Some(a.cmp(b)),
        (Plain::Number(a), Plain::Number(b)) => a.partial_cmp(b),
        _ => None,
    }
}

pub fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], _) => (0..=text.len()).any(|from| like(rest, &text[from..])),
        (['_', rest @ ..], [_, text @ ..]) => like(rest, text),
        ([a, rest @ ..], [b, text @ ..]) => a == b && like(rest, text),
        _ => false,
    }
}

/// A pattern by its spelling in a filter.
pub fn matches(pattern: &Pattern, text: &str) -> bool {
    let mut spelled = Vec::new();
    let mut quoted = false;
    for c in pattern.to_string().chars() {
        match c {
            '"' => quoted = !quoted,
            '*' if !quoted => spelled.push('%'),
            '?' if !quoted => spelled.push('_'),
            // Out of the way of the wildcards, on both sides.
            other => spelled.extend(fold(&aside(other).to_string()).chars()),
        }
    }
    like(
        &spelled,
        &text.chars().map(aside).flat_map(|c| fold(&c.to_string()).chars().collect::<Vec<_>>()).collect::<Vec<_>>(),
    )
}

fn aside(c: char) -> char {
    match c {
        '%' => '\u{e000}',
        '_' => '\u{e001}',
        other => other,
    }
}

pub fn naive(expr: &Expr, record: &Map, def: &QueryDef) -> bool {
    let field = |name: &backhaul_filter::FieldName| *def.field(name.as_str()).unwrap();
    let literal = |field: &FieldDef, value: &Value| plain(field, &Scalar::from(value.as_str()));
    match expr {
        Expr::And(terms) => terms.iter().all(|term| naive(term, record, def)),
        Expr::Or(terms) => terms.iter().any(|term| naive(term, record, def)),
        Expr::Compare(Comparison { field: name, op, value }) => {
            let field = &field(name);
            let (held, said) = (of_record(field, record), literal(field, value));
            match op {
                Op::Eq => equal(field.kind, &held, &said),
                Op::Ne => !equal(field.kind, &held, &said),
                Op::Gt => order(&held, &said) == Some(Ordering::Greater),
                Op::Lt => order(&held, &said) == Some(Ordering::Less),
                Op::Ge => matches!(order(&held, &said), Some(Ordering::Greater | Ordering::Equal)),
                Op::Le => matches!(order(&held, &said), Some(Ordering::Less | Ordering::Equal)),
            }
        }
        Expr::Not(comparison) => !naive(&Expr::Compare(comparison.clone()), record, def),
        Expr::Relate { .. } => unreachable!("no generator makes one"),
        Expr::In { field: name, values, negated } => {
            let field = &field(name);
            let held = of_record(field, record);
            *negated != values.iter().any(|value| equal(field.kind, &held, &literal(field, value)))
        }
        Expr::Null { field: name, negated } => *negated != (of_record(&field(name), record) == Plain::Nothing),
        Expr::Like { field: name, pattern, negated } => {
            let held = record.0.get(&key(field(name).source.place().unwrap())).cloned().unwrap_or(Scalar::Null);
            let text = match held {
                Scalar::Null => return *negated,
                Scalar::Bool(value) => (value ^ matches!(field(name).source, Source::Not(_))).to_string(),
                Scalar::Int(value) => value.to_string(),
                Scalar::Float(value) => value.to_string(),
                Scalar::Text(text) => text.into_owned(),
            };
            *negated != matches(pattern, &text)
        }
    }
}
