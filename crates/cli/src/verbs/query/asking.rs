//! Asking servers side by side, so that one that is slow costs the others nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use backhaul_filter::{Plan, Predicate, Reflected};
use backhaul_models::registry;
use backhaul_transport::paging::Parts;
use backhaul_wire::{ApiVersion, Drift, Struct};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Listing;
use super::request::Request;
use super::rows::{Kept, Rows};
use crate::args::data::Query;
use crate::connect::{Fleet, Peer};
use crate::console::{Console, Progress};
use crate::drift::Strangers;
use crate::exit::Failure;
use crate::profile::Server;

/// How many servers are asked at once.
const AT_ONCE: usize = 16;
/// How many parts of pages of a server may wait to be printed: enough to hide latency, few enough for memory.
const WAITING: usize = 4;
/// How many kibibytes the parts of a server may take that wait, but for one.
const WAITING_KIB: u32 = 4096;
/// How many items of a page are read at once: an entity is as wide as its schema, so that a page of empty ones costs
/// hundreds of times its text.
const PART: usize = 256;
/// How often a person sees how far it is.
const TICK: Duration = Duration::from_millis(250);

/// One wording of the question.
pub(super) struct One<'a> {
    pub(super) plan: &'a Plan,
    pub(super) request: Request,
    /// What is left to evaluate here.
    pub(super) here: Option<Predicate<'a>>,
}

/// The wordings to ask in, by the version of the API that is spoken where it matters; those of the first entry are for
/// any other.
#[derive(Default)]
pub(super) struct Asks<'a>(pub(super) Vec<(Option<u8>, Vec<One<'a>>)>);

impl<'a> Asks<'a> {
    /// Whether the words depend on a version that a server tells when it is asked.
    pub(super) fn depends_on_version(&self) -> bool {
        self.0.len() > 1
    }

    /// Whether a version is asked in words of its own.
    pub(super) fn has_own(&self, version: u8) -> bool {
        self.0.iter().any(|(of, _)| *of == Some(version))
    }

    /// The wordings for a version, of which the next one serves where a server does not know the one before.
    pub(super) fn of(&self, version: Option<u8>) -> &[One<'a>] {
        let own = self.0.iter().find(|(of, _)| of.is_some() && *of == version);
        own.or(self.0.first()).map_or(&[], |(_, asks)| asks)
    }
}

/// The wordings for each server: clocks may differ, and with them what a filter means.
pub(super) struct ByServer<'a> {
    /// Which of them are for a server, by its place.
    pub(super) of: Vec<usize>,
    pub(super) all: Vec<Asks<'a>>,
}

impl<'a> ByServer<'a> {
    /// Those for a server; nothing for one that is none of the query's.
    pub(super) fn server(&self, at: usize) -> Option<&Asks<'a>> {
        self.all.get(*self.of.get(at)?)
    }
}

/// A query under way.
pub(super) struct Asking<'a> {
    pub(super) listing: &'a Listing,
    pub(super) asks: &'a ByServer<'a>,
    /// Whether rows are printed in the order of the servers, and not as they come.
    pub(super) in_order: bool,
    /// Whether servers go on while none of their rows is printed, whatever that takes: there is a deadline.
    pub(super) goes_on: bool,
    /// What servers send that the schemas do not know.
    pub(super) strangers: &'a RefCell<Strangers>,
    pub(super) console: &'a Console,
}

/// Part of a page of a server, and the places of the items in it that are wanted.
struct Page {
    server: usize,
    page: Box<dyn Struct>,
    places: Vec<usize>,
    /// Of what the server's parts may take, until this one is printed.
    _room: Option<OwnedSemaphorePermit>,
}

impl Asking<'_> {
    /// Asks all, and prints or keeps what they answer. Gives the failures of servers, each with the server's name.
    pub(super) async fn all(
        &self,
        servers: &[Server],
        args: &Query,
        rows: &mut Rows,
        mut kept: Option<&mut Kept>,
    ) -> Result<Vec<(String, Failure)>, Failure> {
        let fleet = Fleet::new(servers, &args.connection, self.console).await?;
        let places = fleet.places();
        // A server that waits for its turn to be printed is not to run into the deadline: that bounds memory then.
        let waiting = if self.goes_on { Semaphore::MAX_PERMITS } else { WAITING };
        let lines = RefCell::new(Lines::new(self.in_order, waiting));
        let enough = Cell::new(false);
        let ask = |server: backhaul_fleet::Server| {
            let at = places.get(server.name.as_str()).copied().unwrap_or(0);
            let peer = Peer { name: server.name, client: server.client };
            let (sender, enough) = (lines.borrow_mut().sender(at), &enough);
            async move {
                let asked = self.one(at, &peer, &sender, enough).await;
                // The turn is the next server's, which need not wait for the logout.
                drop(sender);
                peer.close(self.console).await;
                (at, asked)
            }
        };
        let mut asked = std::pin::pin!(stream::iter(fleet.open(|_| ())).map(ask).buffer_unordered(AT_ONCE));
        let mut failed: Vec<(usize, Failure)> = Vec::new();
        let mut progress = Progress::new(self.console);
        let mut tick = tokio::time::interval(TICK);
        let (mut items, mut done) = (0, 0);
        let mut going = true;
        while going {
            let mut page = tokio::select! {
                // What is there is printed before more is asked.
                biased;
                page = poll_fn(|context| lines.borrow_mut().poll(context)) => Some(page),
                ended = asked.next() => {
                    match ended {
                        Some((at, ended)) => {
                            failed.extend(ended.err().map(|failure| (at, failure)));
                            done += 1;
                        }
                        None => going = false,
                    }
                    None
                }
                _ = tick.tick() => {
                    progress.show(|| format!("{done}/{} servers, {items} items", servers.len()));
                    None
                }
            };
            for (at, failure) in fleet.failed() {
                failed.push((at, failure));
                done += 1;
            }
            // What servers sent before they ended may still be there.
            let mut next = || poll_fn(|context| lines.borrow_mut().poll(context)).now_or_never();
            while let Some(Page { server, page, places, _room }) = page.take().or_else(&mut next) {
                items += places.len();
                progress.clear();
                if let Some(kept) = &mut kept {
                    kept.page(server, page, places);
                } else {
                    let name = servers.get(server).map_or("", Server::name);
                    let list = page.path(self.listing.list).structs();
                    for item in places.into_iter().filter_map(|place| list.as_ref()?.get(place)) {
                        rows.item(name, item)?;
                    }
                    rows.flush()?;
                    enough.set(rows.is_full());
                }
            }
        }
        progress.clear();
        failed.sort_by_key(|(at, _)| *at);
        let name = |at: usize| servers.get(at).map_or("", Server::name).to_owned();
        Ok(failed.into_iter().map(|(at, failure)| (name(at), failure)).collect())
    }

    /// Asks one server, part after part.
    async fn one(&self, at: usize, peer: &Peer, pages: &Sender<Page>, enough: &Cell<bool>) -> Result<(), Failure> {
        let Some(asks) = self.asks.server(at) else { return Ok(()) };
        let version = if asks.depends_on_version() { peer.version().await? } else { None };
        let mut wordings = asks.of(version.map(ApiVersion::get)).iter();
        let Some(mut wording) = wordings.next() else { return Ok(()) };
        self.console.verbose(1, || wording.plan.to_string());
        let version = peer.version().await?;
        self.listing.check_version(version).map_err(|failure| failure.of_server(&peer.name))?;
        let (mut listed, mut begun) = (self.parts(wording, peer, version), false);
        // As with the number of parts, no server waits for another one on its way into the deadline.
        let room = (!self.goes_on).then(|| Arc::new(Semaphore::new(WAITING_KIB as usize)));
        while !enough.get() {
            let mut drift = Drift::default();
            let part = listed.next(&mut drift).await;
            let page = match part {
                Ok(None) => break,
                Ok(Some(page)) => page,
                Err(error) => {
                    let unknown = !begun && matches!(error.status(), Some(404 | 501));
                    match wordings.next().filter(|_| unknown) {
                        None => return Err(peer.refusal(&error)),
                        Some(next) => wording = next,
                    }
                    self.console.verbose(1, || format!("{}: {error}\n{}", peer.name, wording.plan));
                    listed = self.parts(wording, peer, version);
                    continue;
                }
            };
            begun = true;
            self.strangers.borrow_mut().add(page.as_ref(), &drift);
            if !drift.is_empty() {
                self.console.verbose(1, || format!("{}: unknown to the schemas: {drift:?}", peer.name));
            }
            let Some(items) = page.path(self.listing.list).structs() else { continue };
            self.console.verbose(1, || format!("{}: {} items", peer.name, items.len()));
            let wanted = |place: &usize| match (&wording.here, items.get(*place)) {
                (Some(here), Some(item)) => here.matches(&Reflected(item)),
                (None, item) => item.is_some(),
                (Some(_), None) => false,
            };
            let places: Vec<usize> = (0..items.len()).filter(wanted).collect();
            if places.is_empty() {
                continue;
            }
            let room = match &room {
                None => None,
                Some(room) => {
                    let kib = u32::try_from(listed.taken() >> 10).unwrap_or(WAITING_KIB).min(WAITING_KIB);
                    // It is never closed.
                    Arc::clone(room).acquire_many_owned(kib).await.ok()
                }
            };
            // Nobody is left to take it when the output has failed: then that is what is told.
            if pages.send(Page { server: at, page, places, _room: room }).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    fn parts(&self, wording: &One<'_>, peer: &Peer, version: Option<ApiVersion>) -> Parts {
        let operation = self.listing.operation;
        let pages = wording.request.pages(&peer.client, operation);
        pages.parts(self.listing.list, PART, move || Some(Box::new(registry::answer(operation, version)?)))
    }
}

/// Where pages come in: in the order of the servers a line for each, of which the first is read to its end while the
/// others wait; else one line for all.
struct Lines {
    in_order: bool,
    /// How many pages may wait in a line.
    waiting: usize,
    lines: BTreeMap<usize, Receiver<Page>>,
    /// The way into the one line.
    shared: Option<Sender<Page>>,
}

impl Lines {
    fn new(in_order: bool, waiting: usize) -> Self {
        Self { in_order, waiting, lines: BTreeMap::new(), shared: None }
    }

    /// The way in for a server. Servers begin in their order, so that the first line is the one whose turn it is.
    fn sender(&mut self, server: usize) -> Sender<Page> {
        if let Some(shared) = &self.shared {
            return shared.clone();
        }
        let (sender, line) = channel(if self.in_order { self.waiting } else { AT_ONCE });
        self.lines.insert(server, line);
        if !self.in_order {
            self.shared = Some(sender.clone());
        }
        sender
    }

    /// The next page; never one that is not to be printed yet.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Page> {
        while let Some(mut first) = self.lines.first_entry() {
            match first.get_mut().poll_recv(context) {
                Poll::Ready(Some(page)) => return Poll::Ready(page),
                Poll::Ready(None) => drop(first.remove()),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Pending
    }
}
