//! Usage over time: what is kept, and what is made of it.

#![cfg(feature = "store")]

use crate::common::{Home, Result};
use serde_json::json;

const PRICES: &str = "currency = \"EUR\"\n[[price]]\nlocal = \"0.05\"\n";

#[test]
fn what_is_collected_can_be_asked_later() -> Result {
    let home = Home::new()?;
    let store = home.path("store").to_string_lossy().into_owned();
    let missing = home.demo(&["usage", "--since", "30d", "--store", &store])?.ends(2);
    assert!(missing.err.contains("there is no store here"), "{}", missing.err);

    let live = home.demo(&["usage", "--save", "--store", &store])?.ends(0);
    home.demo(&["collect", "--store", &store])?.ends(0);
    let files =
        crate::common::Ran::new(home.unnamed(&["store", "list", "--store", &store, "-o", "json"]).output()?)?.ends(0);
    assert_eq!(files.column("system")?.len(), 6);
    let verified = crate::common::Ran::new(home.unnamed(&["store", "verify", "--store", &store]).output()?)?.ends(0);
    assert!(verified.err.contains("6 files"), "{}", verified.err);

    let since = home.demo(&["usage", "--since", "7d", "--store", &store, "-o", "json"])?.ends(0);
    assert_eq!(since.column("used_bytes")?.len(), live.column("used_bytes")?.len());
    assert!(since.column("runs")?.iter().all(|runs| [json!(0), json!(2)].contains(runs)), "{}", since.out);
    assert!(since.out.contains("too little history to tell"));

    let some =
        home.demo(&["usage", "--since", "7d", "--store", &store, "-p", "demo-v*,demo-em", "-o", "json"])?.ends(0);
    let servers = some.column("server")?;
    assert!(
        servers.contains(&json!("demo-em"))
            && servers.contains(&json!("demo-vb365"))
            && !servers.contains(&json!("demo-zstack"))
    );

    let today = live.column("collected_at")?.first().and_then(|at| Some(at.as_str()?.get(..10)?.to_owned()));
    let today = today.ok_or("no time")?;
    let at = home.demo(&["usage", "--at", &today, "--store", &store, "--total"])?.ends(0);
    let now = home.demo(&["usage", "--total"])?.ends(0);
    assert_eq!(at.column("used_bytes")?, now.column("used_bytes")?);
    let never = home.demo(&["usage", "--at", "2001-01-01", "--store", &store])?.ends(1);
    assert!(never.err.contains(&today), "{}", never.err);

    let prices = home.file("prices.toml", PRICES)?;
    let billing = |month: &str| {
        let line = ["billing", "--month", month, "--prices", &prices, "--store", &store, "-o", "json"];
        crate::common::Ran::new(home.unnamed(&line).output()?)
    };
    let bill = billing(today.get(..7).ok_or("no month")?)?.ends(0);
    assert!(bill.err.contains("it is not known all month what was used"), "{}", bill.err);
    assert!(bill.column("customer")?.contains(&json!("ABC Company")));
    assert!(!bill.column("customer")?.contains(&json!("User01")), "a subtenant is billed with its tenant");
    billing("2001-01")?.ends(1);

    let gone = ["store", "delete-tenant", "ABC Company", "--store", &store];
    crate::common::Ran::new(home.unnamed(&gone).output()?)?.ends(0);
    crate::common::Ran::new(home.unnamed(&gone).output()?)?.ends(1);
    home.demo(&["usage", "--save", "--level", "job", "--store", &store])?.ends(2);
    Ok(())
}

/// `usage --save | head`: what cannot be printed any more is kept all the same.
#[cfg(unix)]
#[test]
fn a_run_is_kept_whatever_becomes_of_the_output() -> Result {
    let home = Home::new()?;
    let missing = home.path("no/folder/at/all.html").to_string_lossy().into_owned();
    for (at, more) in [&["-o", "ndjson"][..], &["-o", "csv"], &["-o", "json"], &["--influx"], &["--html", &missing]]
        .into_iter()
        .enumerate()
    {
        let store = home.path(&format!("store{at}")).to_string_lossy().into_owned();
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        let line = [&["usage", "--demo", "--save", "--store", &store], more].concat();
        let child = home.unnamed(&line).stdout(writer).stderr(std::process::Stdio::piped()).spawn()?;
        let ran = crate::common::Ran::new(child.wait_with_output()?)?.ends(if more[0] == "--html" { 7 } else { 0 });
        assert!(ran.err.contains(" rows are kept in "), "{more:?}: {}", ran.err);
        let files =
            crate::common::Ran::new(home.unnamed(&["store", "list", "--store", &store, "-o", "json"]).output()?)?;
        assert_eq!(files.ends(0).column("system")?.len(), 3, "{more:?}");
    }
    Ok(())
}

/// What a run did not get to know is missing later, too.
#[test]
fn partial_rows_of_the_past_are_told() -> Result {
    let home = Home::new()?;
    let store = home.path("store").to_string_lossy().into_owned();
    let faults = r#"{"faults": [{"path": "*/5a905bb5-9071-433c-9d2f-f805d4da2cf4/usedRepositories*", "effect": "status", "status": 500}]}"#;
    let faults = home.file("faults.json", faults)?;
    let sim = crate::common::SimProcess::start(&home, &["--http", "--vb365", "127.0.0.1:0", "--faults", &faults])?;
    home.add("m365", "vb365", sim.url("vb365"), &[])?;
    let kept = home.run(&["usage", "--save", "--store", &store, "-o", "json"])?.ends(6);
    let day = kept.column("collected_at")?.first().and_then(|at| Some(at.as_str()?.get(..10)?.to_owned()));
    let day = day.ok_or("no row")?;
    assert!(kept.column("partial")?.contains(&json!(true)), "{}", kept.out);
    for line in [&["--at", &day][..], &["--since", "7d"], &["--at", &day, "--total"]] {
        let past = home.run(&[&["usage", "--store", &store, "-o", "json"], line].concat())?.ends(6);
        assert_eq!(past.err.matches("rows are partial").count(), 1, "{line:?}: {}", past.err);
    }
    let none = home.run(&["usage", "--store", &store, "--at", &day, "--filter", "partial==false", "-o", "json"])?;
    assert!(none.ends(0).err.is_empty());
    Ok(())
}

/// `--system` and `-p` mean the same of the past; `--level` cannot be had there, which is said.
#[test]
fn the_past_is_asked_by_server_and_system() -> Result {
    let home = Home::new()?;
    let store = home.path("store").to_string_lossy().into_owned();
    let live = home.demo(&["usage", "--save", "--store", &store, "-o", "json"])?.ends(0);
    let day = live.column("collected_at")?.first().and_then(|at| Some(at.as_str()?.get(..10)?.to_owned()));
    let day = day.ok_or("no row")?;
    for when in [&["--at", &day][..], &["--since", "7d"]] {
        let ask = |more: &[&str]| home.demo(&[&["usage", "--store", &store, "-o", "json"], when, more].concat());
        let systems = ask(&["--system", "zstack"])?.ends(0).column("system")?;
        assert!(!systems.is_empty() && systems.iter().all(|system| system == "zstack"), "{when:?} {systems:?}");
        let level = ask(&["--level", "job"])?.ends(2);
        assert!(level.err.contains("kept at the level of tenants"), "{}", level.err);
        let nobody = ask(&["-p", "nosuch"])?.ends(1);
        assert!(nobody.err.contains("no row of `nosuch`") && nobody.err.contains("demo-em"), "{}", nobody.err);
        let neither = ask(&["-p", "demo-em", "--system", "zstack"])?.ends(1);
        assert!(neither.err.contains("no row of `demo-em` that is ZStack"), "{}", neither.err);
        let some = ask(&["-p", "demo-em,nosuch"])?.ends(0);
        assert!(some.err.contains("no row of `nosuch`") && !some.out.is_empty(), "{}", some.err);
    }
    Ok(())
}

/// The days that are named are of the zone that was asked in.
#[test]
fn the_nearest_days_are_of_the_zone() -> Result {
    let home = Home::new()?;
    let store = home.path("store").to_string_lossy().into_owned();
    let live = home.demo(&["usage", "--save", "--store", &store, "-o", "json"])?.ends(0);
    let at = live.column("collected_at")?.first().and_then(|at| at.as_str().map(str::to_owned)).ok_or("no row")?;
    let at: jiff::Timestamp = at.parse()?;
    for zone in ["Pacific/Kiritimati", "Pacific/Niue", "UTC"] {
        let day = at.in_tz(zone)?.date();
        for other in [day.tomorrow()?, day.yesterday()?, day.saturating_add(jiff::Span::new().days(40))] {
            let line = ["usage", "--at", &other.to_string(), "--timezone", zone, "--store", &store];
            let none = home.demo(&line)?.ends(1);
            assert!(none.err.contains(&format!("the nearest are of {day}")), "{zone} {other}: {}", none.err);
        }
    }
    Ok(())
}
