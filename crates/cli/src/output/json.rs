//! Rows as one JSON array, or as one object per line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{Cell, Column, More, Object, Row, RowWriter};
use crate::escape::{self, JsonTo};
use crate::exit::Failure;

/// Writes objects: an array with two spaces of indent, or a line each.
pub(crate) struct JsonWriter<W: Write> {
    out: W,
    names: Vec<String>,
    /// The names as they stand in a line, with what stands before them.
    keys: Vec<String>,
    array: bool,
    /// Whether two columns have one name, which an object has once.
    repeats: bool,
    count: usize,
}

impl<W: Write> JsonWriter<W> {
    pub(crate) fn array(out: W) -> Self {
        Self { out, names: Vec::new(), keys: Vec::new(), array: true, repeats: false, count: 0 }
    }

    /// One object per line.
    pub(crate) fn lines(out: W) -> Self {
        Self { array: false, ..Self::array(out) }
    }

    /// A line as [`object`](Self::object) writes it, without the object: a fleet has many rows.
    fn line(&mut self, row: &[Value]) -> Result<(), Failure> {
        let mut text = Vec::with_capacity(1024);
        for (at, key) in self.keys.iter().enumerate() {
            text.extend_from_slice(key.as_bytes());
            serde_json::to_writer(&mut text, row.get(at).unwrap_or(&Value::Null)).map_err(failure)?;
        }
        text.extend_from_slice(if self.keys.is_empty() { b"{}\n" } else { b"}\n" });
        let text = String::from_utf8(text).map_err(|_| Failure::internal("JSON that is no text"))?;
        self.count += 1;
        self.out.write_all(escape::json(&text).as_bytes()).map_err(|error| Failure::output(&error))
    }

    /// A row as an object, written piece by piece: indented, it may be many times what it was read from.
    fn object(&mut self, row: &[impl Serialize], more: More<'_>) -> Result<(), Failure> {
        let object = Object { names: &self.names, row, more };
        if self.array {
            let first = if self.count == 0 { "[\n  " } else { ",\n  " };
            self.out.write_all(first.as_bytes()).map_err(|error| Failure::output(&error))?;
            serde_json::to_writer_pretty(JsonTo(Indented(&mut self.out)), &object).map_err(failure)?;
        } else {
            serde_json::to_writer(JsonTo(&mut self.out), &object).map_err(failure)?;
            self.out.write_all(b"\n").map_err(|error| Failure::output(&error))?;
        }
        self.count += 1;
        Ok(())
    }
}

/// Text that stands two columns further in.
struct Indented<W>(W);

impl<W: Write> Write for Indented<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A line feed stands only between values, never inside one, so that the layout may be indented as text.
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.write_all(line)?;
            if line.ends_with(b"\n") {
                self.0.write_all(b"  ")?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Why a value did not get out.
pub(super) fn failure(error: serde_json::Error) -> Failure {
    match error.is_io() {
        true => Failure::output(&error.into()),
        false => Failure::internal(format!("a value cannot be written as JSON: {error}")),
    }
}

impl<W: Write> RowWriter for JsonWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.names = columns.iter().map(|column| column.name.clone()).collect();
        let key = |(at, name): (usize, &String)| {
            format!("{}{}:", if at == 0 { '{' } else { ',' }, Value::from(name.as_str()))
        };
        self.keys = self.names.iter().enumerate().map(key).collect();
        self.repeats = self.names.iter().collect::<std::collections::HashSet<_>>().len() < self.names.len();
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        if self.array || self.repeats { self.object(&row, More::NONE) } else { self.line(&row) }
    }

    fn cells(&mut self, cells: Vec<Cell<'_>>, more: More<'_>) -> Result<(), Failure> {
        self.object(&cells, more)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    fn end(&mut self) -> Result<(), Failure> {
        let end = match (self.array, self.count) {
            (true, 0) => "[]\n",
            (true, _) => "\n]\n",
            (false, _) => "",
        };
        self.out.write_all(end.as_bytes()).map_err(|error| Failure::output(&error))?;
        self.flush()
    }
}

/// The value as JSON text with two spaces of indent.
pub(crate) fn pretty(value: &Value) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(failure)?;
    Ok(escape::json(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use serde_json::json;

    fn written(array: bool, rows: Vec<Row>) -> Result<String, Box<dyn std::error::Error>> {
        let mut out = Vec::new();
        let mut writer = if array { JsonWriter::array(&mut out) } else { JsonWriter::lines(&mut out) };
        writer.begin(&[Column::new("name", Kind::Text), Column::new("used_bytes", Kind::Bytes)])?;
        rows.into_iter().try_for_each(|row| writer.row(row))?;
        writer.end()?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn rows_are_objects_with_exact_numbers() -> Result<(), Box<dyn std::error::Error>> {
        let rows = || vec![vec![json!("a\nb"), json!(u64::MAX)], vec![json!({"x": [1]})]];
        insta::assert_snapshot!(written(true, rows())?, @r#"
        [
          {
            "name": "a\nb",
            "used_bytes": 18446744073709551615
          },
          {
            "name": {
              "x": [
                1
              ]
            },
            "used_bytes": null
          }
        ]
        "#);
        insta::assert_snapshot!(written(false, rows())?, @r#"
        {"name":"a\nb","used_bytes":18446744073709551615}
        {"name":{"x":[1]},"used_bytes":null}
        "#);
        Ok(())
    }

    #[test]
    fn no_rows_are_an_empty_array() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(written(true, vec![])?, "[]\n");
        assert_eq!(written(false, vec![])?, "");
        Ok(())
    }
}
