//! What is wrong with a statement, where, and what was meant.

use std::fmt;

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use crate::session::Sql;

/// How many near names are worth reading.
const NEAR: usize = 3;

/// Why a statement has no answer.
#[derive(Debug)]
pub struct Problem {
    says: String,
    /// The line of the text, its number from 1, and which of its characters, from 0.
    place: Option<(String, usize, usize, usize)>,
    near: Vec<String>,
    /// What DataFusion made of it.
    pub error: Box<DataFusionError>,
}

impl Problem {
    pub(crate) fn new(text: &str, error: DataFusionError, sql: &Sql) -> Self {
        let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
        let mut place = span.map(|span| (span.start.line, span.start.column, width(&span)));
        let mut near = Vec::new();
        let says = match error.find_root() {
            DataFusionError::SQL(parser, _) => {
                let (says, at) = parsed(&parser.to_string());
                place = at.map(|(line, column)| (line, column, 1));
                says
            }
            DataFusionError::SchemaError(schema, _) => match &**schema {
                SchemaError::FieldNotFound { field, valid_fields } => {
                    near = nearest(&field.name, valid_fields.iter().map(|it| it.name.as_str()));
                    place = place.or_else(|| find(text, &field.name));
                    format!("there is no column `{}`", field.flat_name())
                }
                other => other.to_string(),
            },
            other => {
                let says = other.message().into_owned();
                // DataFusion's words for what changes something.
                if ["DML", "DDL", "Statement"].iter().any(|kind| says.starts_with(&format!("{kind} not supported: "))) {
                    let says = "this is no question, and nothing is ever changed here: SELECT, EXPLAIN, SHOW and DESCRIBE are answered";
                    return Self { says: says.to_owned(), place: None, near, error: Box::new(error) };
                }
                match says.strip_prefix("table '").and_then(|rest| rest.strip_suffix("' not found")) {
                    None => says,
                    Some(table) => {
                        let table = table.strip_prefix("backhaul.").unwrap_or(table);
                        let table = table.strip_prefix("public.").unwrap_or(table);
                        let tables = sql.tables();
                        near = nearest(table, tables.iter().map(String::as_str));
                        place = place.or_else(|| find(text, table));
                        let why = if table == "history" { ": no store was named (--store FOLDER)" } else { "" };
                        format!("there is no table `{table}`{why}")
                    }
                }
            }
        };
        let place = place.and_then(|(line, column, width)| {
            let number = usize::try_from(line).ok()?;
            let line = text.lines().nth(number.checked_sub(1)?)?.to_owned();
            Some((line, number, usize::try_from(column).ok()?.checked_sub(1)?, width))
        });
        Self { says, place, near, error: Box::new(error) }
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn says(&self) -> &str {
        &self.says
    }

    /// The line and the column of the text, both from 1, where it is known.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        self.place.as_ref().map(|(_, line, column, _)| (*line, column + 1))
    }
}

fn width(span: &datafusion::common::Span) -> usize {
    let one_line = span.start.line == span.end.line;
    let width = span.end.column.saturating_sub(span.start.column);
    usize::try_from(width).ok().filter(|width| one_line && *width > 0).unwrap_or(1)
}

/// What the parser says, and the line and the column.
fn parsed(text: &str) -> (String, Option<(u64, u64)>) {
    let says = text.strip_prefix("sql parser error: ").unwrap_or(text);
    let Some((before, at)) = says.rsplit_once(" at Line: ") else { return (says.to_owned(), None) };
    let place = at.split_once(", Column: ").and_then(|(line, column)| {
        let column: String = column.chars().take_while(char::is_ascii_digit).collect();
        Some((line.parse().ok()?, column.parse().ok()?))
    });
    (before.to_owned(), place)
}

/// Where a name stands in the text.
fn find(text: &str, name: &str) -> Option<(u64, u64, usize)> {
    text.lines().zip(1..).find_map(|(line, number)| {
        let at = line.to_ascii_lowercase().find(&name.to_ascii_lowercase())?;
        let column = line.get(..at)?.chars().count();
        Some((number, u64::try_from(column).ok()? + 1, name.chars().count()))
    })
}

/// The names that are most like one, the likest first.
fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut near: Vec<(f64, &str)> = candidates
        .map(|candidate| (strsim::jaro_winkler(&name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    near.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.cmp(right)));
    near.dedup_by(|(_, left), (_, right)| left == right);
    let best = near.first().map_or(0.0, |(likeness, _)| *likeness);
    near.into_iter()
        .filter(|(likeness, _)| *likeness > best - 0.05)
        .take(NEAR)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)?;
        if let Some((line, number, column, width)) = &self.place {
            let indent: String = line.chars().take(*column).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            let number = number.to_string();
            let blank = " ".repeat(number.len());
            write!(f, "\n{number} | {line}\n{blank} | {indent}{}", "^".repeat(*width))?;
        }
        match self.near.split_last() {
            None => Ok(()),
            Some((one, [])) => write!(f, "\n  = help: did you mean `{one}`?"),
            Some((last, rest)) => write!(f, "\n  = help: did you mean `{}` or `{last}`?", rest.join("`, `")),
        }
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.error)
    }
}
