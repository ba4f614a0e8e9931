//! Statements over simulated servers, from SQL to the wire and back.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use backhaul_sim::Estate;
use backhaul_sql::{Fleet, Sql};
use backhaul_wire::System;
use common::{fleet, listings, rows, server, sim};

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_a_table_and_its_conditions_go_to_the_server() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let found =
        rows(&sql, "SELECT server, name, disabled FROM em.cloud_subtenant WHERE NOT disabled ORDER BY name").await;
    assert!(found.iter().all(|row| row.starts_with("em|") && row.ends_with("|false")), "{found:?}");
    assert!(!found.is_empty());
    let asked = listings(&sim);
    assert!(asked.iter().any(|path| path.contains("filter=Disabled==false")), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_shows_what_each_server_is_asked() {
    let sim = sim(Estate::demo()).await;
    let fleet = Fleet::new([server(&sim, System::Em, "one"), server(&sim, System::Em, "two")]);
    let sql = Sql::new(fleet);
    let plan =
        rows(&sql, "EXPLAIN SELECT name FROM em.repository WHERE free_space < 5 AND server = 'two'").await.join("\n");
    assert!(plan.contains("servers=1"), "{plan}");
    assert!(plan.contains("two: GET /api/query?type=Repository&filter=FreeSpace<5&format=Entities"), "{plan}");
    assert!(!plan.contains("one:"), "{plan}");
    // What is done there is not done here.
    assert!(!plan.contains("FilterExec"), "{plan}");
    assert!(listings(&sim).is_empty(), "nothing is asked for an explanation");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_ends_the_listing() {
    let sim = sim(Estate::scaled(2000)).await;
    let sql = Sql::new(fleet(&sim));
    assert_eq!(rows(&sql, "SELECT name FROM em.cloud_subtenant LIMIT 7").await.len(), 7);
    let asked = listings(&sim);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("pageSize=7"), "{asked:?}");
}

/// A condition that is evaluated again here ends the listing all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_behind_a_condition_ends_the_listing() {
    let sim = sim(Estate::scaled(20_000)).await;
    let sql = Sql::new(fleet(&sim));
    let failed = "SELECT name FROM em.backup_job_session WHERE result = 'Failed'";
    let all = rows(&sql, failed).await.len();
    let whole = listings(&sim).len();
    assert!(all > 1000 && whole > 10, "{all} rows, {whole} pages");
    assert_eq!(rows(&sql, &format!("{failed} LIMIT 150")).await.len(), 150);
    assert_eq!(listings(&sim).len() - whole, 2, "two pages of a hundred hold them");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_are_not_wanted_are_not_sent() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let found = rows(&sql, "SELECT name FROM zstack.backup_storage WHERE state = 'Disabled'").await;
    assert_eq!(found, ["Alt-Archiv \"2016\""]);
    let asked = listings(&sim).join("\n");
    assert!(asked.contains("q=state%3DDisabled") || asked.contains("q=state=Disabled"), "{asked}");
    assert!(asked.contains("fields="), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_vb365_are_conditions() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let id = rows(&sql, "SELECT id FROM vb365.organization ORDER BY name LIMIT 1").await.remove(0);
    let text = format!("SELECT count(*) FROM vb365.organization_storage_space_usage WHERE organization_id = '{id}'");
    assert_ne!(rows(&sql, &text).await, ["0"]);
    let problem = match sql.query("SELECT * FROM vb365.organization_storage_space_usage").await {
        Ok(rows) => rows.collect().await.unwrap_err().to_string(),
        Err(problem) => problem.to_string(),
    };
    assert!(problem.contains("is listed only by organization_id"), "{problem}");
    let jobs =
        rows(&sql, &format!("EXPLAIN SELECT name FROM vb365.job WHERE organization_id = '{id}'")).await.join("\n");
    assert!(jobs.contains(&format!("GET /v8/Jobs?organizationId={id}")), "{jobs}");
    assert!(jobs.contains("FilterExec"), "what the server makes of it is checked here: {jobs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_values_are_structs_and_lists() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let text = "SELECT t.name, r['repository_quota']['quota'] AS quota FROM \
                (SELECT name, unnest(resources) AS r FROM em.cloud_tenant) AS t WHERE r['repository_quota']['quota'] > 0";
    assert!(!rows(&sql, text).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_asks_each_listing_once() {
    let sim = sim(Estate::scaled(300)).await;
    let fleet = Fleet::new([server(&sim, System::Em, "em")]);
    let sql = Sql::new(fleet.clone());
    let text = "SELECT count(*) FROM em.cloud_subtenant AS s JOIN em.cloud_tenant AS t \
                ON s.cloud_tenant_name = t.name AND s.server = t.server";
    assert_eq!(rows(&sql, text).await, ["300"]);
    // Three pages of subtenants, one of tenants: not one for each row.
    assert_eq!(fleet.heard().pages.into_iter().collect::<Vec<_>>(), [("em".to_owned(), 4)]);
    let plan = rows(&sql, &format!("EXPLAIN {text}")).await.join("\n");
    assert_eq!(plan.matches("Listing: table=").count(), 2, "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_a_table() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let found = rows(&sql, "SELECT system, count(*) FROM usage GROUP BY system ORDER BY system").await;
    assert_eq!(found.iter().map(|row| row.split('|').next().unwrap()).collect::<Vec<_>>(), ["em", "vb365", "zstack"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_change_anything_is_refused() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    for text in [
        "DELETE FROM em.repository",
        "INSERT INTO em.repository (name) VALUES ('x')",
        "UPDATE em.repository SET name = 'x'",
        "DROP TABLE usage",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "COPY (SELECT 1) TO '/tmp/backhaul-sql-must-not-be-written.csv'",
        "SET datafusion.execution.batch_size = 1",
    ] {
        assert!(sql.query(text).await.is_err(), "{text}");
    }
    assert!(sim.requests().iter().all(|request| request.method != "DELETE"));
    assert!(!std::path::Path::new("/tmp/backhaul-sql-must-not-be-written.csv").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_show_the_place_and_what_was_meant() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let shown = async |text: &str| sql.query(text).await.err().map(|problem| problem.to_string()).unwrap_or_default();
    assert_eq!(
        shown("SELECT name\nFROM em.repositry").await,
        "there is no table `em.repositry`\n2 | FROM em.repositry\n  |      ^^^^^^^^^^^^\n  = help: did you mean `em.repository`?"
    );
    let column = shown("SELECT free_spac FROM em.repository").await;
    assert!(column.contains("1 | SELECT free_spac FROM em.repository\n  |        ^^^^^^^^^\n"), "{column}");
    assert!(
        column.contains("did you mean `em.repository.free_space`") || column.contains("did you mean `free_space`"),
        "{column}"
    );
    let syntax = shown("SELECT name FROM em.repository WHRE x").await;
    assert!(syntax.contains("1 | SELECT"), "{syntax}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_fails_the_statement_unless_it_may_be_left_out() {
    let sim = sim(Estate::demo()).await;
    let gone = common::sim(Estate::demo()).await;
    let servers = [server(&sim, System::Em, "here"), server(&gone, System::Em, "gone")];
    gone.shutdown();
    let whole = Sql::new(Fleet::new(servers.clone()));
    let error = whole.query("SELECT name FROM em.repository").await.unwrap().collect().await.unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
    let partial = Sql::new(Fleet::new(servers).partial());
    let found = rows(&partial, "SELECT DISTINCT server FROM em.repository").await;
    assert_eq!(found, ["here"]);
    assert_eq!(partial.fleet().heard().failed.into_keys().collect::<Vec<_>>(), ["gone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_without_a_server_is_an_error_and_not_an_empty_table() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(Fleet::new([server(&sim, System::Em, "em")]));
    let error = sql.query("SELECT * FROM vb365.organization").await.unwrap().collect().await.unwrap_err();
    assert!(error.to_string().contains("there is no server of Veeam Backup for Microsoft 365"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_compare_with_now_on_the_server() {
    let sim = sim(Estate::demo()).await;
    let sql = Sql::new(fleet(&sim));
    let text = "EXPLAIN SELECT name FROM em.backup_job_session WHERE creation_time > now() - interval '7 days'";
    let plan = rows(&sql, text).await.join("\n");
    assert!(plan.contains("filter=CreationTime>="), "{plan}");
    assert!(!plan.contains("FilterExec"), "{plan}");
    for bound in ["'2020-01-01'", "TIMESTAMP '2020-01-01 00:00:00'", "DATE '2020-01-01'"] {
        let text = format!("EXPLAIN SELECT name FROM em.backup_job_session WHERE creation_time >= {bound}");
        let plan = rows(&sql, &text).await.join("\n");
        assert!(plan.contains("CreationTime>=") && plan.contains("2020-01-01T00:00:00Z"), "{bound}: {plan}");
    }
}
