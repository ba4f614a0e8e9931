//! Which field a member's name means.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use crate::shape::{Place, Shape};

/// Which field a member is.
pub(super) enum Key {
    Known(usize),
    /// The name of the XML document itself.
    Root,
    /// An XML namespace, which JSON has no use for.
    Namespace,
    Unknown(String),
}

pub(super) struct KeySeed {
    pub(super) shape: &'static Shape,
    /// The field after the one read last: members mostly come in the schema's order.
    pub(super) next: usize,
    /// Whether the name of an unknown member is wanted.
    pub(super) name: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.resolve(name))
    }
}

impl KeySeed {
    pub(super) fn resolve(&self, name: &str) -> Key {
        let fields = self.shape.fields;
        if let Some(field) = fields.get(self.next)
            && (field.json == name || field.json.eq_ignore_ascii_case(name))
        {
            return Key::Known(self.next);
        }
        let exact = fields.iter().position(|field| field.json == name);
        if let Some(index) = exact.or_else(|| self.shape.index_of(name)) {
            return Key::Known(index);
        }
        match name {
            // How such conversions name the text of an element that has attributes.
            "#text" if let Some(index) = fields.iter().position(|field| field.place == Place::Text) => {
                Key::Known(index)
            }
            "xmlns" | "@xmlns" => Key::Namespace,
            _ if self.next == 0 && self.shape.is_document(name) => Key::Root,
            _ if self.name => Key::Unknown(name.to_owned()),
            _ => Key::Unknown(String::new()),
        }
    }
}
