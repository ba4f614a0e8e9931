//! What a type does not know, kept and written back as it came.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fmt;

use serde_json::Value;

use crate::room::ALLOCATION;

/// A value that an enum type does not list. Its inside is private, so that a known text never becomes unknown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Fields that a type does not know, in the order in which they came.
///
/// They are kept as text, and cost little more than what they came as: as values, an array of numbers costs sixteen
/// times its text. Every generated type has them, and hardly any value has one: none at all is no larger than a pointer.
#[derive(Clone, Default, PartialEq, Hash)]
pub struct Unknown(Option<Box<Fields>>);

#[derive(Clone, Default, PartialEq, Hash)]
struct Fields {
    /// Names and what they held, one behind the other.
    text: String,
    marks: Vec<Mark>,
}

/// Where a field stands in the text.
#[derive(Clone, Copy, PartialEq, Hash)]
struct Mark {
    place: Place,
    /// Where its name ends and its value begins.
    name: usize,
    /// Where its value ends and the next name begins.
    value: usize,
}

/// One unknown field.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownField<'a> {
    name: &'a str,
    place: Place,
    text: &'a str,
}

/// Where an unknown field stood, which Enterprise Manager's ordered XML bodies need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A member of a JSON object.
    Member,
    /// An XML attribute.
    Attribute,
    /// An XML child element, after the known field with this index (0 for none before it, else index + 1).
    ElementAfter(u16),
}

impl<'a> UnknownField<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Where it stood.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// What it held, as text: a member's JSON without blanks, an attribute's text, an element's own markup.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What it held; the text of an attribute and the markup of an element are strings.
    #[must_use]
    pub fn value(&self) -> Value {
        match self.place {
            // What was read or written as JSON is JSON.
            Place::Member => serde_json::from_str(self.text).unwrap_or_default(),
            Place::Attribute | Place::ElementAfter(_) => self.text.into(),
        }
    }
}

impl fmt::Debug for UnknownField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownField")
            .field("name", &self.name)
            .field("place", &self.place)
            .field("value", &self.value())
            .finish()
    }
}

impl Fields {
    fn get(&self, index: usize) -> Option<UnknownField<'_>> {
        let mark = self.marks.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.marks.get(before)).map_or(0, |before| before.value);
        let text = |start, end| self.text.get(start..end).unwrap_or_default();
        Some(UnknownField { name: text(start, mark.name), place: mark.place, text: text(mark.name, mark.value) })
    }

    /// Adds a field whose value is what is written to the text; nothing when that fails.
    fn add<E>(&mut self, name: &str, place: Place, write: impl FnOnce(&mut String) -> Result<(), E>) -> Result<(), E> {
        let start = self.text.len();
        self.text.push_str(name);
        let name = self.text.len();
        if let Err(error) = write(&mut self.text) {
            self.text.truncate(start);
            return Err(error);
        }
        if self.marks.is_empty() {
            // One and not four: of objects with one unknown member a page may have a million.
            self.marks.reserve_exact(1);
        }
        self.marks.push(Mark { place, name, value: self.text.len() });
        Ok(())
    }

    fn push(&mut self, field: UnknownField<'_>) {
        let Ok(()) = self.add(field.name, field.place, |out| {
            out.push_str(field.text);
            Ok::<_, Infallible>(())
        });
    }
}

impl Unknown {
    /// No fields.
    pub const NONE: Self = Self(None);

    /// The fields, in the order in which they came.
    pub fn iter(&self) -> UnknownFields<'_> {
        UnknownFields { fields: self.0.as_deref(), next: 0 }
    }

    /// The value of the field with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        self.iter().find(|field| field.name == name).map(|field| field.value())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |fields| fields.marks.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How much memory they take, in bytes, with what their allocations cost.
    pub(crate) fn memory(&self) -> usize {
        let of = |fields: &Fields| fields.text.capacity() + fields.marks.capacity() * size_of::<Mark>();
        self.0.as_ref().map_or(0, |fields| size_of::<Fields>() + of(fields) + 3 * ALLOCATION)
    }

    /// Adds a field without a look at the others, which [`Unknown::drop_twins`] has to follow: looking each time would
    /// be quadratic.
    pub(crate) fn append(&mut self, name: &str, place: Place, text: &str) {
        self.0.get_or_insert_default().push(UnknownField { name, place, text });
    }

    /// The same of a member whose JSON is what is written; nothing when that fails.
    pub(crate) fn append_member<E>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        let added = self.0.get_or_insert_default().add(name, Place::Member, write);
        if self.is_empty() {
            *self = Self::NONE;
        }
        added
    }

    /// Keeps those of which this holds.
    pub(crate) fn retain(&mut self, holds: impl FnMut(&UnknownField<'_>) -> bool) {
        let mut kept = Fields::default();
        self.iter().filter(holds).for_each(|field| kept.push(field));
        self.keep(kept);
    }

    /// Of members of one name, keeps the last one, in the first one's place.
    pub(crate) fn drop_twins(&mut self) {
        let members = || self.iter().enumerate().filter(|(_, field)| field.place == Place::Member);
        let mut seen = HashSet::with_capacity(self.len());
        if members().all(|(_, field)| seen.insert(field.name)) {
            return;
        }
        let last: HashMap<&str, usize> = members().map(|(at, field)| (field.name, at)).collect();
        let (mut kept, mut told) = (Fields::default(), HashSet::new());
        for field in self.iter() {
            let last = last.get(field.name).filter(|_| field.place == Place::Member);
            match last.and_then(|last| self.0.as_ref()?.get(*last)) {
                None => kept.push(field),
                Some(last) if told.insert(field.name) => kept.push(last),
                Some(_) => {}
            }
        }
        self.keep(kept);
    }

    /// None at all is not an empty list of them.
    fn keep(&mut self, kept: Fields) {
        self.0 = (!kept.marks.is_empty()).then(|| Box::new(kept));
    }

    /// Adds a field; an earlier member or attribute of that name is replaced.
    pub fn push(&mut self, field: UnknownField<'_>) {
        let is_twin = |twin: &UnknownField<'_>| twin.name == field.name && twin.place == field.place;
        if matches!(field.place, Place::ElementAfter(_)) || !self.iter().any(|twin| is_twin(&twin)) {
            self.0.get_or_insert_default().push(field);
            return;
        }
        let mut kept = Fields::default();
        self.iter().for_each(|other| kept.push(if is_twin(&other) { field } else { other }));
        self.keep(kept);
    }

    /// Adds a JSON member; an earlier one of that name is replaced.
    pub fn insert(&mut self, name: &str, value: &Value) {
        self.push(UnknownField { name, place: Place::Member, text: &value.to_string() });
    }
}

/// Unknown fields, in the order in which they came.
#[derive(Debug, Clone)]
pub struct UnknownFields<'a> {
    fields: Option<&'a Fields>,
    next: usize,
}

impl<'a> Iterator for UnknownFields<'a> {
    type Item = UnknownField<'a>;
    fn next(&mut self) -> Option<Self::Item> {
        let field = self.fields?.get(self.next)?;
        self.next += 1;
        Some(field)
    }
}

impl<'a> IntoIterator for &'a Unknown {
    type Item = UnknownField<'a>;
    type IntoIter = UnknownFields<'a>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|field| (field.name, field.value()))).finish()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields").field("len", &self.marks.len()).finish_non_exhaustive()
    }
}
