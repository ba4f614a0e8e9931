//! From rows to what is printed: filtered, sorted, cut, and in the columns that were asked for.

use std::cmp::Ordering;

use backhaul_filter::{Expr, FieldSchema, Parsed, Place, Predicate, Record, Scalar};
use backhaul_fleet::metrics::line_protocol;
use backhaul_fleet::{COLUMNS, ROWS, Row, is_over};
use serde_json::Value;

use super::ask::Order;
use super::{report, sums};
use crate::args::usage::Question;
use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::expression;
use crate::input::Expression;
use crate::output::{self, Column, Format, Kind, RowWriter, Style, Table};
use crate::suggest;

/// How many columns the first release had. A table leaves out those that came later where they say nothing.
const FIRST: usize = 15;

/// The rows of a run on their way to stdout.
pub(super) struct Shown<'a> {
    question: &'a Question,
    parsed: Option<Parsed>,
    filter: Option<Predicate<'static>>,
    order: Vec<(FieldSchema<'static>, bool)>,
    fields: Vec<&'static str>,
    style: Style,
    console: &'a Console,
    /// What a report is called.
    title: String,
    kept: Vec<Row>,
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "a live run tells which part gave no answer"))]
    partial_rows: usize,
    writer: Option<Box<dyn RowWriter>>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(question: &'a Question, console: &'a Console) -> Result<Self, Failure> {
        let (parsed, filter) = filter(question.filter.as_ref(), console)?.unzip();
        let mut order = Vec::new();
        let by_sums = question.total || !question.by.is_empty();
        for (name, largest_first) in question.order().into_iter().filter(|_| !by_sums) {
            order.push((expression::order(name, ROWS)?, largest_first));
        }
        if order.is_empty() && question.top.is_some() {
            order.push((expression::order("used_bytes", ROWS)?, true));
        }
        let fields = if by_sums { COLUMNS.to_vec() } else { fields(&question.fields, &COLUMNS)? };
        let style = question.output.style(console)?;
        sums::check(question)?;
        let title = "Storage usage".to_owned();
        Ok(Self {
            question,
            parsed,
            filter,
            order,
            fields,
            style,
            console,
            title,
            kept: Vec::new(),
            partial_rows: 0,
            writer: None,
        })
    }

    /// What the filter says, when there is one.
    pub(super) fn expr(&self) -> Option<&Expr> {
        self.parsed.as_ref().map(Parsed::expr)
    }

    /// The same, of a past day.
    #[cfg(feature = "store")]
    pub(super) fn of_day(mut self, day: jiff::civil::Date, zone: &str) -> Self {
        self.title = format!("Storage usage on {day} ({zone})");
        self
    }

    /// How many rows so far are of servers of which a part gave no answer.
    #[cfg(feature = "store")]
    pub(super) fn partial_rows(&self) -> usize {
        self.partial_rows
    }

    /// Whether rows go out as they come, or the whole must be known first.
    fn is_stream(&self) -> bool {
        let question = self.question;
        let whole = question.total || !question.by.is_empty() || question.top.is_some() || !self.order.is_empty();
        question.html.is_none() && !whole && (question.influx || !self.style.is_table())
    }

    /// In which order answers are wanted: lines are for programs that read them as they come, and an array or a
    /// table is the same in each run.
    pub(super) fn streams(&self) -> Order {
        let lines = self.question.influx || self.style.format == Format::Ndjson;
        if self.is_stream() && lines { Order::AsTheyCome } else { Order::Servers }
    }

    /// Takes rows of a server.
    pub(super) fn take(&mut self, mut rows: Vec<Row>) -> Result<(), Failure> {
        let (filter, over) = (&self.filter, self.question.over);
        rows.retain(|row| {
            filter.as_ref().is_none_or(|filter| filter.matches(row)) && over.is_none_or(|over| is_over(row, over))
        });
        self.partial_rows += rows.iter().filter(|row| row.partial).count();
        if !self.is_stream() {
            self.kept.extend(rows);
            return Ok(());
        }
        if self.question.influx {
            return self.influx(&rows);
        }
        let fields = self.fields.clone();
        let writer = self.begun()?;
        rows.iter().try_for_each(|row| writer.row(cells(row, &fields)))?;
        writer.flush()
    }

    /// Prints what is still to be printed; a report tells what gave no answer.
    pub(super) fn end(mut self, missing: &[String]) -> Result<(), Failure> {
        let mut rows = std::mem::take(&mut self.kept);
        if self.question.html.is_some() {
            self.sort(&mut rows);
            let report = crate::report::Report::new(self.title);
            return report::now(report, &rows, self.question, &self.fields, missing, self.console);
        }
        if self.question.total || !self.question.by.is_empty() {
            let sums = sums::table(&rows, self.question, self.console)?;
            let has_total = self.question.total && !self.question.by.is_empty();
            let print = if has_total { Table::print_with_total } else { Table::print };
            return print(sums, &self.style, self.console);
        }
        self.sort(&mut rows);
        if self.question.influx {
            return self.influx(&rows);
        }
        if self.style.is_table() && self.style.format == Format::Table && self.question.fields.is_empty() {
            self.fields.retain(|name| says_something(name, &rows));
        }
        let fields = self.fields.clone();
        let writer = self.begun()?;
        rows.iter().try_for_each(|row| writer.row(cells(row, &fields)))?;
        writer.end()
    }

    fn influx(&self, rows: &[Row]) -> Result<(), Failure> {
        let lines: String = rows.iter().map(|row| line_protocol(row) + "\n").collect();
        self.console.write(lines.as_bytes())
    }

    fn sort(&self, rows: &mut Vec<Row>) {
        rows.sort_by(|a, b| compare(a, b, &self.order));
        rows.truncate(self.question.top.unwrap_or(usize::MAX));
    }

    fn begun(&mut self) -> Result<&mut Box<dyn RowWriter>, Failure> {
        if self.writer.is_none() {
            let mut writer = output::writer(&self.style, self.console);
            let asked = !self.question.fields.is_empty();
            let columns = columns(&self.fields).into_iter().map(|it| if asked { it.asked() } else { it });
            writer.begin(&columns.collect::<Vec<_>>())?;
            self.writer = Some(writer);
        }
        self.writer.as_mut().ok_or_else(|| Failure::internal("there is no writer"))
    }
}

fn compare(a: &Row, b: &Row, order: &[(FieldSchema<'static>, bool)]) -> Ordering {
    let one = |(field, largest_first): &(FieldSchema<'static>, bool)| {
        if *largest_first { b.compare(a, field) } else { a.compare(b, field) }
    };
    order.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The filter, checked, ready to be evaluated.
pub(in crate::verbs) fn predicate(
    text: Option<&Expression>,
    console: &Console,
) -> Result<Option<Predicate<'static>>, Failure> {
    Ok(filter(text, console)?.map(|(_, predicate)| predicate))
}

/// The same, and what it says.
fn filter(text: Option<&Expression>, console: &Console) -> Result<Option<(Parsed, Predicate<'static>)>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let source = text.text()?;
    let parsed = expression::parsed(&source, Code::Usage, console)?;
    let parsed = expression::resolved(parsed, ROWS, None, console);
    expression::checked(&parsed, &source, ROWS, console)?;
    let predicate = Predicate::compile(parsed.expr(), ROWS).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(Some((parsed, predicate)))
}

/// The columns that were asked for; all when none were.
pub(in crate::verbs) fn fields(wanted: &[String], all: &[&'static str]) -> Result<Vec<&'static str>, Failure> {
    if wanted.is_empty() {
        return Ok(all.to_vec());
    }
    let find = |name: &String| {
        all.iter().copied().find(|column| column.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
            let hint = suggest::hint(name, all.iter().copied());
            Failure::usage(format!("there is no column `{name}`{hint}"))
                .with_help(format!("the columns are {}", suggest::among(name, all.iter().copied())))
        })
    };
    wanted.iter().map(find).collect()
}

/// Columns by what they hold.
pub(super) fn columns(names: &[&str]) -> Vec<Column> {
    let column = |name: &&str| match *name {
        "available" | "partial" => Column::new(*name, Kind::Bool),
        "tenant_id" | "tenant_kind" | "parent_tenant" | "repository_id" | "item_id" | "quota_id" => {
            Column::new(*name, Kind::Text).detail()
        }
        "growth_bytes_per_day" => Column::new(*name, Kind::Bytes),
        name if name.ends_with("_bytes") => Column::new(name, Kind::Bytes),
        name if name.ends_with("_percent") => Column::new(name, Kind::Percent),
        name if name.ends_with("rows") || name == "runs" => Column::new(name, Kind::Number),
        "server" | "tenant" | "repository" | "item" => Column::new(*name, Kind::Name),
        "collected_at" | "first_at" => Column::new(*name, Kind::Time).detail(),
        "trend" => Column::new(*name, Kind::Trend),
        name => Column::new(name, Kind::Text),
    };
    names.iter().map(|name| column(name).spare(spare(name))).collect()
}

/// How early a table does without a column: who uses how much of what is what people came for.
fn spare(name: &str) -> u8 {
    match name {
        "tenant" | "repository" | "item" | "used_bytes" | "last_bytes" => 0,
        "quota_percent" | "fill_percent" | "growth_bytes_per_day" => 1,
        "quota_bytes" | "free_bytes" | "trend" => 2,
        "server" | "capacity_bytes" => 3,
        "object_storage_bytes" | "forecast" => 4,
        _ => 5,
    }
}

pub(super) fn says_something(name: &str, rows: &[Row]) -> bool {
    if COLUMNS.iter().position(|column| *column == name).is_none_or(|at| at < FIRST) {
        return true;
    }
    match name {
        "collected_at" | "quota_id" | "item_id" => false,
        "tenant_state" => rows.iter().any(|row| row.tenant_state.as_deref() == Some("removed")),
        "partial" => rows.iter().any(|row| row.partial),
        _ => rows.iter().any(|row| row.get(Place::Field(name)) != Scalar::Null),
    }
}

/// The row's values in the order of the columns.
pub(super) fn cells(row: &Row, fields: &[&str]) -> output::Row {
    fields.iter().map(|name| value(row.get(Place::Field(name)))).collect()
}

pub(super) fn value(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => value.into(),
        Scalar::Int(value) => value.into(),
        Scalar::Float(value) => value.into(),
        Scalar::Text(value) => value.into_owned().into(),
    }
}
