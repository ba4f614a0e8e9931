//! Rows as CSV.
//!
//! Values are exact: a text that begins with `=` is written as it is, although a spreadsheet would take it for a
//! formula. Whoever opens the file there should import that column as text; a quote put before it would break every
//! other reader.

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};
use serde_json::Value;

use super::{Column, Row, RowWriter};
use crate::escape;
use crate::exit::Failure;

/// Writes a line of names, then a line per row, as RFC 4180 says.
pub(crate) struct CsvWriter<W: Write> {
    out: Writer<W>,
    width: usize,
    terminal: bool,
}

impl<W: Write> CsvWriter<W> {
    /// On a terminal, what the terminal would obey is escaped; elsewhere nothing is.
    pub(crate) fn new(out: W, terminal: bool) -> Self {
        let out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        Self { out, width: 0, terminal }
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
        if self.width == 0 {
            return Ok(());
        }
        self.record(columns.iter().map(|column| column.name.clone()))
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        let width = self.width;
        self.record(row.iter().chain(std::iter::repeat(&Value::Null)).take(width).map(field))
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

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use serde_json::json;

    fn written(terminal: bool, row: Row) -> Result<String, Box<dyn std::error::Error>> {
        let mut out = Vec::new();
        let mut writer = CsvWriter::new(&mut out, terminal);
        writer.begin(&[Column::new("name", Kind::Text), Column::new("used_bytes", Kind::Bytes)])?;
        writer.row(row)?;
        writer.end()?;
        drop(writer);
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn fields_are_quoted_when_they_must_be() -> Result<(), Box<dyn std::error::Error>> {
        let header = "name,used_bytes\r\n";
        for (row, line) in [
            (vec![json!("a, \"b\"\nc"), json!(1_u64 << 60)], "\"a, \"\"b\"\"\nc\",1152921504606846976\r\n"),
            (vec![json!("=1+1"), json!(null)], "=1+1,\r\n"),
            (vec![json!({"a": [1]})], "\"{\"\"a\"\":[1]}\",\r\n"),
            (vec![json!(true), json!(1.5)], "true,1.5\r\n"),
        ] {
            assert_eq!(written(false, row)?, format!("{header}{line}"));
        }
        assert_eq!(written(true, vec![json!("\u{1b}[2J")])?, format!("{header}\\u{{1b}}[2J,\r\n"));
        Ok(())
    }
}
