//! Listings that go on over several pages, followed to the end or to an error that says why not.
//!
//! How a vendor's pages lead on is in its folder (`em/paging.rs`, `vb365/paging.rs`, `zstack/paging.rs`); what holds
//! for all is here: a link to another server, a row or page that comes again, pages that do not move, and counts that
//! do not come true are errors, so a listing never ends early without saying so, and never goes on without end.

mod items;
mod listing;
mod rows;
mod source;

use std::collections::{HashMap, HashSet};

use backhaul_wire::drift::Misfit;
use backhaul_wire::operation::Response as Form;
use backhaul_wire::{ApiVersion, Drift, Operation, Struct, json};

use crate::address;
use crate::client::{Answered, Arguments, Ask, Client, RawAnswer, log_misfits};
use crate::error::{Error, Reason, Result};
use crate::protocol::{Follow, Page, Step, content};

pub use items::Parts;
pub(crate) use items::by_item;
pub(crate) use listing::by_page;
pub use listing::{Listing, Paged};
pub(crate) use source::Source;

use rows::{Again, Rows};
use serde::de::IgnoredAny;
use source::Called;
use url::Url;

/// The pages of a listing, one at a time, read into any value: the form for callers that learn the type at run time.
pub struct Pages {
    client: Client,
    source: Box<dyn Source>,
    follow: Box<dyn Follow>,
    next: Next,
    links: HashSet<String>,
    rows: Rows,
    items: i64,
    /// A field of the items that is not read: the name of its type and its own.
    omitted: Option<(&'static str, &'static str)>,
    /// Whether items are held several at a time, and may take less memory each.
    in_parts: bool,
    /// Whether a page that is read whole has the bound that an item has.
    is_bounded: bool,
}

/// How long a body may be that has no item and says nothing of itself.
const EMPTY: usize = 1024;

enum Next {
    First,
    Link(Url),
    Again,
    End,
}

impl Client {
    /// The pages of a listing.
    #[must_use]
    pub fn pages(&self, operation: &'static Operation, given: Arguments) -> Pages {
        self.pages_of(Called { operation, given, typed: None })
    }

    pub(crate) fn pages_of(&self, source: impl Source + 'static) -> Pages {
        Pages {
            client: self.clone(),
            source: Box::new(source),
            follow: self.protocol().follow(),
            next: Next::First,
            links: HashSet::new(),
            rows: Rows::default(),
            items: 0,
            omitted: None,
            in_parts: false,
            is_bounded: false,
        }
    }
}

impl Pages {
    pub(crate) fn without(self, omitted: Option<(&'static str, &'static str)>) -> Self {
        Self { omitted, ..self }
    }

    /// The same, where a page takes no more memory than an item may: for pages of items that are not read by themselves.
    pub(crate) fn bounded(self) -> Self {
        Self { is_bounded: true, ..self }
    }

    /// Reads the next page into an empty value; `None` when there is none. Gives the raw answer too.
    ///
    /// # Errors
    /// As [`Client::send`], and when the pages do not fit together. After an error the listing has ended.
    pub async fn next_into(&mut self, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<Option<RawAnswer>> {
        let answered = self.next_page(target, drift).await?;
        Ok(answered.zip(self.source.operation()).map(|(answered, operation)| answered.of(operation)))
    }

    async fn next_page(&mut self, target: &mut dyn Struct, drift: Option<&mut Drift>) -> Result<Option<Answered>> {
        let Some((ask, answered, version)) = self.ask_next().await? else { return Ok(None) };
        let (mut own, asked) = (Drift::default(), drift.is_some());
        let drift = drift.unwrap_or(&mut own);
        let known = drift.misfits.len();
        let most = self.is_bounded.then(|| json::Items::room(answered.body.len()));
        self.client.decode(answered.name.clone(), &answered.body, most, target, drift)?;
        self.refuse_misfits(drift.misfits.get(known..).unwrap_or_default())?;
        if !asked {
            log_misfits(&answered.name, drift);
        }
        let (mut items, mut again) = (0_i64, None);
        for list in self.source.lists(target) {
            for row in (0..list.len()).filter_map(|index| list.get(index)) {
                items = items.saturating_add(1);
                again = again.or(self.take(row)?);
            }
        }
        let again = again.or(self.rows.end_page());
        match self.look(&ask, target, (items, self.is_bare(&answered.body)), again, version)? {
            Some(next) => self.next = next,
            None => return Ok(None),
        }
        Ok(Some(answered))
    }

    /// Asks for the next page: what was asked, its answer, and the version that is spoken.
    async fn ask_next(&mut self) -> Result<Option<(Ask, Answered, Option<ApiVersion>)>> {
        let version = self.client.version().await?;
        let ask = match std::mem::replace(&mut self.next, Next::End) {
            Next::End => return Ok(None),
            Next::First => {
                let defaults = self.source.operation().map(|operation| self.follow.defaults(operation));
                self.source.prepare(&self.client, version, defaults.unwrap_or_default())?;
                self.source.ask(&self.client).await?
            }
            Next::Again => self.source.ask(&self.client).await?,
            Next::Link(url) => self.source.ask_at(url),
        };
        let mut answered = match self.client.exchange(&ask).await {
            // Nothing said that there is a page: there is none. A refusal for any other reason leaves open whether
            // there is.
            Err(error) if self.follow.is_probing() && matches!(error.status(), Some(400 | 404)) => return Ok(None),
            answered => answered?,
        };
        answered.body = self.source.page(answered.body).map_err(|why| self.fail(why))?;
        Ok(Some((ask, answered, version)))
    }

    /// Refuses a page whose own account of where it stands does not read: what is missing after it would be missed in
    /// silence.
    fn refuse_misfits(&self, misfits: &[Misfit]) -> Result<()> {
        let leads = |misfit: &&Misfit| {
            let first = misfit.path.split(['.', '[']).next().unwrap_or_default();
            self.follow.leads().iter().any(|lead| lead.eq_ignore_ascii_case(first))
        };
        match misfits.iter().find(leads) {
            None => Ok(()),
            Some(Misfit { path, reason }) => {
                Err(self.fail(format!("how far the listing is cannot be told: `{}`: {reason}", path.escape_debug())))
            }
        }
    }

    /// Takes in an item. Gives what it is when an earlier page had it as well.
    fn take(&mut self, row: &dyn Struct) -> Result<Option<Again>> {
        let shape = row.shape();
        let is_blank = (0..shape.fields.len()).all(|field| row.view(field).is_absent());
        if is_blank && !shape.fields.is_empty() && row.unknown().is_none_or(|unknown| unknown.is_empty()) {
            let rule = format!("an item of the page has no field of {}: it is null, or nothing is in it", shape.name);
            return Err(self.fail(rule));
        }
        Ok(self.rows.take(row))
    }

    /// Whether a body is a page for what it is of, though it need not say anything of itself: a bare array, or an object
    /// with the list in it.
    fn is_bare(&self, body: &[u8]) -> bool {
        let body = content(body);
        if body.starts_with(b"[") {
            return self.follow.may_be_array();
        }
        let Some(Form::Page(_, list)) = self.source.operation().map(|operation| operation.response) else {
            return false;
        };
        let members = || serde_json::from_slice::<HashMap<String, IgnoredAny>>(body).unwrap_or_default();
        body.len() <= EMPTY && members().keys().any(|name| name.eq_ignore_ascii_case(list))
    }

    /// Looks at a page that came, whose items were counted, and says what comes next; `None` where the page is no
    /// further one.
    fn look(
        &mut self,
        ask: &Ask,
        target: &dyn Struct,
        (items, is_bare): (i64, bool),
        again: Option<Again>,
        version: Option<ApiVersion>,
    ) -> Result<Option<Next>> {
        let is_page = items > 0 || self.follow.marks().iter().any(|mark| !target.field(mark).is_absent()) || is_bare;
        if !is_page {
            let rule = "the answer is not a page of the listing: it has neither items nor what a page says of itself";
            return Err(self.fail(rule.to_owned()));
        }
        match again {
            // A server that does not cut its answer gives all of it again.
            Some(_) if self.follow.is_probing() => return Ok(None),
            Some(again) => return Err(self.again(&again)),
            None => {}
        }
        self.items = self.items.saturating_add(items);
        let takes =
            |name: &str| self.source.operation().is_some_and(|operation| address::takes(operation, name, version));
        let asked = |name: &str| self.source.param(name);
        let page = Page { body: target, items, asked: &asked, takes: &takes };
        let step = self.follow.after(&page).map_err(|why| self.fail(why))?;
        if let Step::Changed(what) = step {
            return Err(self.unsteady(format!("{what}: it changed meanwhile, ask again")));
        }
        if items == 0 && step != Step::End {
            return Err(self.fail(format!(
                "a page without an item came after {} items, and the server says there are more",
                self.items
            )));
        }
        Ok(Some(match step {
            Step::End | Step::Changed(_) => Next::End,
            Step::Link(link) => {
                let mut url = address::follow(&ask.url, self.client.other_names(), &link).map_err(|why| {
                    let why = format!("the link to the next page: {why}");
                    self.client.fail(self.source.name(), Reason::Elsewhere(why))
                })?;
                self.follow.mend(&mut url, &page);
                if !self.links.insert(url.to_string()) {
                    return Err(self.fail(format!(
                        "the pages go in a circle after {} items: the link to the next page came before",
                        self.items
                    )));
                }
                Next::Link(url)
            }
            Step::With(params) => {
                for (name, value) in params {
                    self.source.set(name, &value);
                }
                Next::Again
            }
        }))
    }

    /// The error of what came again.
    fn again(&self, again: &Again) -> Error {
        let items = self.items;
        match again {
            Again::Item(id) => self.unsteady(format!(
                "the item `{}` came again after {items} items: the listing changed while it was read, or its pages \
                 overlap: ask again",
                id.escape_debug()
            )),
            Again::Page(Some(id)) => self.fail(format!(
                "the pages go in a circle after {items} items: the page that begins with the item `{}` came again",
                id.escape_debug()
            )),
            Again::Page(None) => self.fail(format!("the pages go in a circle after {items} items: a page came again")),
        }
    }

    fn unsteady(&self, message: String) -> Error {
        self.client.fail(self.source.name(), Reason::Unsteady(message))
    }

    fn fail(&self, message: String) -> Error {
        self.client.fail(self.source.name(), Reason::Answer(message))
    }
}
