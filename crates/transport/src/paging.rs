//! Listings that go on over several pages, followed to the end or to an error that says why not.

mod listing;
mod vb365;

use backhaul_wire::ApiVersion;
use std::borrow::Cow;
use std::collections::HashSet;

use ::http::Method;
use backhaul_wire::reflect::Scalar;
use backhaul_wire::{Drift, Operation, Struct, System};
use url::Url;

use crate::address;
use crate::client::{Answered, Ask, Bound, Client, Given, Raw};
use crate::error::{Error, Reason, Result};
use crate::zstack::{Zql, zql};

pub(crate) use listing::by_page;
pub use listing::{Listing, Paged};

use listing::Typed;

/// How many pages without an item may come one after the other before it is taken for a fault.
const EMPTY_PAGES: u32 = 3;

/// How many items a page of ZStack or VB365 is asked to hold, unless the call says; their own defaults are 1000 and 30.
pub(crate) const PAGE: i64 = 1000;

/// The pages of a listing, one at a time, read into any value: the form for callers that learn the type at run time.
///
/// The links and counts of the answers are followed, never guessed: a link to another server, a circle of links, or a count that
/// does not come true is an error, so a listing never ends early without saying so.
pub struct Pages {
    client: Client,
    source: Source,
    next: Next,
    seen: HashSet<String>,
    trail: vb365::Trail,
    empty: u32,
    items: i64,
}

/// What is listed.
enum Source {
    /// An operation's answer; of a typed call also what is known of it before the version is.
    Call { operation: &'static Operation, given: Given, typed: Option<Typed> },
    /// What a query of ZStack lists, in ZQL, from an item on.
    Zql { operation: &'static Operation, zql: Zql, start: i64 },
    /// What stands at an address that Enterprise Manager gave, in the session that it belongs to.
    Place { url: Url, bound: Bound, lists: &'static [&'static str] },
}

enum Next {
    First,
    Link(Url),
    Again,
    End,
}

impl Client {
    /// The pages of a listing.
    #[must_use]
    pub fn pages(&self, operation: &'static Operation, given: Given) -> Pages {
        self.pages_of(Source::Call { operation, given, typed: None })
    }

    /// The pages of what a query operation of ZStack lists, asked for in ZQL. Where the server has no ZQL the first page is an error
    /// with the [status](Error::status) 404 or 501.
    #[must_use]
    pub fn pages_zql(&self, operation: &'static Operation, zql: Zql) -> Pages {
        let start = zql.start();
        self.pages_of(Source::Zql { operation, zql, start })
    }

    /// The pages of what stands at an address; `lists` are the fields that hold its items.
    pub(crate) fn pages_at(&self, url: Url, bound: Bound, lists: &'static [&'static str]) -> Pages {
        self.pages_of(Source::Place { url, bound, lists })
    }

    fn pages_of(&self, source: Source) -> Pages {
        Pages {
            client: self.clone(),
            source,
            next: Next::First,
            seen: HashSet::new(),
            trail: vb365::Trail::default(),
            empty: 0,
            items: 0,
        }
    }
}

impl Pages {
    /// Reads the next page into an empty value; `false` when there is none. Gives the raw answer too.
    ///
    /// # Errors
    /// As [`Client::call`], and when the pages do not fit together. After an error the listing has ended.
    pub async fn next_into(&mut self, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<Option<Raw>> {
        let answered = self.next_page(target, drift).await?;
        Ok(match (answered, &self.source) {
            (Some(answered), Source::Call { operation, .. } | Source::Zql { operation, .. }) => {
                Some(answered.of(operation))
            }
            _ => None,
        })
    }

    async fn next_page(&mut self, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<Option<Answered>> {
        let ask = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::First => {
                self.prepare().await?;
                self.ask().await?
            }
            Next::Again => self.ask().await?,
            Next::Link(url) => self.ask_at(url),
        };
        let mut answered = match self.client.exchange(&ask).await {
            // Nothing said that there is a page: there is none. A refusal for any other reason leaves open whether there is.
            Err(error) if self.trail.probing && matches!(error.status(), Some(400 | 404)) => return Ok(None),
            answered => answered?,
        };
        if let Source::Zql { .. } = self.source {
            answered.body = zql::only_result(&answered.body).map_err(|why| self.fail(why))?;
        }
        self.client.read_body(answered.name.clone(), &answered.body, target, drift)?;
        let items = self.source.items(target);
        let start = answered.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answered.body).trim_ascii_start();
        if !self.source.is_page(target, items) && !start.starts_with(b"[") {
            return Err(self.fail(
                "the answer is not a page of the listing: it has neither items nor what a page says of itself"
                    .to_owned(),
            ));
        }
        if self.client.system() == System::Vb365 && self.trail.repeats(target, self.source.list(), items) {
            if self.trail.probing {
                // A server that does not cut its answer gives all of it again.
                return Ok(None);
            }
            return Err(self.fail(format!(
                "the pages go in a circle after {} items: a page came again under another link",
                self.items
            )));
        }
        self.items += i64::try_from(items).unwrap_or(i64::MAX);
        self.next = self.after(target, items).await?;
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        if self.empty >= EMPTY_PAGES && !matches!(self.next, Next::End) {
            return Err(self.fail(format!(
                "{EMPTY_PAGES} pages without an item came one after the other, and the server says there are more"
            )));
        }
        Ok(Some(answered))
    }

    /// The request for the page that the parameters name.
    async fn ask(&self) -> Result<Ask> {
        match &self.source {
            Source::Call { operation, given, .. } => self.client.ask(operation, given).await,
            Source::Zql { operation, zql, start } => self.client.ask_zql(operation, zql, *start).await,
            Source::Place { url, .. } => Ok(self.ask_at(url.clone())),
        }
    }

    /// The request for the page at an address.
    fn ask_at(&self, url: Url) -> Ask {
        match &self.source {
            // A search says what it looks for in its body: so does each of its pages.
            Source::Call { operation, given, .. } => Ask::new(operation, url, given.body.clone()),
            Source::Zql { operation, .. } => Ask::new(operation, url, None),
            Source::Place { bound, .. } => Ask::link(Method::GET, url, None).bound(Some(bound.clone())),
        }
    }

    /// Asks for pages of a useful size, and for what following them needs.
    async fn prepare(&mut self) -> Result<()> {
        let version = self.client.version().await?;
        let Source::Call { operation, given, typed } = &mut self.source else { return Ok(()) };
        if let Some(typed) = typed {
            self.client.check_form(operation, typed.until, version)?;
            if let Some((_, why)) = typed.refused.iter().find(|(of, _)| *of == version || *of == 0) {
                return Err(self.client.fail(operation.name, Reason::Version(why.clone())));
            }
        }
        let takes = |name: &str| takes(operation, name, version);
        let mut defaults: Vec<(&str, String)> = Vec::new();
        match self.client.system() {
            System::Em => {}
            System::Vb365 => defaults.push(("limit", PAGE.to_string())),
            // Without an order, pages may overlap and miss.
            System::Zstack => {
                defaults.extend([
                    ("limit", PAGE.to_string()),
                    ("start", "0".to_owned()),
                    ("replyWithCount", "true".to_owned()),
                ]);
                // References between resources have no uuid, and a sort by an unknown field is refused.
                if zql::listed(operation).is_some_and(|item| item.index_of("uuid").is_some()) {
                    defaults.push(("sort", "+uuid".to_owned()));
                }
            }
        }
        for (name, value) in defaults {
            if takes(name) && !given.params.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                given.params.push((name.to_owned(), value));
            }
        }
        Ok(())
    }

    fn param(&self, name: &str) -> Option<&str> {
        let Source::Call { given, .. } = &self.source else { return None };
        given.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &str, value: &str) {
        match &mut self.source {
            Source::Call { given, .. } => {
                given.params.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                given.params.push((name.to_owned(), value.to_string()));
            }
            Source::Place { url, .. } => address::set_query(url, name, value),
            // Where it begins is its own to say.
            Source::Zql { .. } => {}
        }
    }

    async fn after(&mut self, page: &dyn Struct, items: usize) -> Result<Next> {
        match self.client.system() {
            System::Em => self.after_em(page).await,
            System::Vb365 => self.after_vb365(page, items).await,
            System::Zstack => self.after_zstack(page, items),
        }
    }

    async fn after_vb365(&mut self, page: &dyn Struct, items: usize) -> Result<Next> {
        let version = self.client.version().await?;
        let takes = |name: &str| match &self.source {
            Source::Call { operation, .. } => takes(operation, name, version),
            Source::Place { .. } | Source::Zql { .. } => false,
        };
        match vb365::after(page, items) {
            vb365::After::Link(link) => {
                let takes_set = takes("setId");
                (self.trail.linked, self.trail.probing) = (true, false);
                let mut next = self.link(&link).await?;
                if let Next::Link(url) = &mut next {
                    vb365::mend(url, page, items, takes_set);
                }
                Ok(next)
            }
            vb365::After::From(offset) if takes("offset") && !self.trail.linked => {
                self.trail.probing = true;
                if let Some(set) = vb365::set(page).filter(|_| takes("setId")) {
                    self.set("setId", &set);
                }
                self.set("offset", &offset.to_string());
                Ok(Next::Again)
            }
            vb365::After::From(_) | vb365::After::Nothing => Ok(Next::End),
        }
    }

    async fn after_em(&mut self, page: &dyn Struct) -> Result<Next> {
        let links = page.path("PagingInfo.Links").structs();
        let links = links.into_iter().flat_map(|links| (0..links.len()).filter_map(|i| links.get(i)));
        let next = links.filter(|link| text(*link, "Rel").is_some_and(|rel| rel.eq_ignore_ascii_case("Next")));
        if let Some(href) = next.filter_map(|link| text(link, "Href")).next() {
            return self.link(&href).await;
        }
        // The verb table promises a `Next` link; no printed answer has more than one page. The numbers say the same.
        let number = |name: &str| int(page, &format!("PagingInfo.{name}"));
        match (number("PageNum"), number("PagesCount"), number("PageSize")) {
            (Some(at), Some(of), Some(size)) if at < of => {
                self.set("page", &(at + 1).to_string());
                self.set("pageSize", &size.to_string());
                Ok(Next::Again)
            }
            _ => Ok(Next::End),
        }
    }

    fn after_zstack(&mut self, page: &dyn Struct, items: usize) -> Result<Next> {
        let number = |name: &str| self.param(name).and_then(|value| value.parse::<i64>().ok());
        let (start, limit) = match &self.source {
            Source::Zql { zql, start, .. } => (*start, zql.limit()),
            _ => (number("start").unwrap_or(0), number("limit").unwrap_or(PAGE)),
        };
        let end = start + i64::try_from(items).unwrap_or(i64::MAX);
        let more = match int(page, "total") {
            Some(total) if items == 0 && end < total => {
                return Err(
                    self.fail(format!("the listing ends at {end} of {total} items: it changed meanwhile, ask again"))
                );
            }
            Some(total) => end < total,
            None => items > 0 && i64::try_from(items).is_ok_and(|items| items >= limit),
        };
        if !more || self.param("count") == Some("true") {
            return Ok(Next::End);
        }
        match &mut self.source {
            Source::Zql { start, .. } => *start = end,
            _ => self.set("start", &end.to_string()),
        }
        Ok(Next::Again)
    }

    async fn link(&mut self, link: &str) -> Result<Next> {
        let here = self.ask().await?.url;
        let url = address::follow(&here, link)
            .map_err(|why| self.client.fail(self.name(), Reason::Link(format!("the link to the next page: {why}"))))?;
        if !self.seen.insert(url.to_string()) {
            return Err(self.fail(format!(
                "the pages go in a circle after {} items: the link to the next page came before",
                self.items
            )));
        }
        Ok(Next::Link(url))
    }

    fn name(&self) -> Cow<'static, str> {
        match &self.source {
            Source::Call { operation, .. } | Source::Zql { operation, .. } => operation.name.into(),
            Source::Place { url, .. } => self.ask_at(url.clone()).name,
        }
    }

    fn fail(&self, message: String) -> Error {
        self.client.fail(self.name(), Reason::Answer(message))
    }
}

impl Source {
    /// Whether a body is a page at all: another document reads as a page on which nothing is set.
    fn is_page(&self, page: &dyn Struct, items: usize) -> bool {
        let says = match self {
            Self::Place { .. } => ["PagingInfo", "Href"].as_slice(),
            Self::Zql { .. } => &["total"],
            Self::Call { operation, .. } => match operation.system {
                System::Em => ["PagingInfo", "Refs", "Entities", "Resources"].as_slice(),
                System::Vb365 => &["offset", "limit", "setId", "totalCount", "_links"],
                System::Zstack => &["total", "schema"],
            },
        };
        items > 0 || says.iter().any(|field| !page.field(field).is_absent())
    }

    /// The list of a page's items, by its path in the page.
    fn list(&self) -> &'static str {
        match self {
            Self::Call { operation, .. } | Self::Zql { operation, .. } => match operation.response {
                backhaul_wire::operation::Response::Page(_, list) => list,
                _ => "",
            },
            Self::Place { .. } => "",
        }
    }

    /// How many items the lists hold in this page.
    fn items(&self, page: &dyn Struct) -> usize {
        let count = |list: &str| page.path(list).structs().map_or(0, |list| list.len());
        match self {
            Self::Place { lists, .. } => lists.iter().map(|list| count(list)).sum(),
            _ if self.list().is_empty() => 0,
            _ => count(self.list()),
        }
    }
}

/// Whether an operation has a parameter in a version.
fn takes(operation: &'static Operation, name: &str, version: u8) -> bool {
    address::find(operation, name)
        .is_some_and(|param| version == 0 || param.versions.contains(ApiVersion::new(version)))
}

fn text(of: &dyn Struct, field: &str) -> Option<String> {
    match of.field(field).scalar()? {
        Scalar::Text(text) | Scalar::Enum(text) if !text.is_empty() => Some(text.to_owned()),
        _ => None,
    }
}

fn int(of: &dyn Struct, path: &str) -> Option<i64> {
    match of.path(path).scalar()? {
        Scalar::Int(value) => Some(value),
        _ => None,
    }
}
