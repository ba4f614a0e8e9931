use std::collections::BTreeMap;

use backhaul_wire::Id;
use backhaul_wire::generated::{Field, Kind, Model, Paged, Shape, Shaped, Slot, Struct, Unknown, Value, View};

/// The answer of a query: the items of one page.
pub struct Page<T> {
    /// The items.
    pub inventories: Vec<T>,
    /// How many items there are in all, when `count` or `replyWithCount` asked for it.
    pub total: Option<i64>,
    /// The server's class of each object by its place in the body, such as `inventories[0]`.
    pub schema: BTreeMap<String, String>,
    /// Whether the call went well: printed by documents, optional and without meaning.
    pub success: Option<bool>,
    /// The call's own id, where a server hands out the whole event that ended a job.
    pub api_id: Option<Id>,
    /// The event's id.
    pub id: Option<Id>,
    /// When the event was made, in milliseconds since 1970.
    pub created_time: Option<i64>,
    /// What kind of event it is, in the server's own words.
    pub r#type: Option<Value>,
    /// Fields that this type does not know, written back as they came.
    pub unknown: Unknown,
}

impl<T> Page<T> {
    /// The field that holds the items.
    pub const LIST: &'static str = "inventories";
}

impl<T: Shaped> Page<T> {
    const ROW: Shape = Shape::new("Page", Self::FIELDS).bare_list(0).classes(2);

    const FIELDS: &'static [Field] = &[
        Field::list("inventories", Kind::Struct(T::SHAPE)),
        Field::new("total", Kind::Int),
        Field::map("schema", Kind::Text),
        Field::new("success", Kind::Bool),
        Field::new("apiId", Kind::Id),
        Field::new("id", Kind::Id),
        Field::new("createdTime", Kind::Int),
        Field::new("type", Kind::Json),
    ];
}

impl<T: Model> Model for Page<T> {
    const SHAPE: &'static Shape = &Self::ROW;
}

impl<T: Model> Paged for Page<T> {
    const LIST: &'static str = Self::LIST;
}

impl<T: Model> Struct for Page<T> {
    fn shape(&self) -> &'static Shape {
        <Self as Model>::SHAPE
    }
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => View::Structs(&self.inventories),
            1 => View::Int(&self.total),
            2 => View::TextMap(&self.schema),
            3 => View::Bool(&self.success),
            4 => View::Id(&self.api_id),
            5 => View::Id(&self.id),
            6 => View::Int(&self.created_time),
            7 => View::Json(&self.r#type),
            _ => View::Unknown(&self.unknown),
        }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => Slot::Structs(&mut self.inventories),
            1 => Slot::Int(&mut self.total),
            2 => Slot::TextMap(&mut self.schema),
            3 => Slot::Bool(&mut self.success),
            4 => Slot::Id(&mut self.api_id),
            5 => Slot::Id(&mut self.id),
            6 => Slot::Int(&mut self.created_time),
            7 => Slot::Json(&mut self.r#type),
            _ => Slot::Unknown(&mut self.unknown),
        }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            inventories: Vec::new(),
            total: None,
            schema: BTreeMap::new(),
            success: None,
            api_id: None,
            id: None,
            created_time: None,
            r#type: None,
            unknown: Unknown::NONE,
        }
    }
}

/// The answer of a call about one object.
pub struct Reply<T> {
    /// The object.
    pub inventory: Option<T>,
    /// The server's class of each object by its place in the body.
    pub schema: BTreeMap<String, String>,
    /// Whether the call went well: printed by documents, optional and without meaning.
    pub success: Option<bool>,
    /// The call's own id, where a server hands out the whole event that ended a job.
    pub api_id: Option<Id>,
    /// The event's id.
    pub id: Option<Id>,
    /// When the event was made, in milliseconds since 1970.
    pub created_time: Option<i64>,
    /// What kind of event it is, in the server's own words.
    pub r#type: Option<Value>,
    /// Fields that this type does not know, written back as they came.
    pub unknown: Unknown,
}

impl<T: Shaped> Reply<T> {
    const ROW: Shape = Shape::new("Reply", Self::FIELDS).classes(1);

    const FIELDS: &'static [Field] = &[
        Field::new("inventory", Kind::Struct(T::SHAPE)),
        Field::map("schema", Kind::Text),
        Field::new("success", Kind::Bool),
        Field::new("apiId", Kind::Id),
        Field::new("id", Kind::Id),
        Field::new("createdTime", Kind::Int),
        Field::new("type", Kind::Json),
    ];
}

impl<T: Model> Model for Reply<T> {
    const SHAPE: &'static Shape = &Self::ROW;
}

impl<T: Model> Struct for Reply<T> {
    fn shape(&self) -> &'static Shape {
        <Self as Model>::SHAPE
    }
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => View::Struct(&self.inventory),
            1 => View::TextMap(&self.schema),
            2 => View::Bool(&self.success),
            3 => View::Id(&self.api_id),
            4 => View::Id(&self.id),
            5 => View::Int(&self.created_time),
            6 => View::Json(&self.r#type),
            _ => View::Unknown(&self.unknown),
        }
    }
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => Slot::Struct(&mut self.inventory),
            1 => Slot::TextMap(&mut self.schema),
            2 => Slot::Bool(&mut self.success),
            3 => Slot::Id(&mut self.api_id),
            4 => Slot::Id(&mut self.id),
            5 => Slot::Int(&mut self.created_time),
            6 => Slot::Json(&mut self.r#type),
            _ => Slot::Unknown(&mut self.unknown),
        }
    }
}

impl<T> Default for Reply<T> {
    fn default() -> Self {
        Self {
            inventory: None,
            schema: BTreeMap::new(),
            success: None,
            api_id: None,
            id: None,
            created_time: None,
            r#type: None,
            unknown: Unknown::NONE,
        }
    }
}

backhaul_wire::generated_reply!(Page, Reply);

/// The same answers about what has a row and no type.
#[cfg(feature = "rows")]
#[allow(dead_code, reason = "where no part is off, no answer is about rows")]
pub(super) mod rows {
    use std::marker::PhantomData;

    use backhaul_wire::generated::{Paged, Shape, Shaped};

    pub(crate) struct Page<T>(PhantomData<T>);

    impl<T: Shaped> Shaped for Page<T> {
        const SHAPE: &'static Shape = &super::Page::<T>::ROW;
    }

    impl<T: Shaped> Paged for Page<T> {
        const LIST: &'static str = super::Page::<T>::LIST;
    }

    pub(crate) struct Reply<T>(PhantomData<T>);

    impl<T: Shaped> Shaped for Reply<T> {
        const SHAPE: &'static Shape = &super::Reply::<T>::ROW;
    }
}
