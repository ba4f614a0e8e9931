//! `backhaul usage`, against the demo and against servers in processes of their own.

mod common;

use std::collections::BTreeSet;

use common::{Home, Result, SimProcess};
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
    let ran = common::Ran::new(home.unnamed(&["usage", "-o", "table"]).output()?)?.ends(0);
    assert!(ran.out.lines().count() > 10 && ran.out.starts_with("system"), "{}", ran.out);
    assert!(ran.out.contains(" TiB") && ran.err.contains("no configuration file"), "{}", ran.err);
    let csv = home.demo(&["usage", "-o", "csv"])?.ends(0);
    assert_eq!(csv.out.lines().next(), Some(COLUMNS.join(",").as_str()));
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
    assert_eq!(same.out, ran.out);
    assert_eq!(home.demo(&["usage", "--filter", "tenant==nobody"])?.ends(0).out, "[]\n");
    let pasted = "system = \u{201c}vb365\u{201d} and used_bytes > 1000000000000";
    let pasted = home.demo(&["usage", "--filter", pasted, "--sort-desc", "used_bytes"])?.ends(0);
    assert_eq!(pasted.out, ran.out);
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
    assert_eq!(some.out, ran.out);
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
