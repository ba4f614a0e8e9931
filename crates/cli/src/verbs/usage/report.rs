//! `usage --html`: the same rows and sums as a page for people.

use std::collections::HashSet;

use backhaul_fleet::{By, Group, Row, is_over, totals};

use super::shown::{cells, columns, says_something};
use super::sums;
use crate::args::usage::Question;
use crate::console::Console;
use crate::exit::Failure;
use crate::output::{Table, size};
use crate::report::{Begins, Report};

/// From how many percent on something is worth a look.
const FULL: f64 = 80.0;

/// What is told of each repository, and of each tenant.
const REPOSITORY: [&str; 7] = [
    "used_bytes",
    "fill_percent",
    "capacity_bytes",
    "free_bytes",
    "quota_bytes",
    "object_storage_bytes",
    "cache_bytes",
];
const TENANT: [&str; 5] = ["used_bytes", "quota_percent", "quota_bytes", "object_storage_bytes", "cache_bytes"];
/// The columns that come first.
const FIRST: [&str; 17] = [
    "system",
    "server",
    "tenant",
    "parent_tenant",
    "item",
    "repository",
    "used_bytes",
    "growth_bytes_per_day",
    "trend",
    "forecast",
    "quota_full_on",
    "repository_full_on",
    "quota_percent",
    "quota_bytes",
    "fill_percent",
    "capacity_bytes",
    "free_bytes",
];

/// A report of rows that are of one moment: figures, sums, and the rows.
pub(super) fn now(
    mut report: Report,
    rows: &[Row],
    question: &Question,
    fields: &[&'static str],
    missing: &[String],
    console: &Console,
) -> Result<(), Failure> {
    missing.iter().for_each(|text| report.caution(format!("Not in this report, or not whole: {text}")));
    figures(&mut report, rows);
    if question.total || !question.by.is_empty() {
        report.table("Sums", &sums::table(rows, question, console)?, Begins::Here);
    } else {
        report.table(
            "Repositories",
            &sums::by(rows, &[By::System, By::Server, By::Repository], &REPOSITORY),
            Begins::Here,
        );
        let of_tenants: Vec<Row> = rows.iter().filter(|row| row.tenant.is_some()).cloned().collect();
        report.table("Tenants", &sums::by(&of_tenants, &[By::Tenant], &TENANT), Begins::Here);
    }
    let asked = !question.fields.is_empty();
    let fields = if asked { fields.to_vec() } else { for_people(fields.to_vec(), rows) };
    let columns = columns(&fields).into_iter().map(|column| if asked { column.asked() } else { column }).collect();
    let table = Table { columns, rows: rows.iter().map(|row| cells(row, &fields)).collect() };
    report.table("All rows", &table, Begins::Here);
    save(report, question, console)
}

/// The columns that say something, and once. A page is not as wide as a file: what matters most stands where it is
/// seen.
pub(super) fn for_people(mut fields: Vec<&'static str>, rows: &[Row]) -> Vec<&'static str> {
    fields.retain(|name| *name != "last_bytes" && says_something(name, rows));
    fields.sort_by_key(|name| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    fields
}

/// Writes the report where it was asked for, and says so.
pub(super) fn save(report: Report, question: &Question, console: &Console) -> Result<(), Failure> {
    let Some(path) = &question.html else { return Ok(()) };
    report.save(path, "the report is", console)
}

/// What can be said in a few numbers.
pub(super) fn figures(report: &mut Report, rows: &[Row]) {
    let Some(Group { total, .. }) = totals(rows, &[]).pop() else { return };
    let sized = |bytes: Option<i64>| bytes.and_then(|bytes| u64::try_from(bytes).ok()).map(size);
    let servers: HashSet<&str> = rows.iter().map(|row| row.server.as_str()).collect();
    let tenants: HashSet<&str> = rows.iter().filter_map(|row| row.tenant.as_deref()).collect();
    let repository = |row: &'_ Row| row.repository_id.clone().or_else(|| row.repository.clone());
    let repositories: HashSet<_> = rows.iter().filter_map(|row| Some((&row.server, repository(row)?))).collect();
    report.figure("used", sized(total.used_bytes).unwrap_or_else(|| "unknown".to_owned()));
    let shown = [("capacity", sized(total.capacity_bytes)), ("free", sized(total.free_bytes))];
    shown.into_iter().for_each(|(name, value)| value.into_iter().for_each(|value| report.figure(name, value)));
    if let Some(percent) = total.fill_percent() {
        report.figure("full", format!("{percent} %"));
    }
    for (name, count) in [("servers", servers.len()), ("repositories", repositories.len()), ("tenants", tenants.len())]
    {
        report.figure(name, count.to_string());
    }
    report.figure("over 80 %", rows.iter().filter(|row| is_over(row, FULL)).count().to_string());
    if total.unknown_rows > 0 {
        report.caution(format!(
            "{} of {} rows do not tell what they use; sums are without them",
            total.unknown_rows, total.rows
        ));
    }
    if rows.iter().any(|row| row.partial) {
        report.caution("Rows that are marked as partial are of servers of which a part gave no answer");
    }
}
