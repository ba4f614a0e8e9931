//! `backhaul collect`: keeps what `usage` would print.

use backhaul_fleet::Row;
use backhaul_fleet::store::{Run, Store};
use jiff::Timestamp;

use super::store::{create, failure};
use super::usage::{Order, ask, collecting};
use crate::args::store::{Collect, Place};
use crate::args::usage::{Fleet, Usage};
use crate::connect;
use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::profile::{Location, Wanted, select};

/// Runs the verb.
pub(crate) fn run(args: &Collect, console: &Console) -> Outcome {
    let wanted = Wanted { profiles: &args.fleet.profiles, demo: args.fleet.connection.demo, system: args.fleet.system };
    let selection = select(wanted, &Location::find()?)?;
    selection.say(console);
    let mut kept = Kept::new(&args.fleet, &args.place, console)?;
    let work = ask(&args.fleet, &selection, (collecting(&args.fleet), Order::AsTheyCome), console, |answer| {
        kept.push(&answer.rows)
    });
    let asked = connect::wait_for(work)?;
    if !asked.all_failed() {
        kept.finish()?;
    }
    Ok(asked.code())
}

/// Refuses a level of what is kept, or was.
pub(super) fn refuse_level(fleet: &Fleet) -> Result<(), Failure> {
    if fleet.level.is_none() {
        return Ok(());
    }
    let says = "runs are kept at the level of tenants: jobs and computers would count their bytes twice";
    Err(Failure::usage(says).with_help("leave --level out"))
}

/// A run that is being kept, when it is.
pub(super) struct Kept<'a> {
    run: Option<(Store, Run)>,
    console: &'a Console,
}

impl<'a> Kept<'a> {
    /// Of `usage`, when it says so.
    pub(super) fn begin(args: &Usage, console: &'a Console) -> Result<Self, Failure> {
        if args.past.save { Self::new(&args.fleet, &args.past.place, console) } else { Ok(Self { run: None, console }) }
    }

    /// Opens the place before anything is asked: one that cannot be written to should not cost the servers a run.
    fn new(fleet: &Fleet, place: &Place, console: &'a Console) -> Result<Self, Failure> {
        refuse_level(fleet)?;
        let store = create(place)?;
        let run = store.run(Timestamp::now());
        Ok(Self { run: Some((store, run)), console })
    }

    pub(super) fn push(&mut self, rows: &[Row]) -> Result<(), Failure> {
        let Some((_, run)) = &mut self.run else { return Ok(()) };
        run.push(rows).map_err(|error| failure(&error))
    }

    /// Writes the run, and says so.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some((store, run)) = self.run else { return Ok(()) };
        let rows = connect::wait_for(async { run.finish().await.map_err(|error| failure(&error)) })?;
        self.console.note(&format!("{rows} rows are kept in {}", store.name()));
        Ok(())
    }
}
