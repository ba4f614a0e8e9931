//! `backhaul usage`: storage usage, one row per server, repository and tenant.

mod ask;
mod shown;
mod sums;

use self::ask::ask;
use self::shown::Shown;
use crate::args::usage::Usage;
use crate::connect;
use crate::console::Console;
use crate::exit::Outcome;
use crate::profile::{Location, Wanted, select};

/// Runs the verb.
pub(crate) fn run(args: &Usage, console: &Console) -> Outcome {
    let mut shown = Shown::new(&args.question, console)?;
    let wanted = Wanted { profiles: &args.fleet.profiles, demo: args.fleet.connection.demo, system: None };
    let selection = select(wanted, &Location::find()?)?;
    selection.say(console);
    let streams = shown.streams();
    let asked = connect::wait_for(ask(&args.fleet, &selection, streams, console, |answer| shown.take(answer.rows)))?;
    // No row of any server is not the same as no usage: a reader of JSON must not take the one for the other.
    if asked.all_failed() {
        return Ok(asked.code());
    }
    shown.end()?;
    Ok(asked.code())
}
