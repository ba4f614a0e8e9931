//! `usage --since`: how usage changed over a span of days, and when quotas and repositories will be full.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use backhaul_filter::{Place, Record};
use backhaul_fleet::store::{History, Series, Trend, trends};
use backhaul_fleet::{COLUMNS, Forecast, Row, sparkline};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::past::{code, read};
use super::sums::compare;
use super::{report, shown};
use crate::args::usage::{Question, Usage};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{self, Column, Table, size};
use crate::report::{Begins, Curve, Report};

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
    let partial = series.iter().filter(|series| !series.is_gone && series.row.partial).count();
    let code = code(&history, partial, console);
    let mut report = question.html.as_ref().map(|_| Report::new(format!("Storage usage of the last {days} days")));
    if let Some(report) = &mut report {
        let there = series.iter().filter(|series| !series.is_gone);
        let newest: Vec<Row> = there.map(|series| series.row.clone()).collect();
        history.unreadable.iter().for_each(|error| report.caution(format!("Left out: {error}")));
        silent(&history).into_iter().for_each(|caution| report.caution(caution));
        report::figures(report, &newest);
        if question.fields.is_empty() {
            chosen = report::for_people(chosen, &newest);
        }
    }
    let asked = !question.fields.is_empty();
    let columns: Vec<Column> =
        shown::columns(&chosen).into_iter().map(|it| if asked { it.asked() } else { it }).collect();
    if report.is_none() && order.is_empty() {
        let mut writer = output::writer(&style, console);
        writer.begin(&columns)?;
        trends(&series).try_for_each(|trend| writer.row(chosen.iter().map(|name| cell(&trend, name)).collect()))?;
        writer.end()?;
        return Ok(code);
    }
    let (mut rows, mut growing) = (Vec::with_capacity(series.len()), Vec::new());
    for trend in trends(&series) {
        // What is sorted by comes first, and goes when that is done.
        let names = order.iter().map(|(name, _)| name).chain(&chosen);
        rows.push(names.map(|name| cell(&trend, name)).collect::<Vec<Value>>());
        if report.is_some() {
            keep(&mut growing, trend);
        }
    }
    rows.sort_by(|a, b| {
        let one = |(at, (_, largest_first)): (usize, &(&str, bool))| {
            let order = compare(a.get(at), b.get(at));
            if *largest_first { order.reverse() } else { order }
        };
        order.iter().enumerate().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    rows.truncate(question.top.unwrap_or(usize::MAX));
    rows.iter_mut().for_each(|row| drop(row.drain(..order.len())));
    let table = Table { columns, rows };
    if let Some(report) = &mut report {
        charts(report, &growing);
    }
    match report {
        None => table.print(&style, console)?,
        Some(mut report) => {
            report.table("All of them", &table, Begins::Here);
            report::save(report, question, console)?;
        }
    }
    Ok(code)
}

/// The columns to sort by, and whether the largest comes first.
fn order(question: &Question, names: &[&'static str]) -> Result<Vec<(&'static str, bool)>, Failure> {
    let mut order = question.order();
    if order.is_empty() && question.top.is_some() {
        order.push(("growth_bytes_per_day", true));
    }
    let mut columns = Vec::new();
    for (name, largest_first) in order {
        columns.extend(shown::fields(&[name.to_owned()], names)?.into_iter().map(|name| (name, largest_first)));
    }
    Ok(columns)
}

fn history(args: &Usage, days: i32, console: &Console) -> Result<History, Failure> {
    let now = Timestamp::now();
    let begin = now.saturating_sub(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MIN);
    // A clock that went back left runs in what is the future now.
    let (store, history) = read(args, begin, Timestamp::MAX, &format!("of the last {days} days"), console)?;
    if history.series.iter().any(|it| it.row.collected_at.is_some_and(|at| at > now)) {
        console.warn("some runs are of the future: has the clock of this machine, or of a collector, gone back?");
    }
    silent(&history).into_iter().for_each(|caution| console.warn(&caution));
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

/// Servers that have not been asked for long, while others have: a name that a server had before is one, and what was
/// told under it would be in the sums for good without a word.
fn silent(history: &History) -> Option<String> {
    const DAY: i64 = 86_400;
    let mut servers: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for Series { row, points, .. } in &history.series {
        let (newest, step) = servers.entry(&row.server).or_insert((i64::MIN, 0));
        *newest = (*newest).max(points.last().map_or(i64::MIN, |point| point.second));
        let steps = points.iter().zip(points.iter().skip(1)).map(|(a, b)| b.second - a.second);
        *step = (*step).max(steps.max().unwrap_or(0));
    }
    let last = servers.values().map(|(newest, _)| *newest).max()?;
    let is_silent = |(newest, step): &(i64, i64)| last.saturating_sub(*newest) > 3 * DAY.max(*step);
    let silent = servers.iter().filter(|(_, told)| is_silent(told)).map(|(server, (newest, _))| {
        let day = Timestamp::from_second(*newest).map(|at| at.strftime("%Y-%m-%d").to_string());
        format!("{server} since {}", day.unwrap_or_default())
    });
    let silent: Vec<String> = silent.collect();
    let named = silent.get(..3).unwrap_or(&silent).join(", ");
    let more = match silent.len().saturating_sub(3) {
        0 => String::new(),
        1 => " and 1 other".to_owned(),
        more => format!(" and {more} others"),
    };
    (!silent.is_empty()).then(|| {
        format!(
            "no run tells of {named}{more}, while others have one: what was told then is counted; if such a server is gone, or has \
             another name now, leave the old one out with `-p`"
        )
    })
}

/// Keeps a trend when it is one of those that grow most: a large fleet has thousands.
fn keep<'a>(growing: &mut Vec<Trend<'a>>, trend: Trend<'a>) {
    if trend.series.is_gone || trend.used.len() < 2 || rate(&trend) <= 0.0 {
        return;
    }
    let place = growing.partition_point(|other| rate(other) >= rate(&trend));
    growing.insert(place, trend);
    growing.truncate(CHARTS);
}

fn rate(trend: &Trend<'_>) -> f64 {
    trend.growth.as_ref().and_then(|growth| growth.per_day).unwrap_or_default()
}

/// Curves of what grows most.
fn charts(report: &mut Report, growing: &[Trend<'_>]) {
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

/// What a column says of a trend.
fn cell(trend: &Trend<'_>, column: &str) -> Value {
    let (row, growth) = (&trend.series.row, trend.growth.as_ref());
    let time = |second: i64| Timestamp::from_second(second).map_or(Value::Null, |at| at.to_string().into());
    match column {
        "runs" => trend.used.len().into(),
        "first_at" => growth.map_or(Value::Null, |it| time(it.first.0)),
        "first_bytes" => growth.map(|it| it.first.1).into(),
        "last_bytes" => growth.map(|it| it.last.1).into(),
        "growth_bytes_per_day" => growth.and_then(|it| it.per_day).map(|rate| rate.round() as i64).into(),
        "trend" => sparkline(&trend.used, TREND).into(),
        "quota_full_on" => day(trend.quota),
        "repository_full_on" => day(trend.volume),
        "forecast" if trend.series.is_gone => gone(row).into(),
        "forecast" => says(&[("quota", trend.quota), ("repository", trend.volume)]).into(),
        column => shown::value(row.get(Place::Field(column))),
    }
}

/// What no newer run of its server tells of has no future.
fn gone(row: &Row) -> String {
    let last = row.collected_at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    format!("in no run since {last}")
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

#[cfg(test)]
mod tests {
    use backhaul_fleet::store::Point;

    use super::*;

    #[test]
    fn a_server_that_nobody_asks_any_more_is_told_by_its_last_day() {
        let series = |server: &str, days: &[i64]| {
            let mut row = Row::default();
            row.server = server.to_owned();
            Series::new(row, days.iter().map(|day| Point::new(day * 86_400, Some(1), None, None)).collect())
        };
        let told = |all: Vec<Series>| {
            let mut history = History::default();
            history.series = all;
            silent(&history)
        };
        let daily: Vec<i64> = (0..30).collect();
        let said = told(vec![series("old", &[0, 1]), series("new", &daily), series("weekly", &[0, 7, 14, 21])]);
        assert!(said.is_some_and(|said| said.starts_with("no run tells of old since 1970-01-02, while")));
        assert_eq!(told(vec![series("a", &daily), series("b", &[27])]), None);
        let many = ["a", "b", "c", "d"].map(|name| series(name, &[0])).into_iter().chain([series("e", &daily)]);
        let said = told(many.collect()).unwrap_or_default();
        assert!(said.contains("c since 1970-01-01 and 1 other, while"), "{said}");
    }
}
