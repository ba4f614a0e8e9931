//! ZStack from the command line: jobs, its query language, access keys.

use crate::common::scripted::Scripted;
use crate::common::{Home, Ran, Result, SimProcess, set_mode};

const SECRET: &str = "backhaul-sim-secret-0123456789-abcdefghi";
const STORE: &str =
    r#"{"name": "fresh", "hostname": "10.0.0.77", "username": "root", "password": "s3cret", "url": "/zstack_bs"}"#;

#[test]
fn a_job_is_waited_for_and_its_answer_printed() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http"])?;
    home.add("z", "zstack", sim.url("zstack"), &[])?;
    let body = home.file("store.json", STORE)?;
    let add = ["call", "zstack.AddImageStoreBackupStorage", "--body", &body];
    let begun = home.run(&add)?.ends(0).json()?;
    assert!(begun["location"].as_str().is_some_and(|place| place.contains("/api-jobs/")), "{begun}");
    assert_eq!(begun["apiTimeout"], 1_800_000);
    // The first one may still be at work: another host makes another storage.
    let body = home.file("other.json", &STORE.replace("10.0.0.77", "10.0.0.78").replace("fresh", "other"))?;
    let add = ["call", "zstack.AddImageStoreBackupStorage", "--body", &body, "--wait", "-v"];
    let done = home.run(&add)?.ends(0);
    assert_eq!(done.json()?["inventory"]["name"], "other");
    assert!(done.err.contains(" is running") && !done.err.contains("s3cret"), "{}", done.err);
    let uuid = done.json()?["inventory"]["uuid"].as_str().ok_or("no uuid")?.to_owned();
    let delete = ["call", "zstack.DeleteBackupStorage", "--param", &format!("uuid={uuid}"), "--wait"];
    assert_eq!(home.run(&delete)?.ends(0).out, "");
    let left = home.run(&["query", "zstack.BackupStorage", "--filter", "name==other"])?.ends(0);
    assert_eq!(left.out, "[]\n");
    Ok(())
}

#[test]
fn a_job_that_fails_or_does_not_end_is_5() -> Result {
    let home = Home::new()?;
    let faults = r#"{"faults": [
        {"system": "zstack", "method": "DELETE", "path": "/zstack/v1/zones/*", "effect": "taskFails", "message": "It is in use."},
        {"system": "zstack", "method": "DELETE", "path": "/zstack/v1/backup-storage/*", "effect": "taskHangs"}
    ]}"#;
    let faults = home.file("faults.json", faults)?;
    let sim = SimProcess::start(&home, &["--http", "--faults", &faults])?;
    home.add("z", "zstack", sim.url("zstack"), &[])?;
    let id = "uuid=140ebc2fbdb74ae197323a69d432f25e";
    let failed = home.run(&["call", "zstack.DeleteZone", "--param", id, "--wait"])?.ends(5);
    assert!(failed.out.is_empty(), "{}", failed.out);
    assert!(failed.err.contains(" failed (") && failed.err.contains("It is in use."), "{}", failed.err);
    assert!(failed.err.contains("; because of "), "{}", failed.err);
    let late = ["call", "zstack.DeleteBackupStorage", "--param", id, "--wait", "--deadline", "1s"];
    let late = home.run(&late)?.ends(5);
    assert!(late.err.contains("is running after 1 s"), "{}", late.err);
    Ok(())
}

#[test]
fn what_q_cannot_say_is_asked_in_zql() -> Result {
    let home = Home::new()?;
    let query = |filter: &str| {
        home.demo(&[
            "query",
            "zstack.BackupStorage",
            "--filter",
            filter,
            "--sort-asc",
            "name",
            "--fields",
            "name",
            "-v",
        ])
    };
    let either = query("name==ceph-bs,name==\"O'Brien\",zone.name==Nowhere")?.ends(0);
    assert_eq!(either.column("name")?, ["ceph-bs"]);
    assert!(
        either.err.contains("where=name = 'ceph-bs' or name = 'O''Brien' or zone.name = 'Nowhere'"),
        "{}",
        either.err
    );
    // The same by the rules here, where the servers' own would leave out what has no value.
    let (not, all) = (query("description!=x")?.ends(0), query("")?);
    assert_eq!(all.code, Some(2));
    let every = home.demo(&["query", "zstack.BackupStorage", "--sort-asc", "name", "--fields", "name"])?.ends(0);
    assert_eq!(not.json()?, every.json()?);
    Ok(())
}

#[test]
fn an_access_key_stands_in_a_profile_and_its_secret_elsewhere() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http"])?;
    let secret = home.file("key.secret", &format!("{SECRET}\n"))?;
    set_mode(secret.as_ref(), 0o600)?;
    let add = |name: &str, more: &[&str]| {
        let url = sim.url("zstack");
        let add = ["profile", "add", name, "--system", "zstack", "--url", url, "--password-file", &secret];
        home.run(&[&add[..], more].concat())
    };
    let key = ["--access-key", "BACKHAULSIM00000KEY1"];
    add("key", &[&key[..], &["--utc-offset", "+08:00"]].concat())?.ends(0);
    let shown = home.run(&["profile", "show", "key", "-o", "json"])?.ends(0).json()?;
    assert_eq!((&shown["access_key"], &shown["utc_offset"]), (&"BACKHAULSIM00000KEY1".into(), &"+08:00".into()));
    home.run(&["profile", "test", "key"])?.ends(0);
    let found = home.run(&["query", "zstack.Zone", "--limit", "1", "--fields", "name"])?.ends(0);
    assert_eq!(found.json()?.as_array().map(Vec::len), Some(1));
    // The demo's clock stands in China.
    add("gmt", &key)?.ends(0);
    let refused = home.run(&["profile", "test", "gmt"])?.ends(3);
    assert!(refused.err.contains("+08:00") && !refused.err.contains(SECRET), "{}", refused.err);
    let config = std::fs::read_to_string(home.config())?;
    assert!(config.contains("access_key = \"BACKHAULSIM00000KEY1\"") && !config.contains(SECRET), "{config}");
    add("both", &[&key[..], &["--user", "admin"]].concat())?.ends(2);
    Ok(())
}

#[test]
fn a_user_of_an_account_logs_on() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http"])?;
    home.add("anna", "zstack", sim.url("zstack"), &["--user", "anna", "--account", "abc"])?;
    home.run(&["profile", "test", "anna"])?.ends(0);
    home.add("lost", "zstack", sim.url("zstack"), &["--user", "anna", "--account", "nobody"])?;
    let refused = home.run(&["profile", "test", "lost"])?.ends(3);
    assert!(refused.err.contains("user `anna` of the account `nobody`"), "{}", refused.err);
    Ok(())
}

/// Runs the command in a time zone.
fn in_zone(home: &Home, zone: &str, arguments: &[&str]) -> Result<Ran> {
    Ran::new(home.unnamed(arguments).env("BACKHAUL_CONFIG", home.config()).env("TZ", zone).output()?)
}

/// ZStack's dates name no zone: the profile says it, else it is this machine's as it was at that date.
#[test]
fn each_server_s_jobs_are_by_its_own_clock() -> Result {
    let jobs = r#"{"inventories": [
        {"uuid": "1", "name": "winter", "state": "Failed", "createDate": "Mar 28, 2026 6:00:00 AM"},
        {"uuid": "2", "name": "summer", "state": "Failed", "createDate": "Mar 30, 2026 6:00:00 AM"}
    ]}"#;
    let server =
        Scripted::new(move |asked, _| asked.target.starts_with("/zstack/v1/longjobs").then(|| (200, jobs.to_owned())))?;
    let home = Home::new()?;
    home.add("stated", "zstack", &server.url, &["--utc-offset", "+08:00"])?;
    home.add("utc", "zstack", &server.url, &["--utc-offset", "+00:00"])?;
    home.add("silent", "zstack", &server.url, &[])?;
    for (profile, since, began) in [
        ("stated", "2026-03-01", &["2026-03-29T22:00:00Z", "2026-03-27T22:00:00Z"][..]),
        ("utc", "2026-03-01", &["2026-03-30T06:00:00Z", "2026-03-28T06:00:00Z"]),
        ("silent", "2026-03-01", &["2026-03-30T04:00:00Z", "2026-03-28T05:00:00Z"]),
        ("stated", "2026-03-29T21:00:00Z", &["2026-03-29T22:00:00Z"]),
        ("silent", "2026-03-30T03:30:00Z", &["2026-03-30T04:00:00Z"]),
        ("silent", "2026-03-30T04:30:00Z", &[]),
    ] {
        let line = ["jobs", "--failed", "-p", profile, "--since", since, "-o", "json"];
        let ran = in_zone(&home, "CET-1CEST,M3.5.0,M10.5.0/3", &line)?.ends(0);
        assert_eq!(ran.column("started")?, began, "{profile} {since}");
    }
    Ok(())
}

#[test]
fn a_filter_s_days_are_those_of_each_server() -> Result {
    let home = Home::at("2026-11-20T20:00:00Z")?;
    home.add("china", "zstack", "http://10.0.0.1:8080", &["--utc-offset", "+08:00"])?;
    home.add("silent", "zstack", "http://10.0.0.2:8080", &[])?;
    let query = |profile: &str| {
        let line =
            ["query", "zstack.LongJob", "--filter", "createDate>=today", "--explain", "-p", profile, "-o", "json"];
        in_zone(&home, "UTC0", &line)
    };
    let both = query("china,silent")?.ends(0);
    let (asked, servers) = (both.column("request")?, both.column("server")?);
    for (server, day) in [("china", "2026-11-21"), ("silent", "2026-11-20")] {
        let mut of_server = servers.iter().zip(&asked).filter(|(name, _)| *name == server).peekable();
        assert!(of_server.peek().is_some(), "{}", both.out);
        assert!(of_server.all(|(_, request)| request.as_str().is_some_and(|it| it.contains(day))), "{}", both.out);
    }
    assert!(both.err.contains("the server's clock is taken to be"), "{}", both.err);
    assert!(!query("china")?.ends(0).err.contains("is taken to be"));
    Ok(())
}

/// What cannot be read is null, and that is said, since null stands for what a server does not tell.
#[test]
fn what_usage_cannot_read_is_said_once() -> Result {
    let storages = r#"{"inventories": [
        {"uuid": "1", "name": "one", "type": "Ceph", "totalCapacity": 1.5, "availableCapacity": 1},
        {"uuid": "2", "name": "two", "type": "Ceph", "totalCapacity": 2.5, "availableCapacity": 1}
    ]}"#;
    let server = Scripted::new(move |asked, _| {
        asked.target.starts_with("/zstack/v1/backup-storage").then(|| (200, storages.to_owned()))
    })?;
    let home = Home::new()?;
    home.add("z", "zstack", &server.url, &[])?;
    let ran = home.run(&["usage", "-o", "json"])?.ends(0);
    assert!(ran.column("capacity_bytes")?.iter().all(serde_json::Value::is_null), "{}", ran.out);
    assert_eq!(ran.err.matches("cannot be read").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("totalCapacity (2 times; "), "{}", ran.err);
    Ok(())
}
