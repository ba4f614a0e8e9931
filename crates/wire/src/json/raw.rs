//! JSON that is kept as text: read as it stands, and written as any value.

use std::cell::RefCell;

use serde::Serialize;
use serde::ser::{Error, SerializeMap, SerializeSeq, Serializer};

use super::lex::Cursor;
use crate::reflect::{UnknownField, UnknownPlace};

/// A value that is JSON text, as serde sees it.
struct Raw<'t>(RefCell<Cursor<'t>>);

impl<'t> Raw<'t> {
    fn new(text: &'t str) -> Self {
        Self(RefCell::new(Cursor::new(text)))
    }
}

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Next(&self.0).serialize(serializer)
    }
}

/// What the field held; the text of an attribute and the markup of an element are strings.
impl Serialize for UnknownField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.place() {
            UnknownPlace::Member => Raw::new(self.text()).serialize(serializer),
            UnknownPlace::Attribute | UnknownPlace::ElementAfter(_) => serializer.serialize_str(self.text()),
        }
    }
}

/// The value at which a cursor is.
struct Next<'c, 't>(&'c RefCell<Cursor<'t>>);

impl<'t> Next<'_, 't> {
    fn read<T, E: Error>(&self, read: impl FnOnce(&mut Cursor<'t>) -> super::lex::Result<T>) -> Result<T, E> {
        // The text is JSON: it was read as that, or written.
        read(&mut self.0.borrow_mut()).map_err(|error| E::custom(error.explain("")))
    }
}

impl Serialize for Next<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.read(Cursor::peek)? {
            b'"' => serializer.serialize_str(&self.read(Cursor::string)?),
            b'{' => {
                let (mut map, mut first) = (serializer.serialize_map(None)?, true);
                self.read(Cursor::open)?;
                while self.read(|cursor| cursor.more_members(&mut first))? {
                    let name = self.read(Cursor::string)?;
                    self.read(Cursor::colon)?;
                    map.serialize_entry(&name, self)?;
                }
                map.end()
            }
            b'[' => {
                let (mut list, mut first) = (serializer.serialize_seq(None)?, true);
                self.read(Cursor::open)?;
                while self.read(|cursor| cursor.more(b']', &mut first))? {
                    list.serialize_element(self)?;
                }
                list.end()
            }
            _ => self.read(Cursor::value)?.serialize(serializer),
        }
    }
}
