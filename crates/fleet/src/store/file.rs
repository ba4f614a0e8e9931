//! One Parquet file: rows to columns and back.

use std::hash::Hasher;
use std::sync::Arc;

use backhaul_wire::IdKey;
use bytes::Bytes;
use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use twox_hash::XxHash64;

use super::{StoreError, StoreErrorKind, StoredFile};
use crate::row::Row;

/// The version of the columns that this release writes, and the newest that it reads.
pub(super) const SCHEMA: u32 = 1;

const SCHEMA_KEY: &str = "backhaul.schema";
const RUNS_KEY: &str = "backhaul.runs";

/// How many rows are encoded together.
const GROUP: usize = 16_384;

/// A column: its name, and where its value is in a row.
enum Column {
    Text(&'static str, fn(&Row) -> Option<&str>, fn(&mut Row, String)),
    Int(&'static str, fn(&Row) -> Option<i64>, fn(&mut Row, i64)),
    Bool(&'static str, fn(&Row) -> Option<bool>, fn(&mut Row, bool)),
    /// Microseconds since 1970.
    Time(&'static str, fn(&Row) -> Option<i64>, fn(&mut Row, i64)),
}

macro_rules! field {
    ($kind:ident $field:ident) => {
        Column::$kind(stringify!($field), |row| field!(@get $kind row $field), |row, value| row.$field = Some(value))
    };
    (@get Text $row:ident $field:ident) => { $row.$field.as_deref() };
    (@get $kind:ident $row:ident $field:ident) => { $row.$field };
}

/// What tells apart what the rows are about, the same in each run.
const KEY: &str = "row_key";

static COLUMNS: [Column; 26] = [
    Column::Int(KEY, |row| Some(key(row)), |_, _| {}),
    Column::Time(
        "collected_at",
        |row| row.collected_at.map(Timestamp::as_microsecond),
        |row, at| row.collected_at = Timestamp::from_microsecond(at).ok(),
    ),
    Column::Text("server", |row| Some(&row.server), |row, value| row.server = value),
    field!(Text tenant),
    field!(Text tenant_id),
    field!(Text tenant_kind),
    field!(Text parent_tenant),
    field!(Text repository),
    field!(Text repository_id),
    field!(Int used_bytes),
    field!(Int object_storage_bytes),
    field!(Int cache_bytes),
    field!(Int quota_bytes),
    field!(Int capacity_bytes),
    field!(Int free_bytes),
    field!(Bool available),
    field!(Text tenant_state),
    field!(Text item),
    field!(Text item_id),
    field!(Text item_kind),
    field!(Text quota_id),
    field!(Bool object_storage),
    field!(Int object_storage_limit_bytes),
    field!(Int object_storage_taken_bytes),
    Column::Bool("partial", |row| Some(row.partial), |row, value| row.partial = value),
    Column::Int("schema", |_| Some(SCHEMA as i64), |_, _| {}),
];

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(name, ..) | Self::Int(name, ..) | Self::Bool(name, ..) | Self::Time(name, ..) => name,
        }
    }

    fn schema(&self) -> Result<Type, ParquetError> {
        let (physical, logical) = match self {
            Self::Text(..) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Int(..) => (Physical::INT64, None),
            Self::Bool(..) => (Physical::BOOLEAN, None),
            Self::Time(..) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        };
        Type::primitive_type_builder(self.name(), physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
    }
}

/// The same number for the same thing in every run: system, server, tenant, repository, quota and item, by id where
/// there is one. Of 64 bits: among a million things, two share one with a probability of 1 in 37 million.
pub(super) fn key(row: &Row) -> i64 {
    let mut hash = XxHash64::with_seed(0);
    let mut add = |id: Option<&String>, name: Option<&String>| {
        let (mark, text) = match (id, name) {
            (Some(id), _) => (1, IdKey::from(id.as_str()).as_str().to_owned()),
            (None, Some(name)) => (2, name.clone()),
            (None, None) => (0, String::new()),
        };
        hash.write(&[mark]);
        hash.write(text.as_bytes());
    };
    add(None, Some(&row.system));
    add(None, Some(&row.server));
    add(row.tenant_id.as_ref(), row.tenant.as_ref());
    add(row.repository_id.as_ref(), row.repository.as_ref());
    add(row.quota_id.as_ref(), None);
    add(row.item_id.as_ref(), row.item.as_ref());
    hash.finish().cast_signed()
}

/// A file that is being written, in memory.
pub(super) struct Part {
    pub(super) system: String,
    writer: SerializedFileWriter<Vec<u8>>,
    pending: Vec<Row>,
    rows: usize,
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("system", &self.system).field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Part {
    /// A file of a system; `runs` when it is made of other files.
    pub(super) fn new(system: &str, runs: &[&str]) -> Result<Self, StoreError> {
        let writer = begin(runs).map_err(|error| StoreError::fault(system, error))?;
        Ok(Self { system: system.to_owned(), writer, pending: Vec::new(), rows: 0 })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows + self.pending.len()
    }

    pub(super) fn push(&mut self, row: Row) -> Result<(), StoreError> {
        self.pending.push(row);
        if self.pending.len() >= GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.pending);
        self.rows += rows.len();
        group(&mut self.writer, &rows).map_err(|error| StoreError::fault(&self.system, error))
    }

    pub(super) fn finish(mut self) -> Result<Bytes, StoreError> {
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
        .set_created_by(concat!("backhaul ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata));
    for column in &COLUMNS {
        // Sizes hardly repeat; a dictionary of them would be made in vain.
        let repeats = matches!(column, Column::Text(..));
        properties = properties.set_column_dictionary_enabled(column.name().into(), repeats);
    }
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))
}

fn group(writer: &mut SerializedFileWriter<Vec<u8>>, rows: &[Row]) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for column in &COLUMNS {
        match column {
            Column::Text(_, get, _) => texts(&mut group, rows, *get)?,
            Column::Int(_, get, _) | Column::Time(_, get, _) => values::<Int64Type>(&mut group, rows, *get)?,
            Column::Bool(_, get, _) => values::<BoolType>(&mut group, rows, *get)?,
        }
    }
    group.close().map(drop)
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn values<T: DataType>(group: &mut Group<'_>, rows: &[Row], get: fn(&Row) -> Option<T::T>) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for value in rows.iter().map(get) {
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    write::<T>(group, &values, &levels)
}

fn texts(group: &mut Group<'_>, rows: &[Row], get: fn(&Row) -> Option<&str>) -> Result<(), ParquetError> {
    // One allocation for all texts of the column, of which each value is a part.
    let all: Bytes = rows.iter().filter_map(get).collect::<String>().into_bytes().into();
    let (mut values, mut levels, mut at) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()), 0);
    for value in rows.iter().map(get) {
        levels.push(i16::from(value.is_some()));
        if let Some(value) = value {
            values.push(ByteArray::from(all.slice(at..at + value.len())));
            at += value.len();
        }
    }
    write::<ByteArrayType>(group, &values, &levels)
}

fn write<T: DataType>(group: &mut Group<'_>, values: &[T::T], levels: &[i16]) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    column.typed::<T>().write_batch(values, Some(levels), None)?;
    column.close()
}

/// A file that is being read.
pub(super) struct Reader {
    reader: SerializedFileReader<Bytes>,
    system: String,
    place: String,
}

/// One number per row.
pub(super) type Numbers = Vec<Option<i64>>;

impl Reader {
    /// Opens a file and checks that it is one of ours, whole, and not newer than this release.
    pub(super) fn new(file: &StoredFile, place: String, content: Bytes) -> Result<Self, StoreError> {
        let damaged = |error: ParquetError| {
            let says =
                format!("this is no whole Parquet file ({error}); move it away if it was not written by backhaul");
            StoreError::new(StoreErrorKind::Damaged, &place, says)
        };
        let size = content.len();
        let reader = guarded(|| SerializedFileReader::new(content)).map_err(damaged)?;
        for column in reader.metadata().row_groups().iter().flat_map(|group| group.columns()) {
            check(column, size).map_err(damaged)?;
        }
        let this = Self { reader, system: file.system.clone(), place };
        let foreign = |says| StoreError::new(StoreErrorKind::Foreign, &this.place, says);
        match this.metadata(SCHEMA_KEY).map(|version| version.parse::<u32>()) {
            None => Err(foreign("this file was not written by backhaul; move it away")),
            Some(Err(_)) => Err(foreign("the version of this file cannot be read; move it away")),
            Some(Ok(version)) if version > SCHEMA => {
                let says =
                    format!("a newer backhaul wrote this file (schema {version}); this one reads up to {SCHEMA}");
                Err(StoreError::new(StoreErrorKind::Newer, &this.place, says))
            }
            Some(Ok(_)) => Ok(this),
        }
    }

    fn metadata(&self, key: &str) -> Option<&str> {
        let all = self.reader.metadata().file_metadata().key_value_metadata()?;
        all.iter().find(|pair| pair.key == key)?.value.as_deref()
    }

    /// Whether it has the columns of this release.
    pub(super) fn is_current(&self) -> bool {
        self.metadata(SCHEMA_KEY).and_then(|version| version.parse().ok()) == Some(SCHEMA)
    }

    /// The runs that it is made of, when it is compacted.
    pub(super) fn runs(&self) -> Vec<String> {
        self.metadata(RUNS_KEY).map(|runs| runs.split(' ').map(str::to_owned).collect()).unwrap_or_default()
    }

    pub(super) fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// Columns of numbers of one group of rows.
    pub(super) fn numbers<const N: usize>(&self, group: usize, names: [&str; N]) -> Result<[Numbers; N], StoreError> {
        let read = || {
            let group = self.reader.get_row_group(group)?;
            let mut columns = std::array::from_fn(|_| Vec::new());
            for (column, name) in columns.iter_mut().zip(names) {
                *column = read::<Int64Type>(group.as_ref(), name)?;
            }
            Ok(columns)
        };
        guarded(read).map_err(|error| self.damaged(&error))
    }

    pub(super) fn rows(&self, group: usize) -> Result<Vec<Row>, StoreError> {
        let read = || {
            let group = self.reader.get_row_group(group)?;
            let count = usize::try_from(group.metadata().num_rows()).unwrap_or_default().min(1 << 20);
            let mut rows = vec![Row { system: self.system.clone(), ..Row::default() }; count];
            for column in &COLUMNS {
                match column {
                    Column::Text(name, _, set) => {
                        for (row, value) in rows.iter_mut().zip(read::<ByteArrayType>(group.as_ref(), name)?) {
                            if let Some(value) = value {
                                set(row, value.as_utf8()?.to_owned());
                            }
                        }
                    }
                    Column::Int(name, _, set) | Column::Time(name, _, set) => {
                        fill(&mut rows, read::<Int64Type>(group.as_ref(), name)?, *set);
                    }
                    Column::Bool(name, _, set) => fill(&mut rows, read::<BoolType>(group.as_ref(), name)?, *set),
                }
            }
            Ok(rows)
        };
        guarded(read).map_err(|error| self.damaged(&error))
    }

    fn damaged(&self, error: &ParquetError) -> StoreError {
        StoreError::new(StoreErrorKind::Damaged, &self.place, format!("the file is damaged: {error}"))
    }
}

/// Whether a column lies within its file; the `parquet` crate panics over one that does not.
fn check(column: &ColumnChunkMetaData, size: usize) -> Result<(), ParquetError> {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let end = start.checked_add(column.compressed_size()).and_then(|end| usize::try_from(end).ok());
    if start < 0 || column.compressed_size() < 0 || end.is_none_or(|end| end > size) {
        return Err(ParquetError::General(format!("the column {} is not in the file", column.column_path())));
    }
    Ok(())
}

/// What the `parquet` crate makes of a damaged file, when that is a panic, is damage as well.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    caught.unwrap_or_else(|_| Err(ParquetError::General("what stands in it makes no sense".to_owned())))
}

fn fill<T>(rows: &mut [Row], values: Vec<Option<T>>, set: fn(&mut Row, T)) {
    for (row, value) in rows.iter_mut().zip(values) {
        if let Some(value) = value {
            set(row, value);
        }
    }
}

/// A column by name, whatever its place; one that the file lacks is all unknown.
fn read<T: DataType>(group: &dyn RowGroupReader, name: &str) -> Result<Vec<Option<T::T>>, ParquetError> {
    let metadata = group.metadata();
    let rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
    let place = metadata.columns().iter().position(|column| column.column_path().string() == name);
    let Some(place) = place else { return Ok(vec![None; rows.min(1 << 20)]) };
    let reader: ColumnReader = group.get_column_reader(place)?;
    if metadata.column(place).column_type() != T::get_physical_type() {
        return Err(ParquetError::General(format!("the column {name} holds something else")));
    }
    let mut reader = get_typed_column_reader::<T>(reader);
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    while reader.read_records(rows, Some(&mut levels), None, &mut values)?.0 > 0 {}
    let mut values = values.into_iter();
    Ok(levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
}
