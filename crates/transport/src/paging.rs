//! Listings that go on over several pages, followed to the end or to an error that says why not.

use std::collections::HashSet;

use backhaul_wire::reflect::{Model, Scalar};
use backhaul_wire::{Call, Drift, Operation, Struct, System};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use url::Url;

use crate::address;
use crate::client::{Client, Given, Raw};
use crate::error::{Error, Reason, Result};

/// How many pages without an item may come one after the other before it is taken for a fault.
const EMPTY_PAGES: u32 = 3;

/// How many items a page of ZStack or VB365 is asked to hold, unless the call says; their own defaults are 1000 and 30.
const PAGE: i64 = 1000;

/// The pages of a listing, one at a time, read into any value: the form for callers that learn the type at run time.
///
/// The links and counts of the answers are followed, never guessed: a link to another server, a circle of links, or a count that
/// does not come true is an error, so a listing never ends early without saying so.
pub struct Pages {
    client: Client,
    operation: &'static Operation,
    given: Given,
    next: Next,
    seen: HashSet<String>,
    empty: u32,
    items: i64,
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
        let client = self.clone();
        Pages { client, operation, given, next: Next::First, seen: HashSet::new(), empty: 0, items: 0 }
    }

    /// A typed listing.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call,
        C::Answer: Paged,
    {
        let mut given = Given::default();
        call.params(&mut |name, value| given.params.push((name.to_owned(), value.to_owned())));
        Listing { pages: self.pages(C::OPERATION, given), of: std::marker::PhantomData }
    }
}

impl Pages {
    /// Reads the next page into an empty value; `false` when there is none. Gives the raw answer too.
    ///
    /// # Errors
    /// As [`Client::call`], and when the pages do not fit together. After an error the listing has ended.
    pub async fn next_into(&mut self, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<Option<Raw>> {
        let raw = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::First => {
                self.prepare().await?;
                self.client.send(self.operation, &self.given).await?
            }
            Next::Again => self.client.send(self.operation, &self.given).await?,
            Next::Link(url) => self.client.send_to(self.operation, url, None).await?,
        };
        self.client.read(&raw, target, drift)?;
        let items = items(self.operation, target);
        if !is_page(self.client.system(), target, items) && !raw.body.trim_ascii_start().starts_with(b"[") {
            return Err(self.fail(
                "the answer is not a page of the listing: it has neither items nor what a page says of itself"
                    .to_owned(),
            ));
        }
        self.items += i64::try_from(items).unwrap_or(i64::MAX);
        self.next = self.after(target, items).await?;
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        if self.empty >= EMPTY_PAGES && !matches!(self.next, Next::End) {
            return Err(self.fail(format!(
                "{EMPTY_PAGES} pages without an item came one after the other, and the server says there are more"
            )));
        }
        Ok(Some(raw))
    }

    /// Asks for pages of a useful size, and for what following them needs.
    async fn prepare(&mut self) -> Result<()> {
        let version = self.client.version().await?;
        let takes = |name: &str| {
            address::find(self.operation, name).is_some_and(|param| version == 0 || param.versions.contains(version))
        };
        let mut defaults: Vec<(&str, String)> = Vec::new();
        match self.client.system() {
            System::Em => {}
            System::Vb365 => defaults.push(("limit", PAGE.to_string())),
            // Without an order, pages may overlap and miss.
            System::Zstack => defaults.extend([
                ("limit", PAGE.to_string()),
                ("start", "0".to_owned()),
                ("replyWithCount", "true".to_owned()),
                ("sort", "+uuid".to_owned()),
            ]),
        }
        for (name, value) in defaults {
            if takes(name) && self.param(name).is_none() {
                self.given.params.push((name.to_owned(), value));
            }
        }
        Ok(())
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.given.params.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &str, value: i64) {
        self.given.params.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self.given.params.push((name.to_owned(), value.to_string()));
    }

    async fn after(&mut self, page: &dyn Struct, items: usize) -> Result<Next> {
        match self.client.system() {
            System::Em => self.after_em(page).await,
            System::Vb365 => match next_href(page) {
                None => Ok(Next::End),
                Some(link) => self.link(&link).await,
            },
            System::Zstack => self.after_zstack(page, items),
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
                self.set("page", at + 1);
                self.set("pageSize", size);
                Ok(Next::Again)
            }
            _ => Ok(Next::End),
        }
    }

    fn after_zstack(&mut self, page: &dyn Struct, items: usize) -> Result<Next> {
        let start = self.param("start").and_then(|start| start.parse::<i64>().ok()).unwrap_or(0);
        let end = start + i64::try_from(items).unwrap_or(i64::MAX);
        let limit = self.param("limit").and_then(|limit| limit.parse::<i64>().ok()).unwrap_or(PAGE);
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
        self.set("start", end);
        Ok(Next::Again)
    }

    async fn link(&mut self, link: &str) -> Result<Next> {
        let version = self.client.version().await?;
        let here = address::url(self.client.url(), self.operation, version, &self.given.params)
            .map_err(|reason| self.client.fail(self.operation.name, reason))?;
        let url = address::follow(&here, link).map_err(|reason| self.client.fail(self.operation.name, reason))?;
        if !self.seen.insert(url.to_string()) {
            return Err(self.fail(format!(
                "the pages go in a circle after {} items: the link to the next page came before",
                self.items
            )));
        }
        Ok(Next::Link(url))
    }

    fn fail(&self, message: String) -> Error {
        self.client.fail(self.operation.name, Reason::Paging(message))
    }
}

/// Whether a body is a page at all: another document reads as a page on which nothing is set.
fn is_page(system: System, page: &dyn Struct, items: usize) -> bool {
    let says = match system {
        System::Em => ["PagingInfo", "Refs", "Entities", "Resources"].as_slice(),
        System::Vb365 => &["offset", "limit", "setId", "totalCount", "_links"],
        System::Zstack => &["total", "schema"],
    };
    items > 0 || says.iter().any(|field| !page.field(field).is_absent())
}

/// How many items the operation's list holds in this page.
fn items(operation: &Operation, page: &dyn Struct) -> usize {
    match operation.response {
        backhaul_wire::operation::Response::Page(_, list) => page.path(list).structs().map_or(0, |list| list.len()),
        _ => 0,
    }
}

fn next_href(page: &dyn Struct) -> Option<String> {
    match page.field("_links") {
        backhaul_wire::View::StructMap(links) => text(links.get("next")?, "href"),
        _ => None,
    }
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

/// An answer that is one page of items.
pub trait Paged: Model {
    /// What it lists.
    type Item: Send + 'static;
    /// The items, without the page.
    fn into_items(self) -> Vec<Self::Item>;
}

impl<T: Model> Paged for backhaul_models::vb365::Page<T> {
    type Item = T;
    fn into_items(self) -> Vec<T> {
        self.results
    }
}

impl<T: Model> Paged for backhaul_models::zstack::Page<T> {
    type Item = T;
    fn into_items(self) -> Vec<T> {
        self.inventories
    }
}

/// A typed listing: by page or by item, as a stream.
pub struct Listing<P> {
    pages: Pages,
    of: std::marker::PhantomData<fn() -> P>,
}

impl<P: Paged> Listing<P> {
    /// The pages, each as it comes. An error ends the stream.
    #[must_use]
    pub fn by_page(self) -> BoxStream<'static, Result<P>> {
        by_page(self.pages)
    }

    /// The items of all pages. An error ends the stream.
    #[must_use]
    pub fn by_item(self) -> BoxStream<'static, Result<P::Item>> {
        by_page::<P>(self.pages)
            .map_ok(|page| stream::iter(page.into_items().into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }
}

pub(crate) fn by_page<P: Model>(pages: Pages) -> BoxStream<'static, Result<P>> {
    stream::try_unfold(pages, |mut pages| async move {
        let mut page = P::default();
        Ok(pages.next_into(&mut page, None).await?.map(|_| (page, pages)))
    })
    .boxed()
}
