//! Growth, forecast and bills from runs that were kept: 90 days of three tenants, made up.
//!
//! `cargo run -p backhaul-fleet --features store --example history [FOLDER]`; with a folder, the store stays there.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it finds")]
#![allow(missing_docs, unreachable_pub, reason = "a test runs it as a module")]

use backhaul_fleet::billing::{Period, Prices, bills};
use backhaul_fleet::store::Store;
use backhaul_fleet::{Forecast, Growth, Row, sparkline};
use jiff::{SignedDuration, Timestamp};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const GIB: i64 = 1 << 30;
const PRICES: &str = "currency = \"EUR\"\nminimum = \"5.00\"\n[[price]]\nrepository = \"Gold\"\nlocal = \"0.002\"\n[[price]]\nlocal = \"0.001\"\n";

/// Runs the example.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result {
    let temporary = tempfile::tempdir()?;
    // Of a test, the first argument is a filter.
    let wanted = std::env::args().nth(1).filter(|argument| argument.contains('/'));
    let folder = wanted.unwrap_or_else(|| temporary.path().to_string_lossy().into_owned());
    let store = Store::create(&folder)?;
    let today = Timestamp::now();
    for day in (0..90).rev() {
        let at = today - SignedDuration::from_hours(24 * day);
        let mut run = store.run(at);
        run.push(&rows(90 - day, at))?;
        run.finish().await?;
    }

    let since = today - SignedDuration::from_hours(24 * 30);
    let history = store.history(since, today).await?;
    for series in &history.series {
        let used = series.used();
        let Some(growth) = Growth::of(&used) else { continue };
        let full = series.row.quota_bytes.map(|quota| growth.forecast(quota));
        let full = match full {
            Some(Forecast::At(at)) => format!("full on {}", at.strftime("%Y-%m-%d")),
            other => format!("{other:?}"),
        };
        let rate = growth.per_day.unwrap_or_default() / GIB as f64;
        println!("{:?} {} {rate:.1} GiB a day, {full}", series.row.tenant, sparkline(&used, 20));
    }

    let period = Period { since, until: today, longest_gap: 36 * 3600 };
    let prices = Prices::parse(PRICES)?;
    for bill in bills(&history.series, &prices, period)? {
        println!("{} owes {} {}", bill.customer, bill.amount, prices.currency);
    }
    Ok(())
}

/// One tenant that grows evenly, one that is cleaned up every four weeks, one that does not change.
fn rows(day: i64, at: Timestamp) -> Vec<Row> {
    let row = |tenant: &str, repository: &str, used: i64| {
        let mut row = Row::default();
        row.system = "em".to_owned();
        row.server = "em1".to_owned();
        row.tenant = Some(tenant.to_owned());
        row.tenant_kind = Some("tenant".to_owned());
        row.repository = Some(repository.to_owned());
        row.used_bytes = Some(used * GIB);
        row.quota_bytes = Some(2000 * GIB);
        row.capacity_bytes = Some(10_000 * GIB);
        row.free_bytes = Some((7000 - 20 * day) * GIB);
        row.collected_at = Some(at);
        row
    };
    vec![
        row("ABC Company", "Gold", 500 + 12 * day),
        row("Contoso", "Gold", 700 + 40 * (day % 28)),
        row("Fabrikam", "Silver", 300),
    ]
}
