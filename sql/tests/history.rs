//! What was used, by the runs that a store keeps.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use backhaul_fleet::Row;
use backhaul_fleet::store::Store;
use backhaul_sql::{Fleet, Sql};
use common::rows;
use jiff::Timestamp;

fn row(system: &str, tenant: &str, used: Option<i64>) -> Row {
    let mut row = Row::default();
    row.system = system.to_owned();
    row.server = format!("{system}1");
    row.tenant = Some(tenant.to_owned());
    row.repository = Some("Default".to_owned());
    row.used_bytes = used;
    row
}

async fn save(store: &Store, at: &str, of_run: &[Row]) {
    let at: Timestamp = at.parse().unwrap();
    let mut run = store.run(at);
    let of_run: Vec<Row> = of_run
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row.collected_at = Some(at);
            row
        })
        .collect();
    run.push(&of_run).unwrap();
    run.finish().await.unwrap();
}

/// Two runs: the second has a tenant more, and does not know what one of them uses.
async fn two_days() -> (tempfile::TempDir, Sql) {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().display().to_string();
    let store = Store::create(&address).unwrap();
    let (a, b) = (row("em", "a", Some(10)), row("em", "b", Some(i64::MAX)));
    save(&store, "2026-10-30T23:59:59.999999Z", &[a, b.clone(), row("zstack", "z", Some(0))]).await;
    save(&store, "2026-10-31T00:00:00Z", &[row("em", "a", None), b, row("em", "c", Some(7))]).await;
    (folder, Sql::new(Fleet::new([])).with_history(&address).await.unwrap())
}

#[tokio::test]
async fn days_and_systems_are_columns() {
    let (_folder, sql) = two_days().await;
    let text = "SELECT day, system, count(*), sum(CASE WHEN tenant <> 'b' THEN used_bytes END) FROM history \
                GROUP BY day, system ORDER BY day, system";
    assert_eq!(rows(&sql, text).await, ["2026-10-30|em|2|10", "2026-10-30|zstack|1|0", "2026-10-31|em|3|7"]);
    let text = "SELECT tenant FROM history WHERE day = '2026-10-31' AND used_bytes IS NULL";
    assert_eq!(rows(&sql, text).await, ["a"]);
}

#[tokio::test]
async fn numbers_and_times_are_whole() {
    let (_folder, sql) = two_days().await;
    let text = "SELECT max(used_bytes), min(collected_at), max(collected_at) FROM history";
    assert_eq!(
        rows(&sql, text).await,
        [format!("{}|2026-10-30T23:59:59.999999Z|2026-10-31T00:00:00Z", i64::MAX)]
    );
}

#[tokio::test]
async fn other_days_are_not_opened() {
    let (folder, sql) = two_days().await;
    std::fs::write(folder.path().join("day=2026-10-30/system=em/broken.parquet"), "this is no Parquet file").unwrap();
    let text = "SELECT count(*) FROM history WHERE day = '2026-10-31' AND system = 'em'";
    assert_eq!(rows(&sql, text).await, ["3"]);
    let all = sql.query("SELECT count(*) FROM history").await.unwrap().collect().await.unwrap_err().to_string();
    assert!(all.contains("broken.parquet") || all.contains("Parquet"), "{all}");
}

#[tokio::test]
async fn a_place_without_runs_says_what_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    for address in [folder.path().display().to_string(), folder.path().join("none").display().to_string()] {
        let error = Sql::new(Fleet::new([])).with_history(&address).await.err().unwrap().to_string();
        assert!(error.contains("backhaul usage --save"), "{error}");
    }
}
