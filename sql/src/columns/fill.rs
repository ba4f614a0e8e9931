//! Decoded items to Arrow's arrays, column by column.

use std::sync::Arc;

use backhaul_filter::{Record, Reflected, Scalar, Source};
use backhaul_wire::reflect::{Scalar as Value, StructList, View};
use backhaul_wire::{DateTime, Shape, Struct, json};
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchOptions, StringArray,
    StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{Field, SchemaRef};
use datafusion::arrow::error::ArrowError;
use serde_json::Value as Json;

use super::{Column, Columns, From, Type, UTC, fields};

/// A page as a batch.
pub(crate) struct Filled {
    pub(crate) batch: RecordBatch,
    /// How many values of which column were no dates, and are null.
    pub(crate) undated: Vec<(String, u64)>,
}

/// One value on its way into an array.
enum Cell<'a> {
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    Written(String),
    Struct(&'a dyn Struct),
    List(Vec<Cell<'a>>),
}

impl Columns {
    /// The first `rows` items of a page as a batch of the columns at these places. `asked` is what the server was asked
    /// for, by parameter.
    pub(crate) fn fill(
        &self,
        places: &[usize],
        schema: &SchemaRef,
        server: &str,
        asked: &[(String, String)],
        items: &dyn StructList,
        rows: usize,
    ) -> Result<Filled, ArrowError> {
        let items: Vec<&dyn Struct> = (0..rows.min(items.len())).filter_map(|place| items.get(place)).collect();
        let mut undated = Vec::new();
        let mut arrays = Vec::with_capacity(places.len());
        for column in places.iter().filter_map(|place| self.all.get(*place)) {
            let cells = items.iter().map(|item| column.cell(*item, server, asked)).collect();
            let mut bad = 0;
            arrays.push(column.of.array(cells, &mut bad)?);
            if bad > 0 {
                undated.push((column.name.clone(), bad));
            }
        }
        // Of no column at all, `count(*)` still wants the number of rows.
        let options = RecordBatchOptions::new().with_row_count(Some(items.len()));
        let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?;
        Ok(Filled { batch, undated })
    }

    /// Rows that are no items of a listing, in all columns.
    pub(crate) fn records(&self, rows: &[&dyn Record]) -> Result<RecordBatch, ArrowError> {
        let array = |column: &Column| match column.from {
            From::Filter(source) => column.of.array(rows.iter().map(|row| recorded(*row, source)).collect(), &mut 0),
            _ => Err(ArrowError::SchemaError(format!("a record has no column {}", column.name))),
        };
        RecordBatch::try_new(self.schema.clone(), self.all.iter().map(array).collect::<Result<_, _>>()?)
    }
}

/// What a filter field stands for in a record.
fn recorded(record: &dyn Record, source: Source<'_>) -> Cell<'static> {
    match source.place().map(|place| record.get(place)) {
        None | Some(Scalar::Null) => Cell::Absent,
        Some(Scalar::Bool(value)) => Cell::Bool(value ^ source.is_negated()),
        Some(Scalar::Int(value)) => Cell::Int(value),
        Some(Scalar::Float(value)) => Cell::Float(value),
        Some(Scalar::Text(text)) => Cell::Written(text.into_owned()),
    }
}

impl Column {
    fn cell<'a>(&self, item: &'a dyn Struct, server: &'a str, asked: &'a [(String, String)]) -> Cell<'a> {
        match self.from {
            From::Server => Cell::Text(server),
            From::Item(shape, index) => self.of.cell(view(item, shape, index)),
            From::Filter(source) => recorded(&Reflected(item), source),
            From::Param => {
                let param = self.param.map_or("", |param| param.name);
                let given = asked.iter().find(|(name, _)| name == param);
                given.map_or(Cell::Absent, |(_, value)| self.of.read(value))
            }
        }
    }
}

impl Type {
    fn cell<'a>(&self, view: View<'a>) -> Cell<'a> {
        match self {
            Self::Json => written(view).map_or(Cell::Absent, Cell::Written),
            Self::Struct(..) => view.nested().map_or(Cell::Absent, Cell::Struct),
            Self::List(item) => Cell::List(item.cells(view)),
            _ => match view.scalar() {
                None | Some(Value::Secret(_)) => Cell::Absent,
                Some(Value::Bool(value)) => Cell::Bool(value),
                Some(Value::Int(value)) => Cell::Int(value),
                Some(Value::Float(value)) => Cell::Float(value),
                Some(Value::Text(text) | Value::Enum(text)) => Cell::Text(text),
            },
        }
    }

    fn cells<'a>(&self, view: View<'a>) -> Vec<Cell<'a>> {
        match view {
            View::Bools(list) => list.iter().map(|value| Cell::Bool(*value)).collect(),
            View::Ints(list) => list.iter().map(|value| Cell::Int(*value)).collect(),
            View::Floats(list) => list.iter().map(|value| Cell::Float(*value)).collect(),
            View::Texts(list) => list.iter().map(|value| Cell::Text(value)).collect(),
            View::Ids(list) => list.iter().map(|value| Cell::Text(value.as_str())).collect(),
            View::DateTimes(list) => list.iter().map(|value| Cell::Text(value.as_str())).collect(),
            View::Jsons(list) => list.iter().map(|value| Cell::Written(value.to_string())).collect(),
            View::Enums(list) => (0..list.len()).filter_map(|place| list.text(place)).map(Cell::Text).collect(),
            View::Structs(list) => {
                let items = (0..list.len()).filter_map(|place| list.get(place));
                items.map(|item| if matches!(self, Self::Json) { text(item) } else { Cell::Struct(item) }).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value of a parameter.
    fn read<'a>(&self, text: &'a str) -> Cell<'a> {
        let read = match self {
            Self::Bool => text.parse().ok().map(Cell::Bool),
            Self::Int => text.parse().ok().map(Cell::Int),
            Self::Float => text.parse().ok().map(Cell::Float),
            _ => Some(Cell::Text(text)),
        };
        read.unwrap_or(Cell::Absent)
    }

    fn array(&self, cells: Vec<Cell<'_>>, undated: &mut u64) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Bool => Arc::new(BooleanArray::from_iter(cells.iter().map(|cell| match cell {
                Cell::Bool(value) => Some(*value),
                _ => None,
            }))),
            Self::Int => Arc::new(Int64Array::from_iter(cells.iter().map(|cell| match cell {
                Cell::Int(value) => Some(*value),
                _ => None,
            }))),
            Self::Float => Arc::new(Float64Array::from_iter(cells.iter().map(|cell| match cell {
                Cell::Float(value) => Some(*value),
                Cell::Int(value) => Some(*value as f64),
                _ => None,
            }))),
            Self::Text | Self::Json => Arc::new(StringArray::from_iter(cells.iter().map(Cell::text))),
            Self::Time { utc } => {
                let moment = |cell: &Cell<'_>| {
                    let text = cell.text().filter(|text| !text.is_empty())?;
                    let micros = moment(text);
                    *undated += u64::from(micros.is_none());
                    micros
                };
                let array: TimestampMicrosecondArray = cells.iter().map(moment).collect();
                Arc::new(array.with_timezone_opt(utc.then_some(UTC)))
            }
            Self::Struct(shape, members) => {
                let structs: Vec<Option<&dyn Struct>> = cells
                    .iter()
                    .map(|cell| match cell {
                        Cell::Struct(value) => Some(*value),
                        _ => None,
                    })
                    .collect();
                let nulls = NullBuffer::from_iter(structs.iter().map(Option::is_some));
                let arrays = members.iter().map(|member| {
                    let cells = structs.iter().map(|value| match value {
                        Some(value) => member.of.cell(view(*value, shape, member.index)),
                        None => Cell::Absent,
                    });
                    member.of.array(cells.collect(), undated)
                });
                let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
                Arc::new(StructArray::try_new(fields(members), arrays, Some(nulls))?)
            }
            Self::List(item) => {
                let mut lengths = Vec::with_capacity(cells.len());
                let mut items = Vec::new();
                for cell in cells {
                    let before = items.len();
                    if let Cell::List(cells) = cell {
                        items.extend(cells);
                    }
                    lengths.push(items.len() - before);
                }
                let field = Arc::new(Field::new_list_field(item.arrow(), true));
                let values = item.array(items, undated)?;
                Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, None)?)
            }
        })
    }
}

impl Cell<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            Cell::Written(text) => Some(text),
            _ => None,
        }
    }
}

/// A field of a struct; one of several kinds may have it in another place.
fn view<'a>(value: &'a dyn Struct, shape: &'static Shape, index: usize) -> View<'a> {
    if std::ptr::eq(value.shape(), shape) {
        return value.view(index);
    }
    let place = shape.fields.get(index).and_then(|field| value.shape().index_of(field.wire));
    place.map_or(View::None, |place| value.view(place))
}

/// Microseconds since 1970; without a zone, as if in UTC.
fn moment(text: &str) -> Option<i64> {
    let nanos = DateTime::from(text).parts().ok()?.unix_nanos_at(0);
    i64::try_from(nanos.div_euclid(1000)).ok()
}

fn text(value: &dyn Struct) -> Cell<'static> {
    json::to_value(value).map_or(Cell::Absent, |value| Cell::Written(value.to_string()))
}

/// A value as JSON text; secrets in it are redacted.
fn written(view: View<'_>) -> Option<String> {
    let of = |value: &dyn Struct| json::to_value(value).unwrap_or_default();
    if view.is_absent() {
        return None;
    }
    let value = match view {
        View::Json(value) => value.clone()?,
        View::TextMap(map) => map.iter().map(|(name, text)| (name.clone(), Json::from(text.as_str()))).collect(),
        View::JsonMap(map) => map.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        View::StructMap(map) => map.iter().map(|(name, value)| (name.to_owned(), of(value))).collect(),
        other => of(other.nested()?),
    };
    Some(value.to_string())
}
