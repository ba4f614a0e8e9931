//! Where a page of VB365 leads.

use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Struct, View, json};
use url::Url;

use super::{int, text};
use crate::address;

/// The id of a set where the server keeps none.
const NO_SET: &str = "00000000-0000-0000-0000-000000000000";

/// What comes after a page.
pub(super) enum After {
    Nothing,
    /// What the page's own link says.
    Link(String),
    /// The items from this one on: a page without any link that is as full as it says that pages are.
    From(i64),
}

/// A page ends the listing when it has links, but none to a next one. Totals are left out in some versions and wrong in others;
/// nobody counts on them.
pub(super) fn after(page: &dyn Struct, items: usize) -> After {
    let View::StructMap(links) = page.field("_links") else { return After::Nothing };
    if let Some(href) = links.get("next").and_then(|link| text(link, "href")) {
        return After::Link(href);
    }
    match (links.len(), int(page, "limit")) {
        (0, Some(limit)) if limit > 0 && count(items) >= limit => After::From(int(page, "offset").unwrap_or(0) + limit),
        _ => After::Nothing,
    }
}

/// Mends the address of the next page: the set that the pages are cut from is carried on, and no item is passed over where the
/// server counts on from the limit that it was asked for and not from the one that it kept to.
pub(super) fn mend(url: &mut Url, page: &dyn Struct, items: usize, takes_set: bool) {
    if takes_set
        && query(url, "setId").is_none()
        && let Some(set) = set(page)
    {
        address::set_query(url, "setId", &set);
    }
    if let (Some(offset), Some(limit)) = (int(page, "offset"), int(page, "limit")) {
        let end = offset.saturating_add(limit.max(count(items)));
        if query(url, "offset").and_then(|next| next.parse::<i64>().ok()).is_some_and(|next| next > end) {
            address::set_query(url, "offset", &end.to_string());
        }
    }
}

/// The set that a page was cut from.
pub(super) fn set(page: &dyn Struct) -> Option<String> {
    match page.field("setId").scalar()? {
        Scalar::Text(set) if !set.is_empty() && set != NO_SET => Some(set.to_owned()),
        _ => None,
    }
}

/// The pages that came, so far as it takes to know one again.
#[derive(Default)]
pub(super) struct Trail {
    offset: Option<i64>,
    first: Option<Vec<u8>>,
    /// Whether a page linked to a next one: the server's links are then all that counts.
    pub(super) linked: bool,
    /// Whether the page that was asked for last is one that no link led to.
    pub(super) probing: bool,
}

impl Trail {
    /// Whether a page is the one before, or one further back, under another link.
    pub(super) fn repeats(&mut self, page: &dyn Struct, list: &str, items: usize) -> bool {
        if items == 0 {
            return false;
        }
        let offset = int(page, "offset");
        let first = page.path(list).structs().and_then(|list| json::encode(list.get(0)?, json::Case::Schema).ok());
        let back = matches!((self.offset, offset), (Some(before), Some(now)) if now <= before);
        let repeats = back && self.first == first;
        (self.offset, self.first) = (offset, first);
        repeats
    }
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}
