//! Rows for people and for programs.
//!
//! Every verb writes through a [`RowWriter`], which a [`Style`] chooses. Formats for programs go out row by row; a
//! table is collected first, because its widths are known last.

mod bar;
mod cell;
mod count;
#[cfg(feature = "jq")]
mod jq;
#[cfg(not(feature = "jq"))]
#[path = "output/no_jq.rs"]
mod jq;
mod json;
mod layout;
mod projection;
mod separated;
mod style;
mod table;
mod yaml;

use std::collections::HashMap;

use backhaul_wire::json::RedactedMember;
use backhaul_wire::reflect::{Unknown, UnknownField, UnknownPlace};
use backhaul_wire::{Shape, Struct};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

pub(crate) use cell::{bytes as size, text as cell_text};
pub(crate) use projection::Projection;
pub(crate) use style::{Format, LineEnd, Style};
pub(crate) use table::heading;

use crate::console::Console;
use crate::exit::Failure;

/// What a column holds; it decides how a table shows it, nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; may be wrapped between words.
    Text,
    /// What a thing is called: kept on one line as long as a line has room for it.
    Name,
    /// The state or result of something, in a word that has a colour.
    State,
    /// A number of bytes.
    Bytes,
    /// A number of mebibytes.
    Mebibytes,
    /// A number of gibibytes.
    Gibibytes,
    /// A number of bytes in each second.
    Rate,
    /// A part of a whole, in percent.
    Percent,
    /// Any other number.
    Number,
    /// Yes or no.
    Bool,
    /// A date and time, as the server wrote it.
    Time,
    /// How a number changed: a text of bars, or in a report pairs of seconds and bytes, of which a line is made.
    Trend,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, which is the name of the field in JSON.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether a table shows it only with `-o wide`: ids, links and the like.
    pub(crate) detail: bool,
    /// Whether the user named it: then a table never leaves it out.
    pub(crate) asked: bool,
    /// How early a table does without it when a line has no room for all: the highest goes first, of equals the last.
    /// For one of rank 1 names are rather wrapped than that it goes.
    pub(crate) spare: u8,
}

impl Column {
    /// A column.
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind, detail: false, asked: false, spare: 0 }
    }

    /// The same, shown only with `-o wide`.
    pub(crate) fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    /// The same, left out the earlier for want of room.
    pub(crate) fn spare(mut self, rank: u8) -> Self {
        self.spare = rank;
        self
    }

    /// The same, never left out.
    pub(crate) fn asked(mut self) -> Self {
        self.asked = true;
        self
    }
}

/// A row: a value per column, null when unknown.
pub(crate) type Row = Vec<Value>;

/// Writes rows to stdout: `begin` once, `row` for each, `end` once, also when a command failed half way: what was
/// begun is one whole document, and stderr and the exit code say what is missing in it.
pub(crate) trait RowWriter {
    fn begin(&mut self, columns: &[Column]) -> Result<(), Failure>;
    /// Writes a row.
    fn row(&mut self, row: Row) -> Result<(), Failure>;
    /// Writes the row that sums up those before it; only people are told so.
    fn total(&mut self, row: Row) -> Result<(), Failure> {
        self.row(row)
    }
    /// Writes a row of an item, and members of it that are no columns where the format has room for them.
    fn cells(&mut self, cells: Vec<Cell<'_>>, _more: More<'_>) -> Result<(), Failure> {
        let values = cells.into_iter().map(|cell| cell.into_value());
        self.row(values.collect::<Result<_, _>>()?)
    }
    /// Hands what was written to the reader; worth calling after each page of a long listing.
    fn flush(&mut self) -> Result<(), Failure>;
    /// Ends the output.
    fn end(&mut self) -> Result<(), Failure>;
}

pub(crate) fn writer(style: &Style, console: &Console) -> Box<dyn RowWriter> {
    let (out, terminal) = (console.stdout(), console.stdout_is_terminal());
    if style.count {
        return Box::new(count::CountWriter::new(out));
    }
    if let Some(program) = &style.jq {
        return program.writer(out, terminal);
    }
    match style.format {
        Format::Table => Box::new(table::TableWriter::new(out, console.clone(), style.header, false)),
        Format::Wide => Box::new(table::TableWriter::new(out, console.clone(), style.header, true)),
        Format::Json => Box::new(json::JsonWriter::array(out)),
        Format::Ndjson => Box::new(json::JsonWriter::lines(out)),
        Format::Yaml => Box::new(yaml::YamlWriter::new(out)),
        Format::Csv => Box::new(separated::CsvWriter::new(out, style, terminal)),
        Format::Tsv => Box::new(separated::TabWriter::new(out, style.header, style.line_end, terminal)),
        Format::Value => Box::new(separated::TabWriter::new(out, false, style.line_end, terminal)),
    }
}

/// A value of a row.
pub(crate) enum Cell<'a> {
    Value(Value),
    /// A member of an item, by its name: as a tree, a list may be ten times what it was read from.
    Member(&'a dyn Struct, &'a str),
}

impl Cell<'_> {
    fn into_value(self) -> Result<Value, Failure> {
        match self {
            Self::Value(value) => Ok(value),
            member @ Self::Member(..) => serde_json::to_value(member).map_err(json::failure),
        }
    }

    /// The same, with a list or object as the text that it is in JSON.
    fn into_flat(self) -> Result<Value, Failure> {
        let text = serde_json::to_string(&self).map_err(json::failure)?;
        if text.starts_with(['[', '{']) { Ok(text.into()) } else { serde_json::from_str(&text).map_err(json::failure) }
    }
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Member(item, name) => RedactedMember(*item, name).serialize(serializer),
        }
    }
}

/// Members of an item that are no fields of its type.
#[derive(Clone, Copy)]
pub(crate) struct More<'a>(Option<(&'a Unknown, &'static Shape)>);

impl<'a> More<'a> {
    /// No such members.
    pub(crate) const NONE: Self = Self(None);

    /// Those of an item of this type, or of one of its kinds.
    pub(crate) fn of(item: &'a dyn Struct, shape: &'static Shape) -> Self {
        Self(item.unknown().map(|unknown| (unknown, shape)))
    }

    /// The members, each name once: elements of one name may stand several times in XML, and the last one counts.
    fn iter(self) -> impl Iterator<Item = UnknownField<'a>> {
        let fields = || self.0.into_iter().flat_map(|(unknown, _)| unknown.iter());
        let may_repeat = fields().any(|field| matches!(field.place(), UnknownPlace::ElementAfter(_)));
        let last: HashMap<&str, usize> = match may_repeat {
            true => fields().enumerate().map(|(at, field)| (field.name(), at)).collect(),
            false => HashMap::new(),
        };
        // What did not fit its field stands in the field's column.
        let is_field = move |name| self.0.is_some_and(|(_, shape)| shape.index_of(name).is_some());
        fields()
            .enumerate()
            .filter(move |(at, field)| !is_field(field.name()) && last.get(field.name()).is_none_or(|last| last == at))
            .map(|(_, field)| field)
    }
}

/// A row as an object: its columns, and what else it has.
struct Object<'a, T> {
    names: &'a [String],
    row: &'a [T],
    more: More<'a>,
}

impl<T: Serialize> Serialize for Object<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.row.iter().map(Some).chain(std::iter::repeat(None));
        let mut columns: Vec<(&str, Option<&T>)> = Vec::with_capacity(self.names.len());
        for (name, value) in self.names.iter().zip(values) {
            // Two columns may have one name, which an object has once.
            match columns.iter_mut().find(|(other, _)| other == name) {
                Some(twin) => twin.1 = value,
                None => columns.push((name, value)),
            }
        }
        let mut object = serializer.serialize_map(None)?;
        columns.iter().try_for_each(|(name, value)| object.serialize_entry(name, value))?;
        self.more.iter().try_for_each(|field| object.serialize_entry(field.name(), &field))?;
        object.end()
    }
}

/// Rows that are all known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    pub(crate) fn print(self, style: &Style, console: &Console) -> Result<(), Failure> {
        self.print_and(None, style, console)
    }

    /// The same, when the last row sums up the others.
    pub(crate) fn print_with_total(mut self, style: &Style, console: &Console) -> Result<(), Failure> {
        let total = self.rows.pop();
        self.print_and(total, style, console)
    }

    fn print_and(self, total: Option<Row>, style: &Style, console: &Console) -> Result<(), Failure> {
        let mut writer = writer(style, console);
        writer.begin(&self.columns)?;
        self.rows.into_iter().try_for_each(|row| writer.row(row))?;
        total.map_or(Ok(()), |row| writer.total(row))?;
        writer.end()
    }
}

pub(crate) fn print_json(value: &Value, console: &Console) -> Result<(), Failure> {
    console.write(format!("{}\n", json::pretty(value)?).as_bytes())
}
