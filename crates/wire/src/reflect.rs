//! Reading and writing a value through its shape.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::shape::{EnumShape, Shape};
use crate::text::{DateTime, Id, Secret};

mod choice;
mod compare;
mod copy;
mod debug;
mod dynamic;
mod edit;
mod slot;
mod unknown;
mod view;

pub use choice::{UnionSlot, narrow};
pub use copy::copy;
pub use dynamic::DynamicStruct;
pub use edit::{Edit, EditSlot, EditValue};
pub use unknown::{Place as UnknownPlace, Unknown, UnknownField, UnknownFields, UnknownValue};
pub(crate) use view::Node;
pub use view::Scalar;

/// A generated struct, seen as its fields.
///
/// `view` and `slot` take indices into `shape().fields`. Past the end stands what the type does not know
/// ([`View::Unknown`], [`Slot::Unknown`]); a type that keeps no such thing gives [`View::None`] and [`Slot::None`]. A
/// union is seen as the struct that its value is: `shape()` is that of its kind.
pub trait Struct: Send + Sync + 'static {
    /// What the type is.
    fn shape(&self) -> &'static Shape;
    /// A field, to read.
    fn view(&self, index: usize) -> View<'_>;
    /// A field, to write.
    fn slot(&mut self, index: usize) -> Slot<'_>;
    /// The choice of a union's kind; `None` on every other type.
    fn union(&mut self) -> Option<&mut dyn UnionSlot> {
        None
    }
}

/// A generated struct that can be made empty: what decoding needs.
pub trait Model: Struct + Default + Clone {
    /// What the type is, without a value of it.
    const SHAPE: &'static Shape;
}

/// A value of an enum type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'a> {
    /// One that the type lists, by its index.
    Listed(usize),
    /// One that it does not list.
    Other(&'a UnknownValue),
}

/// A generated enum. Unknown texts are kept and written back as they came.
pub trait Enum: Sized + Send + Sync + 'static {
    /// The values, in index order.
    const SHAPE: &'static EnumShape;
    /// The value at `index`, `None` past the end.
    fn from_index(index: usize) -> Option<Self>;
    /// The index of a known value, or the unknown text.
    fn known(&self) -> Known<'_>;
    /// A value that the type does not list.
    fn from_unknown(value: UnknownValue) -> Self;

    /// The value with this text; letter case is ignored when no name fits exactly.
    #[must_use]
    fn from_text(text: &str) -> Self {
        if let Some(index) = Self::SHAPE.index_of(text)
            && let Some(value) = Self::from_index(index)
        {
            return value;
        }
        Self::from_unknown(UnknownValue::new(text))
    }

    /// The text as on the wire.
    #[must_use]
    fn text(&self) -> &str {
        Self::SHAPE.text(self.known())
    }
}

/// A field to read: a reference to the place where the value stands.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// No such field.
    None,
    /// A boolean.
    Bool(&'a Option<bool>),
    /// An integer.
    Int(&'a Option<i64>),
    /// A double.
    Float(&'a Option<f64>),
    /// Text.
    Text(&'a Option<String>),
    /// An id.
    Id(&'a Option<Id>),
    /// A date.
    DateTime(&'a Option<DateTime>),
    /// A secret.
    Secret(&'a Option<Secret>),
    /// Any JSON value.
    Json(&'a Option<Value>),
    /// An enum value.
    Enum(&'a dyn EnumSlot),
    /// A nested struct.
    Struct(&'a dyn StructSlot),
    /// Booleans.
    Bools(&'a Vec<bool>),
    /// Integers.
    Ints(&'a Vec<i64>),
    /// Doubles.
    Floats(&'a Vec<f64>),
    /// Texts.
    Texts(&'a Vec<String>),
    /// Ids.
    Ids(&'a Vec<Id>),
    /// Dates.
    DateTimes(&'a Vec<DateTime>),
    /// Any JSON values.
    Jsons(&'a Vec<Value>),
    /// Enum values.
    Enums(&'a dyn EnumList),
    /// Nested structs.
    Structs(&'a dyn StructList),
    /// Texts by name.
    TextMap(&'a BTreeMap<String, String>),
    /// Any JSON values by name.
    JsonMap(&'a BTreeMap<String, Value>),
    /// Nested structs by name.
    StructMap(&'a dyn StructMap),
    /// A value, an explicit null, or nothing.
    Edit(&'a dyn EditSlot),
    /// Fields that the type does not know.
    Unknown(&'a Unknown),
}

/// A field to write: the place where the value stands.
pub enum Slot<'a> {
    /// No such field.
    None,
    /// A boolean.
    Bool(&'a mut Option<bool>),
    /// An integer.
    Int(&'a mut Option<i64>),
    /// A double.
    Float(&'a mut Option<f64>),
    /// Text.
    Text(&'a mut Option<String>),
    /// An id.
    Id(&'a mut Option<Id>),
    /// A date.
    DateTime(&'a mut Option<DateTime>),
    /// A secret.
    Secret(&'a mut Option<Secret>),
    /// Any JSON value.
    Json(&'a mut Option<Value>),
    /// An enum value.
    Enum(&'a mut dyn EnumSlot),
    /// A nested struct.
    Struct(&'a mut dyn StructSlot),
    /// Booleans.
    Bools(&'a mut Vec<bool>),
    /// Integers.
    Ints(&'a mut Vec<i64>),
    /// Doubles.
    Floats(&'a mut Vec<f64>),
    /// Texts.
    Texts(&'a mut Vec<String>),
    /// Ids.
    Ids(&'a mut Vec<Id>),
    /// Dates.
    DateTimes(&'a mut Vec<DateTime>),
    /// Any JSON values.
    Jsons(&'a mut Vec<Value>),
    /// Enum values.
    Enums(&'a mut dyn EnumList),
    /// Nested structs.
    Structs(&'a mut dyn StructList),
    /// Texts by name.
    TextMap(&'a mut BTreeMap<String, String>),
    /// Any JSON values by name.
    JsonMap(&'a mut BTreeMap<String, Value>),
    /// Nested structs by name.
    StructMap(&'a mut dyn StructMap),
    /// A value, an explicit null, or nothing.
    Edit(&'a mut dyn EditSlot),
    /// Fields that the type does not know.
    Unknown(&'a mut Unknown),
}

/// A place for one enum value.
pub trait EnumSlot: Send + Sync {
    /// The text of the value, if there is one.
    fn text(&self) -> Option<&str>;
    /// Sets the value, or empties the place, and says whether the type lists it.
    fn put(&mut self, text: Option<&str>) -> bool;
}

// Written out, without the combinators that would read better: this is compiled once for every enum type.
impl<E: Enum> EnumSlot for Option<E> {
    fn text(&self) -> Option<&str> {
        match self {
            Some(value) => Some(E::SHAPE.text(value.known())),
            None => None,
        }
    }
    fn put(&mut self, text: Option<&str>) -> bool {
        let Some(text) = text else {
            *self = None;
            return true;
        };
        let value = E::from_text(text);
        let known = matches!(value.known(), Known::Listed(_));
        *self = Some(value);
        known
    }
}

/// A place for any number of enum values.
pub trait EnumList: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The text of one.
    fn text(&self, index: usize) -> Option<&str>;
    /// Adds one, and says whether the type lists it.
    fn push(&mut self, text: &str) -> bool;
    /// Empties the place.
    fn clear(&mut self);
}

impl<E: Enum> EnumList for Vec<E> {
    fn len(&self) -> usize {
        self.len()
    }
    fn text(&self, index: usize) -> Option<&str> {
        self.get(index).map(Enum::text)
    }
    fn push(&mut self, text: &str) -> bool {
        let value = E::from_text(text);
        let known = matches!(value.known(), Known::Listed(_));
        self.push(value);
        known
    }
    fn clear(&mut self) {
        self.clear();
    }
}

/// A place for one nested struct.
pub trait StructSlot: Send + Sync {
    /// The struct, if there is one.
    fn get(&self) -> Option<&dyn Struct>;
    /// The struct, made empty if there was none.
    fn get_or_default(&mut self) -> &mut dyn Struct;
    /// Empties the place.
    fn clear(&mut self);
}

impl<T: Model> StructSlot for Option<T> {
    fn get(&self) -> Option<&dyn Struct> {
        match self {
            Some(value) => Some(value),
            None => None,
        }
    }
    fn get_or_default(&mut self) -> &mut dyn Struct {
        self.get_or_insert_default()
    }
    fn clear(&mut self) {
        *self = None;
    }
}

/// A type that contains itself stands in a box.
impl<T: Model> Struct for Box<T> {
    fn shape(&self) -> &'static Shape {
        (**self).shape()
    }
    fn view(&self, index: usize) -> View<'_> {
        (**self).view(index)
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        (**self).slot(index)
    }
}

impl<T: Model> Model for Box<T> {
    const SHAPE: &'static Shape = T::SHAPE;
}

/// A place for any number of nested structs.
pub trait StructList: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One of them.
    fn get(&self, index: usize) -> Option<&dyn Struct>;
    /// One of them, to write.
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Struct>;
    /// Adds an empty one.
    fn push(&mut self) -> &mut dyn Struct;
    /// Drops all past the first `len`.
    fn truncate(&mut self, len: usize);
}

impl<T: Model> StructList for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }
    fn get(&self, index: usize) -> Option<&dyn Struct> {
        match <[T]>::get(self, index) {
            Some(value) => Some(value),
            None => None,
        }
    }
    fn get_mut(&mut self, index: usize) -> Option<&mut dyn Struct> {
        match <[T]>::get_mut(self, index) {
            Some(value) => Some(value),
            None => None,
        }
    }
    fn push(&mut self) -> &mut dyn Struct {
        self.push_mut(T::default())
    }
    fn truncate(&mut self, len: usize) {
        self.truncate(len);
    }
}

/// A place for nested structs by name.
pub trait StructMap: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The one with this name.
    fn get(&self, name: &str) -> Option<&dyn Struct>;
    /// The names and values, in the order of names.
    fn iter(&self) -> Box<dyn Iterator<Item = (&str, &dyn Struct)> + '_>;
    /// The one with this name, made empty if there was none.
    fn entry(&mut self, name: &str) -> &mut dyn Struct;
    /// Empties the place.
    fn clear(&mut self);
}

impl<T: Model> StructMap for BTreeMap<String, T> {
    fn len(&self) -> usize {
        self.len()
    }
    fn get(&self, name: &str) -> Option<&dyn Struct> {
        match BTreeMap::get(self, name) {
            Some(value) => Some(value),
            None => None,
        }
    }
    fn iter(&self) -> Box<dyn Iterator<Item = (&str, &dyn Struct)> + '_> {
        Box::new(Self::iter(self).map(|(name, value)| (name.as_str(), value as &dyn Struct)))
    }
    fn entry(&mut self, name: &str) -> &mut dyn Struct {
        self.entry(name.to_owned()).or_default()
    }
    fn clear(&mut self) {
        self.clear();
    }
}
