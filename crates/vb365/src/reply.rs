use backhaul_wire::generated::{Field, Id, Kind, Model, Paged, Shape, Slot, Struct, Unknown, View};

use crate::Link;
use crate::generated::LINK;

/// One page of a listing, which also reads the bare array that older versions (and some operations of v8) answer.
///
/// Totals are optional and never to be trusted: the listing goes on as long as `links` has `next`.
pub struct Page<T> {
    /// How many items were skipped.
    pub offset: Option<i64>,
    /// How many items a page holds.
    pub limit: Option<i64>,
    /// The items.
    pub results: Vec<T>,
    /// How many items there are in all (some operations of v5, v6 and v7).
    pub total_count: Option<i64>,
    /// The server's cached set that the pages are cut from; to be passed back for the next one.
    pub set_id: Option<Id>,
    /// Links to the `first`, `prev`, `self` and `next` page.
    pub links: std::collections::BTreeMap<String, Link>,
    /// Fields that this type does not know, written back as they came.
    pub unknown: Unknown,
}

impl<T: Model> Page<T> {
    /// The field that holds the items.
    pub const LIST: &'static str = "results";

    const FIELDS: &'static [Field] = &[
        Field::new("offset", Kind::Int),
        Field::new("limit", Kind::Int),
        Field::list("results", Kind::Struct(T::SHAPE)),
        Field::new("totalCount", Kind::Int).since(5).until(7),
        Field::new("setId", Kind::Id).since(6),
        Field::map("_links", Kind::Struct(&LINK)),
    ];
}

impl<T: Model> Model for Page<T> {
    const SHAPE: &'static Shape = &Shape::new("Page", Self::FIELDS).bare_list(2);
}

impl<T: Model> Paged for Page<T> {
    const LIST: &'static str = Self::LIST;
}

impl<T: Model> Struct for Page<T> {
    fn shape(&self) -> &'static Shape {
        Self::SHAPE
    }
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => View::Int(&self.offset),
            1 => View::Int(&self.limit),
            2 => View::Structs(&self.results),
            3 => View::Int(&self.total_count),
            4 => View::Id(&self.set_id),
            5 => View::StructMap(&self.links),
            _ => View::Unknown(&self.unknown),
        }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => Slot::Int(&mut self.offset),
            1 => Slot::Int(&mut self.limit),
            2 => Slot::Structs(&mut self.results),
            3 => Slot::Int(&mut self.total_count),
            4 => Slot::Id(&mut self.set_id),
            5 => Slot::StructMap(&mut self.links),
            _ => Slot::Unknown(&mut self.unknown),
        }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        let (results, links) = (Vec::new(), std::collections::BTreeMap::new());
        Self { offset: None, limit: None, results, total_count: None, set_id: None, links, unknown: Unknown::NONE }
    }
}

backhaul_wire::generated_reply!(Page);

/// A request body that is a bare array.
pub struct Items<T> {
    /// The items.
    pub items: Vec<T>,
}

impl<T: Model> Items<T> {
    const FIELDS: &'static [Field] = &[Field::list("items", Kind::Struct(T::SHAPE))];
}

impl<T: Model> Model for Items<T> {
    const SHAPE: &'static Shape = &Shape::new("Items", Self::FIELDS).bare_list(0).written_bare();
}

impl<T: Model> Struct for Items<T> {
    fn shape(&self) -> &'static Shape {
        Self::SHAPE
    }
    fn view(&self, index: usize) -> View<'_> {
        if index == 0 { View::Structs(&self.items) } else { View::None }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        if index == 0 { Slot::Structs(&mut self.items) } else { Slot::None }
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items }
    }
}

backhaul_wire::generated_reply!(Items);

/// A request body that is a bare array of ids.
#[derive(Default)]
pub struct Ids {
    /// The ids.
    pub items: Vec<Id>,
}

static IDS: Shape = Shape::new("Ids", &[Field::list("items", Kind::Id)]).bare_list(0).written_bare();

impl Model for Ids {
    const SHAPE: &'static Shape = &IDS;
}

impl Struct for Ids {
    fn shape(&self) -> &'static Shape {
        &IDS
    }
    fn view(&self, index: usize) -> View<'_> {
        if index == 0 { View::Ids(&self.items) } else { View::None }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        if index == 0 { Slot::Ids(&mut self.items) } else { Slot::None }
    }
}

impl<I: Into<Id>> FromIterator<I> for Ids {
    fn from_iter<L: IntoIterator<Item = I>>(items: L) -> Self {
        Self { items: items.into_iter().map(Into::into).collect() }
    }
}

impl<I: Into<Id>> From<Vec<I>> for Ids {
    fn from(items: Vec<I>) -> Self {
        items.into_iter().collect()
    }
}

impl Clone for Ids {
    fn clone(&self) -> Self {
        Self { items: self.items.clone() }
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.fmt(f)
    }
}
