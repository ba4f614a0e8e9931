//! Rows as a table, CSV, JSON or Parquet.

use std::io::{self, Write};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::csv;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::writer::{ArrayWriter, JsonArray, WriterBuilder};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::error::{DataFusionError, Result};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures_util::StreamExt;
use serde_json::Value;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people, written when all rows are there
    Table,
    /// Comma-separated values with a line of names; nested values as JSON
    Csv,
    /// An array of objects
    Json,
    /// A Parquet file
    Parquet,
}

/// Writes rows as they come and gives their number. When they end in an error, what was written of CSV and JSON is
/// whole as far as it goes; Parquet has no end then and cannot be read.
///
/// # Errors
/// Those of the rows, and of what is written to.
pub async fn write(mut rows: SendableRecordBatchStream, format: Format, out: impl Write + Send) -> Result<usize> {
    let mut writer = Writer::new(format, rows.schema(), out)?;
    let mut count = 0;
    while let Some(batch) = rows.next().await {
        match batch {
            Ok(batch) => {
                count += batch.num_rows();
                writer.write(batch)?;
            }
            Err(error) => {
                writer.end_early();
                return Err(error);
            }
        }
    }
    writer.end()?;
    Ok(count)
}

/// One of the formats under way.
enum Writer<W: Write + Send> {
    Table(W, SchemaRef, Vec<RecordBatch>),
    Csv(Box<csv::Writer<W>>, SchemaRef),
    Json(ArrayWriter<W>),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Writer<W> {
    fn new(format: Format, schema: SchemaRef, out: W) -> Result<Self> {
        Ok(match format {
            Format::Table => Self::Table(out, schema, Vec::new()),
            Format::Csv => {
                let flat = |field: &Arc<Field>| {
                    let text = field.data_type().is_nested();
                    let kind = if text { DataType::Utf8 } else { field.data_type().clone() };
                    Field::new(field.name(), kind, true)
                };
                let flat = Arc::new(Schema::new(schema.fields().iter().map(flat).collect::<Vec<_>>()));
                let mut writer = csv::WriterBuilder::new().with_header(true).build(out);
                // The names are there when no row is.
                writer.write(&RecordBatch::new_empty(Arc::clone(&flat)))?;
                Self::Csv(Box::new(writer), flat)
            }
            Format::Json => Self::Json(WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(out)),
            Format::Parquet => Self::Parquet(Box::new(ArrowWriter::try_new(out, schema, None)?)),
        })
    }

    fn write(&mut self, batch: RecordBatch) -> Result<()> {
        match self {
            Self::Table(_, _, batches) => batches.push(batch),
            Self::Csv(writer, schema) => writer.write(&flattened(&batch, schema)?)?,
            Self::Json(writer) => writer.write(&batch)?,
            Self::Parquet(writer) => writer.write(&batch)?,
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        match self {
            Self::Table(mut out, schema, mut batches) => {
                if batches.is_empty() {
                    batches.push(RecordBatch::new_empty(schema));
                }
                let text = pretty_format_batches(&batches)?.to_string();
                writeln!(out, "{}", harmless(&text))?;
                out.flush()?;
            }
            Self::Csv(writer, _) => writer.into_inner().flush()?,
            Self::Json(mut writer) => {
                writer.finish()?;
                let mut out = writer.into_inner();
                writeln!(out)?;
                out.flush()?;
            }
            Self::Parquet(writer) => drop(writer.close()?),
        }
        Ok(())
    }

    fn end_early(self) {
        // The error that ended it is the one to tell.
        let _ = match self {
            Self::Table(..) | Self::Parquet(_) => Ok(()),
            other => other.end(),
        };
    }
}

/// A batch with nested values as JSON.
fn flattened(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let column = |(place, column): (usize, &ArrayRef)| match column.data_type().is_nested() {
        false => Ok(Arc::clone(column)),
        true => written(column, batch.schema().field(place)),
    };
    let columns = batch.columns().iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn written(column: &ArrayRef, field: &Field) -> Result<ArrayRef, ArrowError> {
    let schema = Arc::new(Schema::new(vec![field.clone().with_name("it")]));
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    writer.write(&RecordBatch::try_new(schema, vec![Arc::clone(column)])?)?;
    writer.finish()?;
    let rows: Vec<Value> = match column.is_empty() {
        true => Vec::new(),
        false => {
            serde_json::from_slice(&writer.into_inner()).map_err(|error| ArrowError::JsonError(error.to_string()))?
        }
    };
    let text = |row: &Value| row.get("it").filter(|it| !it.is_null()).map(Value::to_string);
    Ok(Arc::new(StringArray::from_iter(rows.iter().map(text))))
}

/// A server's text must not steer the terminal.
pub(crate) fn harmless(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => "\n".to_owned(),
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Whether an error says that the reader of a pipe went away.
#[must_use]
pub fn is_broken_pipe(error: &DataFusionError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>().or(match error.downcast_ref::<ArrowError>() {
            Some(ArrowError::IoError(_, io)) => Some(io),
            _ => None,
        });
        if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}
