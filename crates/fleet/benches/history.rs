//! A year of a large fleet in a store: how fast it is written and asked, and how much memory that takes.
//!
//! `cargo bench -p backhaul-fleet --features store --bench history [-- FOLDER/]`: 365 daily runs of 1,000 servers with
//! 25 rows each. With a folder the store stays there, and `backhaul usage --since 90d --store FOLDER` can be measured
//! on it.

#![allow(clippy::print_stdout, reason = "a bench says what it measured")]
#![allow(missing_docs)]

use std::time::Instant;

use backhaul_fleet::Row;
use backhaul_fleet::store::{Store, trends};
use jiff::{SignedDuration, Timestamp};

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

const SERVERS: usize = 1000;
const TENANTS: usize = 25;
const DAYS: i64 = 365;
const GIB: i64 = 1 << 30;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let temporary = tempfile::tempdir()?;
    // Cargo's own `--bench` is no folder.
    let wanted = std::env::args().skip(1).find(|argument| argument.contains('/'));
    let folder = wanted.unwrap_or_else(|| temporary.path().to_string_lossy().into_owned());
    let store = Store::create(&folder)?;
    let today = Timestamp::now();

    let mut rows = fleet();
    let (mut writing, mut written) = (std::time::Duration::ZERO, 0);
    for day in 0..DAYS {
        let at = today - SignedDuration::from_hours(24 * (DAYS - 1 - day));
        grow(&mut rows, day, at);
        let began = Instant::now();
        let mut run = store.run(at);
        run.push(&rows)?;
        written += run.finish().await?;
        writing += began.elapsed();
    }
    let files = store.all_files().await?;
    let size: u64 = files.iter().map(|file| file.size).sum();
    let rate = written as f64 / writing.as_secs_f64() / 1e6;
    println!("{written} rows written at {rate:.2} million a second; {} files, {} MB", files.len(), size / 1_000_000);

    for days in [90, 365] {
        let before = peak();
        let began = Instant::now();
        let history = store.history(today - SignedDuration::from_hours(24 * days), today).await?;
        let read = began.elapsed().as_secs_f64();
        let series: Vec<_> = history.series.iter().collect();
        let growing = trends(&series).filter(|it| it.growth.as_ref().and_then(|it| it.per_day) > Some(0.0)).count();
        let whole = began.elapsed().as_secs_f64();
        println!(
            "{days} days: read in {read:.2} s, with trends in {whole:.2} s; {} things, {growing} of them grow; peak {before} MB before, {} MB after",
            series.len(),
            peak()
        );
    }
    Ok(())
}

/// The most memory that this process has had, in MB; 0 where the system does not say so.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

fn fleet() -> Vec<Row> {
    let row = |at: usize| {
        let (server, tenant) = (at / TENANTS, at % TENANTS);
        let mut row = Row::default();
        row.system = "em".to_owned();
        row.server = format!("em{server:04}");
        row.tenant = Some(format!("Tenant {tenant} of {server}"));
        row.tenant_id = Some(format!("7b2b1ae1-7bbb-4651-b479-{at:012x}"));
        row.tenant_kind = Some("tenant".to_owned());
        row.tenant_state = Some("present".to_owned());
        row.repository = Some(format!("Cloud {}", tenant % 2));
        row.repository_id = Some(format!("5a905bb5-9071-433c-9d2f-{:012x}", server * 2 + tenant % 2));
        row.quota_id = Some(format!("cbc52c37-df7f-4b03-98f3-{at:012x}"));
        row.quota_bytes = Some(4000 * GIB);
        row.capacity_bytes = Some(100_000 * GIB);
        row
    };
    (0..SERVERS * TENANTS).map(row).collect()
}

/// Tenants grow, shrink and stay, none evenly.
fn grow(rows: &mut [Row], day: i64, at: Timestamp) {
    for (place, row) in (0_i64..).zip(rows) {
        let step = (place * 7919 + day * 104_729) % 1000 - 350;
        row.used_bytes = Some(row.used_bytes.unwrap_or(500 * GIB).saturating_add(step << 20));
        row.free_bytes = Some((90_000 - 100 * day) * GIB + step);
        row.collected_at = Some(at);
    }
}
