//! `usage --since`: how usage changed over a span of days, and when quotas and repositories will be full.

use std::cmp::Ordering;

use backhaul_filter::{Place, Record};
use backhaul_fleet::store::{History, Series, Trend, trends};
use backhaul_fleet::{COLUMNS, Forecast, Moment, Row, sparkline};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::past::{code, read};
use super::sums::compare;
use super::{report, shown};
use crate::args::usage::{Question, Usage};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Table, size};
use crate::report::{Begins, Curve, Report, pick};

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

/// Runs the verb over the last days.
pub(super) fn since(args: &Usage, days: i32, console: &Console) -> Outcome {
    let question = &args.question;
    let names: Vec<&'static str> = COLUMNS.iter().copied().chain(CHANGE).collect();
    let mut chosen = shown::fields(&question.fields, &names)?;
    let order = order(question, &names)?;
    let (filter, style) = (shown::predicate(question.filter.as_ref(), console)?, question.output.style(console)?);
    let history = history(args, days, console)?;
    let matches = |series: &&Series| {
        filter.as_ref().is_none_or(|filter| filter.matches(&series.row))
            && question.over.is_none_or(|over| backhaul_fleet::is_over(&series.row, over))
    };
    let series: Vec<&Series> = history.series.iter().filter(matches).collect();
    let mut report = question.html.as_ref().map(|_| Report::new(format!("Storage usage of the last {days} days")));
    if let Some(report) = &mut report {
        let newest: Vec<Row> = series.iter().map(|series| series.row.clone()).collect();
        history.unreadable.iter().for_each(|error| report.caution(format!("Left out: {error}")));
        report::figures(report, &newest);
        charts(report, &series);
        if question.fields.is_empty() {
            chosen = report::for_people(chosen, &newest);
        }
    }
    let trend = if report.is_some() { points } else { bars };
    let mut rows: Vec<Vec<Value>> = trends(&series).map(|it| cells(&it, trend)).collect();
    rows.sort_by(|a, b| {
        let one = |(at, largest_first): &(usize, bool)| {
            let order = compare(a.get(*at), b.get(*at));
            if *largest_first { order.reverse() } else { order }
        };
        order.iter().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    rows.truncate(question.top.unwrap_or(usize::MAX));
    let places: Vec<usize> = chosen.iter().filter_map(|name| names.iter().position(|it| it == name)).collect();
    let pick = |row: Vec<Value>| places.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
    let asked = !question.fields.is_empty();
    let columns = shown::columns(&chosen).into_iter().map(|it| if asked { it.asked() } else { it }).collect();
    let table = Table { columns, rows: rows.into_iter().map(pick).collect() };
    match report {
        None => table.print(&style, console)?,
        Some(mut report) => {
            report.table("All of them", &table, Begins::Here);
            report::save(report, question, console)?;
        }
    }
    Ok(code(&history))
}

/// The places of the columns to sort by, and whether the largest comes first.
fn order(question: &Question, names: &[&'static str]) -> Result<Vec<(usize, bool)>, Failure> {
    let mut order = question.order();
    if order.is_empty() && question.top.is_some() {
        order.push(("growth_bytes_per_day", true));
    }
    let mut places = Vec::new();
    for (name, largest_first) in order {
        let name = shown::fields(&[name.to_owned()], names)?;
        places.extend(names.iter().position(|it| name.contains(it)).map(|at| (at, largest_first)));
    }
    Ok(places)
}

fn history(args: &Usage, days: i32, console: &Console) -> Result<History, Failure> {
    let now = Timestamp::now();
    let begin = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
    // A clock that went back left runs in what is the future now.
    let (store, history) = read(args, begin, Timestamp::MAX, console)?;
    if history.series.iter().any(|it| it.row.collected_at.is_some_and(|at| at > now)) {
        console.warn("some runs are of the future: has the clock of this machine, or of a collector, gone back?");
    }
    if history.series.is_empty() {
        let says = format!("{}: there are no runs of the last {days} days", store.name());
        let failure = Failure::new(Code::DataSaysNo, says);
        return Err(match history.unreadable.len() {
            0 => failure,
            left_out => {
                failure.with_help(format!("{left_out} files cannot be read: `backhaul store verify` names them"))
            }
        });
    }
    Ok(history)
}

/// Curves of what grows most.
fn charts(report: &mut Report, series: &[&Series]) {
    let rate = |it: &Trend<'_>| it.growth.as_ref().and_then(|growth| growth.per_day).unwrap_or_default();
    let mut growing: Vec<Trend<'_>> = Vec::new();
    // A large fleet has thousands of them: no more than are drawn are kept.
    for trend in trends(series).filter(|it| it.used.len() > 1 && rate(it) > 0.0) {
        let place = growing.partition_point(|other| rate(other) >= rate(&trend));
        growing.insert(place, trend);
        growing.truncate(CHARTS);
    }
    let curve = |trend: &Trend<'_>| {
        let row = &trend.series.row;
        let parts = [row.tenant.as_deref(), row.repository.as_deref(), Some(row.server.as_str())];
        let per_day = u64::try_from(rate(trend).round() as i64).map(size).unwrap_or_default();
        let limits: Vec<String> = [("quota", trend.quota), ("repository", trend.volume)]
            .into_iter()
            .filter_map(|(what, forecast)| match forecast? {
                Forecast::At(_) => Some(format!("{what} full on {}", day(forecast).as_str().unwrap_or_default())),
                _ => says(&[(what, forecast)]),
            })
            .collect();
        let limits = if limits.is_empty() { "no limit is known".to_owned() } else { limits.join(", ") };
        Curve {
            name: parts.into_iter().flatten().collect::<Vec<_>>().join(" / "),
            says: format!("{per_day} a day; {limits}"),
            limit: row.quota_bytes,
            moments: trend.used.clone(),
        }
    };
    let curves: Vec<Curve> = growing.iter().map(curve).collect();
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

fn cells(trend: &Trend<'_>, sketch: fn(&[Moment]) -> Value) -> Vec<Value> {
    let (row, growth) = (&trend.series.row, trend.growth.as_ref());
    let time = |second: i64| Timestamp::from_second(second).map_or(Value::Null, |at| at.to_string().into());
    let change = [
        trend.used.len().into(),
        growth.map_or(Value::Null, |it| time(it.first.0)),
        growth.map(|it| it.first.1).into(),
        growth.map(|it| it.last.1).into(),
        growth.and_then(|it| it.per_day).map(|rate| rate.round() as i64).into(),
        sketch(&trend.used),
        day(trend.quota),
        day(trend.volume),
        says(&[("quota", trend.quota), ("repository", trend.volume)]).into(),
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
