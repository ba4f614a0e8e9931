//! Pages, and the links between them.

use backhaul_models::em::{Link, PagingInfo};

use crate::em::links::link;
use crate::em::{Call, Refusal};

const DEFAULT_PAGE_SIZE: usize = 100;

/// Which page is wanted.
pub(in crate::em) struct Page {
    number: usize,
    pub(in crate::em) size: usize,
}

impl Page {
    pub(in crate::em) fn asked(call: &Call<'_>) -> Result<Self, Refusal> {
        let number = |name: &str, default: usize| match call.param(name) {
            None => Ok(default),
            Some(text) => {
                let number = text.trim().parse().ok().filter(|&number: &usize| number > 0);
                number.ok_or_else(|| Refusal::bad(format!("{name} must be a number above 0, and {text} is not.")))
            }
        };
        Ok(Self { number: number("page", 1)?, size: number("pageSize", DEFAULT_PAGE_SIZE)? })
    }

    pub(in crate::em) fn first(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    /// What an answer says of its page, of so many rows; the links lead to this address.
    pub(in crate::em) fn info(&self, call: &Call<'_>, address: &str, total: usize) -> PagingInfo {
        // Nothing at all is one empty page.
        let pages = total.div_ceil(self.size).max(1);
        let int = |number: usize| Some(i64::try_from(number).unwrap_or(i64::MAX));
        let mut info = PagingInfo::default();
        info.page_num = int(self.number);
        info.page_size = int(self.size);
        info.pages_count = int(pages);
        let to = |rel: &str, page: usize| self.link(call, address, rel, page);
        info.links = vec![to("First", 1), to("Last", pages)];
        if self.number > 1 {
            info.links.push(to("Previous", (self.number - 1).min(pages)));
        }
        if self.number < pages {
            info.links.push(to("Next", self.number + 1));
        }
        info
    }

    /// A link to another page of the same query. XML echoes the query with `+` for a blank and nearly everything else
    /// as it is, JSON percent-encoded in lower case.
    fn link(&self, call: &Call<'_>, address: &str, rel: &str, page: usize) -> Link {
        let mut href = format!("{address}?");
        for (name, value) in &call.params {
            if !["page", "pageSize"].iter().any(|paging| name.eq_ignore_ascii_case(paging)) {
                href.push_str(name);
                href.push('=');
                echo(&mut href, value, call.media.is_json());
                href.push('&');
            }
        }
        href.push_str(&format!("pageSize={}&page={page}", self.size));
        link(rel, "", href)
    }
}

fn echo(out: &mut String, value: &str, encode: bool) {
    for byte in value.bytes() {
        let keep = match byte {
            b' ' => {
                out.push('+');
                continue;
            }
            // These would change what the query says.
            b'&' | b'+' | b'%' | b'#' => false,
            b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => true,
            _ if byte.is_ascii_alphanumeric() => true,
            _ => !encode && byte.is_ascii_graphic(),
        };
        if keep {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
}
