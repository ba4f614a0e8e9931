//! `backhaul query`: the entities of one type.

mod listing;
mod request;
mod rows;
mod way;

use backhaul_filter::{Order, Plan, Predicate, Reflected, Schema, Selection};
use backhaul_models::registry;
use backhaul_transport::Params;
use backhaul_wire::ApiVersion;
use backhaul_wire::Drift;

pub(super) use self::listing::Listing;
use self::request::Request;
pub(super) use self::request::{allow_joined, allow_unlisted, plan};
use self::rows::{Chosen, Kept, Rows};
pub(super) use self::way::{Way, ways};
use crate::api_version;
use crate::args::data::Query;
use crate::connect::{self, Peer, Peers};
use crate::console::Console;
use crate::drift::Strangers;
use crate::exit::{Code, Failure, Outcome};
use crate::expression;
use crate::profile::{Location, Wanted, select};

/// Runs the verb.
pub(crate) fn run(args: &Query, console: &Console) -> Outcome {
    let version = match &args.connection.api_version {
        Some(version) => api_version::number(args.target.system, version)?,
        None => None,
    };
    let mut listing = Listing::find(&args.target, &args.params, version)?;
    let params = listing.params(&args.params)?;
    let source = args.filter.as_ref().map(crate::input::Expression::text).transpose()?;
    let parsed = source.as_deref().map(|source| expression::parsed(source, Code::Usage, console)).transpose()?;
    if let Some(parsed) = &parsed {
        allow_joined(&mut listing, parsed);
        if args.raw_filter {
            allow_unlisted(&mut listing, parsed);
        }
    }
    let fields = listing.fields();
    let schema = Schema { name: listing.name, fields: &fields };
    let parsed = parsed.map(|parsed| expression::resolved(parsed, &schema, Some(args.target.system), console));
    if let (Some(parsed), Some(source)) = (&parsed, &source) {
        expression::checked(parsed, source, &schema, console)?;
    }
    let order = match args.sort.order() {
        Some((name, descending)) => Some(Order { field: expression::order(name, &schema)?, descending }),
        None => None,
    };
    let wanted = Wanted { profiles: &args.profiles, demo: args.connection.demo, system: Some(args.target.system) };
    let selection = select(wanted, &Location::find()?)?;
    selection.say(console);
    let several = selection.servers.len() > 1;
    let style = args.output.style(console)?;
    let chosen = Chosen::new(listing.item, &args.fields, several, &style)?.with_unknown(args.unknown, &style)?;
    let filter = parsed.as_ref().map(backhaul_filter::Parsed::expr);
    let ways = ways(&listing, &Selection { filter, order, limit: args.limit, several }, &params, version, Code::Usage)?;
    let mut asks = Vec::with_capacity(ways.len());
    for way in &ways {
        let request = Request::new(&listing, params.clone(), way, order.as_ref(), chosen.projection(&args.fields))?;
        let here = way.plan.rest().map(|expr| Predicate::compile(expr, &schema)).transpose();
        let here = here.map_err(|error| Failure::usage(error.to_string()))?;
        asks.push(One { plan: &way.plan, request, here });
    }
    // An order that one of the ways leaves to us is made for all rows: what is in order already stays in it.
    let order_here = ways.iter().any(|way| way.plan.order_here());

    let mut asking = Asking {
        listing: &listing,
        asks,
        rows: Rows::new(&style, chosen, args.limit, console),
        kept: order_here.then(Kept::default),
        strangers: Strangers::default(),
        console,
    };
    let asked = connect::wait_for(asking.all(&selection.servers, args));
    let Asking { mut rows, kept, strangers, .. } = asking;
    strangers.say(rows.shows_unknown(), console);
    let (names, failed) = match asked {
        Ok(asked) => asked,
        Err(failure) => {
            // What was begun becomes a whole document, as far as the output still can.
            if rows.is_begun() {
                let _ = rows.end();
            }
            return Err(failure);
        }
    };
    for failure in &failed {
        console.failure(failure);
    }
    let codes: Vec<Code> = failed.iter().map(Failure::code).collect();
    let code = Code::of_many(selection.servers.len(), &codes);
    // No row of any server is not the same as an empty list.
    let nothing = !rows.is_begun() && kept.as_ref().is_none_or(Kept::is_empty);
    if nothing && failed.len() == selection.servers.len() {
        return Ok(code);
    }
    if let (Some(kept), Some(order)) = (kept, order) {
        kept.sorted(listing.list, &order, |server, item| {
            rows.item(names.get(server).map_or("", String::as_str), item)
        })?;
    }
    rows.end()?;
    Ok(code)
}

/// Why a server refuses to be asked for a listing in this way; nothing when it takes the question.
pub(super) async fn refused_by(peer: &Peer, listing: &Listing, way: &Way) -> Result<Option<String>, Failure> {
    let operation = listing.operation;
    let request = Request::new(listing, Params::default(), way, None, None)?;
    let version = ApiVersion::new(peer.version().await?);
    let mut page = registry::answer_in(operation, version)
        .ok_or_else(|| Failure::internal(format!("{} has no answer", operation.name)))?;
    match request.pages(&peer.client, operation).next_into(page.as_mut(), Some(&mut Drift::default())).await {
        Ok(_) => Ok(None),
        Err(error) if error.is_api() => Ok(Some(error.to_string())),
        Err(error) => Err(peer.refusal(&error)),
    }
}

/// A query under way.
struct Asking<'a> {
    listing: &'a Listing,
    /// The ways to ask; the next one serves where a server does not know the one before.
    asks: Vec<One<'a>>,
    rows: Rows,
    /// Where items wait until all are there, when they are sorted here.
    kept: Option<Kept>,
    strangers: Strangers,
    console: &'a Console,
}

/// One way to ask.
struct One<'a> {
    plan: &'a Plan,
    request: Request,
    /// What is left to evaluate here.
    here: Option<Predicate<'a>>,
}

impl Asking<'_> {
    /// Asks one server after the other, so that rows can be printed as they come. Gives the names of the servers and the
    /// failures.
    async fn all(
        &mut self,
        servers: &[crate::profile::Server],
        args: &Query,
    ) -> Result<(Vec<String>, Vec<Failure>), Failure> {
        let mut peers = Peers::open(servers, &args.connection, self.console).await?;
        let mut failed = std::mem::take(&mut peers.failed);
        for (at, peer) in peers.ready.iter().enumerate() {
            match self.one(at, peer).await {
                Ok(()) => {}
                Err(Stop::Server(failure)) => failed.push(failure),
                Err(Stop::Here(failure)) => return Err(failure),
            }
            peer.close(self.console).await;
        }
        Ok((peers.ready.into_iter().map(|peer| peer.name).collect(), failed))
    }

    async fn one(&mut self, server: usize, peer: &Peer) -> Result<(), Stop> {
        let operation = self.listing.operation;
        let mut ways = self.asks.iter();
        let Some(mut way) = ways.next() else { return Ok(()) };
        self.console.verbose(1, || way.plan.to_string());
        let (mut pages, mut begun) = (way.request.pages(&peer.client, operation), false);
        while !self.rows.is_full() {
            let version = peer.version().await.map_err(Stop::Server)?;
            self.listing.check_version(version).map_err(|failure| Stop::Server(failure.of_server(&peer.name)))?;
            let mut page = registry::answer_in(operation, ApiVersion::new(version))
                .ok_or_else(|| Stop::Here(Failure::internal(format!("{} has no answer", operation.name))))?;
            let mut drift = Drift::default();
            match pages.next_into(page.as_mut(), Some(&mut drift)).await {
                Ok(None) => break,
                Ok(Some(_)) => begun = true,
                Err(error) => {
                    let unknown = !begun && matches!(error.status(), Some(404 | 501));
                    match ways.next().filter(|_| unknown) {
                        None => return Err(Stop::Server(peer.refusal(&error))),
                        Some(next) => way = next,
                    }
                    self.console.verbose(1, || format!("{}: {error}\n{}", peer.name, way.plan));
                    pages = way.request.pages(&peer.client, operation);
                    continue;
                }
            }
            self.strangers.add(page.as_ref(), &drift);
            if !drift.is_empty() {
                self.console.verbose(1, || format!("{}: unknown to the schemas: {drift:?}", peer.name));
            }
            let Some(items) = page.path(self.listing.list).structs() else { continue };
            self.console.verbose(1, || format!("{}: {} items", peer.name, items.len()));
            let wanted = |place: &usize| match (&way.here, items.get(*place)) {
                (Some(here), Some(item)) => here.matches(&Reflected(item)),
                (None, item) => item.is_some(),
                (Some(_), None) => false,
            };
            let places: Vec<usize> = (0..items.len()).filter(wanted).collect();
            if let Some(kept) = &mut self.kept {
                kept.page(server, page, places);
                continue;
            }
            for item in places.into_iter().filter_map(|place| items.get(place)) {
                self.rows.item(&peer.name, item).map_err(Stop::Here)?;
            }
            self.rows.flush().map_err(Stop::Here)?;
        }
        Ok(())
    }
}

/// Why a query of one server ended early.
enum Stop {
    /// The server: the others go on.
    Server(Failure),
    /// The output, or ourselves: there is nothing to go on for.
    Here(Failure),
}
