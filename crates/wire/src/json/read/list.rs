//! Reading lists: bare, in a wrapper, or in a wrapper that repeats its name.

use serde_json::Value;

use super::super::lex::Result;
use super::{Driver, Found, Listed};
use crate::context::Step;
use crate::drift::is_below;
use crate::reflect::Slot;
use crate::room;
use crate::shape::Field;

impl Driver<'_, '_, '_> {
    /// Reads a list out of its wrapper: an object whose one known member is the array.
    pub(super) fn wrapped(&mut self, mut list: Slot<'_>, field: &'static Field) -> Result<()> {
        self.cursor.open()?;
        let mut first = true;
        while self.cursor.more_members(&mut first)? {
            let name = self.cursor.string()?;
            self.cursor.colon()?;
            if wraps(field, &name) {
                self.context.push_name(&name);
                self.nested(list.reborrow(), field, true)?;
                self.context.pop();
            } else {
                let null = self.cursor.peek()? == b'n';
                self.cursor.skip()?;
                if !null {
                    self.context.unknown_field(&name);
                }
            }
        }
        Ok(())
    }

    /// Whether a list's items are to be read later.
    pub(super) fn is_listed(&self, field: &Field) -> bool {
        let is = |name: &str| field.json.eq_ignore_ascii_case(name) || field.wire.eq_ignore_ascii_case(name);
        self.listed.as_ref().is_some_and(|listed| is(listed.name))
    }

    /// Passes over a list, or its one item, and notes where it stands.
    pub(super) fn pass(&mut self, field: &'static Field, single: bool) -> Result<()> {
        let found = Found { at: self.cursor.at(), path: self.context.path(), field, single };
        if let Some(listed) = &mut self.listed {
            listed.found = Some(found);
        }
        // One by one, so that what breaks in one has its place.
        if single { self.cursor.skip() } else { self.each(0, |driver| driver.cursor.skip()) }
    }

    /// Gives up the list if it stands in a member of where the driver is, or in the place itself with no name: another
    /// value takes its place.
    #[inline]
    pub(super) fn forget_listed(&mut self, name: &str) {
        if let Some(Listed { found: found @ Some(_), .. }) = &mut self.listed {
            found.take_if(|found| is_below(&found.path, &self.context.path_to(name)));
        }
    }

    /// Reads the items of a list.
    pub(super) fn items(&mut self, list: Slot<'_>, field: &'static Field) -> Result<()> {
        match list {
            Slot::Structs(_) if self.is_listed(field) => self.pass(field, false),
            Slot::Structs(place) => self.each(0, |driver| {
                let item = driver.context.room.push(place)?;
                driver.or_null(item)
            }),
            Slot::Enums(place) => self.each(room::TEXT, |driver| {
                if let Some(text) = driver.text()?
                    && !place.push(&text)
                {
                    driver.context.unknown_value("", &text);
                }
                Ok(())
            }),
            Slot::Bools(place) => self.each(1, |driver| driver.bool().map(|value| place.extend(value))),
            Slot::Ints(place) => self.each(8, |driver| driver.int().map(|value| place.extend(value))),
            Slot::Floats(place) => self.each(8, |driver| driver.float().map(|value| place.extend(value))),
            Slot::Texts(place) => self
                .each(room::TEXT, |driver| driver.text().map(|text| place.extend(text.map(|text| text.into_owned())))),
            Slot::Ids(place) => self.each(room::TEXT, |driver| {
                driver.text().map(|text| place.extend(text.map(|text| text.into_owned().into())))
            }),
            Slot::DateTimes(place) => self.each(room::TEXT, |driver| {
                driver.text().map(|text| place.extend(text.map(|text| text.into_owned().into())))
            }),
            Slot::Jsons(place) => self.each(size_of::<Value>(), |driver| driver.json().map(|value| place.push(value))),
            _ => Err(self.another("a single value")),
        }
    }

    /// Goes through a list, one step of the path for each item, whose size is given; nothing where it has none.
    fn each(&mut self, size: usize, mut read: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.cursor.open()?;
        self.context.push(Step::Index(0));
        let (mut first, mut index) = (true, 0);
        while self.cursor.more(b']', &mut first)? {
            self.context.step(Step::Index(index));
            self.context.room.take_item(index, size)?;
            if size == room::TEXT {
                self.context.room.take(room::ALLOCATION)?;
            }
            read(self)?;
            index += 1;
        }
        self.context.pop();
        Ok(())
    }
}

/// Whether a member of this name is what a list's wrapper holds.
pub(super) fn wraps(field: &Field, name: &str) -> bool {
    let known = [field.json_item, field.item, Some(field.json), Some(field.wire)];
    known.into_iter().flatten().any(|known| known.eq_ignore_ascii_case(name))
}
