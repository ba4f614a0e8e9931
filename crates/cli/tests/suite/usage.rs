//! `backhaul usage`, against the demo and against servers in processes of their own.

use std::collections::BTreeSet;

use crate::common::{Home, Result, SimProcess};
use serde_json::{Value, json};

const COLUMNS: [&str; 15] = [
    "system",
    "server",
    "tenant",
    "tenant_id",
    "tenant_kind",
    "parent_tenant",
    "repository",
    "repository_id",
    "used_bytes",
    "object_storage_bytes",
    "cache_bytes",
    "quota_bytes",
    "capacity_bytes",
    "free_bytes",
    "available",
];

/// What is printed, without the time at which it was collected.
fn timeless(out: &str) -> String {
    out.lines().filter(|line| !line.contains("\"collected_at\"")).collect::<Vec<_>>().join("\n")
}

fn set(values: Vec<Value>) -> BTreeSet<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[test]
fn the_demo_shows_all_three_systems() -> Result {
    let home = Home::new()?;
    let ran = home.demo(&["usage", "-o", "json"])?.ends(0);
    assert!(ran.err.contains("simulated servers"), "{}", ran.err);
    assert_eq!(set(ran.column("system")?), ["em", "vb365", "zstack"].map(String::from).into());
    // The columns stand in the contract's order, which a parsed object keeps.
    let first = ran.out.split('}').next().unwrap_or_default();
    let places: Vec<_> = COLUMNS.iter().map(|name| first.find(&format!("\"{name}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{first}");
    // The organization's own account sees nothing that the administrator's did not.
    assert_eq!(set(ran.column("server")?), ["demo-em", "demo-vb365", "demo-zstack"].map(String::from).into());

    let alone = home.demo(&["usage", "-p", "demo-vb365-org", "-o", "json"])?.ends(0);
    assert_eq!(set(alone.column("tenant")?), ["abc.onmicrosoft.com".to_owned()].into());
    assert!(!alone.column("used_bytes")?.is_empty());
    Ok(())
}

#[test]
fn without_a_configuration_file_the_demo_serves() -> Result {
    let home = Home::new()?;
    let ran = crate::common::Ran::new(home.unnamed(&["usage", "-o", "table"]).output()?)?.ends(0);
    assert!(ran.out.lines().count() > 10 && ran.out.starts_with("system"), "{}", ran.out);
    assert!(ran.out.contains(" TiB") && ran.err.contains("no configuration file"), "{}", ran.err);
    let csv = home.demo(&["usage", "-o", "csv"])?.ends(0);
    let header = csv.out.lines().next().unwrap_or_default();
    assert!(header.starts_with(&format!("{},quota_percent,", COLUMNS.join(","))), "{header}");
    let lines = home.demo(&["usage", "-o", "ndjson"])?.ends(0);
    assert!(lines.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    Ok(())
}

#[test]
fn rows_are_filtered_and_sorted_here() -> Result {
    let home = Home::new()?;
    let filter = "system==vb365;used_bytes>1000000000000";
    let ran = home.demo(&["usage", "--filter", filter, "--sort-desc", "used_bytes"])?.ends(0);
    let used: Vec<_> = ran.column("used_bytes")?.iter().filter_map(Value::as_i64).collect();
    assert!(used.len() > 1 && used.is_sorted_by(|a, b| a >= b) && used.iter().all(|used| *used > 1_000_000_000_000));
    let file = home.file("filter.txt", &format!("{filter}\n"))?;
    let same = home.demo(&["usage", "--filter", &format!("@{file}"), "--sort-desc", "USED_BYTES"])?.ends(0);
    assert_eq!(timeless(&same.out), timeless(&ran.out));
    assert_eq!(home.demo(&["usage", "--filter", "tenant==nobody"])?.ends(0).out, "[]\n");
    let pasted = "system = \u{201c}vb365\u{201d} and used_bytes > 1000000000000";
    let pasted = home.demo(&["usage", "--filter", pasted, "--sort-desc", "used_bytes"])?.ends(0);
    assert_eq!(timeless(&pasted.out), timeless(&ran.out));
    assert!(pasted.err.contains("is read as `;`"), "{}", pasted.err);

    for (arguments, says) in [
        (&["--filter", "usd_bytes>1"][..], "did you mean `used_bytes`?"),
        (&["--filter", "used_bytes>"], "expected a value"),
        (&["--filter", "used_bytes>many"], "digits"),
        (&["--sort-asc", "usedbytes"], "did you mean `used_bytes`?"),
        (&["--api-version", "v9"], "not an API version"),
        (&["-p", "demo-nothing"], "not a demo profile"),
    ] {
        let refused = home.demo(&[&["usage"], arguments].concat())?.ends(2);
        assert!(refused.out.is_empty() && refused.err.contains(says), "{}", refused.err);
    }
    Ok(())
}

/// Two servers, each over TLS with a certificate of its own that is pinned.
#[test]
fn two_servers_answer_and_one_that_fails_does_not_stop_them() -> Result {
    let home = Home::new()?;
    let one = SimProcess::start(&home, &["--em", "127.0.0.1:0", "--vb365", "127.0.0.1:0"])?;
    let two = SimProcess::start(&home, &["--scale", "100", "--em", "127.0.0.1:0", "--zstack", "127.0.0.1:0", "--tls"])?;
    assert_ne!(one.pin(), two.pin());
    home.add("berlin", "em", one.url("em"), &["--pin", one.pin()])?;
    home.add("m365", "vb365", one.url("vb365"), &["--pin", one.pin(), "--api-version", "v8"])?;
    home.add("munich", "em", two.url("em"), &["--pin", two.pin()])?;
    home.add("cloud", "zstack", two.url("zstack"), &["--pin", two.pin()])?;
    let ran = home.run(&["usage", "-o", "json"])?.ends(0);
    assert_eq!(set(ran.column("server")?), ["berlin", "cloud", "m365", "munich"].map(String::from).into());
    let tested = home.run(&["profile", "test", "m365"])?.ends(0);
    assert!(tested.out.contains("Veeam Backup for Microsoft 365") && tested.out.contains("API v8"), "{}", tested.out);

    home.add("wrong", "em", one.url("em"), &["--pin", two.pin()])?;
    let some = home.run(&["usage", "-o", "json"])?.ends(6);
    assert_eq!(timeless(&some.out), timeless(&ran.out));
    assert!(some.err.contains("wrong: ") && some.err.contains(one.pin()), "{}", some.err);
    let none = home.run(&["usage", "-p", "wrong"])?.ends(4);
    assert!(none.out.is_empty());
    // A password that cannot be fetched is a failure of that server alone, too.
    home.run(&["profile", "remove", "wrong"])?.ends(0);
    let url = one.url("em");
    let add = ["profile", "add", "mute", "--system", "em", "--url", url, "--user", "admin"];
    home.run(&[&add[..], &["--password-env", "BACKHAUL_TEST_NEVER_SET"]].concat())?.ends(0);
    home.run(&["usage", "-o", "json"])?.ends(6);
    home.run(&["usage", "-p", "mute"])?.ends(2);

    // Rows of several servers are one table, and each says where it comes from.
    let query = ["query", "em.CloudTenant", "-p", "munich", "-p", "berlin", "--sort-asc", "Name"];
    let all = home.run(&query)?.ends(0);
    let names: Vec<_> = all.column("Name")?.iter().filter_map(|name| Some(name.as_str()?.to_lowercase())).collect();
    assert!(names.is_sorted() && names.len() > 6, "{names:?}");
    assert_eq!(set(all.column("server")?), ["berlin", "munich"].map(String::from).into());
    let few = home.run(&[&query[..], &["--limit", "1", "--fields", "Name"]].concat())?.ends(0);
    assert_eq!(few.json()?, json!([{"server": "berlin", "Name": "ABC Company"}]));
    let refused = home.run(&["query", "em.BackupServer", "--sort-asc", "IpOrDnsName"])?.ends(2);
    assert!(refused.err.contains("only the server knows"), "{}", refused.err);
    Ok(())
}

/// A provider with one tenant that has two quotas on one repository, and a repository of which no tenant has a part.
const TWO_QUOTAS: &str = r##"{"em": {
  "backupServers": [{"UID": "urn:veeam:BackupServer:00000000-0000-4000-8000-000000000001", "Name": "b1"}],
  "repositories": [
    {"backupServer": "00000000-0000-4000-8000-000000000001", "UID": "urn:veeam:Repository:00000000-0000-4000-8000-000000000002",
     "Name": "r1", "Capacity": 104857600, "FreeSpace": 52428800}
  ],
  "tenants": [
    {"backupServer": "00000000-0000-4000-8000-000000000001", "UID": "urn:veeam:CloudTenant:00000000-0000-4000-8000-000000000003",
     "Name": "t", "Resources": {"CloudTenantResources": [
       {"Id": "00000000-0000-4000-8000-000000000004", "RepositoryQuota": {"RepositoryUid":
         "urn:veeam:Repository:00000000-0000-4000-8000-000000000002", "Quota": 10, "UsedQuota": 5}},
       {"Id": "00000000-0000-4000-8000-000000000005", "RepositoryQuota": {"RepositoryUid":
         "urn:veeam:Repository:00000000-0000-4000-8000-000000000002", "Quota": 10, "UsedQuota": 7}}
     ]}}
  ]
}}"##;

#[test]
fn every_quota_of_a_tenant_counts() -> Result {
    let home = Home::new()?;
    let estate = home.file("estate.json", TWO_QUOTAS)?;
    let sim = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0", "--estate", &estate])?;
    home.add("em", "em", sim.url("em"), &[])?;
    let rows = home.run(&["usage"])?.ends(0);
    assert_eq!(rows.column("used_bytes")?, [json!(5 << 20), json!(7 << 20)]);
    assert_eq!(rows.column("quota_percent")?, [json!(50.0), json!(70.0)]);
    let total = home.run(&["usage", "--total"])?.ends(0);
    assert_eq!(total.column("used_bytes")?, [json!(12 << 20)]);
    assert_eq!(total.column("capacity_bytes")?, [json!(100 << 20)]);
    Ok(())
}

#[test]
fn questions_are_answered_without_counting_twice() -> Result {
    let home = Home::new()?;
    let systems = home.demo(&["usage", "--by", "system", "--total"])?.ends(0);
    assert_eq!(systems.column("system")?, [json!("em"), json!("vb365"), json!("zstack"), json!("TOTAL")]);
    let rows = home.demo(&["usage", "--filter", "system==em"])?.ends(0);
    let sum = |kind: &str| -> Result<i64> {
        let rows = rows.json()?;
        let rows = rows.as_array().ok_or("no array")?.iter();
        Ok(rows.filter(|row| row["tenant_kind"] != kind).filter_map(|row| row["used_bytes"].as_i64()).sum())
    };
    assert_eq!(systems.column("used_bytes")?.first(), Some(&json!(sum("subtenant")?)));
    assert!(sum("nothing")? > sum("subtenant")?);
    // A repository of which no tenant has a part has usage from its backup files.
    let unused = home.demo(&["usage", "--filter", "repository==\"Backup Volume 01\""])?.ends(0);
    assert!(unused.column("used_bytes")?.iter().all(|used| used.as_i64().is_some_and(|used| used > 0)));

    // VB365 keeps the backups of an organization that was removed; only its repository tells of them.
    let removed = home.demo(&["usage", "--filter", "tenant_state==removed"])?.ends(0);
    assert_eq!(removed.column("tenant")?, [json!("woodgrove.onmicrosoft.com")]);
    assert_eq!(removed.column("used_bytes")?, [json!(96_i64 << 30)]);
    // The server writes -1 for the size of a repository that is out of reach.
    let lost = home.demo(&["usage", "--filter", "system==vb365;available==false"])?.ends(0);
    let unknown = |name: &str| Ok::<_, Box<dyn std::error::Error>>(lost.column(name)?.iter().all(|it| it.is_null()));
    assert!(unknown("capacity_bytes")? && unknown("free_bytes")? && unknown("fill_percent")?, "{}", lost.out);
    assert!(!lost.column("used_bytes")?.is_empty());

    let top = home.demo(&["usage", "--top", "3", "--fields", "server,used_bytes", "-o", "csv"])?.ends(0);
    assert_eq!(top.out.lines().count(), 4);
    let over = home.demo(&["usage", "--over", "90%"])?.ends(0);
    let percents = over.column("quota_percent")?.into_iter().zip(over.column("fill_percent")?);
    assert!(percents.map(|(a, b)| a.as_f64().unwrap_or(0.0).max(b.as_f64().unwrap_or(0.0))).all(|is| is > 90.0));
    // 5 TiB lie in a bucket whose cache has 128 GiB: it is as full as the limit says that is set for it.
    let bucket = home.demo(&["usage", "--filter", "repository==\"Wasabi archive\""])?.ends(0);
    assert_eq!(bucket.column("fill_percent")?, [json!(62.5)]);
    let sorted = home.demo(&["usage", "--sort-asc", "system,-used_bytes", "--fields", "system,used_bytes"])?.ends(0);
    let pairs: Vec<_> = sorted.column("system")?.into_iter().zip(sorted.column("used_bytes")?).collect();
    assert!(pairs.is_sorted_by_key(|(system, used)| (system.to_string(), -used.as_i64().unwrap_or(-1))));

    let computers = home.demo(&["usage", "--level", "computer", "--filter", "item_kind==computer"])?.ends(0);
    assert_eq!(set(computers.column("item")?), ["enterprise03.tech.local".to_owned()].into());
    for (arguments, says) in [
        (&["--fields", "usd_bytes"][..], "did you mean `used_bytes`?"),
        (&["--by", "server", "--sort-asc", "tenant"], "there is no column `tenant`"),
        (&["--over", "much"], "such as 80%"),
    ] {
        let refused = home.demo(&[&["usage"], arguments].concat())?.ends(2);
        assert!(refused.out.is_empty() && refused.err.contains(says), "{}", refused.err);
    }
    Ok(())
}

#[test]
fn a_part_that_fails_is_named_and_the_rest_stands() -> Result {
    let home = Home::new()?;
    let faults = r#"{"faults": [{"path": "*/5a905bb5-9071-433c-9d2f-f805d4da2cf4/usedRepositories*", "effect": "status", "status": 500}]}"#;
    let faults = home.file("faults.json", faults)?;
    let sim = SimProcess::start(&home, &["--http", "--vb365", "127.0.0.1:0", "--faults", &faults])?;
    home.add("m365", "vb365", sim.url("vb365"), &[])?;
    let ran = home.run(&["usage"])?.ends(6);
    assert!(ran.err.contains("m365: organization "), "{}", ran.err);
    assert!(ran.column("partial")?.iter().all(|partial| *partial == json!(true)));
    // What is seen from the other side stands: the repositories still tell of that organization.
    let whole = home.demo(&["usage", "-p", "demo-vb365"])?.ends(0);
    assert_eq!(ran.column("used_bytes")?.len(), whole.column("used_bytes")?.len());
    Ok(())
}

#[test]
fn a_slow_server_has_a_deadline_and_the_others_do_not_wait() -> Result {
    let home = Home::new()?;
    let faults =
        home.file("faults.json", r#"{"faults": [{"system": "em", "path": "/api/query*", "delayMs": 30000}]}"#)?;
    let slow = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0", "--faults", &faults])?;
    let quick = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    home.add("a-slow", "em", slow.url("em"), &[])?;
    home.add("quick", "em", quick.url("em"), &[])?;
    let ran = home.run(&["usage", "--deadline", "3s", "-o", "ndjson"])?.ends(6);
    // The client's deadline and the fleet's are one: whichever is first says so.
    assert!(ran.err.contains("a-slow: ") && ran.err.contains("--deadline sets"), "{}", ran.err);
    assert!(ran.out.lines().count() > 10 && ran.out.lines().all(|line| line.contains("\"quick\"")));
    Ok(())
}

/// An address with the API's path behind it is the same server: its rows count once.
#[test]
fn a_server_of_two_profiles_counts_once_however_its_address_is_written() -> Result {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0"])?;
    home.add("one", "em", sim.url("em"), &[])?;
    home.add("two", "em", &format!("{}/api", sim.url("em")), &[])?;
    let both = home.run(&["usage"])?.ends(0);
    let one = home.run(&["usage", "-p", "one"])?.ends(0);
    assert_eq!(both.column("used_bytes")?.len(), one.column("used_bytes")?.len());
    assert!(both.err.contains("two: ") && both.err.contains("left out"), "{}", both.err);
    Ok(())
}

/// Passwords are fetched before any server is asked, side by side: none runs into its deadline meanwhile, and one that
/// cannot be had is that server's failure alone.
#[cfg(unix)]
#[test]
fn a_password_command_costs_the_other_servers_nothing() -> Result {
    let home = Home::new()?;
    let faults =
        home.file("faults.json", r#"{"faults": [{"system": "em", "path": "/api/query*", "delayMs": 500}]}"#)?;
    let slow = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0", "--faults", &faults])?;
    let quick = SimProcess::start(&home, &["--http", "--zstack", "127.0.0.1:0"])?;
    home.add("quick", "zstack", quick.url("zstack"), &[])?;
    home.add("slow", "em", slow.url("em"), &[])?;
    let folder = home.path("").to_string_lossy().into_owned();
    // Each waits for the other: one after the other neither would end.
    let wait = |own: &str, other: &str| {
        format!("sh -c 'cd {folder}; touch {own}; while [ ! -e {other} ]; do sleep 0.05; done; sleep 4; echo password'")
    };
    for (name, command) in [("c", wait("c", "d")), ("d", wait("d", "c")), ("none", "false".to_owned())] {
        let add = ["profile", "add", name, "--system", "zstack", "--url", quick.url("zstack"), "--user", "admin"];
        home.run(&[&add[..], &["--password-command", &command]].concat())?.ends(0);
    }
    let ran = home.run(&["usage", "--at-once", "2", "--deadline", "4s", "--by", "server"])?.ends(6);
    assert!(ran.err.contains("none: the password command `false` failed"), "{}", ran.err);
    assert!(!ran.err.contains("slow: ") && ran.out.contains("slow"), "{}", ran.err);
    Ok(())
}
