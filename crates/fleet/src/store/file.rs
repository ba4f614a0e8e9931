//! One Parquet file: rows to columns and back.

mod write;

use std::hash::Hasher;

use backhaul_wire::IdKey;
use bytes::Bytes;
use jiff::Timestamp;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::Type;
use twox_hash::XxHash64;

pub(super) use self::write::Part;
use super::{StoreError, StoreErrorKind, StoredFile};
use crate::row::Row;

/// The version of the columns that this release writes, and the newest that it reads.
pub(super) const SCHEMA: u32 = 1;

const SCHEMA_KEY: &str = "backhaul.schema";
const RUNS_KEY: &str = "backhaul.runs";

/// How many rows of a group are believed, whatever a file says; memory is taken for them.
const MOST: usize = 1 << 20;

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
    let mut add = |id: Option<&String>, name: Option<&String>| match (id, name) {
        (Some(id), _) => {
            hash.write(&[1]);
            hash.write(IdKey::from(id.as_str()).as_str().as_bytes());
        }
        (None, Some(name)) => {
            hash.write(&[2]);
            hash.write(name.as_bytes());
        }
        (None, None) => hash.write(&[0]),
    };
    add(None, Some(&row.system));
    add(None, Some(&row.server));
    add(row.tenant_id.as_ref(), row.tenant.as_ref());
    add(row.repository_id.as_ref(), row.repository.as_ref());
    add(row.quota_id.as_ref(), None);
    add(row.item_id.as_ref(), row.item.as_ref());
    hash.finish().cast_signed()
}

/// A file that is being read.
pub(super) struct Reader {
    reader: SerializedFileReader<Bytes>,
    system: String,
    place: String,
}

/// A value, or none, of each row of a group.
#[derive(Debug)]
pub(super) struct Values<T> {
    levels: std::vec::IntoIter<i16>,
    known: std::vec::IntoIter<T>,
}

impl<T> Iterator for Values<T> {
    type Item = Option<T>;

    fn next(&mut self) -> Option<Option<T>> {
        let is_known = self.levels.next()? > 0;
        Some(if is_known { self.known.next() } else { None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.levels.size_hint()
    }
}

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
    pub(super) fn numbers(&self, group: usize, names: &[&str]) -> Result<Vec<Values<i64>>, StoreError> {
        let read = || {
            let group = self.reader.get_row_group(group)?;
            names.iter().map(|name| read::<Int64Type>(group.as_ref(), name)).collect()
        };
        guarded(read).map_err(|error| self.damaged(&error))
    }

    pub(super) fn rows(&self, group: usize) -> Result<Vec<Row>, StoreError> {
        let read = || {
            let group = self.reader.get_row_group(group)?;
            let count = usize::try_from(group.metadata().num_rows()).unwrap_or_default().min(MOST);
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

fn fill<T>(rows: &mut [Row], values: Values<T>, set: fn(&mut Row, T)) {
    for (row, value) in rows.iter_mut().zip(values) {
        if let Some(value) = value {
            set(row, value);
        }
    }
}

/// A column by name, whatever its place; one that the file lacks is all unknown.
fn read<T: DataType>(group: &dyn RowGroupReader, name: &str) -> Result<Values<T::T>, ParquetError> {
    let metadata = group.metadata();
    let rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let place = metadata.columns().iter().position(|column| column.column_path().string() == name);
    if let Some(place) = place {
        let reader: ColumnReader = group.get_column_reader(place)?;
        if metadata.column(place).column_type() != T::get_physical_type() {
            return Err(ParquetError::General(format!("the column {name} holds something else")));
        }
        let mut reader = get_typed_column_reader::<T>(reader);
        while reader.read_records(rows, Some(&mut levels), None, &mut values)?.0 > 0 {}
    } else {
        levels.resize(rows.min(MOST), 0);
    }
    Ok(Values { levels: levels.into_iter(), known: values.into_iter() })
}
