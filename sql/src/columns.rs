//! A type as Arrow's columns, and its values as Arrow's arrays.
//!
//! Nested objects are structs, lists are lists. A secret is no column. What has no shape of its own (maps, free JSON)
//! and what goes in circles is JSON text.

mod fill;

use std::sync::Arc;

use backhaul_filter::{FieldSchema, Kind as FilterKind, QueryDef, Source};
use backhaul_wire::System;
use backhaul_wire::operation::Param;
use backhaul_wire::shape::{Field, Kind, Repeat, Shape};
use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Fields, Schema, SchemaRef, TimeUnit};
use heck::ToSnakeCase;

use crate::listing::{FilterField, Listing};

/// How deep structs nest before they are text.
const DEPTH: usize = 6;

/// The columns of a listing's table.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) all: Vec<Column>,
    pub(crate) schema: SchemaRef,
    pub(crate) fields: Vec<FilterField>,
}

/// One column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) of: Type,
    pub(crate) from: From,
    /// Its place among the fields that a filter may name.
    pub(crate) field: Option<usize>,
    /// The parameter of the operation that it is.
    pub(crate) param: Option<&'static Param>,
}

/// Where its value comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// The server's name in the fleet.
    Server,
    /// A field of the item.
    Item(&'static Shape, usize),
    /// What a filter field stands for: the opposite of a field, the name of a link.
    Filter(Source<'static>),
    /// What the server was asked for.
    Param,
}

/// What a column or a part of one holds.
#[derive(Debug, Clone)]
pub(crate) enum Type {
    Bool,
    Int,
    Float,
    Text,
    /// A moment; ZStack's are those of the server's own clock.
    Time {
        utc: bool,
    },
    Json,
    Struct(&'static Shape, Vec<Member>),
    List(Box<Type>),
}

/// A part of a struct.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    index: usize,
    name: String,
    of: Type,
}

impl Columns {
    pub(crate) fn of(listing: &Listing) -> Self {
        let system = listing.operation.system;
        let fields = listing.fields();
        let mut all = Vec::new();
        for (index, field) in listing.item.fields.iter().enumerate() {
            let Some(of) = Type::of(system, field, &mut vec![listing.item.name]) else { continue };
            let name = field.json.to_snake_case();
            let is_it = |it: &FilterField| matches!(it.source, Source::Field(path) | Source::Attribute(path) if path.eq_ignore_ascii_case(field.wire));
            let field = fields.iter().position(is_it);
            all.push(Column { name, of, from: From::Item(listing.item, index), field, param: None });
        }
        let has = |all: &[Column], name: &str| all.iter().any(|column| column.name == name);
        let server = if has(&all, "server") { "_server" } else { "server" };
        for (place, field) in fields.iter().enumerate() {
            let name = field.name.to_snake_case();
            // Only the server knows some: there is nothing to show.
            if field.source.place().is_some() && !has(&all, &name) {
                let of = Type::of_filter(field.schema());
                all.push(Column { name, of, from: From::Filter(field.source), field: Some(place), param: None });
            }
        }
        for param in listing.params() {
            let name = param.name.to_snake_case();
            match all.iter_mut().find(|column| column.name == name) {
                Some(column) => column.param = Some(param),
                None => {
                    let of = Type::single(system, param.kind, &mut Vec::new()).unwrap_or(Type::Text);
                    all.push(Column { name, of, from: From::Param, field: None, param: Some(param) });
                }
            }
        }
        all.insert(0, Column { name: server.to_owned(), of: Type::Text, from: From::Server, field: None, param: None });
        Self::new(all, fields)
    }

    /// The columns of rows that are no items of a listing.
    pub(crate) fn of_records(def: &'static QueryDef) -> Self {
        let column = |field: &FieldSchema<'static>| Column {
            name: field.name.to_owned(),
            of: Type::of_filter(*field),
            from: From::Filter(field.source),
            field: None,
            param: None,
        };
        Self::new(def.fields.iter().map(column).collect(), Vec::new())
    }

    fn new(all: Vec<Column>, fields: Vec<FilterField>) -> Self {
        let schema = all.iter().map(|it| ArrowField::new(&it.name, it.of.arrow(), !matches!(it.from, From::Server)));
        let schema = Arc::new(Schema::new(schema.collect::<Vec<_>>()));
        Self { all, schema, fields }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Column> {
        self.all.iter().find(|column| column.name == name)
    }

    /// The field of a column that a filter may name, where both have the same values.
    pub(crate) fn filter(&self, column: &Column) -> Option<&FilterField> {
        let field = self.fields.get(column.field?)?;
        let same = matches!(
            (&column.of, field.kind),
            (Type::Bool, FilterKind::Bool)
                | (Type::Int, FilterKind::Int)
                | (Type::Float, FilterKind::Float)
                | (Type::Time { .. }, FilterKind::DateTime)
                | (Type::Text, FilterKind::Text | FilterKind::Uid | FilterKind::Enum)
        );
        same.then_some(field)
    }
}

impl Type {
    /// What a field holds; nothing for a secret. `inside` are the types that it is inside of.
    fn of(system: System, field: &Field, inside: &mut Vec<&'static str>) -> Option<Self> {
        match field.repeat {
            Repeat::One => Self::single(system, field.kind, inside),
            Repeat::List => Some(Self::List(Box::new(Self::single(system, field.kind, inside)?))),
            Repeat::Map if matches!(field.kind, Kind::Secret) => None,
            Repeat::Map => Some(Self::Json),
        }
    }

    fn single(system: System, kind: Kind, inside: &mut Vec<&'static str>) -> Option<Self> {
        Some(match kind {
            Kind::Bool => Self::Bool,
            Kind::Int => Self::Int,
            Kind::Float => Self::Float,
            Kind::Text | Kind::Id | Kind::Enum(_) => Self::Text,
            Kind::DateTime => Self::Time { utc: system != System::Zstack },
            Kind::Json => Self::Json,
            Kind::Secret => return None,
            Kind::Struct(shape) if inside.len() >= DEPTH || inside.contains(&shape.name) => Self::Json,
            Kind::Struct(shape) => {
                inside.push(shape.name);
                let members: Vec<Member> = shape
                    .fields
                    .iter()
                    .enumerate()
                    .filter_map(|(index, field)| {
                        let of = Self::of(system, field, inside)?;
                        Some(Member { index, name: field.json.to_snake_case(), of })
                    })
                    .collect();
                inside.pop();
                // Arrow's structs have members.
                if members.is_empty() { Self::Json } else { Self::Struct(shape, members) }
            }
        })
    }

    fn of_filter(field: FieldSchema<'_>) -> Self {
        match field.kind {
            FilterKind::Bool => Self::Bool,
            FilterKind::Int => Self::Int,
            FilterKind::Float => Self::Float,
            FilterKind::DateTime => Self::Time { utc: true },
            FilterKind::Text | FilterKind::Uid | FilterKind::Enum => Self::Text,
        }
    }

    pub(crate) fn arrow(&self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Text | Self::Json => DataType::Utf8,
            Self::Time { utc } => DataType::Timestamp(TimeUnit::Microsecond, utc.then(|| UTC.into())),
            Self::Struct(_, members) => DataType::Struct(fields(members)),
            Self::List(item) => DataType::new_list(item.arrow(), true),
        }
    }
}

/// The zone of `now()`, too, so that both compare as they are.
pub(crate) const UTC: &str = "+00:00";

fn fields(members: &[Member]) -> Fields {
    members.iter().map(|member| ArrowField::new(&member.name, member.of.arrow(), true)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::listing::listings;

    #[test]
    fn every_listing_is_a_table_with_columns_of_different_names_and_no_secret() {
        let mut tables = 0;
        for system in System::ALL {
            for (name, listing) in listings(system) {
                let columns = Columns::of(&listing);
                let mut seen = HashSet::new();
                assert!(columns.all.iter().all(|column| seen.insert(&column.name)), "{system}.{name}: {seen:?}");
                tables += 1;
                for column in &columns.all {
                    if let From::Item(_, index) = column.from {
                        assert!(!matches!(listing.item.fields[index].kind, Kind::Secret), "{name}.{}", column.name);
                    }
                }
            }
        }
        assert!(tables > 300, "{tables}");
    }
}
