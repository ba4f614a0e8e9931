//! A type with a field of every kind, as the generator would write it.

use std::collections::BTreeMap;

use backhaul_wire::generated::{
    DateTime, Enum, EnumShape, EnumValue, Field, Id, Kind, Known, Model, Secret, Shape, Slot, Struct, Unknown,
    UnknownValue, Value, View,
};

#[derive(Clone)]
pub(crate) enum Color {
    Red,
    DeepBlue,
    Unknown(UnknownValue),
}

pub(crate) static COLOR: EnumShape = EnumShape {
    name: "Color",
    aliases: &[],
    values: &[EnumValue::new("Red"), EnumValue::new("DeepBlue").since(5).until(7)],
};

impl Enum for Color {
    const SHAPE: &'static EnumShape = &COLOR;
    fn from_index(index: usize) -> Option<Self> {
        match index {
            0 => Some(Self::Red),
            1 => Some(Self::DeepBlue),
            _ => None,
        }
    }
    fn known(&self) -> Known<'_> {
        match self {
            Self::Red => Known::Listed(0),
            Self::DeepBlue => Known::Listed(1),
            Self::Unknown(value) => Known::Other(value),
        }
    }
    fn from_unknown(value: UnknownValue) -> Self {
        Self::Unknown(value)
    }
}

pub(crate) struct Every {
    pub(crate) id: Option<Id>,
    pub(crate) flag: Option<bool>,
    pub(crate) count: Option<i64>,
    pub(crate) share: Option<f64>,
    pub(crate) name: Option<String>,
    pub(crate) at: Option<DateTime>,
    pub(crate) password: Option<Secret>,
    pub(crate) any: Option<Value>,
    pub(crate) color: Option<Color>,
    pub(crate) nested: Option<Box<Every>>,
    pub(crate) flags: Vec<bool>,
    pub(crate) counts: Vec<i64>,
    pub(crate) shares: Vec<f64>,
    pub(crate) names: Vec<String>,
    pub(crate) ids: Vec<Id>,
    pub(crate) times: Vec<DateTime>,
    pub(crate) anys: Vec<Value>,
    pub(crate) colors: Vec<Color>,
    pub(crate) items: Vec<Every>,
    pub(crate) wrapped: Vec<Every>,
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) members: BTreeMap<String, Value>,
    pub(crate) parts: BTreeMap<String, Every>,
    pub(crate) unknown: Unknown,
}

pub(crate) static EVERY: Shape = Shape::new(
    "Every",
    &[
        Field::new("UID", Kind::Id).attribute(),
        Field::new("Flag", Kind::Bool),
        Field::new("Count", Kind::Int),
        Field::new("Share", Kind::Float),
        Field::new("Name", Kind::Text),
        Field::new("At", Kind::DateTime),
        Field::new("Password", Kind::Secret),
        Field::new("Any", Kind::Json),
        Field::new("Color", Kind::Enum(&COLOR)),
        Field::new("Nested", Kind::Struct(&EVERY)),
        Field::list("Flags", Kind::Bool),
        Field::list("Counts", Kind::Int),
        Field::list("Shares", Kind::Float),
        Field::list("Names", Kind::Text).item("Part"),
        Field::list("Ids", Kind::Id),
        Field::list("Times", Kind::DateTime),
        Field::list("Anys", Kind::Json),
        Field::list("Colors", Kind::Enum(&COLOR)),
        Field::list("Item", Kind::Struct(&EVERY)).json("Items"),
        Field::list("NASJobs", Kind::Struct(&EVERY)).item("NASJob").json_item("NASJobs"),
        Field::map("Texts", Kind::Text),
        Field::map("Members", Kind::Json),
        Field::map("Parts", Kind::Struct(&EVERY)),
    ],
);

impl Every {
    const EMPTY: Self = Self {
        id: None,
        flag: None,
        count: None,
        share: None,
        name: None,
        at: None,
        password: None,
        any: None,
        color: None,
        nested: None,
        flags: Vec::new(),
        counts: Vec::new(),
        shares: Vec::new(),
        names: Vec::new(),
        ids: Vec::new(),
        times: Vec::new(),
        anys: Vec::new(),
        colors: Vec::new(),
        items: Vec::new(),
        wrapped: Vec::new(),
        texts: BTreeMap::new(),
        members: BTreeMap::new(),
        parts: BTreeMap::new(),
        unknown: Unknown::NONE,
    };
}

impl Model for Every {
    const SHAPE: &'static Shape = &EVERY;
}

impl Struct for Every {
    fn shape(&self) -> &'static Shape {
        &EVERY
    }
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => View::Id(&self.id),
            1 => View::Bool(&self.flag),
            2 => View::Int(&self.count),
            3 => View::Float(&self.share),
            4 => View::Text(&self.name),
            5 => View::DateTime(&self.at),
            6 => View::Secret(&self.password),
            7 => View::Json(&self.any),
            8 => View::Enum(&self.color),
            9 => View::Struct(&self.nested),
            10 => View::Bools(&self.flags),
            11 => View::Ints(&self.counts),
            12 => View::Floats(&self.shares),
            13 => View::Texts(&self.names),
            14 => View::Ids(&self.ids),
            15 => View::DateTimes(&self.times),
            16 => View::Jsons(&self.anys),
            17 => View::Enums(&self.colors),
            18 => View::Structs(&self.items),
            19 => View::Structs(&self.wrapped),
            20 => View::TextMap(&self.texts),
            21 => View::JsonMap(&self.members),
            22 => View::StructMap(&self.parts),
            _ => View::Unknown(&self.unknown),
        }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => Slot::Id(&mut self.id),
            1 => Slot::Bool(&mut self.flag),
            2 => Slot::Int(&mut self.count),
            3 => Slot::Float(&mut self.share),
            4 => Slot::Text(&mut self.name),
            5 => Slot::DateTime(&mut self.at),
            6 => Slot::Secret(&mut self.password),
            7 => Slot::Json(&mut self.any),
            8 => Slot::Enum(&mut self.color),
            9 => Slot::Struct(&mut self.nested),
            10 => Slot::Bools(&mut self.flags),
            11 => Slot::Ints(&mut self.counts),
            12 => Slot::Floats(&mut self.shares),
            13 => Slot::Texts(&mut self.names),
            14 => Slot::Ids(&mut self.ids),
            15 => Slot::DateTimes(&mut self.times),
            16 => Slot::Jsons(&mut self.anys),
            17 => Slot::Enums(&mut self.colors),
            18 => Slot::Structs(&mut self.items),
            19 => Slot::Structs(&mut self.wrapped),
            20 => Slot::TextMap(&mut self.texts),
            21 => Slot::JsonMap(&mut self.members),
            22 => Slot::StructMap(&mut self.parts),
            _ => Slot::Unknown(&mut self.unknown),
        }
    }
}

backhaul_wire::generated_struct! { Every; }
backhaul_wire::generated_enum! { Color; }
