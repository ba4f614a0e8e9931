//! The rows that came: a listing that brings one again has not moved, or changed while it was read.

use std::collections::HashSet;
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hash, Hasher};

use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Struct, json};

use crate::protocol::NIL;

/// The fields that tell one row from another.
const IDS: [&str; 3] = ["id", "uid", "uuid"];

/// What an earlier page had as well.
pub(super) enum Again {
    /// An item: so it is where one was inserted in front of it while the listing was read, too.
    Item(String),
    /// A page, which no change of the listing brings again, and the item that it begins with, if its items have ids.
    Page(Option<String>),
}

/// The rows of the pages so far, eight bytes each: a fleet lists millions.
#[derive(Default)]
pub(super) struct Rows {
    state: RandomState,
    seen: HashSet<u64>,
    /// Those that a page began with.
    starts: HashSet<u64>,
    /// Those of the page that is read: one page may have a row twice.
    page: Vec<u64>,
    /// The rows of that page that have no id.
    nameless: Option<DefaultHasher>,
}

impl Rows {
    /// Takes in a row. Gives what it is when an earlier page had it as well: a page that begins as an earlier one did is
    /// that page.
    pub(super) fn take(&mut self, row: &dyn Struct) -> Option<Again> {
        let Some(id) = id(row) else {
            let hasher = self.nameless.get_or_insert_with(|| self.state.build_hasher());
            json::encode(row, json::Case::Schema).unwrap_or_default().hash(hasher);
            return None;
        };
        let mark = self.state.hash_one(&id);
        let starts = self.page.is_empty() && !self.starts.insert(mark);
        self.page.push(mark);
        match self.seen.contains(&mark) {
            true if starts => Some(Again::Page(Some(id))),
            true => Some(Again::Item(id)),
            false => None,
        }
    }

    /// Ends a page. One whose rows have no ids counts as one row: gives what an earlier page had as well.
    pub(super) fn end_page(&mut self) -> Option<Again> {
        let whole = self.nameless.take().map(|hasher| hasher.finish()).filter(|_| self.page.is_empty());
        self.seen.extend(self.page.drain(..));
        whole.filter(|mark| !self.seen.insert(*mark)).map(|_| Again::Page(None))
    }
}

fn id(row: &dyn Struct) -> Option<String> {
    let fields = row.shape().fields;
    let index = IDS.iter().find_map(|id| fields.iter().position(|field| field.wire.eq_ignore_ascii_case(id)))?;
    match row.view(index).scalar()? {
        Scalar::Text(id) if !id.is_empty() && id != NIL => Some(id.to_owned()),
        Scalar::Int(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use backhaul_models::vb365::{Organization, PlatformTypeInfo};

    use super::*;

    /// The id of the row that this text is.
    fn of<T: backhaul_wire::reflect::Model>(text: &str) -> Option<String> {
        id(&json::decode::<T>(text.as_bytes()).unwrap())
    }

    #[test]
    fn what_tells_one_row_from_another() {
        assert_eq!(of::<Organization>(r#"{"id": "a"}"#).as_deref(), Some("a"));
        assert_eq!(of::<PlatformTypeInfo>(r#"{"id": 7}"#).as_deref(), Some("7"));
        // Many rows may have these.
        for none in [r#"{"id": ""}"#.to_owned(), format!(r#"{{"id": "{NIL}"}}"#), r#"{"name": "a"}"#.to_owned()] {
            assert_eq!(of::<Organization>(&none), None, "{none}");
        }
    }
}
