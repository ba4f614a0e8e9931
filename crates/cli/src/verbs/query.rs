//! `backhaul query`: the entities of one type.

mod asking;
mod clocks;
mod explain;
mod listing;
mod request;
mod rows;
mod wording;

use std::cell::RefCell;

use backhaul_filter::{Order, Predicate, Schema, Selection};
use backhaul_models::registry;
use backhaul_transport::Params;
use backhaul_wire::Drift;

use self::asking::{Asking, Asks, ByServer, One};
use self::clocks::Clocks;
pub(crate) use self::listing::Listing;
use self::request::Request;
pub(super) use self::request::{allow_joined, allow_unlisted, plan};
use self::rows::{Chosen, Kept, Rows};
pub(super) use self::wording::{Wording, worded, wordings};
use crate::api_version;
use crate::args::data::Query;
use crate::connect::{self, Peer};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::expression::{self, ClockOf};
use crate::output::Format;
use crate::profile::{Location, Server, Wanted, select};

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
    let clock_of = |offset| ClockOf::of(Some(args.target.system), offset);
    if let (Some(parsed), Some(source)) = (&parsed, &source) {
        let (here, _) = expression::resolved_by(parsed.clone(), &schema, clock_of(None));
        expression::checked(&here, source, &schema, console)?;
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
    let clocks = Clocks::of(&selection.servers, clock_of);
    let filters = clocks.filters(parsed.as_ref(), &schema, console);
    let mut all_worded = Vec::with_capacity(filters.len());
    for parsed in &filters {
        let filter = parsed.as_ref().map(backhaul_filter::Parsed::expr);
        let ask = Selection { filter, order, limit: args.limit, several };
        all_worded.push(worded(&listing, &ask, &params, version, Code::Usage)?);
    }
    let mut asks = ByServer { of: clocks.of_servers, all: Vec::with_capacity(all_worded.len()) };
    for worded in &all_worded {
        let mut of_clock = Asks::default();
        for (version, wordings) in worded {
            let mut ones = Vec::with_capacity(wordings.len());
            for wording in wordings {
                let (params, projection) = (params.clone(), chosen.projection(&args.fields));
                let request = Request::new(&listing, params, wording, order.as_ref(), projection)?;
                let here = wording.plan.rest().map(|expr| Predicate::compile(expr, &schema)).transpose();
                let here = here.map_err(|error| Failure::usage(error.to_string()))?;
                ones.push(One { plan: &wording.plan, request, here });
            }
            of_clock.0.push((*version, ones));
        }
        asks.all.push(of_clock);
    }
    if args.explain {
        explain::print(&listing, &asks, &selection.servers, args, &style, console)?;
        return Ok(Code::Done);
    }
    // An order that one of the wordings leaves to us is made for all rows: what is in order already stays in it.
    let all_wordings = all_worded.iter().flatten().flat_map(|(_, wordings)| wordings);
    let order_here = all_wordings.into_iter().any(|wording| wording.plan.order_here());

    let mut rows = Rows::new(&style, chosen, args.limit, console);
    let mut kept = order_here.then(Kept::default);
    // Lines are for programs that read them as they come; all else is the same in each run.
    let in_order = style.format != Format::Ndjson;
    let strangers = RefCell::default();
    let goes_on = args.connection.deadline.is_some();
    let asking = Asking { listing: &listing, asks: &asks, in_order, goes_on, strangers: &strangers, console };
    let asked = connect::wait_for(asking.all(&selection.servers, args, &mut rows, kept.as_mut()));
    strangers.take().say(rows.shows_unknown(), console);
    let failed = match asked {
        Ok(failed) => failed,
        Err(failure) => {
            // What was begun becomes a whole document, as far as the output still can.
            if rows.is_begun() {
                let _ = rows.end();
            }
            return Err(failure);
        }
    };
    console.failed_servers(selection.servers.len(), &failed);
    let codes: Vec<Code> = failed.iter().map(|(_, failure)| failure.code()).collect();
    let code = Code::of_many(selection.servers.len(), &codes);
    // No row of any server is not the same as an empty list.
    let nothing = !rows.is_begun() && kept.as_ref().is_none_or(Kept::is_empty);
    if nothing && failed.len() == selection.servers.len() {
        return Ok(code);
    }
    if let (Some(kept), Some(order)) = (kept, order) {
        kept.sorted(listing.list, &order, |server, item| {
            rows.item(selection.servers.get(server).map_or("", Server::name), item)
        })?;
    }
    rows.end()?;
    Ok(code)
}

/// Why a server refuses to be asked for a listing in these words; nothing when it takes the question.
pub(super) async fn refused_by(peer: &Peer, listing: &Listing, wording: &Wording) -> Result<Option<String>, Failure> {
    let operation = listing.operation;
    let request = Request::new(listing, Params::default(), wording, None, None)?;
    let version = peer.version().await?;
    let mut page = registry::answer(operation, version)
        .ok_or_else(|| Failure::internal(format!("{} has no answer", operation.name)))?;
    match request.pages(&peer.client, operation).next_into(&mut page, Some(&mut Drift::default())).await {
        Ok(_) => Ok(None),
        Err(error) if error.is_api() => Ok(Some(error.to_string())),
        Err(error) => Err(peer.refusal(&error)),
    }
}
