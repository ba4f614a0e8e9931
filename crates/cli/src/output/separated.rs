//! Rows as lines of values: CSV, tabs, or the values alone.
//!
//! Values are exact: a text that begins with `=` is written as it is, although a spreadsheet would take it for a
//! formula. `--csv-safe` puts an apostrophe before it, which every other reader would see.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;

use super::{Cell, Column, LineEnd, More, Row, RowWriter, Style};
use crate::escape;
use crate::exit::Failure;

/// Writes a line of names, then a line per row, quoted as RFC 4180 says.
pub(crate) struct CsvWriter<W: Write> {
    out: Writer<W>,
    width: usize,
    header: bool,
    safe: bool,
    terminal: bool,
}

impl<W: Write> CsvWriter<W> {
    /// On a terminal, what the terminal would obey is escaped; elsewhere nothing is.
    pub(crate) fn new(out: W, style: &Style, terminal: bool) -> Self {
        let end = match style.line_end {
            LineEnd::Lf => Terminator::Any(b'\n'),
            LineEnd::Crlf => Terminator::CRLF,
        };
        let out = WriterBuilder::new().terminator(end).from_writer(out);
        Self { out, width: 0, header: style.header, safe: style.csv_safe, terminal }
    }

    fn record(&mut self, fields: impl Iterator<Item = String>) -> Result<(), Failure> {
        let terminal = self.terminal;
        let fields = fields.map(|text| if terminal { escape::line(&text).into_owned() } else { text });
        self.out.write_record(fields.collect::<Vec<_>>()).map_err(|error| Failure::output(&io_error(error)))
    }
}

impl<W: Write> RowWriter for CsvWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.width = columns.len();
        if self.width == 0 || !self.header {
            return Ok(());
        }
        self.record(columns.iter().map(|column| column.name.clone()))
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        let (width, safe) = (self.width, self.safe);
        let text = |value: &Value| if safe { harmless(value) } else { field(value) };
        self.record(row.iter().chain(std::iter::repeat(&Value::Null)).take(width).map(text))
    }

    fn cells(&mut self, cells: Vec<Cell<'_>>, _more: More<'_>) -> Result<(), Failure> {
        self.row(cells.into_iter().map(Cell::into_flat).collect::<Result<_, _>>()?)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.flush()
    }
}

/// Writes a line per row, with tabs between the values. A tab or a line break within a value is written `\t`, `\n`,
/// `\r`, a backslash `\\`, so that a line is always a row.
pub(crate) struct TabWriter<W: Write> {
    out: W,
    width: usize,
    header: bool,
    end: &'static str,
    terminal: bool,
}

impl<W: Write> TabWriter<W> {
    /// With or without a line of names.
    pub(crate) fn new(out: W, header: bool, end: LineEnd, terminal: bool) -> Self {
        let end = if end == LineEnd::Crlf { "\r\n" } else { "\n" };
        Self { out, width: 0, header, end, terminal }
    }

    fn line(&mut self, fields: impl Iterator<Item = String>) -> Result<(), Failure> {
        let escaped = fields.map(|text| text.replace('\\', "\\\\").replace('\t', "\\t"));
        let escaped = escaped.map(|text| text.replace('\n', "\\n").replace('\r', "\\r"));
        let mut line = escaped.collect::<Vec<_>>().join("\t");
        if self.terminal {
            line = line.split('\t').map(escape::line).collect::<Vec<_>>().join("\t");
        }
        line.push_str(self.end);
        self.out.write_all(line.as_bytes()).map_err(|error| Failure::output(&error))
    }
}

impl<W: Write> RowWriter for TabWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.width = columns.len();
        if self.width == 0 || !self.header {
            return Ok(());
        }
        self.line(columns.iter().map(|column| column.name.clone()))
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        let width = self.width;
        self.line(row.iter().chain(std::iter::repeat(&Value::Null)).take(width).map(field))
    }

    fn cells(&mut self, cells: Vec<Cell<'_>>, _more: More<'_>) -> Result<(), Failure> {
        self.row(cells.into_iter().map(Cell::into_flat).collect::<Result<_, _>>()?)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.flush()
    }
}

/// Null is empty, text is itself, all else is JSON.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The same, with an apostrophe before a text that a spreadsheet would take for a formula.
fn harmless(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        other => field(other),
    }
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Kind};
    use super::*;
    use serde_json::json;

    type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

    fn all(writer: &mut dyn RowWriter, row: Row) -> Result {
        writer.begin(&[Column::new("name", Kind::Text), Column::new("used_bytes", Kind::Bytes)])?;
        writer.row(row)?;
        Ok(writer.end()?)
    }

    fn csv(style: &Style, terminal: bool, row: Row) -> Result<String> {
        let mut out = Vec::new();
        all(&mut CsvWriter::new(&mut out, style, terminal), row)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn fields_are_quoted_when_they_must_be() -> Result {
        let style = Style { line_end: LineEnd::Crlf, ..Style::of(Format::Csv) };
        let header = "name,used_bytes\r\n";
        for (row, line) in [
            (vec![json!("a, \"b\"\nc"), json!(1_u64 << 60)], "\"a, \"\"b\"\"\nc\",1152921504606846976\r\n"),
            (vec![json!("=1+1"), json!(null)], "=1+1,\r\n"),
            (vec![json!({"a": [1]})], "\"{\"\"a\"\":[1]}\",\r\n"),
            (vec![json!(true), json!(1.5)], "true,1.5\r\n"),
        ] {
            assert_eq!(csv(&style, false, row)?, format!("{header}{line}"));
        }
        assert_eq!(csv(&style, true, vec![json!("\u{1b}[2J")])?, format!("{header}\\u{{1b}}[2J,\r\n"));
        Ok(())
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_text_when_asked() -> Result {
        let style = Style { csv_safe: true, header: false, ..Style::of(Format::Csv) };
        for (value, line) in [
            (json!("=1+1"), "'=1+1,\n"),
            (json!("@SUM(A1)"), "'@SUM(A1),\n"),
            (json!("a=b"), "a=b,\n"),
            (json!(-1), "-1,\n"),
        ] {
            assert_eq!(csv(&style, false, vec![value])?, line);
        }
        Ok(())
    }

    #[test]
    fn a_line_of_tabs_is_always_a_row() -> Result {
        for (header, wanted) in [(true, "name\tused_bytes\na\\tb\\nc\\\\d\t7\n"), (false, "a\\tb\\nc\\\\d\t7\n")] {
            let mut out = Vec::new();
            all(&mut TabWriter::new(&mut out, header, LineEnd::Lf, false), vec![json!("a\tb\nc\\d"), json!(7)])?;
            assert_eq!(String::from_utf8(out)?, wanted);
        }
        Ok(())
    }
}
