//! Usage from the runs that were kept: of a past day, and over a span of days.

use std::cmp::Ordering;
use std::collections::HashMap;

use backhaul_filter::Place;
use backhaul_filter::Record;
use backhaul_fleet::store::{History, Series, Store};
use backhaul_fleet::{COLUMNS, Forecast, Growth, Moment, Row, sparkline};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::report;
use super::shown::{self, Shown};
use super::sums::compare;
use crate::args::usage::Usage;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Table, size};
use crate::report::{Begins, Curve, Report, pick};
use crate::verbs::store::{failure, open, zone};

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
/// How many curves a report has.
const CHARTS: usize = 12;

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
    let missing: Vec<String> = history.unreadable.iter().map(ToString::to_string).collect();
    shown.end(&missing)?;
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
    let (filter, style) = (shown::predicate(question.filter.as_ref(), console)?, question.output.style(console)?);
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
    let chosen_series: Vec<&Series> = history.series.iter().filter(matches).collect();
    let trend = if question.html.is_some() { points } else { bars };
    let mut rows: Vec<Vec<Value>> = chosen_series.iter().map(|series| cells(series, trend)).collect();
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
    let table = Table { columns, rows: rows.into_iter().map(pick).collect() };
    if question.html.is_none() {
        table.print(&style, console)?;
        return Ok(code(&history));
    }
    let mut report = Report::new(format!("Storage usage of the last {days} days"));
    history.unreadable.iter().for_each(|error| report.caution(format!("Left out: {error}")));
    let newest: Vec<Row> = chosen_series.iter().map(|series| series.row.clone()).collect();
    report::figures(&mut report, &newest);
    charts(&mut report, &chosen_series);
    report.table("All of them", &table, Begins::Here);
    report::save(report, question, console)?;
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

/// Curves of what grows most.
fn charts(report: &mut Report, series: &[&Series]) {
    let mut growing: Vec<(&Series, Vec<Moment>, Growth)> = series
        .iter()
        .filter_map(|series| {
            let used = series.used();
            let growth = Growth::of(&used)?;
            Some((*series, used, growth))
        })
        .filter(|(_, used, growth)| used.len() > 1 && growth.per_day.is_some_and(|rate| rate > 0.0))
        .collect();
    let rate = |growth: &Growth| growth.per_day.unwrap_or_default();
    growing.sort_by(|a, b| rate(&b.2).total_cmp(&rate(&a.2)));
    let curve = |(series, used, growth): &'_ (&Series, Vec<Moment>, Growth)| {
        let row = &series.row;
        let parts = [row.tenant.as_deref(), row.repository.as_deref(), Some(row.server.as_str())];
        let (quota, volume) = forecasts(series, Some(growth));
        let says = says(&[("quota", quota), ("repository", volume)]);
        let per_day = u64::try_from(rate(growth).round() as i64).map(size).unwrap_or_default();
        let full = day(quota).as_str().map_or_else(String::new, |day| format!(" on {day}"));
        Curve {
            name: parts.into_iter().flatten().collect::<Vec<_>>().join(" / "),
            says: format!("{per_day} a day; {}{full}", says.unwrap_or_else(|| "no limit is known".to_owned())),
            limit: row.quota_bytes,
            moments: Vec::clone(used),
        }
    };
    let curves: Vec<Curve> = growing.iter().take(CHARTS).map(curve).collect();
    report.charts("What grows most", &curves);
}

/// A trend as a text.
fn bars(used: &[Moment]) -> Value {
    sparkline(used, TREND).into()
}

/// A trend as a few moments.
fn points(used: &[Moment]) -> Value {
    pick(used, TREND).into_iter().map(|(second, bytes)| json!([second, bytes])).collect()
}

/// When the quota and when the repository will be full.
fn forecasts(series: &Series, growth: Option<&Growth>) -> (Option<Forecast>, Option<Forecast>) {
    let row = &series.row;
    let quota = growth.zip(row.quota_bytes).map(|(growth, quota)| growth.forecast(quota));
    // The volume of a cache fills and empties by itself.
    let volume = row.capacity_bytes.filter(|_| row.object_storage != Some(true));
    let volume = Growth::of(&series.taken()).zip(volume).map(|(growth, capacity)| growth.forecast(capacity));
    (quota, volume)
}

fn cells(series: &Series, trend: fn(&[Moment]) -> Value) -> Vec<Value> {
    let row = &series.row;
    let used = series.used();
    let growth = Growth::of(&used);
    let (quota, volume) = forecasts(series, growth.as_ref());
    let time = |second: i64| Timestamp::from_second(second).map_or(Value::Null, |at| at.to_string().into());
    let change = [
        used.len().into(),
        growth.as_ref().map_or(Value::Null, |it| time(it.first.0)),
        growth.as_ref().map(|it| it.first.1).into(),
        growth.as_ref().map(|it| it.last.1).into(),
        growth.as_ref().and_then(|it| it.per_day).map(|rate| rate.round() as i64).into(),
        trend(&used),
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
