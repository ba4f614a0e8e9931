//! Usage from the runs that were kept: of a past day, and over a span of days.

use std::cmp::Ordering;
use std::collections::HashMap;

use backhaul_filter::Place;
use backhaul_filter::Record;
use backhaul_fleet::store::{History, Series, Store};
use backhaul_fleet::{COLUMNS, Forecast, Growth, Row, sparkline};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::shown::{self, Shown};
use super::sums::compare;
use crate::args::usage::Usage;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::Table;
use crate::verbs::store::{failure, open};

/// The columns of a span, after those of the newest run.
const CHANGE: [&str; 9] = [
    "runs",
    "first_at",
    "first_bytes",
    "last_bytes",
    "growth_bytes_per_day",
    "trend",
    "quota_full_on",
    "repository_full_on",
    "forecast",
];
/// How many characters a trend has.
const TREND: usize = 20;

/// The last run of each server on a day.
pub(super) fn at(args: &Usage, day: Date, console: &Console) -> Outcome {
    let mut shown = Shown::new(&args.question, console)?;
    let begin = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(|error| Failure::usage(error.to_string()))?;
    let end = begin.saturating_add(SignedDuration::from_secs(86_399)).unwrap_or(begin);
    let (store, history) = read(args, begin, end, console)?;
    let mut newest: HashMap<&str, Timestamp> = HashMap::new();
    for row in history.series.iter().map(|it| &it.row) {
        let at = newest.entry(&row.server).or_insert(Timestamp::MIN);
        *at = row.collected_at.unwrap_or_default().max(*at);
    }
    if newest.is_empty() {
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
    let is_newest = |row: &&Row| newest.get(row.server.as_str()).copied() == row.collected_at;
    let rows: Vec<Row> = history.series.iter().map(|it| &it.row).filter(is_newest).cloned().collect();
    shown.take(rows)?;
    shown.end()?;
    Ok(code(&history))
}

/// How usage changed in the last days.
pub(super) fn since(args: &Usage, days: i32, console: &Console) -> Outcome {
    let question = &args.question;
    let names: Vec<&'static str> = COLUMNS.iter().copied().chain(CHANGE).collect();
    let chosen = shown::fields(&question.fields, &names)?;
    let mut order = question.order();
    if order.is_empty() && question.top.is_some() {
        order.push(("growth_bytes_per_day", true));
    }
    let mut places = Vec::new();
    for (name, largest_first) in order {
        let name = shown::fields(&[name.to_owned()], &names)?;
        places.extend(names.iter().position(|it| name.contains(it)).map(|at| (at, largest_first)));
    }
    let (filter, style) =
        (shown::filter(question, console)?.map(|(_, filter)| filter), question.output.style(console)?);
    let now = Timestamp::now();
    let begin = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
    // A clock that went back left runs in what is the future now.
    let (store, history) = read(args, begin, Timestamp::MAX, console)?;
    if history.series.iter().any(|it| it.row.collected_at.is_some_and(|at| at > now)) {
        console.warn("some runs are of the future: has the clock of this machine, or of a collector, gone back?");
    }
    if history.series.is_empty() {
        return Err(Failure::new(
            Code::DataSaysNo,
            format!("{}: there are no runs of the last {days} days", store.name()),
        ));
    }
    let matches = |series: &&Series| {
        filter.as_ref().is_none_or(|filter| filter.matches(&series.row))
            && question.over.is_none_or(|over| backhaul_fleet::is_over(&series.row, over))
    };
    let mut rows: Vec<Vec<Value>> = history.series.iter().filter(matches).map(cells).collect();
    rows.sort_by(|a, b| {
        let one = |(at, largest_first): &(usize, bool)| {
            let order = compare(a.get(*at), b.get(*at));
            if *largest_first { order.reverse() } else { order }
        };
        places.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    rows.truncate(question.top.unwrap_or(usize::MAX));
    let places: Vec<usize> = chosen.iter().filter_map(|name| names.iter().position(|it| it == name)).collect();
    let pick = |row: Vec<Value>| places.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
    let asked = !question.fields.is_empty();
    let columns = shown::columns(&chosen).into_iter().map(|it| if asked { it.asked() } else { it }).collect();
    Table { columns, rows: rows.into_iter().map(pick).collect() }.print(&style, console)?;
    Ok(code(&history))
}

fn read(args: &Usage, since: Timestamp, until: Timestamp, console: &Console) -> Result<(Store, History), Failure> {
    let store = open(&args.past.place)?;
    let mut history = connect::wait_for(async { store.history(since, until).await.map_err(|error| failure(&error)) })?;
    history.unreadable.iter().for_each(|error| console.warn(&format!("left out: {error}")));
    if !args.fleet.profiles.is_empty() {
        history.series.retain(|it| args.fleet.profiles.contains(&it.row.server));
    }
    Ok((store, history))
}

fn code(history: &History) -> Code {
    if history.unreadable.is_empty() { Code::Done } else { Code::SomeFailed }
}

fn cells(series: &Series) -> Vec<Value> {
    let row = &series.row;
    let (used, taken) = (series.used(), series.taken());
    let growth = Growth::of(&used);
    let quota = growth.as_ref().zip(row.quota_bytes).map(|(growth, quota)| growth.forecast(quota));
    // The volume of a cache fills and empties by itself.
    let volume = row.capacity_bytes.filter(|_| row.object_storage != Some(true));
    let volume = Growth::of(&taken).zip(volume).map(|(growth, capacity)| growth.forecast(capacity));
    let time = |second: i64| Timestamp::from_second(second).map_or(Value::Null, |at| at.to_string().into());
    let change = [
        used.len().into(),
        growth.as_ref().map_or(Value::Null, |it| time(it.first.0)),
        growth.as_ref().map(|it| it.first.1).into(),
        growth.as_ref().map(|it| it.last.1).into(),
        growth.as_ref().and_then(|it| it.per_day).map(|rate| rate.round() as i64).into(),
        sparkline(&used, TREND).into(),
        day(quota),
        day(volume),
        says(&[("quota", quota), ("repository", volume)]).into(),
    ];
    COLUMNS.iter().map(|name| shown::value(row.get(Place::Field(name)))).chain(change).collect()
}

fn day(forecast: Option<Forecast>) -> Value {
    match forecast {
        Some(Forecast::At(at)) => at.to_zoned_datetime(TimeZone::UTC).date().to_string().into(),
        _ => Value::Null,
    }
}

fn says(forecasts: &[(&str, Option<Forecast>)]) -> Option<String> {
    let one = |(what, forecast): &(&str, Option<Forecast>)| {
        forecast.map(|forecast| match forecast {
            Forecast::Full => format!("{what} full"),
            Forecast::At(_) => format!("{what} will fill"),
            Forecast::TooLittle => format!("{what}: too little history to tell"),
            _ => format!("{what} not foreseen to fill"),
        })
    };
    let said: Vec<String> = forecasts.iter().filter_map(one).collect();
    (!said.is_empty()).then(|| said.join(", "))
}
