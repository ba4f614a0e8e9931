//! Listings: a bare array, or a page with links, as the version has it.

use backhaul_wire::ApiVersion;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Call;
use crate::message::Reply;

const DEFAULT_LIMIT: usize = 30;
const MAX_LIMIT: usize = 10_000;
/// Says that no cached set on the server is behind a page.
pub(in crate::vb365) const NO_SET: &str = "00000000-0000-0000-0000-000000000000";

impl Call<'_> {
    /// Answers with `count` items, of which `show` gives one. The route table says which versions page a listing.
    pub(in crate::vb365) fn list(&self, count: usize, show: impl Fn(usize) -> Value) -> Reply {
        self.list_of(NO_SET, count, show)
    }

    /// The same, out of a cached set.
    pub(in crate::vb365) fn list_of(&self, set: &str, count: usize, show: impl Fn(usize) -> Value) -> Reply {
        if self.operation.bare.is_some_and(|versions| versions.contains(ApiVersion::new(self.version))) {
            return Reply::json(StatusCode::OK, &(0..count).map(show).collect());
        }
        let number = |name: &str, default: usize| match self.param(name) {
            None => Ok(default),
            Some(text) => text.trim().parse::<usize>().map_err(|_| {
                let message = format!("The value '{text}' is not valid for {name}.");
                Box::new(super::Refusal::bad(message).reply(self.version))
            }),
        };
        let (offset, limit) = match (number("offset", 0), number("limit", DEFAULT_LIMIT)) {
            (Ok(offset), Ok(limit)) => (offset, limit.min(MAX_LIMIT)),
            (Err(reply), _) | (_, Err(reply)) => return *reply,
        };
        let end = count.min(offset.saturating_add(limit));
        let results: Vec<Value> = (offset.min(end)..end).map(show).collect();
        let mut page = Map::new();
        page.insert("offset".to_owned(), offset.into());
        page.insert("limit".to_owned(), limit.into());
        page.insert("results".to_owned(), results.into());
        page.insert("_links".to_owned(), self.page_links(set, offset, limit, end < count && limit > 0));
        if self.version >= 6 {
            page.insert("setId".to_owned(), set.into());
        }
        // v6 declares it everywhere, but its documented page comes without; v5 has it for sessions.
        if self.version == 7 || self.version == 5 && self.operation.path.ends_with("JobSessions") {
            page.insert("totalCount".to_owned(), count.into());
        }
        Reply::json(StatusCode::OK, &page.into())
    }

    /// A key is missing where there is no such page.
    fn page_links(&self, set: &str, offset: usize, limit: usize, more: bool) -> Value {
        let own = |name: &str| ["offset", "limit", "setId"].iter().any(|paging| name.eq_ignore_ascii_case(paging));
        let others = self.params.iter().filter(|(name, _)| !own(name));
        let others: String =
            others.map(|(name, value)| format!("{name}={}&", backhaul_filter::url::encode(value))).collect();
        let set = if set == NO_SET { String::new() } else { format!("&setId={set}") };
        let base = if self.version <= 5 { self.request.base.as_str() } else { "" };
        let path = &self.request.path;
        let link =
            |offset: usize| json!({ "href": format!("{base}{path}?{others}offset={offset}&limit={limit}{set}") });
        let mut links = Map::new();
        if offset > 0 {
            links.insert("first".to_owned(), link(0));
            links.insert("prev".to_owned(), link(offset.saturating_sub(limit)));
        }
        links.insert("self".to_owned(), link(offset));
        if more {
            links.insert("next".to_owned(), link(offset.saturating_add(limit)));
        }
        links.into()
    }
}
