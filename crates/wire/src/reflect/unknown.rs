//! What a type does not know, kept and written back as it came.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde_json::Value;

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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unknown(Vec<UnknownField>);

/// One unknown field.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownField {
    /// Its name.
    pub name: String,
    /// Where it stood.
    pub place: Place,
    /// What it held.
    pub value: Value,
}

/// Where an unknown field stood, which Enterprise Manager's ordered XML bodies need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A member of a JSON object.
    Member,
    /// An XML attribute; its value is a string.
    Attribute,
    /// An XML child element, after the known field with this index (0 for none before it, else index + 1).
    /// Its value is a string that holds the element's own markup.
    ElementAfter(u16),
}

impl Unknown {
    /// No fields.
    pub const NONE: Self = Self(Vec::new());

    /// The fields, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &UnknownField> {
        self.0.iter()
    }

    /// The value of the field with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a field without a look at the others, which [`Unknown::drop_twins`] has to follow: looking each time would be quadratic.
    pub(crate) fn append(&mut self, field: UnknownField) {
        self.0.push(field);
    }

    /// Of members and attributes of one name, keeps the last one, in the first one's place; the last `appended` fields are new.
    pub(crate) fn drop_twins(&mut self, appended: usize) {
        let (old, mut fields) = (self.0.len().saturating_sub(appended), std::mem::take(&mut self.0).into_iter());
        self.0.extend(fields.by_ref().take(old));
        let key = |field: &UnknownField| (field.name.clone(), field.place == Place::Attribute);
        let mut seen: HashMap<_, usize> = self.0.iter().enumerate().map(|(at, field)| (key(field), at)).collect();
        for field in fields {
            if matches!(field.place, Place::ElementAfter(_)) {
                self.0.push(field);
                continue;
            }
            match seen.entry(key(&field)) {
                Entry::Occupied(twin) => self.0[*twin.get()] = field,
                Entry::Vacant(place) => {
                    place.insert(self.0.len());
                    self.0.push(field);
                }
            }
        }
    }

    /// Adds a field; an earlier member or attribute of that name is replaced.
    pub fn push(&mut self, field: UnknownField) {
        let twin = self.0.iter_mut().find(|f| f.name == field.name && f.place == field.place);
        match twin {
            Some(twin) if !matches!(field.place, Place::ElementAfter(_)) => *twin = field,
            _ => self.0.push(field),
        }
    }
}
