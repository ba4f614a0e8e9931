//! What a type does not know, kept and written back as it came.

use std::collections::{HashMap, HashSet};
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
///
/// Every generated type has one, and hardly any value has something in it: an empty one is no larger than a pointer.
#[derive(Clone, Default, PartialEq, Hash)]
#[allow(clippy::box_collection, reason = "one pointer in every struct instead of three")]
pub struct Unknown(Option<Box<Vec<UnknownField>>>);

/// One unknown field.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct UnknownField {
    /// Its name.
    pub name: String,
    /// Where it stood.
    pub place: Place,
    /// What it held.
    pub value: Value,
}

/// Where an unknown field stood, which Enterprise Manager's ordered XML bodies need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    pub const NONE: Self = Self(None);

    /// The fields, in the order in which they came.
    pub fn iter(&self) -> std::slice::Iter<'_, UnknownField> {
        self.0.as_deref().map(Vec::as_slice).unwrap_or_default().iter()
    }

    /// The value of the field with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|fields| fields.is_empty())
    }

    /// Adds a field without a look at the others, which [`Unknown::drop_twins`] has to follow: looking each time would
    /// be quadratic.
    pub(crate) fn append(&mut self, field: UnknownField) {
        let fields = self.0.get_or_insert_default();
        if fields.is_empty() {
            // One and not four: of objects with one unknown member a page may have a million.
            fields.reserve_exact(1);
        }
        fields.push(field);
    }

    /// Keeps those of which this holds.
    pub(crate) fn retain(&mut self, holds: impl FnMut(&UnknownField) -> bool) {
        if let Some(fields) = &mut self.0 {
            fields.retain(holds);
        }
        // None at all is not an empty list of them.
        if self.is_empty() {
            *self = Self::NONE;
        }
    }

    /// Of members of one name, keeps the last one, in the first one's place.
    pub(crate) fn drop_twins(&mut self) {
        let Some(fields) = &mut self.0 else { return };
        let mut seen = HashSet::with_capacity(fields.len());
        if fields.iter().all(|field| field.place != Place::Member || seen.insert(field.name.as_str())) {
            return;
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut kept: Vec<UnknownField> = Vec::with_capacity(fields.len());
        for field in fields.drain(..) {
            match places.get(&field.name) {
                Some(twin) if field.place == Place::Member => kept[*twin] = field,
                _ => {
                    if field.place == Place::Member {
                        places.insert(field.name.clone(), kept.len());
                    }
                    kept.push(field);
                }
            }
        }
        **fields = kept;
    }

    /// Adds a field; an earlier member or attribute of that name is replaced.
    pub fn push(&mut self, field: UnknownField) {
        let fields = self.0.get_or_insert_default();
        let twin = fields.iter_mut().find(|f| f.name == field.name && f.place == field.place);
        match twin {
            Some(twin) if !matches!(field.place, Place::ElementAfter(_)) => *twin = field,
            _ => fields.push(field),
        }
    }
}

impl<'a> IntoIterator for &'a Unknown {
    type Item = &'a UnknownField;
    type IntoIter = std::slice::Iter<'a, UnknownField>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|field| (&field.name, &field.value))).finish()
    }
}
