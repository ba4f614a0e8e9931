//! Objects of which only the rows tell the fields.

use std::io::{BufWriter, Stdout};

use serde_json::{Map, Value};

use super::json::JsonWriter;
use super::{Column, Format, Kind, Row, RowWriter, Table};
use crate::console::Console;
use crate::exit::Failure;

/// Writes objects whose fields may differ. JSON and NDJSON go out one by one and whole; a table and CSV are collected,
/// with a column per field in the order in which the fields were first seen.
pub(crate) struct Records {
    console: Console,
    format: Format,
    stream: Option<JsonWriter<BufWriter<Stdout>>>,
    objects: Vec<Map<String, Value>>,
}

impl Records {
    /// A writer to stdout.
    pub(crate) fn new(format: Format, console: &Console) -> Self {
        let stream = match format {
            Format::Json => Some(JsonWriter::array(console.stdout())),
            Format::Ndjson => Some(JsonWriter::lines(console.stdout())),
            Format::Table | Format::Csv => None,
        };
        Self { console: console.clone(), format, stream, objects: Vec::new() }
    }

    /// Writes an object.
    pub(crate) fn record(&mut self, object: Map<String, Value>) -> Result<(), Failure> {
        match &mut self.stream {
            Some(stream) => stream.object(object),
            None => {
                self.objects.push(object);
                Ok(())
            }
        }
    }

    /// Hands what was written to the reader.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.stream.as_mut().map_or(Ok(()), RowWriter::flush)
    }

    /// Ends the output.
    pub(crate) fn end(self) -> Result<(), Failure> {
        match self.stream {
            Some(mut stream) => stream.end(),
            None => table(self.objects).print(self.format, &self.console),
        }
    }
}

/// The objects as rows of one table.
fn table(objects: Vec<Map<String, Value>>) -> Table {
    // Each field, with what its values allow it to be.
    let mut fields: Map<String, Value> = Map::new();
    let mut columns: Vec<Column> = Vec::new();
    for (name, value) in objects.iter().flatten() {
        let at = match fields.get(name).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok()) {
            Some(at) => at,
            None => {
                fields.insert(name.clone(), Value::from(columns.len()));
                columns.push(Column::new(name.clone(), Kind::Text));
                columns.len() - 1
            }
        };
        columns[at].detail |= value.is_array() || value.is_object();
    }
    for column in &mut columns {
        column.kind = kind(&column.name, objects.iter().filter_map(|object| object.get(&column.name)));
    }
    let row = |mut object: Map<String, Value>| -> Row {
        columns.iter().map(|column| object.get_mut(&column.name).map_or(Value::Null, Value::take)).collect()
    };
    let rows = objects.into_iter().map(row).collect();
    Table { columns, rows }
}

/// What a field holds, by its values, and for bytes by its name.
fn kind<'a>(name: &str, values: impl Iterator<Item = &'a Value>) -> Kind {
    let mut values = values.filter(|value| !value.is_null()).peekable();
    if values.peek().is_none() {
        return Kind::Text;
    }
    let all: Vec<_> = values.collect();
    let bytes = name.to_ascii_lowercase().ends_with("bytes");
    if bytes && all.iter().all(|value| is_size(value)) {
        Kind::Bytes
    } else if all.iter().all(|value| value.is_number()) {
        Kind::Number
    } else if all.iter().all(|value| value.is_boolean()) {
        Kind::Bool
    } else {
        Kind::Text
    }
}

fn is_size(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| text.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_the_fields_in_first_seen_order() {
        let objects = [
            json!({"name": "a", "usedBytes": "1024", "links": {"self": "x"}}),
            json!({"name": "b", "count": 1, "usedBytes": 5, "on": true}),
            json!({"count": null}),
        ];
        let table = table(objects.into_iter().filter_map(|value| value.as_object().cloned()).collect());
        let columns: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.kind, c.detail)).collect();
        assert_eq!(
            columns,
            [
                ("name", Kind::Text, false),
                ("usedBytes", Kind::Bytes, false),
                ("links", Kind::Text, true),
                ("count", Kind::Number, false),
                ("on", Kind::Bool, false),
            ]
        );
        assert_eq!(table.rows[1], [json!("b"), json!(5), json!(null), json!(1), json!(true)]);
    }
}
