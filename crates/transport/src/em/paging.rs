//! Enterprise Manager's pages: numbered, and linked.

use backhaul_wire::Operation;

use crate::protocol::{Follow, Page, Step, text};

/// How far a listing is.
#[derive(Default)]
pub(crate) struct Pages {
    at: Option<i64>,
    of: Option<i64>,
}

impl Follow for Pages {
    /// Its own size of a page stays: the largest that it takes is not documented.
    fn defaults(&self, _: &'static Operation) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn marks(&self) -> &'static [&'static str] {
        &["PagingInfo", "Refs", "Entities", "Resources", "Href"]
    }

    fn leads(&self) -> &'static [&'static str] {
        &["PagingInfo"]
    }

    fn after(&mut self, page: &Page<'_>) -> Result<Step, String> {
        let number = |name: &str| page.int(&format!("PagingInfo.{name}"));
        let (at, of) = (number("PageNum"), number("PagesCount"));
        if let Some(wrong) = [at, of].into_iter().flatten().find(|number| *number < 0) {
            return Err(format!("a page cannot be counted as {wrong}: how far the listing is cannot be told"));
        }
        if of == Some(0) && page.items > 0 {
            return Err(format!("there are 0 pages by the server's own count, and one with {} items came", page.items));
        }
        match (self.at, at) {
            (Some(before), Some(now)) if now <= before => {
                return Err(format!("the pages do not move: page {now} came after page {before}"));
            }
            (Some(before), Some(now)) if now - before > 1 => {
                return Err(format!("pages are missing: page {now} came after page {before}"));
            }
            (_, Some(now)) if of.is_some_and(|of| now > of.max(1)) => {
                return Err(format!("page {now} came, of {} pages that there are", of.unwrap_or_default()));
            }
            _ => {}
        }
        match (self.of, of) {
            (Some(before), Some(now)) if now < before => {
                return Ok(Step::Changed(format!("there were {before} pages, and now there are {now}")));
            }
            (Some(before), None) => {
                return Err(format!("there are {before} pages, and one came that does not say which of them it is"));
            }
            _ => {}
        }
        (self.at, self.of) = (at.or(self.at), of.or(self.of));
        let links = page.body.path("PagingInfo.Links").structs();
        let links = links.into_iter().flat_map(|links| (0..links.len()).filter_map(|i| links.get(i)));
        let next = links.filter(|link| text(*link, "Rel").is_some_and(|rel| rel.eq_ignore_ascii_case("Next")));
        if let Some(href) = next.filter_map(|link| text(link, "Href")).next() {
            return Ok(Step::Link(href));
        }
        // The verb table promises a `Next` link; no printed answer has more than one page. The numbers say the same.
        match (at, of) {
            (Some(at), Some(of)) if at < of => {
                let size = number("PageSize").filter(|size| *size > 0).map(|size| ("pageSize", size.to_string()));
                Ok(Step::With([("page", (at + 1).to_string())].into_iter().chain(size).collect()))
            }
            (None, Some(of)) if of > 1 => {
                Err(format!("there are {of} pages, and one came that does not say which of them it is"))
            }
            (Some(at), None) if number("PageSize").is_some_and(|size| size > 0 && page.items >= size) => {
                Err(format!("page {at} came, which is full, and does not say of how many pages it is one"))
            }
            _ => Ok(Step::End),
        }
    }
}
