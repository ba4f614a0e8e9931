//! The rows that came: a listing that brings one again has not moved, or changed while it was read.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use backhaul_wire::reflect::{Scalar, StructList};
use backhaul_wire::{Struct, json};

/// The fields that tell one row from another.
const IDS: [&str; 3] = ["id", "uid", "uuid"];

/// The id of a server that has none.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

/// The rows of the pages so far, eight bytes each: a fleet lists millions.
#[derive(Default)]
pub(super) struct Rows {
    hasher: RandomState,
    seen: HashSet<u64>,
}

impl Rows {
    /// Takes in a page. Gives the row that an earlier page had as well, by its id; of rows without ids, the whole page counts as one.
    pub(super) fn repeated(&mut self, lists: &[&dyn StructList]) -> Option<String> {
        let rows = || lists.iter().flat_map(|list| (0..list.len()).filter_map(|index| list.get(index)));
        let ids: Vec<String> = rows().filter_map(id).collect();
        let marks: Vec<u64> = if ids.is_empty() {
            let page: Vec<_> = rows().map(|row| json::encode(row, json::Case::Schema).unwrap_or_default()).collect();
            if page.is_empty() { Vec::new() } else { vec![self.hasher.hash_one(page)] }
        } else {
            ids.iter().map(|id| self.hasher.hash_one(id)).collect()
        };
        let again = marks.iter().position(|mark| self.seen.contains(mark));
        self.seen.extend(&marks);
        again
            .map(|at| ids.get(at).map_or_else(|| "a page".to_owned(), |id| format!("the item `{}`", id.escape_debug())))
    }
}

fn id(row: &dyn Struct) -> Option<String> {
    let fields = row.shape().fields;
    let index = IDS.iter().find_map(|id| fields.iter().position(|field| field.wire.eq_ignore_ascii_case(id)))?;
    match row.view(index).scalar()? {
        Scalar::Text(id) if !id.is_empty() && id != NO_ID => Some(id.to_owned()),
        Scalar::Int(id) => Some(id.to_string()),
        _ => None,
    }
}
