//! Bodies as Gson writes them, and the map of the classes in them.

use backhaul_wire::{Kind, Repeat, Shape};
use http::StatusCode;
use serde_json::{Map, Value};

use super::class::{self, Class};
use super::store::{Store, concrete, text};
use crate::engine::message::Reply;

/// A body as Gson writes it: characters that mean something in HTML are escaped. No content type.
pub(super) fn reply(status: StatusCode, body: &Value) -> Reply {
    let text = body.to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Outside of strings, JSON has none of these.
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003d"),
            '\'' => out.push_str("\\u0027"),
            other => out.push(other),
        }
    }
    Reply::bare(status, out)
}

/// The map of the classes of the objects in a body, by their places.
pub(super) struct Classes<'s> {
    store: &'s Store,
    entries: Map<String, Value>,
}

impl<'s> Classes<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self { store, entries: Map::new() }
    }

    /// The map, as the body's member `schema`.
    pub(super) fn into_value(self) -> Value {
        self.entries.into()
    }

    /// Adds an object, and those in it.
    pub(super) fn add(&mut self, place: &str, class: &'static Class, object: &Value) {
        self.entries.insert(place.to_owned(), class.java.as_str().into());
        if let Some(shape) = class.shape {
            self.add_members(&format!("{place}."), shape, object);
        }
    }

    /// Adds the objects in a body; `before` is what stands before the names of its members.
    pub(super) fn add_members(&mut self, before: &str, shape: &Shape, body: &Value) {
        for field in shape.fields {
            let (Kind::Struct(nested), Some(value)) = (field.kind, body.get(field.json)) else { continue };
            let place = format!("{before}{}", field.json);
            match (field.repeat, value) {
                (Repeat::List, Value::Array(items)) => {
                    for (at, item) in items.iter().enumerate() {
                        self.add_member(&format!("{place}[{at}]"), nested, item);
                    }
                }
                (Repeat::One, value) => self.add_member(&place, nested, value),
                _ => {}
            }
        }
    }

    fn add_member(&mut self, place: &str, shape: &Shape, value: &Value) {
        match (class::of_shape(shape), value) {
            (Some(class), Value::Object(body)) => {
                // What is in the store is known by that; not every class has a value of a type field.
                let row = self.store.get(class, text(body, "uuid")).map(|row| row.class);
                self.add(place, row.unwrap_or_else(|| concrete(class, body)), value);
            }
            _ => self.add_members(&format!("{place}."), shape, value),
        }
    }
}
