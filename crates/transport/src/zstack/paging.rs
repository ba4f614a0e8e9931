//! ZStack's pages: a first item, a number of items, and how many there are in all.

use backhaul_wire::Operation;

use super::zql::listed;
use crate::protocol::{Follow, PAGE, Page, Step};

/// How many items there are, as far as the server said so.
#[derive(Default)]
pub(crate) struct Pages {
    total: Option<i64>,
}

impl Follow for Pages {
    fn defaults(&self, operation: &'static Operation) -> Vec<(&'static str, String)> {
        let mut defaults =
            vec![("limit", PAGE.to_string()), ("start", "0".to_owned()), ("replyWithCount", "true".to_owned())];
        // Without an order, pages may overlap and miss. References between resources have no uuid, and a sort by an
        // unknown field is refused.
        if listed(operation).is_some_and(|item| item.index_of("uuid").is_some()) {
            defaults.push(("sort", "+uuid".to_owned()));
        }
        defaults
    }

    fn marks(&self) -> &'static [&'static str] {
        &["total", "schema"]
    }

    fn leads(&self) -> &'static [&'static str] {
        &["total"]
    }

    /// There are no links: the total is all that says whether the listing is whole.
    fn after(&mut self, page: &Page<'_>) -> Result<Step, String> {
        if (page.asked)("count").as_deref() == Some("true") {
            return Ok(Step::End);
        }
        let (start, limit) = (page.asked_int("start").unwrap_or(0), page.asked_int("limit").unwrap_or(PAGE));
        let end = start.checked_add(page.items).ok_or_else(|| format!("no item comes after the item {start}"))?;
        let total = page.int("total");
        let more = match (total, self.total) {
            (Some(total), Some(before)) if total < before => {
                return Ok(Step::Changed(format!("there were {before} items, and now there are {total}")));
            }
            (None, Some(before)) => {
                return Err(format!("there are {before} items, and a page came that does not say how many there are"));
            }
            (Some(total), _) if total < 0 || (end > total && page.items > 0) => {
                return Err(format!("there are {total} items by the server's own count, and {end} came"));
            }
            (Some(total), _) if end < total && page.items == 0 => {
                return Ok(Step::Changed(format!("it ends at {end} of {total} items")));
            }
            (Some(total), _) => end < total,
            (None, None) => page.items > 0 && page.items >= limit,
        };
        self.total = total;
        Ok(if more { Step::With(vec![("start", end.to_string())]) } else { Step::End })
    }
}
