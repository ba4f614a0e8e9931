//! What the command line says about the form of the output.

use clap::ValueEnum;

use super::jq::Program;
use crate::args::common::Output;
use crate::console::Console;
use crate::exit::Failure;

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: aligned columns, sizes such as 931.5 GiB; ids and links are left out
    Table,
    /// The same with all columns, however long the lines
    Wide,
    /// One array of objects, with exact numbers
    Json,
    /// One object per line, as soon as it is known
    Ndjson,
    /// RFC 4180 with a line of names; lines end in a line feed unless --eol says otherwise
    Csv,
    /// A line of names, then a line per row, tabs between; \t, \n, \r and \\ within values
    Tsv,
    /// One list of objects
    Yaml,
    /// The values alone: a line per row, tabs between
    Value,
}

/// How a line of CSV or TSV ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LineEnd {
    /// A line feed, as shells and Unix tools want it
    Lf,
    /// Carriage return and line feed, as RFC 4180 says
    Crlf,
}

/// The form of the output.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub(crate) format: Format,
    /// Whether a line of names comes first, where the format has one.
    pub(crate) header: bool,
    /// How lines of CSV and TSV end.
    pub(crate) line_end: LineEnd,
    /// Whether CSV is made safe for spreadsheets.
    pub(crate) csv_safe: bool,
    /// What is made of the rows before they are printed.
    pub(crate) jq: Option<Program>,
    /// Whether only the number of rows is printed.
    pub(crate) count: bool,
}

impl Style {
    /// A format, as it is without switches.
    pub(crate) fn of(format: Format) -> Self {
        Self { format, header: true, line_end: LineEnd::Lf, csv_safe: false, jq: None, count: false }
    }

    /// Whether a row has room for members that are no columns.
    pub(crate) fn has_room(&self) -> bool {
        !self.count && (self.jq.is_some() || matches!(self.format, Format::Json | Format::Ndjson | Format::Yaml))
    }

    /// Whether people read it.
    pub(crate) fn is_table(&self) -> bool {
        !self.count && self.jq.is_none() && matches!(self.format, Format::Table | Format::Wide)
    }
}

impl Output {
    /// What was asked for, else a table for a person and JSON for a program.
    pub(crate) fn style(&self, console: &Console) -> Result<Style, Failure> {
        let jq = self.jq.as_deref().map(Program::compile).transpose()?;
        if let (Some(_), Some(format)) = (&jq, self.format.filter(|format| *format != Format::Json)) {
            let name = format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            return Err(Failure::usage(format!("--jq prints what it makes itself: leave -o {name} out")));
        }
        let usual = if console.stdout_is_terminal() { Format::Table } else { Format::Json };
        Ok(Style {
            header: !self.no_header,
            line_end: self.eol,
            csv_safe: self.csv_safe,
            jq,
            count: self.count,
            ..Style::of(self.format.unwrap_or(usual))
        })
    }
}
