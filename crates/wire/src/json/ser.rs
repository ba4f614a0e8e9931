//! The writing driver, over serde's data model.

use std::cell::RefCell;

use serde::Serialize;
use serde::ser::{Error, SerializeMap, SerializeSeq, Serializer};

use super::Case;
use super::names::camel_case;
use crate::reflect::{DynamicStruct, Node, Scalar, Struct, UnknownPlace, View};
use crate::shape::Field;
use crate::text::Secret;

/// A struct as serde sees it.
#[derive(Clone, Copy)]
pub(crate) struct Out<'a> {
    value: &'a dyn Struct,
    style: Style<'a>,
}

#[derive(Clone, Copy)]
struct Style<'a> {
    case: Case,
    secrets: Secrets,
    later: Option<&'a dyn Later>,
}

/// A list that a value is written with and does not hold.
pub(crate) trait Later {
    /// The list's JSON name.
    fn list(&self) -> &str;
    /// The next item, until there is none any more.
    fn next(&self) -> Option<DynamicStruct>;
}

/// A list whose items are asked for one at a time.
pub(crate) struct OneByOne<'a, F> {
    pub(crate) list: &'a str,
    pub(crate) next: RefCell<F>,
}

impl<F: FnMut() -> Option<DynamicStruct>> Later for OneByOne<'_, F> {
    fn list(&self) -> &str {
        self.list
    }
    fn next(&self) -> Option<DynamicStruct> {
        self.next.borrow_mut()()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrets {
    Redacted,
    Written,
    /// Written unless they are empty.
    WrittenIfSet,
}

impl<'a> Out<'a> {
    /// As a server or client wants it: secrets are written as they are.
    pub(crate) fn wire(value: &'a dyn Struct, case: Case) -> Self {
        Self { value, style: Style { case, secrets: Secrets::Written, later: None } }
    }

    /// As a server wants it that would take an empty secret for a new one: the empty ones are left out.
    pub(crate) fn request(value: &'a dyn Struct, case: Case) -> Self {
        Self { value, style: Style { case, secrets: Secrets::WrittenIfSet, later: None } }
    }

    /// As people want it: secrets are redacted.
    pub(crate) fn shown(value: &'a dyn Struct) -> Self {
        Self { value, style: Style { case: Case::Schema, secrets: Secrets::Redacted, later: None } }
    }

    /// The same of a page whose items come one at a time.
    pub(crate) fn shown_with(value: &'a dyn Struct, later: &'a dyn Later) -> Self {
        Self { value, style: Style { case: Case::Schema, secrets: Secrets::Redacted, later: Some(later) } }
    }
}

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, style } = *self;
        let shape = value.shape();
        if let Some(index) = shape.bare_list.filter(|_| shape.written_bare) {
            return match value.view(index.into()).node() {
                Node::Absent => serializer.collect_seq([(); 0]),
                node => Item { node, style }.serialize(serializer),
            };
        }
        let mut map = serializer.serialize_map(None)?;
        for (index, field) in shape.fields.iter().enumerate() {
            let view = value.view(index);
            let node = view.node();
            let comes_later = |later: &&dyn Later| later.list().eq_ignore_ascii_case(field.json);
            if let (View::Structs(_), Some(later)) = (view, style.later.filter(comes_later)) {
                list(&mut map, field, &LaterItems { later, style: Style { later: None, ..style } }, style)?;
                continue;
            }
            match node {
                Node::Absent => {}
                Node::Scalar(Scalar::Secret(secret)) if secret.is_empty() && style.secrets == Secrets::WrittenIfSet => {
                }
                Node::List(list) if list.len == 0 && shape.bare_list.map(usize::from) != Some(index) => {}
                Node::Map(entries) if entries.len == 0 => {}
                Node::List(_) => list(&mut map, field, &Item { node, style }, style)?,
                _ => map.serialize_entry(&*style.name(field.json), &Item { node, style })?,
            }
        }
        for field in value.unknown().into_iter().flat_map(crate::reflect::Unknown::iter) {
            let name = field.name();
            if style.secrets != Secrets::Redacted && matches!(field.place(), UnknownPlace::ElementAfter(_)) {
                return Err(S::Error::custom(format_args!("`{name}` came in XML, and its form in JSON is not known")));
            }
            map.serialize_entry(name, &field)?;
        }
        map.end()
    }
}

impl Style<'_> {
    fn name(self, name: &str) -> std::borrow::Cow<'_, str> {
        match self.case {
            Case::Schema => name.into(),
            Case::Camel => camel_case(name),
        }
    }
}

/// The items of a list that come one at a time.
struct LaterItems<'a> {
    later: &'a dyn Later,
    style: Style<'a>,
}

impl Serialize for LaterItems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(None)?;
        while let Some(item) = self.later.next() {
            items.serialize_element(&Out { value: &item, style: self.style })?;
        }
        items.end()
    }
}

/// Writes a list, inside the object that wraps it where its field has one.
fn list<M: SerializeMap>(map: &mut M, field: &Field, of: &impl Serialize, style: Style<'_>) -> Result<(), M::Error> {
    let name = style.name(field.json);
    match field.json_item {
        Some(item) => map.serialize_entry(&*name, &Wrapped { item, of, style }),
        None => map.serialize_entry(&*name, of),
    }
}

/// One member of a value as people want it: as [`Out::shown`] writes it, or null.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) value: &'a dyn Struct,
    pub(crate) name: &'a str,
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { value, name } = *self;
        let style = Out::shown(value).style;
        let field = value.shape().fields.iter().enumerate().find(|(_, field)| field.json == name);
        let node = field.map_or(Node::Absent, |(index, _)| value.view(index).node());
        match (node, field) {
            (Node::List(list), Some((_, field))) if list.len > 0 => {
                let of = &Item { node, style };
                match field.json_item {
                    Some(item) => Wrapped { item, of, style }.serialize(serializer),
                    None => of.serialize(serializer),
                }
            }
            (Node::Map(map), _) if map.len > 0 => Item { node, style }.serialize(serializer),
            (Node::Absent | Node::List(_) | Node::Map(_), _) => {
                // What did not fit its field.
                let kept = value.unknown().into_iter().flat_map(crate::reflect::Unknown::iter);
                match kept.filter(|field| field.name() == name).last() {
                    Some(field) => field.serialize(serializer),
                    None => serializer.serialize_unit(),
                }
            }
            _ => Item { node, style }.serialize(serializer),
        }
    }
}

/// A list inside the object that wraps it.
struct Wrapped<'a, T> {
    /// The JSON name of the list in the object.
    item: &'static str,
    of: &'a T,
    style: Style<'a>,
}

impl<T: Serialize> Serialize for Wrapped<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&*self.style.name(self.item), self.of)?;
        map.end()
    }
}

struct Item<'a> {
    node: Node<'a>,
    style: Style<'a>,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let style = self.style;
        match self.node {
            Node::Absent => serializer.serialize_unit(),
            Node::Scalar(Scalar::Bool(value)) => serializer.serialize_bool(value),
            Node::Scalar(Scalar::Int(value)) => serializer.serialize_i64(value),
            // JSON has no such numbers, and serde_json would write `null`: the texts are Json.NET's.
            Node::Scalar(Scalar::Float(value)) if value.is_nan() => serializer.serialize_str("NaN"),
            Node::Scalar(Scalar::Float(f64::INFINITY)) => serializer.serialize_str("Infinity"),
            Node::Scalar(Scalar::Float(f64::NEG_INFINITY)) => serializer.serialize_str("-Infinity"),
            Node::Scalar(Scalar::Float(value)) => serializer.serialize_f64(value),
            Node::Scalar(Scalar::Text(value) | Scalar::Enum(value)) => serializer.serialize_str(value),
            Node::Scalar(Scalar::Secret(value)) if style.secrets != Secrets::Redacted => {
                serializer.serialize_str(value.expose())
            }
            Node::Scalar(Scalar::Secret(value)) if value.is_empty() => serializer.serialize_str(""),
            Node::Scalar(Scalar::Secret(_)) => serializer.serialize_str(Secret::REDACTED),
            Node::Json(value) => value.serialize(serializer),
            Node::Struct(value) => Out { value, style }.serialize(serializer),
            Node::List(list) => serializer.collect_seq((0..list.len).map(|i| Item { node: list.get(i), style })),
            Node::Map(map) => serializer.collect_map(map.iter().map(|(name, node)| (name, Item { node, style }))),
        }
    }
}
