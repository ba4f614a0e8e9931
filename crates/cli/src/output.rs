//! Rows for people and for programs.
//!
//! Every verb writes through a [`RowWriter`], which a [`Style`] chooses. Formats for programs go out row by row; a
//! table is collected first, because its widths are known last.

mod bar;
mod cell;
mod count;
#[cfg(feature = "jq")]
mod jq;
#[cfg(not(feature = "jq"))]
#[path = "output/no_jq.rs"]
mod jq;
mod json;
mod layout;
mod projection;
mod separated;
mod style;
mod table;
mod yaml;

use serde_json::{Map, Value};

pub(crate) use cell::{bytes as size, text as cell_text};
pub(crate) use projection::Projection;
pub(crate) use style::{Format, LineEnd, Style};
pub(crate) use table::heading;

use crate::console::Console;
use crate::exit::Failure;

/// What a column holds; it decides how a table shows it, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; may be wrapped between words.
    Text,
    /// What a thing is called: kept on one line as long as a line has room for it.
    Name,
    /// The state or result of something, in a word that has a colour.
    State,
    /// A number of bytes.
    Bytes,
    /// A number of mebibytes.
    Mebibytes,
    /// A number of gibibytes.
    Gibibytes,
    /// A number of bytes in each second.
    Rate,
    /// A part of a whole, in percent.
    Percent,
    /// Any other number.
    Number,
    /// Yes or no.
    Bool,
    /// A date and time, as the server wrote it.
    Time,
    /// How a number changed: a text of bars, or in a report pairs of seconds and bytes, of which a line is made.
    Trend,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, which is the name of the field in JSON.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether a table shows it only with `-o wide`: ids, links and the like.
    pub(crate) detail: bool,
    /// Whether the user named it: then a table never leaves it out.
    pub(crate) asked: bool,
    /// How early a table does without it when a line has no room for all: the highest goes first, of equals the last.
    /// For one of rank 1 names are rather wrapped than that it goes.
    pub(crate) spare: u8,
}

impl Column {
    /// A column.
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, detail: false, asked: false, spare: 0 }
    }

    /// The same, shown only with `-o wide`.
    pub(crate) fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    /// The same, left out the earlier for want of room.
    pub(crate) fn spare(mut self, rank: u8) -> Self {
        self.spare = rank;
        self
    }

    /// The same, never left out.
    pub(crate) fn asked(mut self) -> Self {
        self.asked = true;
        self
    }
}

/// A row: a value per column, null when unknown.
pub(crate) type Row = Vec<Value>;

/// Writes rows to stdout: `begin` once, `row` for each, `end` once, also when a command failed half way: what was
/// begun is one whole document, and stderr and the exit code say what is missing in it.
pub(crate) trait RowWriter {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure>;
    /// Writes a row.
    fn row(&mut self, row: Row) -> Result<(), Failure>;
    /// Writes the row that sums up those before it; only people are told so.
    fn total(&mut self, row: Row) -> Result<(), Failure> {
        self.row(row)
    }
    /// Writes a row with members that are no columns, where the format has room for them. Says whether it had.
    fn row_and_more(&mut self, row: Row, _more: Map<String, Value>) -> Result<bool, Failure> {
        self.row(row).map(|()| false)
    }
    /// Hands what was written to the reader; worth calling after each page of a long listing.
    fn flush(&mut self) -> Result<(), Failure>;
    /// Ends the output.
    fn end(&mut self) -> Result<(), Failure>;
}

pub(crate) fn writer(style: &Style, console: &Console) -> Box<dyn RowWriter> {
    let (out, terminal) = (console.stdout(), console.stdout_is_terminal());
    if style.count {
        return Box::new(count::CountWriter::new(out));
    }
    if let Some(program) = &style.jq {
        return program.writer(out, terminal);
    }
    match style.format {
        Format::Table => Box::new(table::TableWriter::new(out, console.clone(), style.header, false)),
        Format::Wide => Box::new(table::TableWriter::new(out, console.clone(), style.header, true)),
        Format::Json => Box::new(json::JsonWriter::array(out)),
        Format::Ndjson => Box::new(json::JsonWriter::lines(out)),
        Format::Yaml => Box::new(yaml::YamlWriter::new(out)),
        Format::Csv => Box::new(separated::CsvWriter::new(out, style, terminal)),
        Format::Tsv => Box::new(separated::TabWriter::new(out, style.header, style.line_end, terminal)),
        Format::Value => Box::new(separated::TabWriter::new(out, false, style.line_end, terminal)),
    }
}

fn object(names: &[String], row: Row, more: Map<String, Value>) -> Map<String, Value> {
    let values = row.into_iter().chain(std::iter::repeat(Value::Null));
    names.iter().cloned().zip(values).chain(more).collect()
}

/// Rows that are all known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    pub(crate) fn print(self, style: &Style, console: &Console) -> Result<(), Failure> {
        self.print_and(None, style, console)
    }

    /// The same, when the last row sums up the others.
    pub(crate) fn print_with_total(mut self, style: &Style, console: &Console) -> Result<(), Failure> {
        let total = self.rows.pop();
        self.print_and(total, style, console)
    }

    fn print_and(self, total: Option<Row>, style: &Style, console: &Console) -> Result<(), Failure> {
        let mut writer = writer(style, console);
        writer.begin(&self.columns)?;
        self.rows.into_iter().try_for_each(|row| writer.row(row))?;
        total.map_or(Ok(()), |row| writer.total(row))?;
        writer.end()
    }
}

pub(crate) fn print_json(value: &Value, console: &Console) -> Result<(), Failure> {
    console.write(format!("{}\n", json::pretty(value)?).as_bytes())
}
