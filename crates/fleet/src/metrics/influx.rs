//! InfluxDB's line protocol, which Telegraf, QuestDB, VictoriaMetrics and others read as well.

use std::fmt::Write as _;

use backhaul_filter::{Place, Record, Scalar};

use crate::row::{COLUMNS, Row};

/// The columns that tell rows apart; all others are fields, but for the time.
const TAGS: [&str; 13] = [
    "system",
    "server",
    "tenant",
    "tenant_id",
    "tenant_kind",
    "parent_tenant",
    "repository",
    "repository_id",
    "quota_id",
    "tenant_state",
    "item",
    "item_id",
    "item_kind",
];

/// A row as a line, without the line feed: the measurement `backhaul_usage`, what the row is about as tags, numbers
/// as fields, and the time at which it was collected in nanoseconds. What is unknown is left out.
///
/// The protocol has no way to write a line feed in a tag: it becomes `\n` in two characters, and so do other
/// control characters. A backslash at the end of a name is left out.
#[must_use]
pub fn line_protocol(row: &Row) -> String {
    let mut line = "backhaul_usage".to_owned();
    for name in TAGS {
        if let Scalar::Text(value) = row.get(Place::Field(name))
            && !value.is_empty()
        {
            let _ = write!(line, ",{name}=");
            tag(&mut line, &value);
        }
    }
    let mut before = ' ';
    for name in COLUMNS.iter().filter(|name| !TAGS.contains(name)) {
        let value = match row.get(Place::Field(name)) {
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => format!("{value}i"),
            Scalar::Float(value) => value.to_string(),
            // The time stands at the end.
            Scalar::Text(_) | Scalar::Null => continue,
        };
        let _ = write!(line, "{before}{name}={value}");
        before = ',';
    }
    if let Some(at) = row.collected_at {
        let _ = write!(line, " {}", at.as_nanosecond());
    }
    line
}

fn tag(line: &mut String, value: &str) {
    // A backslash at the end would take away the meaning of what follows, and readers differ in how it could be kept.
    for c in value.trim_end_matches('\\').chars() {
        match c {
            ',' | '=' | ' ' => {
                line.push('\\');
                line.push(c);
            }
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
}
