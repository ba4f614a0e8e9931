//! Values that hold others: structs, lists, maps.

use serde_json::Value;

use super::super::lex::Result;
use super::Driver;
use super::list::wraps;
use crate::context::Step;
use crate::reflect::{Slot, Struct};
use crate::room;
use crate::shape::Field;

impl Driver<'_, '_, '_> {
    /// Reads a struct, list or map in place of what an earlier member of the name left there; `wrapped` says whether the
    /// wrapper of a list, if it has one, is around this already.
    pub(super) fn nested(&mut self, mut slot: Slot<'_>, field: &'static Field, wrapped: bool) -> Result<()> {
        slot.clear();
        self.forget_listed("");
        match self.cursor.peek()? {
            b'{' => self.object_in(slot, field, wrapped),
            b'[' => self.list_in(slot, field),
            b'n' => self.cursor.literal("null"),
            b'"' => self.text_in(slot, field),
            _ => Err(self.another(&expected(&slot, field))),
        }
    }

    /// An empty string stands for absence: naive XML-to-JSON conversions write one for an empty element.
    fn text_in(&mut self, mut slot: Slot<'_>, field: &'static Field) -> Result<()> {
        let start = self.cursor;
        let text = self.cursor.string()?;
        match &mut slot {
            _ if text.is_empty() => {}
            // They also write a list of one item as the item.
            Slot::Texts(list) => list.push(text.into_owned()),
            Slot::Ids(list) => list.push(text.into_owned().into()),
            Slot::Enums(list) => {
                if !list.push(&text) {
                    self.context.unknown_value("", &text);
                }
            }
            slot => {
                self.cursor = start;
                return Err(self.another(&expected(slot, field)));
            }
        }
        Ok(())
    }

    fn object_in(&mut self, slot: Slot<'_>, field: &'static Field, wrapped: bool) -> Result<()> {
        match slot {
            Slot::Struct(place) => {
                let nested = place.get_or_default();
                self.context.room.take(room::of_struct(nested))?;
                self.object(nested)
            }
            // Inside its wrapper, an object is another wrapper or the one item: its first member tells.
            Slot::Structs(place) if wrapped => {
                let mut ahead = self.cursor;
                ahead.open()?;
                match ahead.more_members(&mut true)? {
                    false => self.cursor.skip(),
                    true if wraps(field, &ahead.string()?) => self.wrapped(Slot::Structs(place), field),
                    true if self.is_listed(field) => self.pass(field, true),
                    true => {
                        let item = self.context.room.push(place)?;
                        self.object(item)
                    }
                }
            }
            Slot::StructMap(place) => self.named(|driver, index, name| {
                let entry = place.entry(name);
                driver.context.room.take(room::of_entry(index, size_of_val(entry)))?;
                driver.or_null(entry)
            }),
            Slot::TextMap(place) => self.named(|driver, index, name| {
                driver.context.room.take(room::of_entry(index, room::TEXT) + room::ALLOCATION)?;
                let text = driver.text()?.unwrap_or_default().into_owned();
                place.insert(name.to_owned(), text);
                Ok(())
            }),
            Slot::JsonMap(place) => self.named(|driver, index, name| {
                driver.context.room.take(room::of_entry(index, size_of::<Value>()))?;
                place.insert(name.to_owned(), driver.json()?);
                Ok(())
            }),
            list => self.wrapped(list, field),
        }
    }

    /// Goes through the entries of a map, one step of the path for each.
    fn named(&mut self, mut read: impl FnMut(&mut Self, usize, &str) -> Result<()>) -> Result<()> {
        self.cursor.open()?;
        let (mut first, mut index) = (true, 0);
        while self.cursor.more_members(&mut first)? {
            let name = self.cursor.string()?;
            self.cursor.colon()?;
            self.context.push_name(&name);
            read(self, index, &name)?;
            self.context.pop();
            index += 1;
        }
        Ok(())
    }

    fn list_in(&mut self, slot: Slot<'_>, field: &'static Field) -> Result<()> {
        match slot {
            // A struct that is nothing but a list may stand as the list alone.
            Slot::Struct(place) => {
                let nested = place.get_or_default();
                self.context.room.take(room::of_struct(nested))?;
                self.bare(nested)
            }
            // ZStack writes maps with object keys as arrays of pairs; an empty one says nothing.
            slot @ (Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_)) => {
                let mut ahead = self.cursor;
                ahead.open()?;
                match ahead.more(b']', &mut true)? {
                    false => self.cursor.skip(),
                    true => Err(self.another(&expected(&slot, field))),
                }
            }
            list => self.items(list, field),
        }
    }

    /// Reads a struct that may be null, which leaves it as it is.
    pub(in crate::json) fn or_null(&mut self, target: &mut dyn Struct) -> Result<()> {
        let shape = target.shape();
        match self.cursor.peek()? {
            b'{' => self.object(target),
            b'n' => self.cursor.literal("null"),
            b'[' if shape.takes_list().is_some() => self.bare(target),
            // A list of one in a list is that one: so a page of VB365's documents prints users.
            b'[' => {
                let (whole, mut first) = (self.cursor, true);
                self.cursor.open()?;
                self.context.push(Step::Index(0));
                let one = self.cursor.more(b']', &mut first)? && {
                    self.or_null(target)?;
                    !self.cursor.more(b']', &mut first)?
                };
                if !one {
                    self.cursor = whole;
                    return Err(self.another(&shape.expected()));
                }
                self.context.pop();
                Ok(())
            }
            _ => Err(self.another(&shape.expected())),
        }
    }
}

fn expected(slot: &Slot<'_>, field: &Field) -> String {
    let what = match slot {
        Slot::Struct(_) => "an object",
        Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) => "an object of named values",
        _ => "a list",
    };
    format!("{what} ({})", field.kind.name())
}
