//! A value of a type that is known by its shape alone.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::{
    EditSlot, EnumList, EnumSlot, Known, Slot, Struct, StructList, StructMap, StructSlot, UnionSlot, Unknown,
    UnknownValue, View, copy,
};
use crate::shape::{EnumShape, Field, Kind, Repeat, Shape, UnionShape};
use crate::text::{DateTime, Id, Secret};

/// A value of any type, made from its [`Shape`]: what a program uses that learns at run time what it reads.
///
/// It reads and writes like the generated struct of that shape, and keeps only the fields that were asked for by
/// [`slot`](Struct::slot), so that an empty one is small however wide its type is.
///
/// ```
/// use backhaul_wire::reflect::DynamicStruct;
/// use backhaul_wire::{Field, Kind, Shape, Struct, json};
///
/// static ZONE: Shape = Shape::new("Zone", &[Field::new("uuid", Kind::Id), Field::list("tags", Kind::Text)]);
///
/// let mut zone = DynamicStruct::new(&ZONE);
/// json::decode_into(&mut zone, br#"{"tags": ["gold"], "color": "blue"}"#, None)?;
/// assert!(zone.view(0).is_absent());
/// assert_eq!(json::encode(&zone, json::Case::Schema)?, br#"{"tags":["gold"],"color":"blue"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DynamicStruct {
    /// What it was made as: of a union the struct that has every kind's fields.
    declared: &'static Shape,
    /// Nothing as long as no field was asked for.
    filled: Option<Box<Filled>>,
}

struct Filled {
    /// What the value is: of a union its kind.
    shape: &'static Shape,
    /// The fields that were asked for, in the order of their indices.
    places: Vec<(usize, Place)>,
    unknown: Unknown,
}

impl Filled {
    const fn new(shape: &'static Shape) -> Self {
        Self { shape, places: Vec::new(), unknown: Unknown::NONE }
    }

    fn slot(&mut self, index: usize) -> Slot<'_> {
        match self.shape.fields.get(index) {
            Some(field) => {
                let at = self.places.binary_search_by_key(&index, |(index, _)| *index).unwrap_or_else(|at| {
                    if self.places.len() == self.places.capacity() {
                        // Doubled from one on, and not from four: of objects with one member a page may have a million.
                        self.places.reserve_exact(self.places.len().max(1));
                    }
                    self.places.insert(at, (index, Place::empty(field)));
                    at
                });
                self.places[at].1.slot()
            }
            None if keeps_unknown(self.shape) => Slot::Unknown(&mut self.unknown),
            None => Slot::None,
        }
    }
}

/// Whether a type keeps what it does not know: all do but a bare array.
const fn keeps_unknown(shape: &Shape) -> bool {
    !shape.written_bare
}

impl DynamicStruct {
    /// How many bytes one that is not empty takes elsewhere, without its places.
    pub(crate) const FILLED: usize = size_of::<Filled>();

    /// An empty value of this type.
    #[must_use]
    pub const fn new(shape: &'static Shape) -> Self {
        Self { declared: shape, filled: None }
    }
}

impl Struct for DynamicStruct {
    fn shape(&self) -> &'static Shape {
        self.filled.as_ref().map_or(self.declared, |filled| filled.shape)
    }

    fn view(&self, index: usize) -> View<'_> {
        static NOTHING: Unknown = Unknown::NONE;
        let shape = self.shape();
        let filled = self.filled.as_deref();
        match shape.fields.get(index) {
            Some(field) => {
                let place = filled.and_then(|filled| {
                    let at = filled.places.binary_search_by_key(&index, |(index, _)| *index).ok()?;
                    filled.places.get(at)
                });
                place.map_or_else(|| Place::empty(field).shared(), |(_, place)| place.view())
            }
            None if keeps_unknown(shape) => View::Unknown(filled.map_or(&NOTHING, |filled| &filled.unknown)),
            None => View::None,
        }
    }

    fn slot(&mut self, index: usize) -> Slot<'_> {
        self.filled.get_or_insert_with(|| Box::new(Filled::new(self.declared))).slot(index)
    }

    fn union(&mut self) -> Option<&mut dyn UnionSlot> {
        self.declared.union.is_some().then_some(self as _)
    }
}

impl UnionSlot for DynamicStruct {
    fn kinds(&self) -> &'static UnionShape {
        static NONE: UnionShape = UnionShape { tag: None, variants: &[] };
        self.declared.union.unwrap_or(&NONE)
    }

    fn choose(&mut self, index: Option<usize>) {
        let kind = index.and_then(|index| self.kinds().variants.get(index));
        self.filled = kind.map(|kind| Box::new(Filled::new(kind.shape)));
    }
}

impl Clone for DynamicStruct {
    fn clone(&self) -> Self {
        let mut out = Self::new(self.declared);
        copy(self, &mut out);
        out
    }
}

impl PartialEq for DynamicStruct {
    fn eq(&self, other: &Self) -> bool {
        *(self as &dyn Struct) == *(other as &dyn Struct)
    }
}

impl fmt::Debug for DynamicStruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self as &dyn Struct, f)
    }
}

/// Where a field's value stands: a row for each sort, with what holds it, what that hands out where it is another type,
/// and how it is when empty.
macro_rules! places {
    (@seen $ty:ty) => { $ty };
    (@seen $ty:ty, $seen:ty) => { $seen };
    ($($sort:ident($ty:ty $(=> $seen:ty)?) = $empty:expr;)*) => {
        enum Place {
            $($sort($ty),)*
        }
        impl Place {
            fn view(&self) -> View<'_> {
                match self {
                    $(Self::$sort(place) => View::$sort(place),)*
                }
            }
            fn slot(&mut self) -> Slot<'_> {
                match self {
                    $(Self::$sort(place) => Slot::$sort(place),)*
                }
            }
            /// A view of an empty place of the same sort.
            fn shared(&self) -> View<'static> {
                match self {
                    $(Self::$sort(_) => {
                        static EMPTY: places!(@seen $ty $(, $seen)?) = $empty;
                        View::$sort(&EMPTY)
                    })*
                }
            }
        }
    };
}

places! {
    Bool(Option<bool>) = None;
    Int(Option<i64>) = None;
    Float(Option<f64>) = None;
    Text(Option<String>) = None;
    Id(Option<Id>) = None;
    DateTime(Option<DateTime>) = None;
    Secret(Option<Secret>) = None;
    Json(Box<Option<Value>> => Option<Value>) = None;
    Enum(EnumPlace) = EnumPlace { shape: &NO_VALUES, value: None };
    Struct(StructPlace) = StructPlace { shape: &NO_FIELDS, value: None };
    Bools(Vec<bool>) = Vec::new();
    Ints(Vec<i64>) = Vec::new();
    Floats(Vec<f64>) = Vec::new();
    Texts(Vec<String>) = Vec::new();
    Ids(Vec<Id>) = Vec::new();
    DateTimes(Vec<DateTime>) = Vec::new();
    Jsons(Vec<Value>) = Vec::new();
    Enums(EnumsPlace) = EnumsPlace { shape: &NO_VALUES, values: Vec::new() };
    Structs(StructsPlace) = StructsPlace { shape: &NO_FIELDS, values: Vec::new() };
    TextMap(BTreeMap<String, String>) = BTreeMap::new();
    JsonMap(BTreeMap<String, Value>) = BTreeMap::new();
    StructMap(StructMapPlace) = StructMapPlace { shape: &NO_FIELDS, values: BTreeMap::new() };
    Edit(EditPlace) = EditPlace { place: None, null: false };
}

/// What shared empty places are of. They are only read, so that nothing is ever made from it.
static NO_VALUES: EnumShape = EnumShape { name: "", aliases: &[], values: &[] };
static NO_FIELDS: Shape = Shape::new("", &[]);

impl Place {
    /// An empty place for a field.
    fn empty(field: &Field) -> Self {
        if field.edit {
            return Self::Edit(EditPlace { place: Some(Box::new(Self::one(field.kind))), null: false });
        }
        match (field.repeat, field.kind) {
            (Repeat::One, kind) => Self::one(kind),
            (Repeat::List, Kind::Bool) => Self::Bools(Vec::new()),
            (Repeat::List, Kind::Int) => Self::Ints(Vec::new()),
            (Repeat::List, Kind::Float) => Self::Floats(Vec::new()),
            // The generator refuses lists of secrets.
            (Repeat::List, Kind::Text | Kind::Secret) => Self::Texts(Vec::new()),
            (Repeat::List, Kind::Id) => Self::Ids(Vec::new()),
            (Repeat::List, Kind::DateTime) => Self::DateTimes(Vec::new()),
            (Repeat::List, Kind::Json) => Self::Jsons(Vec::new()),
            (Repeat::List, Kind::Enum(shape)) => Self::Enums(EnumsPlace { shape, values: Vec::new() }),
            (Repeat::List, Kind::Struct(shape)) => Self::Structs(StructsPlace { shape, values: Vec::new() }),
            (Repeat::Map, Kind::Text) => Self::TextMap(BTreeMap::new()),
            (Repeat::Map, Kind::Struct(shape)) => Self::StructMap(StructMapPlace { shape, values: BTreeMap::new() }),
            (Repeat::Map, _) => Self::JsonMap(BTreeMap::new()),
        }
    }

    fn one(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(None),
            Kind::Int => Self::Int(None),
            Kind::Float => Self::Float(None),
            Kind::Text => Self::Text(None),
            Kind::Id => Self::Id(None),
            Kind::DateTime => Self::DateTime(None),
            Kind::Secret => Self::Secret(None),
            Kind::Json => Self::Json(Box::default()),
            Kind::Enum(shape) => Self::Enum(EnumPlace { shape, value: None }),
            Kind::Struct(shape) => Self::Struct(StructPlace { shape, value: None }),
        }
    }
}

/// A value of an enum type.
enum EnumValue {
    Listed(usize),
    Other(UnknownValue),
}

impl EnumValue {
    fn new(shape: &EnumShape, text: &str) -> Self {
        shape.index_of(text).map_or_else(|| Self::Other(UnknownValue::new(text)), Self::Listed)
    }

    fn is_listed(&self) -> bool {
        matches!(self, Self::Listed(_))
    }

    fn text<'a>(&'a self, shape: &EnumShape) -> &'a str {
        shape.text(match self {
            Self::Listed(index) => Known::Listed(*index),
            Self::Other(value) => Known::Other(value),
        })
    }
}

struct EnumPlace {
    shape: &'static EnumShape,
    value: Option<EnumValue>,
}

impl EnumSlot for EnumPlace {
    fn text(&self) -> Option<&str> {
        self.value.as_ref().map(|value| value.text(self.shape))
    }

    fn put(&mut self, text: Option<&str>) -> bool {
        self.value = text.map(|text| EnumValue::new(self.shape, text));
        self.value.as_ref().is_none_or(EnumValue::is_listed)
    }
}

struct EnumsPlace {
    shape: &'static EnumShape,
    values: Vec<EnumValue>,
}

impl EnumList for EnumsPlace {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn text(&self, index: usize) -> Option<&str> {
        self.values.get(index).map(|value| value.text(self.shape))
    }

    fn push(&mut self, text: &str) -> bool {
        self.values.push_mut(EnumValue::new(self.shape, text)).is_listed()
    }

    fn clear(&mut self) {
        self.values.clear();
    }
}

struct StructPlace {
    shape: &'static Shape,
    value: Option<Box<DynamicStruct>>,
}

impl StructSlot for StructPlace {
    fn get(&self) -> Option<&dyn Struct> {
        self.value.as_deref().map(|value| value as _)
    }

    fn get_or_default(&mut self) -> &mut dyn Struct {
        &mut **self.value.get_or_insert_with(|| Box::new(DynamicStruct::new(self.shape)))
    }

    fn clear(&mut self) {
        self.value = None;
    }
}

struct StructsPlace {
    shape: &'static Shape,
    values: Vec<DynamicStruct>,
}

impl StructList for StructsPlace {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn get(&self, index: usize) -> Option<&dyn Struct> {
        self.values.get(index).map(|value| value as _)
    }

    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Struct> {
        self.values.get_mut(index).map(|value| value as _)
    }

    fn push(&mut self) -> &mut dyn Struct {
        self.values.push_mut(DynamicStruct::new(self.shape))
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }
}

struct StructMapPlace {
    shape: &'static Shape,
    values: BTreeMap<String, DynamicStruct>,
}

impl StructMap for StructMapPlace {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn get(&self, name: &str) -> Option<&dyn Struct> {
        self.values.get(name).map(|value| value as _)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = (&str, &dyn Struct)> + '_> {
        Box::new(self.values.iter().map(|(name, value)| (name.as_str(), value as _)))
    }

    fn entry(&mut self, name: &str) -> &mut dyn Struct {
        self.values.entry(name.to_owned()).or_insert_with(|| DynamicStruct::new(self.shape))
    }

    fn clear(&mut self) {
        self.values.clear();
    }
}

/// A place for one value, an explicit null, or nothing. Only a shared one has no place.
struct EditPlace {
    place: Option<Box<Place>>,
    null: bool,
}

impl EditSlot for EditPlace {
    fn view(&self) -> View<'_> {
        self.place.as_ref().map_or(View::None, |place| place.view())
    }

    fn slot(&mut self) -> Slot<'_> {
        self.place.as_mut().map_or(Slot::None, |place| place.slot())
    }

    fn is_null(&self) -> bool {
        self.null && self.view().is_absent()
    }

    fn set_null(&mut self, null: bool) {
        self.null = null;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of a megabyte may hold a third of a million empty objects, or as many fields as letters to name them.
    #[test]
    fn what_is_empty_is_small() {
        assert_eq!(size_of::<DynamicStruct>(), 2 * size_of::<usize>());
        assert!(size_of::<Place>() <= 5 * size_of::<usize>(), "{}", size_of::<Place>());
    }
}
