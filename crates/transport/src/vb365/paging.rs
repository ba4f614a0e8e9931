//! VB365's pages: linked, cut from a set at an offset.

use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Operation, Struct, View};
use url::Url;

use crate::address;
use crate::protocol::{Follow, NIL, PAGE, Page, Step, text};

/// What is known of the pages that came.
#[derive(Default)]
pub(crate) struct Pages {
    offset: Option<i64>,
    /// Where the page after the last one begins at the latest: further on, items would be passed over.
    end: Option<i64>,
    /// Whether a page linked to a next one: the server's links are then all that counts.
    linked: bool,
    probing: bool,
}

impl Follow for Pages {
    fn defaults(&self, _: &'static Operation) -> Vec<(&'static str, String)> {
        vec![("limit", PAGE.to_string())]
    }

    fn marks(&self) -> &'static [&'static str] {
        &["offset", "limit", "setId", "totalCount", "_links"]
    }

    fn leads(&self) -> &'static [&'static str] {
        &["offset", "limit", "setId", "_links"]
    }

    fn may_be_array(&self) -> bool {
        true
    }

    /// A page ends the listing when it has links, but none to a next one. Totals are left out in some versions and
    /// wrong in others; nobody counts on them. A page without any link, or with one of no address, that is as full as it
    /// says that pages are may have another after it.
    fn after(&mut self, page: &Page<'_>) -> Result<Step, String> {
        let offset = page.int("offset");
        match (self.offset, offset) {
            (Some(before), Some(now)) if now <= before && page.items > 0 => {
                return Err(format!("the pages do not move: one at the offset {now} came after one at {before}"));
            }
            _ => self.offset = offset.or(self.offset),
        }
        if let (Some(end), Some(now)) = (self.end, offset)
            && now > end
        {
            return Err(format!("items are missing: a page at the offset {now} came where one at {end} was to come"));
        }
        self.end = offset.map(|offset| offset.saturating_add(page.int("limit").unwrap_or(0).max(page.items)));
        let View::StructMap(links) = page.body.field("_links") else { return Ok(Step::End) };
        if let Some(href) = links.get("next").and_then(|link| text(link, "href")) {
            (self.linked, self.probing) = (true, false);
            return Ok(Step::Link(href));
        }
        // A link of no address says as little as none.
        let leads = !links.is_empty() && !links.get("next").is_some_and(has_no_address);
        let full = page.int("limit").filter(|limit| *limit > 0 && page.items >= *limit && !leads);
        let Some(limit) = full.filter(|_| (page.takes)("offset") && !self.linked) else { return Ok(Step::End) };
        let here = offset.unwrap_or(0);
        let next = here.checked_add(limit).filter(|next| *next > 0);
        let next = next.ok_or_else(|| format!("a page at the offset {here} with a limit of {limit} leads nowhere"))?;
        self.probing = true;
        let set = set(page).filter(|_| (page.takes)("setId")).map(|set| ("setId", set));
        Ok(Step::With(set.into_iter().chain([("offset", next.to_string())]).collect()))
    }

    /// The set that the pages are cut from is carried on, and no item is passed over where the server counts on from
    /// the limit that it was asked for and not from the one that it kept to.
    fn mend(&self, link: &mut Url, page: &Page<'_>) {
        if (page.takes)("setId")
            && query(link, "setId").is_none()
            && let Some(set) = set(page)
        {
            address::set_query(link, "setId", &set);
        }
        if let (Some(offset), Some(limit)) = (page.int("offset"), page.int("limit")) {
            let end = offset.saturating_add(limit.max(page.items));
            if query(link, "offset").and_then(|next| next.parse::<i64>().ok()).is_some_and(|next| next > end) {
                address::set_query(link, "offset", &end.to_string());
            }
        }
    }

    fn is_probing(&self) -> bool {
        self.probing
    }
}

/// The set that a page was cut from.
fn set(page: &Page<'_>) -> Option<String> {
    text(page.body, "setId").filter(|set| set != NIL)
}

fn has_no_address(link: &dyn Struct) -> bool {
    matches!(link.field("href").scalar(), Some(Scalar::Text("")))
}

fn query(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}
