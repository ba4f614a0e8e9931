//! Rows as a table, JSON, NDJSON or CSV.
//!
//! Verbs that know their columns write through a [`RowWriter`]; JSON, NDJSON and CSV go out row by row, a table is
//! collected first, because its widths are known last. Objects of which only the rows tell the fields go through
//! [`Records`].

mod cell;
mod csv;
mod json;
mod projection;
mod records;
mod table;

use clap::ValueEnum;
use serde_json::Value;

pub(crate) use projection::Projection;
pub(crate) use records::Records;

use crate::console::Console;
use crate::exit::Failure;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: aligned columns, sizes such as 931.5 GiB, cut to the terminal's width
    Table,
    /// One array of objects, with exact numbers
    Json,
    /// One object per line, as soon as it is known
    Ndjson,
    /// RFC 4180, with a line of names
    Csv,
}

impl Format {
    /// What was asked for, else a table for a person and JSON for a program.
    pub(crate) fn or_default(format: Option<Self>, console: &Console) -> Self {
        format.unwrap_or(if console.stdout_is_terminal() { Self::Table } else { Self::Json })
    }
}

/// What a column holds; it decides how a table shows it, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; may be cut on a terminal.
    Text,
    /// A number of bytes.
    Bytes,
    /// Any other number.
    Number,
    /// Yes or no.
    Bool,
    /// A date and time, as the server wrote it.
    Time,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, which is the name of the field in JSON.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether a table leaves it out first when the terminal is narrow: ids and the like.
    pub(crate) detail: bool,
}

impl Column {
    /// A column.
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, detail: false }
    }

    /// The same, left out first when the terminal is narrow.
    pub(crate) fn detail(mut self) -> Self {
        self.detail = true;
        self
    }
}

/// A row: a value per column, null when unknown.
pub(crate) type Row = Vec<Value>;

/// Writes rows to stdout: `begin` once, `row` for each, `end` once. Without `end` the output is incomplete on purpose:
/// a reader of JSON then sees that a command failed half way.
pub(crate) trait RowWriter {
    /// Says what the columns are.
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure>;
    /// Writes a row.
    fn row(&mut self, row: Row) -> Result<(), Failure>;
    /// Hands what was written to the reader; worth calling after each page of a long listing.
    fn flush(&mut self) -> Result<(), Failure>;
    /// Ends the output.
    fn end(&mut self) -> Result<(), Failure>;
}

/// The writer of a format.
pub(crate) fn writer(format: Format, console: &Console) -> Box<dyn RowWriter> {
    let out = console.stdout();
    match format {
        Format::Table => Box::new(table::TableWriter::new(out, console.clone())),
        Format::Json => Box::new(json::JsonWriter::array(out)),
        Format::Ndjson => Box::new(json::JsonWriter::lines(out)),
        Format::Csv => Box::new(self::csv::CsvWriter::new(out, console.stdout_is_terminal())),
    }
}

/// Rows that are all known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Table {
    /// The columns.
    pub(crate) columns: Vec<Column>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Prints all.
    pub(crate) fn print(self, format: Format, console: &Console) -> Result<(), Failure> {
        let mut writer = writer(format, console);
        writer.begin(&self.columns)?;
        self.rows.into_iter().try_for_each(|row| writer.row(row))?;
        writer.end()
    }
}

/// Prints one value as JSON.
pub(crate) fn print_json(value: &Value, console: &Console) -> Result<(), Failure> {
    console.write(format!("{}\n", json::pretty(value)?).as_bytes())
}
