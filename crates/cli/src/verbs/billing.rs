//! `backhaul billing`: what tenants owe for a month.

use backhaul_fleet::billing::{Bill, Period, Prices, bills};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;

use super::store::{failure, open};
use crate::args::store::Billing;
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Table};

const COLUMNS: [(&str, Kind); 10] = [
    ("customer", Kind::Name),
    ("system", Kind::Text),
    ("server", Kind::Name),
    ("repository", Kind::Name),
    ("local_gb_days", Kind::Number),
    ("object_storage_gb_days", Kind::Number),
    ("amount", Kind::Number),
    ("currency", Kind::Text),
    ("gap_hours", Kind::Number),
    ("note", Kind::Text),
];

/// Runs the verb.
pub(crate) fn run(args: &Billing, console: &Console) -> Outcome {
    let text = std::fs::read_to_string(&args.prices).map_err(|error| Failure::file(&args.prices, &error))?;
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", args.prices.display()));
    let prices = Prices::parse(&text).map_err(|error| wrong(&error))?;
    let period = period(args)?;
    let (store, style) = (open(&args.place)?, args.output.style(console)?);
    let around = SignedDuration::from_secs(period.longest_gap);
    let (since, until) = (period.since.checked_sub(around), period.until.checked_add(around));
    let (since, until) = (since.unwrap_or(period.since), until.unwrap_or(period.until));
    let history = connect::wait_for(async { store.history(since, until).await.map_err(|error| failure(&error)) })?;
    history.unreadable.iter().for_each(|error| console.warn(&format!("left out: {error}")));
    if history.series.is_empty() {
        return Err(Failure::new(Code::DataSaysNo, format!("{}: there are no runs in this month", store.name())));
    }
    let bills = bills(&history.series, &prices, period).map_err(|error| wrong(&error))?;
    let gaps = bills.iter().flat_map(|bill| &bill.items).filter(|item| item.gap_seconds > 0).count();
    if gaps > 0 {
        console
            .warn(&format!("of {gaps} items it is not known all month what was used: see gap_hours; it is not billed"));
    }
    console.note(&format!("prices are per {}; a gigabyte is a {}", per(&prices), prices.unit.name()));
    let columns = COLUMNS.map(|(name, kind)| Column::new(name, kind)).to_vec();
    let rows = bills.iter().flat_map(|bill| rows(bill, &prices)).collect();
    Table { columns, rows }.print(&style, console)?;
    Ok(if history.unreadable.is_empty() { Code::Done } else { Code::SomeFailed })
}

fn per(prices: &Prices) -> &'static str {
    match prices.per {
        backhaul_fleet::billing::Per::Day => "day",
        backhaul_fleet::billing::Per::Month => "month",
    }
}

fn period(args: &Billing) -> Result<Period, Failure> {
    let zone = TimeZone::get(&args.timezone).map_err(|_| {
        Failure::usage(format!("`{}` is no time zone", args.timezone)).with_help("write it as Europe/Berlin, or UTC")
    })?;
    let at = |date: Date| -> Result<Timestamp, Failure> {
        let midnight = zone.to_timestamp(date.at(0, 0, 0, 0));
        midnight.map_err(|error| Failure::usage(format!("{date}: {error}")))
    };
    let next = args.month.checked_add(1.month()).map_err(|error| Failure::usage(error.to_string()))?;
    let longest_gap = i64::try_from(args.longest_gap.as_secs()).unwrap_or(i64::MAX);
    Ok(Period { since: at(args.month)?, until: at(next)?, longest_gap: longest_gap.min(366 * 86_400) })
}

/// A line per repository, and one with the sum. Amounts are texts: as binary numbers they would not be what they are.
fn rows(bill: &Bill, prices: &Prices) -> Vec<Vec<Value>> {
    let line =
        |system: &str, server: &str, repository: &str, days: [Value; 2], amount: String, gap: Value, note: &str| {
            let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
            let [local, object] = days;
            vec![
                bill.customer.clone().into(),
                text(system),
                text(server),
                text(repository),
                local,
                object,
                amount.into(),
                prices.currency.clone().into(),
                gap,
                text(note),
            ]
        };
    let item = |item: &backhaul_fleet::billing::Item| {
        let days = [item.local_days, item.object_days].map(|days| days.round_dp(3).normalize().to_string().into());
        let amount = item.amount.round_dp(prices.decimals + 4).normalize().to_string();
        let gap = (item.gap_seconds as f64 / 360.0).round() / 10.0;
        line(&item.system, &item.server, item.repository.as_deref().unwrap_or(""), days, amount, gap.into(), "")
    };
    let note = if bill.is_minimum { "total, the minimum" } else { "total" };
    let total = line("", "", "", [Value::Null, Value::Null], bill.amount.to_string(), Value::Null, note);
    bill.items.iter().map(item).chain([total]).collect()
}
