//! Usage over time: what is kept, and what is made of it.

#![cfg(feature = "store")]

mod common;

use common::{Home, Result};
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
    let files = common::Ran::new(home.unnamed(&["store", "list", "--store", &store, "-o", "json"]).output()?)?.ends(0);
    assert_eq!(files.column("system")?.len(), 6);
    let verified = common::Ran::new(home.unnamed(&["store", "verify", "--store", &store]).output()?)?.ends(0);
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
        common::Ran::new(home.unnamed(&line).output()?)
    };
    let bill = billing(today.get(..7).ok_or("no month")?)?.ends(0);
    assert!(bill.err.contains("it is not known all month what was used"), "{}", bill.err);
    assert!(bill.column("customer")?.contains(&json!("ABC Company")));
    assert!(!bill.column("customer")?.contains(&json!("User01")), "a subtenant is billed with its tenant");
    billing("2001-01")?.ends(1);

    let gone = ["store", "delete-tenant", "ABC Company", "--store", &store];
    common::Ran::new(home.unnamed(&gone).output()?)?.ends(0);
    common::Ran::new(home.unnamed(&gone).output()?)?.ends(1);
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
        let ran = common::Ran::new(child.wait_with_output()?)?.ends(if more[0] == "--html" { 7 } else { 0 });
        assert!(ran.err.contains(" rows are kept in "), "{more:?}: {}", ran.err);
        let files = common::Ran::new(home.unnamed(&["store", "list", "--store", &store, "-o", "json"]).output()?)?;
        assert_eq!(files.ends(0).column("system")?.len(), 3, "{more:?}");
    }
    Ok(())
}
