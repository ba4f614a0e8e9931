use super::{Scalar as S, Struct, StructList, View};
use serde_json::Value;

/// One scalar value, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double.
    Float(f64),
    /// Text, an id or a date.
    Text(&'a str),
    /// An enum value's text.
    Enum(&'a str),
    /// A secret: readable only through [`crate::Secret::expose`].
    Secret(&'a crate::Secret),
}

/// What stands at a field, with absence out of the way.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Absent,
    Scalar(Scalar<'a>),
    Json(&'a Value),
    Struct(&'a dyn Struct),
    List(ListView<'a>),
    Map(MapView<'a>),
}

/// The items of a list, by position.
#[derive(Clone, Copy)]
pub(crate) struct ListView<'a> {
    view: View<'a>,
    pub(crate) len: usize,
}

/// The entries of a map, by position.
#[derive(Clone, Copy)]
pub(crate) struct MapView<'a> {
    view: View<'a>,
    pub(crate) len: usize,
}

impl<'a> ListView<'a> {
    /// The item at `index`; `Absent` past the end.
    pub(crate) fn get(self, index: usize) -> Node<'a> {
        fn at<'a, T>(list: &'a [T], index: usize, scalar: impl Fn(&'a T) -> S<'a>) -> Node<'a> {
            list.get(index).map_or(Node::Absent, |item| Node::Scalar(scalar(item)))
        }
        match self.view {
            View::Bools(list) => at(list, index, |v| S::Bool(*v)),
            View::Ints(list) => at(list, index, |v| S::Int(*v)),
            View::Floats(list) => at(list, index, |v| S::Float(*v)),
            View::Texts(list) => at(list, index, |v| S::Text(v)),
            View::Ids(list) => at(list, index, |v| S::Text(v.as_str())),
            View::DateTimes(list) => at(list, index, |v| S::Text(v.as_str())),
            View::Jsons(list) => list.get(index).map_or(Node::Absent, Node::Json),
            View::Enums(list) => list.text(index).map_or(Node::Absent, |text| Node::Scalar(S::Enum(text))),
            View::Structs(list) => list.get(index).map_or(Node::Absent, Node::Struct),
            _ => Node::Absent,
        }
    }
}

impl<'a> MapView<'a> {
    /// The entry at `index`, in the order of names.
    pub(crate) fn nth(self, index: usize) -> Option<(&'a str, Node<'a>)> {
        match self.view {
            View::TextMap(map) => map.iter().nth(index).map(|(k, v)| (k.as_str(), Node::Scalar(S::Text(v)))),
            View::JsonMap(map) => map.iter().nth(index).map(|(k, v)| (k.as_str(), Node::Json(v))),
            View::StructMap(map) => map.nth(index).map(|(k, v)| (k, Node::Struct(v))),
            _ => None,
        }
    }
}

impl<'a> View<'a> {
    /// The value, when the field holds exactly one scalar.
    #[must_use]
    pub fn scalar(self) -> Option<Scalar<'a>> {
        match self.node() {
            Node::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The nested struct, when the field holds one.
    #[must_use]
    pub fn nested(self) -> Option<&'a dyn Struct> {
        match self.node() {
            Node::Struct(nested) => Some(nested),
            _ => None,
        }
    }

    /// The nested structs, when the field is a list of them.
    #[must_use]
    pub fn structs(self) -> Option<&'a dyn StructList> {
        match self {
            View::Structs(list) => Some(list),
            _ => None,
        }
    }

    /// Whether there is no value: an absent scalar or struct, an empty list or map.
    #[must_use]
    pub fn is_absent(self) -> bool {
        match self.node() {
            Node::Absent => true,
            Node::List(list) => list.len == 0,
            Node::Map(map) => map.len == 0,
            _ => false,
        }
    }

    pub(crate) fn node(self) -> Node<'a> {
        fn one<'a, T>(value: &'a Option<T>, scalar: impl Fn(&'a T) -> S<'a>) -> Node<'a> {
            value.as_ref().map_or(Node::Absent, |value| Node::Scalar(scalar(value)))
        }
        let len = match self {
            View::None | View::Unknown(_) => return Node::Absent,
            View::Edit(v) if v.is_null() => return Node::Json(&Value::Null),
            View::Edit(v) => return v.view().node(),
            View::Bool(v) => return one(v, |v| S::Bool(*v)),
            View::Int(v) => return one(v, |v| S::Int(*v)),
            View::Float(v) => return one(v, |v| S::Float(*v)),
            View::Text(v) => return one(v, |v| S::Text(v)),
            View::Id(v) => return one(v, |v| S::Text(v.as_str())),
            View::DateTime(v) => return one(v, |v| S::Text(v.as_str())),
            View::Secret(v) => return one(v, S::Secret),
            View::Json(v) => return v.as_ref().map_or(Node::Absent, Node::Json),
            View::Enum(v) => {
                return v.text().map_or(Node::Absent, |text| Node::Scalar(S::Enum(text)));
            }
            View::Struct(v) => return v.get().map_or(Node::Absent, Node::Struct),
            View::TextMap(map) => {
                return Node::Map(MapView { view: self, len: map.len() });
            }
            View::JsonMap(map) => {
                return Node::Map(MapView { view: self, len: map.len() });
            }
            View::StructMap(map) => {
                return Node::Map(MapView { view: self, len: map.len() });
            }
            View::Bools(list) => list.len(),
            View::Ints(list) => list.len(),
            View::Floats(list) => list.len(),
            View::Texts(list) => list.len(),
            View::Ids(list) => list.len(),
            View::DateTimes(list) => list.len(),
            View::Jsons(list) => list.len(),
            View::Enums(list) => list.len(),
            View::Structs(list) => list.len(),
        };
        Node::List(ListView { view: self, len })
    }
}
