//! Rows to columns.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, get_column_writer, get_typed_column_writer};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::Type;

use super::{COLUMNS, Column, RUNS_KEY, SCHEMA, SCHEMA_KEY};
use crate::cores;
use crate::row::Row;
use crate::store::StoreError;

/// How many rows are encoded together.
const GROUP: usize = 16_384;

/// A file that is being written, in memory.
pub(in crate::store) struct Part {
    pub(in crate::store) system: String,
    writer: SerializedFileWriter<Vec<u8>>,
    columns: Vec<Pending>,
    pending: usize,
    written: usize,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("system", &self.system).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Part {
    /// A file of a system; `runs` when it is made of other files.
    pub(in crate::store) fn new(system: &str, runs: &[&str]) -> Result<Self, StoreError> {
        let writer = begin(runs).map_err(|error| StoreError::fault(system, error))?;
        Ok(Self { system: system.to_owned(), writer, columns: pending(), pending: 0, written: 0 })
    }

    pub(in crate::store) fn rows(&self) -> usize {
        self.written + self.pending
    }

    pub(in crate::store) fn push(&mut self, row: &Row) -> Result<(), StoreError> {
        self.columns.iter_mut().for_each(|column| column.push(row));
        self.pending += 1;
        if self.pending >= GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.pending == 0 {
            return Ok(());
        }
        self.written += std::mem::take(&mut self.pending);
        let columns = std::mem::replace(&mut self.columns, pending());
        group(&mut self.writer, &columns).map_err(|error| StoreError::fault(&self.system, error))
    }

    pub(in crate::store) fn finish(mut self) -> Result<Bytes, StoreError> {
        self.flush()?;
        let Self { writer, system, .. } = self;
        writer.into_inner().map(Bytes::from).map_err(|error| StoreError::fault(&system, error))
    }
}

fn begin(runs: &[&str]) -> Result<SerializedFileWriter<Vec<u8>>, ParquetError> {
    let fields = COLUMNS.iter().map(|column| column.schema().map(Arc::new)).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("usage").with_fields(fields).build()?;
    let mut metadata = vec![KeyValue::new(SCHEMA_KEY.to_owned(), SCHEMA.to_string())];
    if !runs.is_empty() {
        metadata.push(KeyValue::new(RUNS_KEY.to_owned(), runs.join(" ")));
    }
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        // Of the whole group alone: it is one page or two.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("backhaul ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata));
    for column in &COLUMNS {
        // Sizes hardly repeat within a run, nor do the ids of what rows are about: a dictionary would be made in vain.
        let repeats = matches!(column, Column::Text(name, ..) if !["tenant_id", "quota_id", "item_id"].contains(name));
        properties = properties.set_column_dictionary_enabled(column.name().into(), repeats);
    }
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))
}

/// Writes a group of rows, whose columns are encoded side by side.
fn group(writer: &mut SerializedFileWriter<Vec<u8>>, columns: &[Pending]) -> Result<(), ParquetError> {
    let (properties, schema) = (writer.properties().clone(), writer.schema_descr().clone());
    let places: Vec<(&Pending, _)> = columns.iter().zip(schema.columns()).collect();
    let encoded = cores::map(&places, |(column, place)| {
        let mut content = TrackedWrite::new(Vec::new());
        let pages = Box::new(SerializedPageWriter::new(&mut content));
        let closed = column.write(get_column_writer(Arc::clone(place), properties.clone(), pages))?;
        Ok::<_, ParquetError>((Bytes::from(content.into_inner()?), closed))
    });
    let mut group = writer.next_row_group()?;
    for column in encoded {
        let (content, closed) = column?;
        group.append_column(&content, closed)?;
    }
    group.close().map(drop)
}

/// What is still to be written of a column.
enum Pending {
    /// One text after the other, and where each of them ends.
    Text(fn(&Row) -> Option<&str>, Vec<u8>, Known<usize>),
    Int(fn(&Row) -> Option<i64>, Known<i64>),
    Bool(fn(&Row) -> Option<bool>, Known<bool>),
}

fn pending() -> Vec<Pending> {
    COLUMNS.iter().map(Pending::of).collect()
}

impl Pending {
    fn of(column: &Column) -> Self {
        match *column {
            Column::Text(_, get, _) => Self::Text(get, Vec::new(), Known::default()),
            Column::Int(_, get, _) | Column::Time(_, get, _) => Self::Int(get, Known::default()),
            Column::Bool(_, get, _) => Self::Bool(get, Known::default()),
        }
    }

    fn push(&mut self, row: &Row) {
        match self {
            Self::Text(get, bytes, ends) => ends.push(get(row).map(|text| {
                bytes.extend_from_slice(text.as_bytes());
                bytes.len()
            })),
            Self::Int(get, known) => known.push(get(row)),
            Self::Bool(get, known) => known.push(get(row)),
        }
    }

    fn write(&self, to: ColumnWriter<'_>) -> Result<ColumnCloseResult, ParquetError> {
        match self {
            Self::Text(_, bytes, ends) => {
                // One allocation for all texts of the column, of which each value is a part.
                let (all, mut begin) = (Bytes::copy_from_slice(bytes), 0);
                let part = |end: &usize| ByteArray::from(all.slice(std::mem::replace(&mut begin, *end)..*end));
                write::<ByteArrayType>(&ends.values.iter().map(part).collect::<Vec<_>>(), &ends.levels, to)
            }
            Self::Int(_, known) => write::<Int64Type>(&known.values, &known.levels, to),
            Self::Bool(_, known) => write::<BoolType>(&known.values, &known.levels, to),
        }
    }
}

fn write<D: DataType>(
    values: &[D::T],
    levels: &[i16],
    to: ColumnWriter<'_>,
) -> Result<ColumnCloseResult, ParquetError> {
    let mut column = get_typed_column_writer::<D>(to);
    column.write_batch(values, Some(levels), None)?;
    column.close()
}

/// The values that are known, and of each row whether it is.
struct Known<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Known<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}
