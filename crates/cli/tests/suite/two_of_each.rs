//! Every verb that speaks to servers, against two profiles per system over TLS, one of which cannot log on.

use crate::common::{Home, Result, SimProcess};
use serde_json::Value;

const SYSTEMS: [&str; 3] = ["em", "vb365", "zstack"];

fn homes() -> Result<(Home, SimProcess)> {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &["--tls"])?;
    for system in SYSTEMS {
        home.add(&format!("{system}-good"), system, sim.url(system), &["--pin", sim.pin()])?;
        home.add(&format!("{system}-bad"), system, sim.url(system), &["--pin", sim.pin(), "--user", "nobody"])?;
    }
    Ok((home, sim))
}

/// The servers of the rows that a verb printed.
fn servers(rows: &[Value]) -> Vec<&str> {
    let mut servers: Vec<&str> = rows.iter().filter_map(|row| row["server"].as_str()).collect();
    servers.sort_unstable();
    servers.dedup();
    servers
}

#[test]
fn one_server_that_fails_is_named_and_the_others_stand() -> Result {
    let (home, _sim) = homes()?;
    for (line, good, bad) in [
        ("usage", &["em-good", "vb365-good", "zstack-good"][..], &["em-bad", "vb365-bad", "zstack-bad"][..]),
        ("usage --system vb365", &["vb365-good"], &["vb365-bad"]),
        ("usage -p em-*,zstack-good", &["em-good", "zstack-good"], &["em-bad"]),
        ("jobs --since 30d", &["em-good", "vb365-good", "zstack-good"], &["em-bad", "vb365-bad", "zstack-bad"]),
        ("query em.CloudTenant", &["em-good"], &["em-bad"]),
        ("query em.CloudTenant --sort-asc Name", &["em-good"], &["em-bad"]),
        ("query vb365.Organization", &["vb365-good"], &["vb365-bad"]),
        ("query zstack.BackupStorage --limit 2", &["zstack-good"], &["zstack-bad"]),
        ("query vb365.JobSession --filter status==Failed", &["vb365-good"], &["vb365-bad"]),
        ("usage --by server", &["em-good", "vb365-good", "zstack-good"], &["em-bad", "vb365-bad", "zstack-bad"]),
    ] {
        for format in ["json", "ndjson", "csv", "table"] {
            let words: Vec<&str> = line.split(' ').chain(["-o", format]).collect();
            let ran = home.run(&words)?.ends(6);
            for bad in bad {
                assert!(ran.err.contains(&format!("error: {bad}: ")), "{line} -o {format}: {}", ran.err);
            }
            if format == "json" {
                let rows = ran.json()?;
                assert_eq!(servers(rows.as_array().ok_or("no array")?), good, "{line}");
            }
            if format == "csv" {
                assert!(good.iter().all(|good| ran.out.contains(good)), "{line}: {}", ran.out);
            }
        }
    }
    Ok(())
}

#[cfg(feature = "store")]
#[test]
fn what_answered_is_kept() -> Result {
    let (home, _sim) = homes()?;
    let store = home.path("store").to_string_lossy().into_owned();
    let ran = home.run(&["collect", "--store", &store])?.ends(6);
    assert!(SYSTEMS.iter().all(|system| ran.err.contains(&format!("error: {system}-bad: "))), "{}", ran.err);
    assert!(ran.err.contains("warning: 3 of 6 servers failed: "), "{}", ran.err);
    let kept = home.run(&["usage", "--since", "1d", "--store", &store, "-o", "json"])?.ends(0).json()?;
    assert_eq!(servers(kept.as_array().ok_or("no array")?), ["em-good", "vb365-good", "zstack-good"]);
    // Of a run without an answer nothing is kept, which the exit code says.
    home.run(&["collect", "-p", "*-bad", "--store", &store])?.ends(3);
    let files = home.run(&["store", "list", "--store", &store, "-o", "json"])?.ends(0);
    assert_eq!(files.column("file")?.len(), 3);
    Ok(())
}

#[test]
fn a_server_that_is_asked_alone_fails_alone() -> Result {
    let (home, _sim) = homes()?;
    for (good, bad) in [
        ("profile test em-good", "profile test em-bad"),
        ("profile test vb365-good", "profile test vb365-bad"),
        ("profile test zstack-good", "profile test zstack-bad"),
        ("call em.GetBackupServers -p em-good", "call em.GetBackupServers -p em-bad"),
        ("call vb365.Organization_Get -p vb365-good", "call vb365.Organization_Get -p vb365-bad"),
        ("call zstack.QueryZone -p zstack-good", "call zstack.QueryZone -p zstack-bad"),
        ("query em.Repository -p em-good", "query em.Repository -p em-bad"),
        ("jobs -p zstack-good", "jobs -p zstack-bad"),
        ("usage -p vb365-good", "usage -p vb365-bad"),
    ] {
        assert!(!home.run(&good.split(' ').collect::<Vec<_>>())?.ends(0).out.is_empty(), "{good}");
        let failed = home.run(&bad.split(' ').collect::<Vec<_>>())?.ends(3);
        assert_eq!(failed.out, "", "{bad}");
    }
    for (system, subject) in [("em", "em.CloudTenant"), ("vb365", "vb365.Organization"), ("zstack", "zstack.Zone")] {
        let check = |which: &str| {
            let profile = format!("{system}-{which}");
            home.run(&["filter", "check", "name==a*", "--type", subject, "-p", &profile])
        };
        check("good")?.ends(0);
        check("bad")?.ends(3);
    }
    // A certificate is learned of a server, whoever may log on there; of one that is not there, nothing is.
    home.run(&["profile", "set", "em-bad", "--learn-pin"])?.ends(0);
    home.run(&["profile", "set", "em-bad", "--learn-pin", "--url", "https://127.0.0.1:1"])?.ends(4);
    // What is not sent needs no logon.
    home.run(&["query", "em.Repository", "--explain"])?.ends(0);
    home.run(&["call", "em.GetBackupServers", "-p", "em-bad", "--dry-run"])?.ends(0);
    Ok(())
}

#[test]
fn a_filter_on_the_server_spares_the_others_a_logon() -> Result {
    let (home, _sim) = homes()?;
    for line in [
        &["usage", "--filter", "server==em-good;used_bytes>0", "-o", "json"][..],
        &["usage", "--filter", "server==*-good;system!=zstack", "-o", "json"],
        &["jobs", "--since", "30d", "--filter", "server in (em-good,vb365-good)", "-o", "json"],
    ] {
        let ran = home.run(line)?.ends(0);
        assert!(!ran.err.contains("-bad") && !ran.column("server")?.is_empty(), "{line:?}: {}", ran.err);
    }
    Ok(())
}
