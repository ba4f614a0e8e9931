//! Rows as an aligned table, for people.

use std::io::Write;

use anstyle::Style;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::layout::{GAP, Layout, Rows, layout, wrap};
use super::{Column, Kind, Row, RowWriter, bar, cell};
use crate::console::Console;
use crate::escape;
use crate::exit::Failure;

const HEADER: Style = Style::new().bold();
/// More names than this are not read.
const MANY: usize = 6;

/// Collects rows, and prints them at the end. Ids, empty columns and what the terminal has no room for are left out,
/// and stderr says which; a value is never cut.
pub(crate) struct TableWriter<W: Write> {
    out: W,
    console: Console,
    header: bool,
    wide: bool,
    columns: Vec<Column>,
    rows: Rows,
    /// Whether the last row sums up the others.
    has_total: bool,
}

impl<W: Write> TableWriter<W> {
    /// A table for the console; with all columns when it is `wide`.
    pub(crate) fn new(out: W, console: Console, header: bool, wide: bool) -> Self {
        Self { out, console, header, wide, columns: Vec::new(), rows: Rows::new(0), has_total: false }
    }
}

impl<W: Write> RowWriter for TableWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.columns = columns.to_vec();
        self.rows = Rows::new(columns.len());
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        let values = row.iter().chain(std::iter::repeat(&Value::Null));
        self.rows.push(self.columns.iter().zip(values).map(|(column, value)| cell::text(value, column.kind)));
        Ok(())
    }

    fn total(&mut self, row: Row) -> Result<(), Failure> {
        self.has_total = true;
        self.row(row)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        if self.rows.is_empty() {
            self.console.note("no rows");
            return Ok(());
        }
        let headings: Vec<String> = self.columns.iter().map(heading).collect();
        let layout = layout(&self.columns, &headings, &self.rows, self.console.width(), self.wide);
        let drawing = Drawing { columns: &self.columns, layout: &layout, colours: self.console.colours() };
        // A pager gets all of it; elsewhere it is written as it is drawn.
        let whole = self.console.stdout_is_terminal();
        let mut text = String::new();
        if self.header {
            drawing.header(&mut text, &headings);
        }
        let total = self.rows.len() - usize::from(self.has_total);
        for (at, row) in self.rows.iter().enumerate() {
            if at == total {
                drawing.rule(&mut text);
            }
            drawing.row(&mut text, &row);
            if !whole {
                self.out.write_all(text.as_bytes()).map_err(|error| Failure::output(&error))?;
                text.clear();
            }
        }
        if !(whole && self.console.page(&text)) {
            let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
            written.map_err(|error| Failure::output(&error))?;
        }
        if let Some(note) = left_out(&self.columns, &layout) {
            self.console.note(&note);
        }
        Ok(())
    }
}

/// What stands above a column: the unit of a size leaves the name, since each value carries its own.
pub(crate) fn heading(column: &Column) -> String {
    let name = column.name.as_str();
    let endings: &[&str] = match column.kind {
        Kind::Bytes => &["_bytes", "Bytes"],
        Kind::Mebibytes => &["_mb", "Mb", "MB"],
        Kind::Gibibytes => &["_gb", "Gb", "GB"],
        Kind::Percent => &["_percent", "Percent"],
        _ => &[],
    };
    let short = endings.iter().find_map(|ending| name.strip_suffix(ending)).filter(|short| !short.is_empty());
    let unit = if column.kind == Kind::Percent && short.is_some() { " %" } else { "" };
    format!("{}{unit}", escape::line(short.unwrap_or(name)))
}

/// What the table does not show, and how to see it.
fn left_out(columns: &[Column], layout: &Layout) -> Option<String> {
    let names = |places: &[usize]| -> Vec<&str> {
        places.iter().filter_map(|at| columns.get(*at)).map(|column| column.name.as_str()).collect()
    };
    let hidden = names(&[layout.crowded.as_slice(), &layout.details].concat());
    // Of ids, nested values and the like it does not matter that nothing is in them.
    let matters = |at: &usize| !columns[*at].detail && !columns[*at].name.contains('.');
    let empty: Vec<usize> = layout.empty.iter().copied().filter(matters).collect();
    let mut parts = Vec::new();
    if !hidden.is_empty() {
        parts.push(format!("-o wide also shows {}", some(&hidden)));
    }
    if !empty.is_empty() {
        parts.push(format!("empty: {}", some(&names(&empty))));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The names, or the first of them when there are many.
fn some(names: &[&str]) -> String {
    match names.get(..MANY) {
        // One more takes no more room than to say so.
        Some(first) if names.len() > MANY + 1 => format!("{} and {} more", first.join(", "), names.len() - MANY),
        _ => names.join(", "),
    }
}

/// How a table looks.
struct Drawing<'a> {
    columns: &'a [Column],
    layout: &'a Layout,
    colours: bool,
}

impl Drawing<'_> {
    fn header(&self, text: &mut String, headings: &[String]) {
        let mut line = String::new();
        for &(at, width) in &self.layout.shown {
            let heading = headings.get(at).map_or("", String::as_str);
            self.cell(&mut line, at, heading, width, Style::new());
        }
        let line = line.trim_end();
        text.push_str(&if self.colours { format!("{HEADER}{line}{HEADER:#}\n") } else { format!("{line}\n") });
    }

    fn rule(&self, text: &mut String) {
        let rule = |&(at, width): &(usize, usize)| "─".repeat(width + if self.has_bar(at) { bar::WIDTH } else { 0 });
        let rules: Vec<String> = self.layout.shown.iter().map(rule).collect();
        text.push_str(&rules.join(&" ".repeat(GAP)));
        text.push('\n');
    }

    fn has_bar(&self, at: usize) -> bool {
        self.layout.bars.contains(&at)
    }

    /// A row, of as many lines as its longest cell has.
    fn row(&self, text: &mut String, row: &[&str]) {
        let cells: Vec<(usize, usize, Vec<String>)> = self
            .layout
            .shown
            .iter()
            .map(|&(at, width)| {
                let cell = row.get(at).copied().unwrap_or_default();
                let wraps = matches!(self.columns[at].kind, Kind::Text | Kind::Name);
                (at, width, if wraps { wrap(cell, width) } else { vec![cell.to_owned()] })
            })
            .collect();
        let lines = cells.iter().map(|(_, _, lines)| lines.len()).max().unwrap_or(0);
        for number in 0..lines {
            let mut line = String::new();
            for (at, width, parts) in &cells {
                let part = parts.get(number).map_or("", String::as_str);
                let style = if self.colours { cell::style(part, self.columns[*at].kind) } else { Style::new() };
                self.cell(&mut line, *at, part, *width, style);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }

    fn cell(&self, line: &mut String, at: usize, part: &str, width: usize, style: Style) {
        let pad = " ".repeat(width.saturating_sub(part.width()));
        let kind = self.columns[at].kind;
        let numeric = !matches!(kind, Kind::Text | Kind::Name | Kind::State | Kind::Bool | Kind::Time | Kind::Trend);
        let bar = if self.has_bar(at) { bar::behind(part) } else { String::new() };
        let part = format!("{style}{part}{}{style:#}", bar.trim_end());
        line.push_str(&if numeric { pad + &part } else { part + &pad });
        // Blank where there is no bar: above one, and behind a dash.
        if bar.trim_end().is_empty() {
            line.push_str(&bar);
        }
        line.push_str(&" ".repeat(GAP));
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
