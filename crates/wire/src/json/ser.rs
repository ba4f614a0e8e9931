//! The writing driver, over serde's data model.

use serde::Serialize;
use serde::ser::{Error, SerializeMap, Serializer};

use super::Case;
use super::names::camel_case;
use crate::reflect::{Node, Scalar, Struct, UnknownPlace};
use crate::shape::Field;
use crate::text::Secret;

/// A struct as serde sees it.
#[derive(Clone, Copy)]
pub(crate) struct Out<'a> {
    value: &'a dyn Struct,
    style: Style,
}

#[derive(Clone, Copy)]
struct Style {
    case: Case,
    secrets: Secrets,
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
        Self { value, style: Style { case, secrets: Secrets::Written } }
    }

    /// As a server wants it that would take an empty secret for a new one: the empty ones are left out.
    pub(crate) fn request(value: &'a dyn Struct, case: Case) -> Self {
        Self { value, style: Style { case, secrets: Secrets::WrittenIfSet } }
    }

    /// As people want it: secrets are redacted.
    pub(crate) fn shown(value: &'a dyn Struct) -> Self {
        Self { value, style: Style { case: Case::Schema, secrets: Secrets::Redacted } }
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
            let node = value.view(index).node();
            match node {
                Node::Absent => {}
                Node::Scalar(Scalar::Secret(secret)) if secret.is_empty() && style.secrets == Secrets::WrittenIfSet => {
                }
                Node::List(list) if list.len == 0 && shape.bare_list.map(usize::from) != Some(index) => {}
                Node::Map(entries) if entries.len == 0 => {}
                Node::List(_) if field.json_item.is_some() => {
                    map.serialize_entry(&*style.name(field.json), &Wrapped { node, field, style })?;
                }
                _ => map.serialize_entry(&*style.name(field.json), &Item { node, style })?,
            }
        }
        for field in value.unknown().into_iter().flat_map(crate::reflect::Unknown::iter) {
            if style.secrets != Secrets::Redacted && matches!(field.place, UnknownPlace::ElementAfter(_)) {
                let name = &field.name;
                return Err(S::Error::custom(format_args!("`{name}` came in XML, and its form in JSON is not known")));
            }
            map.serialize_entry(&field.name, &field.value)?;
        }
        map.end()
    }
}

impl Style {
    fn name(self, name: &str) -> std::borrow::Cow<'_, str> {
        match self.case {
            Case::Schema => name.into(),
            Case::Camel => camel_case(name),
        }
    }
}

/// A list inside the object that wraps it.
struct Wrapped<'a> {
    node: Node<'a>,
    field: &'a Field,
    style: Style,
}

impl Serialize for Wrapped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(
            &*self.style.name(self.field.json_item.unwrap_or(self.field.json)),
            &Item { node: self.node, style: self.style },
        )?;
        map.end()
    }
}

struct Item<'a> {
    node: Node<'a>,
    style: Style,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let style = self.style;
        match self.node {
            Node::Absent => serializer.serialize_unit(),
            Node::Scalar(Scalar::Bool(value)) => serializer.serialize_bool(value),
            Node::Scalar(Scalar::Int(value)) => serializer.serialize_i64(value),
            // serde_json would write `null`.
            Node::Scalar(Scalar::Float(value)) if !value.is_finite() => {
                Err(S::Error::custom(format_args!("JSON does not have the number {value}")))
            }
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
            Node::Map(map) => {
                let entries = (0..map.len).filter_map(|i| map.nth(i));
                serializer.collect_map(entries.map(|(name, node)| (name, Item { node, style })))
            }
        }
    }
}
