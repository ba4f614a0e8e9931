//! `backhaul usage`: storage usage, one row per server, repository and tenant.

mod ask;
#[cfg(feature = "store")]
mod growth;
#[cfg(feature = "store")]
mod past;
mod report;
mod shown;
mod sums;

use backhaul_fleet::ROWS;

pub(super) use self::ask::{Order, ask, collecting};
use self::shown::Shown;
pub(super) use self::shown::{fields, predicate};
use crate::args::usage::Usage;
use crate::connect;
use crate::console::Console;
use crate::exit::Outcome;
use crate::profile::{Location, Wanted, select};

/// Runs the verb.
pub(crate) fn run(args: &Usage, console: &Console) -> Outcome {
    #[cfg(feature = "store")]
    if let Some(day) = args.past.at {
        return past::at(args, day, console);
    }
    #[cfg(feature = "store")]
    if let Some(days) = args.past.since {
        return growth::since(args, days, console);
    }
    let mut shown = Shown::new(&args.question, console)?;
    let wanted = Wanted { profiles: &args.fleet.profiles, demo: args.fleet.connection.demo, system: args.fleet.system };
    let mut selection = select(wanted, &Location::find()?)?;
    #[cfg(feature = "store")]
    let saves = args.past.save;
    #[cfg(not(feature = "store"))]
    let saves = false;
    // A run that is kept tells of all servers.
    if let Some(filter) = shown.expr().filter(|_| !saves) {
        selection.keep(filter, ROWS);
    }
    selection.say(console);
    let streams = shown.streams();
    #[cfg(feature = "store")]
    let mut kept = super::collect::Kept::begin(args, console)?;
    let mut printed = Ok(());
    let work = ask(&args.fleet, &selection, (collecting(&args.fleet), streams), console, |answer| {
        #[cfg(feature = "store")]
        kept.push(&answer.rows)?;
        // No row of a server that failed is not the same as a server without rows.
        if printed.is_err() || answer.is_failed() && answer.rows.is_empty() {
            return Ok(());
        }
        let taken = shown.take(answer.rows);
        // A reader that went away, or a full disk, is no reason to lose a run that is to be kept.
        if saves {
            printed = taken;
            return Ok(());
        }
        taken
    });
    let asked = connect::wait_for(work)?;
    // No row of any server is not the same as no usage: a reader of JSON must not take the one for the other.
    if asked.all_failed() {
        return Ok(asked.code());
    }
    let printed = printed.and_then(|()| shown.end(asked.said()));
    #[cfg(feature = "store")]
    kept.finish()?;
    printed.map(|()| asked.code())
}
