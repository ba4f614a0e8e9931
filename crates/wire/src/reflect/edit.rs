use std::fmt;

use serde_json::Value;

use super::{Slot, View};
use crate::text::{DateTime, Id, Secret};

/// A field of a body that edits: a value to set, an explicit null to clear what the server holds, or nothing to leave
/// it alone.
///
/// ```
/// use backhaul_wire::Edit;
///
/// let mut description = Edit::from("Nightly");
/// assert_eq!(description.get().map(String::as_str), Some("Nightly"));
/// description = Edit::NULL; // written as `null`
/// assert!(description.is_null() && description.get().is_none());
/// assert!(Edit::<String>::ABSENT.is_absent()); // not written
/// ```
#[derive(Clone, PartialEq)]
pub struct Edit<T> {
    value: Option<T>,
    null: bool,
}

impl<T> Edit<T> {
    /// Leaves alone what the server holds: nothing is written.
    pub const ABSENT: Self = Self { value: None, null: false };
    /// Clears what the server holds: `null` is written.
    pub const NULL: Self = Self { value: None, null: true };

    /// Sets a value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self { value: Some(value), null: false }
    }

    /// The value, if there is one.
    #[must_use]
    pub const fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value, if there is one.
    #[must_use]
    pub fn into_value(self) -> Option<T> {
        self.value
    }

    /// Whether it is an explicit null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.null && self.value.is_none()
    }

    /// Whether nothing is said.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        !self.null && self.value.is_none()
    }
}

impl<T> Default for Edit<T> {
    fn default() -> Self {
        Self::ABSENT
    }
}

impl<T> From<T> for Edit<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// `None` is an explicit null.
impl<T> From<Option<T>> for Edit<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NULL, Self::new)
    }
}

macro_rules! from_text {
    ($($name:ty),*) => {$(
        impl From<&str> for Edit<$name> {
            fn from(text: &str) -> Self {
                Self::new(text.into())
            }
        }
    )*};
}

from_text!(String, Id, DateTime, Secret);

impl<T: fmt::Debug> fmt::Debug for Edit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => value.fmt(f),
            None => f.write_str(if self.null { "null" } else { "absent" }),
        }
    }
}

/// A place for a value, an explicit null, or nothing.
pub trait EditSlot: Send + Sync {
    /// The value's place, to read.
    fn view(&self) -> View<'_>;
    /// The value's place, to write.
    fn slot(&mut self) -> Slot<'_>;
    /// Whether it is an explicit null.
    fn is_null(&self) -> bool;
    /// Says whether nothing in the value's place is an explicit null.
    fn set_null(&mut self, null: bool);
}

/// What an [`Edit`] can hold.
pub trait EditValue: Sized + Send + Sync {
    /// A place for one, to read.
    fn view(place: &Option<Self>) -> View<'_>;
    /// A place for one, to write.
    fn slot(place: &mut Option<Self>) -> Slot<'_>;
}

impl<T: EditValue> EditSlot for Edit<T> {
    fn view(&self) -> View<'_> {
        T::view(&self.value)
    }
    fn slot(&mut self) -> Slot<'_> {
        T::slot(&mut self.value)
    }
    fn is_null(&self) -> bool {
        Self::is_null(self)
    }
    fn set_null(&mut self, null: bool) {
        self.null = null;
    }
}

macro_rules! edit_value {
    ($($kind:ident: $name:ty),*) => {$(
        impl EditValue for $name {
            fn view(place: &Option<Self>) -> View<'_> {
                View::$kind(place)
            }
            fn slot(place: &mut Option<Self>) -> Slot<'_> {
                Slot::$kind(place)
            }
        }
    )*};
}

edit_value!(Bool: bool, Int: i64, Float: f64, Text: String, Id: Id, DateTime: DateTime, Secret: Secret, Json: Value);
