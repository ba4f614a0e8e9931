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
    assert_eq!(rows(&sql, text).await, [format!("{}|2026-10-30T23:59:59.999999Z|2026-10-31T00:00:00Z", i64::MAX)]);
}

#[tokio::test]
async fn other_days_and_systems_are_not_opened() {
    let (_folder, sql) = two_days().await;
    let text = "SELECT count(*) FROM history WHERE day = '2026-10-30' AND system = 'zstack'";
    assert_eq!(rows(&sql, text).await, ["1"]);
    let text = "EXPLAIN SELECT used_bytes FROM history WHERE day = '2026-10-30' AND system = 'zstack'";
    let plan = rows(&sql, text).await.join("\n");
    assert_eq!(plan.matches(".parquet").count(), 1, "{plan}");
    assert!(plan.contains("day=2026-10-30/system=zstack"), "{plan}");
}

#[tokio::test]
async fn a_run_that_is_kept_later_is_in_the_next_answer() {
    let (folder, sql) = two_days().await;
    assert_eq!(rows(&sql, "SELECT count(*) FROM history").await, ["6"]);
    let store = Store::open(&folder.path().display().to_string()).unwrap();
    save(&store, "2026-11-01T00:00:00Z", &[row("em", "a", Some(5))]).await;
    assert_eq!(rows(&sql, "SELECT count(*) FROM history").await, ["7"]);
}

/// What a compaction that was cut short leaves: the day's runs beside the file that holds them.
#[tokio::test]
async fn a_compaction_that_was_cut_short_counts_nothing_twice() {
    let (folder, _) = two_days().await;
    let address = folder.path().display().to_string();
    let store = Store::open(&address).unwrap();
    save(&store, "2026-10-30T12:00:00Z", &[row("em", "a", Some(5))]).await;
    let runs: Vec<_> = store.all_files().await.unwrap();
    let kept: Vec<_> = runs.iter().map(|file| folder.path().join(file.path())).collect();
    let kept: Vec<_> = kept.iter().map(|path| (path, std::fs::read(path).unwrap())).collect();
    store.compact("2026-10-31".parse().unwrap()).await.unwrap();
    for (path, content) in kept {
        std::fs::write(path, content).unwrap();
    }
    assert_eq!(store.all_files().await.unwrap().len(), runs.len() + 1);
    let sql = Sql::new(Fleet::new([])).with_history(&address).await.unwrap();
    let text = "SELECT day, system, count(*), sum(CASE WHEN tenant <> 'b' THEN used_bytes END) FROM history \
                GROUP BY day, system ORDER BY day, system";
    assert_eq!(rows(&sql, text).await, ["2026-10-30|em|3|15", "2026-10-30|zstack|1|0", "2026-10-31|em|3|7"]);
    assert_eq!(rows(&sql, "SELECT count(*) FROM history").await, ["7"]);
}

#[tokio::test]
async fn a_broken_file_is_an_error_and_no_sum_is_taken_without_it() {
    let (folder, _) = two_days().await;
    let broken = folder.path().join("day=2026-10-30/system=em/broken.parquet");
    std::fs::write(broken, "this is no Parquet file").unwrap();
    let address = folder.path().display().to_string();
    let error = Sql::new(Fleet::new([])).with_history(&address).await.err().unwrap().to_string();
    assert!(error.contains("store verify --store"), "{error}");
}

#[tokio::test]
async fn a_place_without_runs_says_what_makes_one() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |path: &std::path::Path| {
        let opened = Sql::new(Fleet::new([])).with_history(&path.display().to_string()).await;
        opened.err().unwrap().to_string()
    };
    let empty = open(folder.path()).await;
    assert!(empty.contains("holds no run yet: `backhaul usage --save` writes one"), "{empty}");
    let none = open(&folder.path().join("none")).await;
    assert!(none.contains("none"), "{none}");
}
