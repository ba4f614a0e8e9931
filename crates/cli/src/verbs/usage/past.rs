//! `usage --at`: the runs of a past day.

use std::fmt;

use backhaul_fleet::Row;
use backhaul_fleet::store::{History, Store};
use backhaul_wire::System;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use wildmatch::WildMatch;

use super::shown::Shown;
use crate::args::usage::{Fleet, Usage};
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::{Location, Wanted, select};
use crate::suggest;
use crate::verbs::collect::refuse_level;
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
    let (store, history) = read(args, begin, end, &format!("of {day}"), console)?;
    if history.series.is_empty() {
        return Err(no_run(&store, day, (begin, end), &zone)?);
    }
    let of_last_runs = history.series.iter().filter(|series| !series.is_gone);
    let rows: Vec<Row> = of_last_runs.map(|series| series.row.clone()).collect();
    shown.take(rows)?;
    let code = code(&history, shown.partial_rows(), console);
    let missing: Vec<String> = history.unreadable.iter().map(ToString::to_string).collect();
    shown.end(&missing)?;
    Ok(code)
}

/// The failure that there is no run of a day, which begins and ends so; it names the nearest days of the same zone that
/// have one.
fn no_run(store: &Store, day: Date, span: (Timestamp, Timestamp), zone: &TimeZone) -> Result<Failure, Failure> {
    let says = Failure::new(Code::DataSaysNo, format!("{}: there is no run of {day}", store.name()));
    let near = connect::wait_for(async {
        let files = store.all_files().await.map_err(|error| failure(&error))?;
        let utc = |at: Timestamp| at.to_zoned_datetime(TimeZone::UTC).date();
        // A day of the zone is two of UTC, by which files are named: each has runs on either side of it.
        let before = files.iter().rfind(|file| file.day < utc(span.0)).map(|file| file.day);
        let after = files.iter().find(|file| file.day > utc(span.1)).map(|file| file.day);
        let days = before.into_iter().chain([utc(span.0), utc(span.1)]).chain(after);
        let mut near: [Option<Date>; 2] = [None, None];
        for of_utc in days {
            for run in days_of(store, of_utc, zone).await? {
                if run < day {
                    near[0] = near[0].max(Some(run));
                } else if run > day {
                    near[1] = Some(near[1].map_or(run, |known| known.min(run)));
                }
            }
        }
        Ok(near)
    })?;
    let near: Vec<String> = near.into_iter().flatten().map(|day| day.to_string()).collect();
    Ok(if near.is_empty() { says } else { says.with_help(format!("the nearest are of {}", near.join(" and "))) })
}

/// The days of a zone of which there are runs on a day of UTC: its first and its last.
async fn days_of(store: &Store, day: Date, zone: &TimeZone) -> Result<Vec<Date>, Failure> {
    let midnight = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
    let Some((begin, end)) = midnight(day).zip(day.tomorrow().ok().and_then(midnight)) else { return Ok(Vec::new()) };
    let end = end.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(end);
    let history = store.history(begin, end).await.map_err(|error| failure(&error))?;
    let seconds = history.series.iter().flat_map(|series| &series.points).map(|point| point.second);
    let of_rows = history.series.iter().filter_map(|series| series.row.collected_at).map(Timestamp::as_second);
    let seconds: Vec<i64> = seconds.chain(of_rows).collect();
    let ends = seconds.iter().min().into_iter().chain(seconds.iter().max());
    let date = |second: &i64| Some(Timestamp::from_second(*second).ok()?.to_zoned_datetime(zone.clone()).date());
    Ok(ends.filter_map(date).collect())
}

/// What the store says of a span of time, of the servers that were asked for; what could not be read is said. `when` is
/// what the span is called.
pub(super) fn read(
    args: &Usage,
    since: Timestamp,
    until: Timestamp,
    when: &str,
    console: &Console,
) -> Result<(Store, History), Failure> {
    refuse_level(&args.fleet)?;
    let store = open(&args.past.place)?;
    let mut history = connect::wait_for(async { store.history(since, until).await.map_err(|error| failure(&error)) })?;
    history.unreadable.iter().for_each(|error| console.warn(&format!("left out: {error}")));
    let asked = Asked::of(&args.fleet)?;
    let rows = || history.series.iter().map(|series| &series.row);
    if rows().next().is_some() && !rows().any(|row| asked.wants(row)) {
        let says = format!("{}: the runs {when} have no row of {asked}", store.name());
        let servers = suggest::among(&asked.to_string(), rows().map(|row| row.server.as_str()));
        return Err(Failure::new(Code::DataSaysNo, says).with_help(format!("their servers are {servers}")));
    }
    for (word, pattern) in &asked.servers {
        if !history.series.is_empty() && !rows().any(|row| pattern.matches(&row.server)) {
            console.warn(&format!("the runs {when} have no row of `{}`", word.escape_debug()));
        }
    }
    history.series.retain(|series| asked.wants(&series.row));
    Ok((store, history))
}

/// Whose rows of past runs are wanted.
struct Asked {
    system: Option<System>,
    /// The servers, each with the word for it; none where all are wanted.
    servers: Vec<(String, WildMatch)>,
}

impl Asked {
    fn of(fleet: &Fleet) -> Result<Self, Failure> {
        Ok(Self { system: fleet.system, servers: wanted(&fleet.profiles)? })
    }

    fn wants(&self, row: &Row) -> bool {
        let of_system = self.system.is_none_or(|system| row.system == system.name());
        let mut servers = self.servers.iter();
        of_system && (self.servers.is_empty() || servers.any(|(_, pattern)| pattern.matches(&row.server)))
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers: Vec<String> = self.servers.iter().map(|(word, _)| format!("`{}`", word.escape_debug())).collect();
        f.write_str(&servers.join(", "))?;
        match self.system {
            Some(system) if servers.is_empty() => f.write_str(system.product()),
            Some(system) => write!(f, " that is {}", system.product()),
            None => Ok(()),
        }
    }
}

/// The servers that `-p` names. Those of a past run need not be in the configuration any more; groups are there alone.
fn wanted(profiles: &[String]) -> Result<Vec<(String, WildMatch)>, Failure> {
    let mut patterns = Vec::new();
    for word in profiles.iter().flat_map(|words| words.split(',')).map(str::trim).filter(|word| !word.is_empty()) {
        if word.starts_with('@') {
            let group = [word.to_owned()];
            let wanted = Wanted { profiles: &group, demo: false, system: None };
            let servers = select(wanted, &Location::find()?)?.servers;
            patterns.extend(servers.iter().map(|server| (server.name().to_owned(), WildMatch::new(server.name()))));
        } else {
            patterns.push((word.to_owned(), WildMatch::new(word)));
        }
    }
    Ok(patterns)
}

/// The exit code of what was read: what a run did not get to know, or could not be read, is missing as it is in a live
/// run. Rows of servers of which a part gave no answer are told.
pub(super) fn code(history: &History, partial_rows: usize, console: &Console) -> Code {
    if partial_rows > 0 {
        let are = if partial_rows == 1 { "1 row is" } else { &format!("{partial_rows} rows are") };
        console.warn(&format!("{are} partial: when they were collected, a part of their server gave no answer"));
    }
    if history.unreadable.is_empty() && partial_rows == 0 { Code::Done } else { Code::SomeFailed }
}
