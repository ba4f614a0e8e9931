//! The command, as a person runs it.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::process::{Command, Output};

fn command(args: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul-sql"));
    command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path()).env("XDG_DATA_HOME", home.path());
    command.env_remove("BACKHAUL_STORE").env_remove("BACKHAUL_CONFIG");
    command.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn answer(args: &[&str]) -> String {
    let output = command(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

const REPOSITORIES: &str = "SELECT name, capacity FROM em.repository WHERE capacity > 1e13 ORDER BY name";

#[test]
fn rows_come_in_the_format_that_is_asked_for() {
    let csv = answer(&["--demo", "-o", "csv", REPOSITORIES]);
    assert!(csv.starts_with("name,capacity\n"), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&answer(&["--demo", "-o", "json", REPOSITORIES])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), csv.lines().count() - 1);
    let table = answer(&["--demo", "-o", "table", REPOSITORIES]);
    assert!(table.starts_with("+--") && table.contains("| name "), "{table}");
    let nested = answer(&["--demo", "-o", "csv", "SELECT repository_quota FROM em.cloud_subtenant LIMIT 1"]);
    assert!(nested.contains("used_quota_mb"), "{nested}");
    let nothing = answer(&["--demo", "-o", "csv", "SELECT name FROM em.repository WHERE name = 'no such'"]);
    assert_eq!(nothing, "name\n");
    assert_eq!(answer(&["--demo", "-o", "json", "SELECT name FROM em.repository WHERE name = 'no such'"]), "[]\n");
}

#[test]
fn a_file_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let file = path.to_str().unwrap();
    answer(&["--demo", "-o", "parquet", "--out", file, REPOSITORIES]);
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    let failed = command(&[
        "--demo",
        "-o",
        "csv",
        "--out",
        folder.path().join("not").to_str().unwrap(),
        "SELECT 1 / (1 - count(*)) FROM (SELECT 1)",
    ]);
    assert_ne!(failed.status.code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn statements_come_from_a_file_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("questions.sql");
    std::fs::write(&path, "-- one\nSELECT 1 AS one;\nSELECT 2 AS two;\n").unwrap();
    assert_eq!(answer(&["--demo", "-o", "csv", "-f", path.to_str().unwrap()]), "one\n1\ntwo\n2\n");
    let missing = command(&["--demo", "-f", "no-such-file.sql"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_ends_with_2() {
    let output = command(&["--demo", "SELECT nam FROM em.repository"]);
    assert_eq!(output.status.code(), Some(2));
    let says = text(&output.stderr);
    assert!(says.contains("SELECT nam FROM em.repository\n  |        ^^^"), "{says}");
    assert!(output.stdout.is_empty());
    for refused in ["DELETE FROM em.repository", "DROP TABLE usage", "SELECT * FROM history"] {
        let output = command(&["--demo", refused]);
        assert_eq!(output.status.code(), Some(2), "{refused}: {}", text(&output.stderr));
    }
}

#[test]
fn secrets_are_in_nothing_that_is_printed() {
    // The demo's password is `password`: columns of that name are the only place for the word.
    for statement in [
        "SELECT table_name, column_name FROM information_schema.columns WHERE column_name LIKE '%password%'",
        "EXPLAIN VERBOSE SELECT * FROM em.repository",
        "SELECT * FROM em.cloud_tenant",
        "SELECT * FROM zstack.backup_storage",
    ] {
        let output = command(&["--demo", "-v", "-o", "json", statement]);
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{statement}: {printed}");
        assert!(!printed.contains("\"password\"") && !printed.contains("password\":\"p"), "{statement}: {printed}");
    }
}
