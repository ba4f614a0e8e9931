//! Rows as a YAML list.

use std::io::Write;

use serde::Serialize;

use super::{Cell, Column, More, Object, Row, RowWriter};
use crate::escape;
use crate::exit::Failure;

/// Writes a list item per row.
pub(crate) struct YamlWriter<W: Write> {
    out: W,
    names: Vec<String>,
    empty: bool,
}

impl<W: Write> YamlWriter<W> {
    /// A writer of one list.
    pub(crate) fn new(out: W) -> Self {
        Self { out, names: Vec::new(), empty: true }
    }

    fn object(&mut self, row: &[impl Serialize], more: More<'_>) -> Result<(), Failure> {
        self.empty = false;
        // A list of one is the item as it stands in the whole list.
        let text = serde_saphyr::to_string(&[Object { names: &self.names, row, more }]);
        let text = text.map_err(|error| Failure::internal(format!("a row cannot be written as YAML: {error}")))?;
        self.write(&escape::json(&text))
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(|error| Failure::output(&error))
    }
}

impl<W: Write> RowWriter for YamlWriter<W> {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure> {
        self.names = columns.iter().map(|column| column.name.clone()).collect();
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), Failure> {
        self.object(&row, More::NONE)
    }

    fn cells(&mut self, cells: Vec<Cell<'_>>, more: More<'_>) -> Result<(), Failure> {
        self.object(&cells, more)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }

    fn end(&mut self) -> Result<(), Failure> {
        if self.empty {
            self.write("[]\n")?;
        }
        self.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_items_of_one_list() -> Result<(), Box<dyn std::error::Error>> {
        let mut out = Vec::new();
        let mut writer = YamlWriter::new(&mut out);
        writer.begin(&[Column::new("name", Kind::Text), Column::new("used_bytes", Kind::Bytes)])?;
        writer.row(vec![json!("yes"), json!(u64::MAX)])?;
        writer.row(vec![json!({"a: b": ["x\ny", "#", null, "1.5"]}), json!(null)])?;
        writer.row(vec![json!("evil\u{1b}[2J\u{9b}"), json!(-1)])?;
        writer.end()?;
        drop(writer);
        insta::assert_snapshot!(String::from_utf8(out)?);
        Ok(())
    }
}
