//! `backhaul billing`: what tenants owe for a month.

mod report;

use backhaul_fleet::billing::{Bill, Decimal, Item, Period, Prices, bills};
use jiff::SignedDuration;
use jiff::civil::Date;
use serde_json::Value;

use super::store::{failure, open};
use crate::args::store::{Billing, DecimalMark};
use crate::connect;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Table};

const COLUMNS: [(&str, Kind); 13] = [
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
    ("local_price", Kind::Number),
    ("object_storage_price", Kind::Number),
    ("multiplier", Kind::Number),
];

/// How the numbers of bills are written.
struct Form<'a> {
    prices: &'a Prices,
    mark: DecimalMark,
}

impl Form<'_> {
    /// A text: as a binary number it would not be what it is.
    fn decimal(&self, number: Decimal) -> Value {
        match self.mark {
            DecimalMark::Point => number.to_string().into(),
            DecimalMark::Comma => number.to_string().replace('.', ",").into(),
        }
    }
}

/// Runs the verb.
pub(crate) fn run(args: &Billing, console: &Console) -> Outcome {
    let text = std::fs::read_to_string(&args.prices).map_err(|error| Failure::file(&args.prices, &error))?;
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", args.prices.display()));
    let prices = Prices::parse(&text).map_err(|error| wrong(&error))?;
    let period = period(args)?;
    let (store, style) = (open(&args.place)?, args.output.style(console)?);
    let form = Form { prices: &prices, mark: args.decimal_mark };
    let around = SignedDuration::from_secs(period.longest_gap);
    let (since, until) = (period.since.checked_sub(around), period.until.checked_add(around));
    let (since, until) = (since.unwrap_or(period.since), until.unwrap_or(period.until));
    let history = connect::wait_for(async { store.history(since, until).await.map_err(|error| failure(&error)) })?;
    let mut cautions: Vec<String> = history.unreadable.iter().map(|error| format!("left out: {error}")).collect();
    let bills = bills(&history.series, &prices, period).map_err(|error| wrong(&error))?;
    let mut runs = history.series.iter().flat_map(|series| &series.points);
    if bills.is_empty() && !runs.any(|run| period.holds(run.second)) {
        return Err(Failure::new(Code::DataSaysNo, format!("{}: there are no runs in this month", store.name())));
    }
    let gaps = bills.iter().flat_map(|bill| &bill.items).filter(|item| item.gap_seconds > 0).count();
    if gaps > 0 {
        cautions
            .push(format!("of {gaps} items it is not known all month what was used: see gap_hours; it is not billed"));
    }
    cautions.iter().for_each(|caution| console.warn(caution));
    let code = if history.unreadable.is_empty() { Code::Done } else { Code::SomeFailed };
    if let Some(path) = &args.html {
        let title = format!("Backup storage, {} ({})", args.month.strftime("%Y-%m"), args.timezone);
        return report::save(path, title, cautions, &bills, &form, console).map(|()| code);
    }
    console.note(&format!("prices are per {}; a gigabyte is a {}", per(&prices), prices.unit.name()));
    let rows = bills.iter().flat_map(|bill| [rows(bill, &form), vec![total(bill, &form)]].concat()).collect();
    Table { columns: columns(), rows }.print(&style, console)?;
    Ok(code)
}

fn columns() -> Vec<Column> {
    COLUMNS.map(|(name, kind)| Column::new(name, kind)).to_vec()
}

fn per(prices: &Prices) -> &'static str {
    match prices.per {
        backhaul_fleet::billing::Per::Day => "day",
        backhaul_fleet::billing::Per::Month => "month",
    }
}

fn period(args: &Billing) -> Result<Period, Failure> {
    let longest_gap = i64::try_from(args.longest_gap.as_secs()).unwrap_or(i64::MAX);
    of_month(args.month, &args.timezone, longest_gap.min(366 * 86_400))
}

fn of_month(month: Date, zone: &str, longest_gap: i64) -> Result<Period, Failure> {
    let zone = super::store::zone(zone)?;
    Period::of_month(month, &zone, longest_gap).map_err(|error| Failure::usage(error.to_string()))
}

/// A line per repository.
fn rows(bill: &Bill, form: &Form<'_>) -> Vec<Vec<Value>> {
    let item = |item: &Item| {
        let days = |days: Decimal| form.decimal(days.round_dp(3).normalize());
        let object_price = item.price.object_storage.unwrap_or(item.price.local);
        vec![
            bill.customer.clone().into(),
            item.system.clone().into(),
            item.server.clone().into(),
            item.repository.clone().into(),
            days(item.local_days),
            days(item.object_days),
            form.decimal(item.amount.round_dp(form.prices.decimals + 4).normalize()),
            form.prices.currency.clone().into(),
            ((item.gap_seconds as f64 / 360.0).round() / 10.0).into(),
            Value::Null,
            form.decimal(item.price.local),
            form.decimal(object_price),
            item.price.multiplier.map(|it| form.decimal(it)).unwrap_or_default(),
        ]
    };
    bill.items.iter().map(item).collect()
}

/// The line with a customer's sum.
fn total(bill: &Bill, form: &Form<'_>) -> Vec<Value> {
    let note = if bill.is_minimum { "total, the minimum" } else { "total" };
    let value = |name: &str| match name {
        "customer" => bill.customer.clone().into(),
        "amount" => form.decimal(bill.amount),
        "currency" => form.prices.currency.clone().into(),
        "note" => note.into(),
        _ => Value::Null,
    };
    COLUMNS.iter().map(|(name, _)| value(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hours of a month where clocks are changed are those that went by.
    #[test]
    fn a_month_is_as_long_as_it_was_where_it_was() -> Result<(), Box<dyn std::error::Error>> {
        for (month, zone, hours) in [
            ("2026-10", "UTC", 744),
            ("2026-10", "Europe/Berlin", 745),
            ("2026-03", "Europe/Berlin", 743),
            ("2026-03", "America/New_York", 743),
            ("2026-11", "America/New_York", 721),
            ("2026-10", "Australia/Lord_Howe", 743),
        ] {
            let period = of_month(format!("{month}-01").parse()?, zone, 0)?;
            let seconds = period.until.as_second() - period.since.as_second();
            // Lord Howe Island changes by half an hour.
            let wanted = if zone.contains("Lord_Howe") { hours * 3600 + 1800 } else { hours * 3600 };
            assert_eq!(seconds, wanted, "{month} in {zone}");
        }
        assert!(of_month("2026-10-01".parse()?, "Europe/Atlantis", 0).is_err());
        Ok(())
    }
}
