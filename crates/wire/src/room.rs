//! How much memory may go to what is read from a body.
//!
//! An entity is as wide as its schema, so that a list of empty ones in one item costs hundreds of times its text. Who
//! reads item by item is promised a bound (`docs/decisions/0048-memory-of-an-item.md`), and an item beyond it is refused.
//!
//! What is counted is what comes beside the texts themselves, and rather too much than too little.

use std::fmt;

use crate::reflect::{DynamicStruct, Struct, StructList, Unknown};

/// What an allocation costs beside what was asked for.
pub(crate) const ALLOCATION: usize = 24;
/// A place in a [`DynamicStruct`], of which there may be twice as many as are filled.
const PLACE: usize = 72;
/// A text in a list or map, without its letters.
pub(crate) const TEXT: usize = size_of::<String>();
const POINTER: usize = size_of::<usize>();
/// A field of a struct in a box.
const FIELD: usize = 32;
/// How many items a list has room for at first.
const FIRST: usize = 4;
/// How many entries a node of a map has room for. All but the first are half full at least.
const NODE: usize = 11;

/// The bytes that are taken, and how many may be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Room {
    taken: usize,
    most: Option<usize>,
}

/// A value would take more memory than it may.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLarge(usize);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read into memory it takes more than the {} MB that a body of its size may", self.0 >> 20)
    }
}

impl Room {
    /// Room for as much as there is.
    pub(crate) const ANY: Self = Self { taken: 0, most: None };

    /// Room for so many bytes.
    pub(crate) const fn of(most: usize) -> Self {
        Self { taken: 0, most: Some(most) }
    }

    /// What an item of a body of this size may take, where the text is kept and its own texts are as long again: eight
    /// times the size and 16 MB in all.
    pub(crate) const fn usual(size: usize) -> usize {
        size.saturating_mul(6).saturating_add(16 << 20)
    }

    /// Whether it is counted at all.
    pub(crate) const fn is_bounded(&self) -> bool {
        self.most.is_some()
    }

    /// How much is taken.
    pub(crate) const fn taken(&self) -> usize {
        self.taken
    }

    /// Makes it as large as this.
    pub(crate) fn grow(&mut self, most: usize) {
        self.most = self.most.map(|_| most);
    }

    /// Adds an empty struct to a list.
    #[inline]
    pub(crate) fn push<'l>(&mut self, list: &'l mut dyn StructList) -> Result<&'l mut dyn Struct, TooLarge> {
        if !self.is_bounded() {
            return Ok(list.push());
        }
        let index = list.len();
        if let Some(first) = list.get(0) {
            self.take_item(index, size_of_val(first))?;
        }
        let item = list.push();
        if index == 0 {
            self.take_item(index, size_of_val(item))?;
        }
        Ok(item)
    }

    /// Takes what a list grows by before an item of this size.
    #[inline]
    pub(crate) fn take_item(&mut self, index: usize, size: usize) -> Result<(), TooLarge> {
        match index {
            0 => self.take(FIRST * size),
            1..FIRST => Ok(()),
            _ if !self.is_bounded() || !index.is_power_of_two() => Ok(()),
            _ => {
                // It doubles, and for a moment there are the old one and the new.
                let more = index.saturating_mul(size);
                self.take(more.saturating_mul(2))?;
                self.taken = self.taken.saturating_sub(more);
                Ok(())
            }
        }
    }

    /// Takes some of it.
    #[inline]
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), TooLarge> {
        match self.most {
            None => Ok(()),
            Some(most) => {
                self.taken = self.taken.saturating_add(bytes);
                if self.taken > most { Err(TooLarge(most)) } else { Ok(()) }
            }
        }
    }
}

/// What a struct takes itself, where it may stand in a box.
pub(crate) fn of_struct(value: &dyn Struct) -> usize {
    let size = match size_of_val(value) {
        // The box alone: few types contain themselves, and their fields are no wider.
        POINTER => value.shape().fields.len() * FIELD,
        size => size,
    };
    size + ALLOCATION
}

/// What so many fields take of a struct beyond [`of_struct`], and what it does not know.
pub(crate) fn of_fields(value: &dyn Struct, count: usize) -> usize {
    let unknown = value.unknown().map_or(0, Unknown::memory);
    // So small a value keeps its fields elsewhere; the few others that are as small are counted as if they did.
    let elsewhere = size_of_val(value) == size_of::<DynamicStruct>() && count + unknown > 0;
    let (place, filled) = if elsewhere { (PLACE, DynamicStruct::FILLED + ALLOCATION) } else { (0, 0) };
    filled + unknown + count * (ALLOCATION + place)
}

/// What so many attributes of an element take. What stands in it is counted behind them, by [`of_fields`].
pub(crate) fn of_attributes(value: &dyn Struct, count: usize) -> usize {
    if count == 0 { 0 } else { of_fields(value, count) }
}

/// What a list of so many items takes while it grows.
pub(crate) fn of_list(len: usize, size: usize) -> usize {
    len.next_power_of_two().max(FIRST).saturating_mul(size) / 2 * 3
}

/// What an entry of a map takes, the first one being 0, whose value is so large.
pub(crate) fn of_entry(index: usize, value: usize) -> usize {
    let node = if index.is_multiple_of(NODE / 2) { NODE * (size_of::<String>() + value) } else { 0 };
    node + ALLOCATION
}
