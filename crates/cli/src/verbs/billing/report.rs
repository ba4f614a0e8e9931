//! `billing --html`: a page with all sums, then one per customer.

use std::path::Path;

use backhaul_fleet::billing::Bill;
use serde_json::Value;

use super::{Form, columns};
use crate::console::Console;
use crate::exit::Failure;
use crate::output::{Column, Kind, Table};
use crate::report::{Begins, Report};

/// The columns of one customer's page.
const ITEMS: [&str; 9] = [
    "repository",
    "server",
    "local_gb_days",
    "local_price",
    "object_storage_gb_days",
    "object_storage_price",
    "multiplier",
    "amount",
    "gap_hours",
];

/// Writes the bills of a month.
pub(super) fn save(
    path: &Path,
    title: String,
    cautions: Vec<String>,
    bills: &[Bill],
    form: &Form<'_>,
    console: &Console,
) -> Result<(), Failure> {
    let mut report = Report::new(title);
    cautions.into_iter().for_each(|caution| report.caution(caution));
    report.figure("customers", bills.len().to_string());
    report.figure("currency", form.prices.currency.clone());
    report.figure("a gigabyte is a", form.prices.unit.name());
    report.figure("prices are per", super::per(form.prices));
    let sums = [("customer", Kind::Name), ("amount", Kind::Number), ("currency", Kind::Text), ("note", Kind::Text)];
    let sum = |bill: &Bill| {
        let note = if bill.is_minimum { "the minimum".into() } else { Value::Null };
        vec![bill.customer.clone().into(), form.decimal(bill.amount), form.prices.currency.clone().into(), note]
    };
    let sums = Table {
        columns: sums.map(|(name, kind)| Column::new(name, kind)).to_vec(),
        rows: bills.iter().map(sum).collect(),
    };
    report.table("All customers", &sums, Begins::Here);
    let all = columns();
    let places: Vec<usize> =
        ITEMS.iter().filter_map(|name| all.iter().position(|column| column.name == *name)).collect();
    for bill in bills {
        let pick = |row: Vec<Value>| places.iter().map(|at| row.get(*at).cloned().unwrap_or_default()).collect();
        let columns = places.iter().filter_map(|at| all.get(*at).cloned()).collect();
        let items = Table { columns, rows: super::rows(bill, form).into_iter().map(pick).collect() };
        let minimum = if bill.is_minimum { ", the minimum" } else { "" };
        let amount = form.decimal(bill.amount);
        let amount = amount.as_str().unwrap_or_default();
        let heading = format!("{}: {amount} {}{minimum}", bill.customer, form.prices.currency);
        report.table(&heading, &items, Begins::OwnPage);
    }
    report.save(path, "the bills are", console)
}
