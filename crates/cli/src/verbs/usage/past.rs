//! `usage --at`: the runs of a past day.

use backhaul_fleet::Row;
use backhaul_fleet::store::{History, Store};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use wildmatch::WildMatch;

use super::shown::Shown;
use crate::args::usage::Usage;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::{Location, Wanted, select};
use crate::verbs::store::{failure, open, zone};

/// The last run of each server on a day.
pub(super) fn at(args: &Usage, day: Date, console: &Console) -> Outcome {
    let mut shown = Shown::new(&args.question, console)?.of_day(day, &args.past.timezone);
    let zone = zone(&args.past.timezone)?;
    let wrong = |error: jiff::Error| Failure::usage(format!("{day}: {error}"));
    let midnight = |day: Date| zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(wrong);
    let begin = midnight(day)?;
    // The next day's first second is not in it, however many hours the day has.
    let end = midnight(day.tomorrow().map_err(wrong)?)?;
    let end = end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(end);
    let (store, history) = read(args, begin, end, console)?;
    if history.series.is_empty() {
        let files = connect::wait_for(async { store.all_files().await.map_err(|error| failure(&error)) })?;
        let before = files.iter().rfind(|file| file.day < day).map(|file| file.day.to_string());
        let after = files.iter().find(|file| file.day > day).map(|file| file.day.to_string());
        let near: Vec<String> = before.into_iter().chain(after).collect();
        let says = format!("{}: there is no run of {day}", store.name());
        let failure = Failure::new(Code::DataSaysNo, says);
        return Err(if near.is_empty() {
            failure
        } else {
            failure.with_help(format!("the nearest are of {}", near.join(" and ")))
        });
    }
    let of_last_runs = history.series.iter().filter(|series| !series.is_gone);
    let rows: Vec<Row> = of_last_runs.map(|series| series.row.clone()).collect();
    shown.take(rows)?;
    let missing: Vec<String> = history.unreadable.iter().map(ToString::to_string).collect();
    shown.end(&missing)?;
    Ok(code(&history))
}

/// What the store says of a span of time, of the servers that were asked for; what could not be read is said.
pub(super) fn read(
    args: &Usage,
    since: Timestamp,
    until: Timestamp,
    console: &Console,
) -> Result<(Store, History), Failure> {
    let store = open(&args.past.place)?;
    let mut history = connect::wait_for(async { store.history(since, until).await.map_err(|error| failure(&error)) })?;
    history.unreadable.iter().for_each(|error| console.warn(&format!("left out: {error}")));
    if !args.fleet.profiles.is_empty() {
        let wanted = wanted(&args.fleet.profiles)?;
        history.series.retain(|it| wanted.iter().any(|pattern| pattern.matches(&it.row.server)));
    }
    Ok((store, history))
}

/// The servers that `-p` names. Those of a past run need not be in the configuration any more; groups are there alone.
fn wanted(profiles: &[String]) -> Result<Vec<WildMatch>, Failure> {
    let mut patterns = Vec::new();
    for word in profiles.iter().flat_map(|words| words.split(',')).map(str::trim).filter(|word| !word.is_empty()) {
        if word.starts_with('@') {
            let group = [word.to_owned()];
            let wanted = Wanted { profiles: &group, demo: false, system: None };
            let servers = select(wanted, &Location::find()?)?.servers;
            patterns.extend(servers.iter().map(|server| WildMatch::new(server.name())));
        } else {
            patterns.push(WildMatch::new(word));
        }
    }
    Ok(patterns)
}

/// The exit code of what was read.
pub(super) fn code(history: &History) -> Code {
    if history.unreadable.is_empty() { Code::Done } else { Code::SomeFailed }
}
