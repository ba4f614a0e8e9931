//! Cases of people who do this job: each was once a fault. The numbers are those under which they were told; all are
//! tried with a server that answers as the one in question did, and, where the simulator can meet them, with the
//! simulator.

mod em;
mod vb365;
mod zstack;

use crate::common::scripted::{Asked, Scripted};
use crate::common::{Home, Result, SimProcess};
use serde_json::Value;

/// A home with profiles of a simulator: `em`, `vb365`, `zstack`.
fn simulated(arguments: &[&str]) -> Result<(Home, SimProcess)> {
    let home = Home::new()?;
    let sim = SimProcess::start(&home, &[&["--http"], arguments].concat())?;
    for system in ["em", "vb365", "zstack"] {
        home.add(system, system, sim.url(system), &[])?;
    }
    Ok((home, sim))
}

/// A home with one profile, `it`, of a scripted server.
fn scripted(
    system: &str,
    more: &[&str],
    answer: impl Fn(&Asked) -> Option<(u16, String)> + Send + 'static,
) -> Result<(Home, Scripted)> {
    let server = Scripted::new(move |asked, _| answer(asked))?;
    let home = Home::new()?;
    home.add("it", system, &server.url, more)?;
    Ok((home, server))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The id that the first row of a query has.
fn first_id(home: &Home, kind: &str, field: &str) -> Result<String> {
    let rows = home.run(&["query", kind, "--limit", "1", "-o", "json"])?.ends(0);
    let id = rows.column(field)?.first().and_then(Value::as_str).ok_or("no rows")?.to_owned();
    Ok(id.rsplit(':').next().unwrap_or_default().to_owned())
}

/// 14, 18: what looks like a pattern or a list is told.
#[test]
fn filters_that_look_like_something_else_are_told() -> Result {
    let home = Home::new()?;
    home.run(&["filter", "explain", "name~=\"web%\"", "--type", "zstack.VmInstance"])?.ends(0);
    for literal in ["name==\"web*\"", "name==\"web%\""] {
        let ran = home.run(&["filter", "check", literal, "--type", "zstack.VmInstance"])?.ends(0);
        assert!(ran.out.contains("no wildcards"), "{}", ran.out);
    }
    let pattern = home.run(&["filter", "explain", "name==web*", "--type", "zstack.VmInstance", "-o", "json"])?.ends(0);
    assert_eq!(pattern.column("sent")?, ["q=name~=web%"]);
    let unquoted = "JobName==Sites, Drives, and Teams";
    let ran = home.run(&["filter", "check", unquoted, "--type", "em.BackupJobSession"])?.ends(1);
    assert!(ran.out.contains("quote"), "{}", ran.out);
    home.run(&["filter", "check", "JobName==\"Sites, Drives, and Teams\"", "--type", "em.BackupJobSession"])?.ends(0);
    Ok(())
}

/// 26: a password's signs arrive as they are, in Basic and in a form.
#[test]
fn signs_of_a_password_arrive() -> Result {
    let password = "a&b+c%\"\\ü€:";
    let add = |home: &Home, system: &str, url: &str| -> Result {
        let file = home.path("signs");
        std::fs::write(&file, format!("{password}\n"))?;
        crate::common::set_mode(&file, 0o600)?;
        let file = file.to_string_lossy();
        home.run(&["profile", "add", "it", "--system", system, "--url", url, "--user", "u", "--password-file", &file])?
            .ends(0);
        Ok(())
    };
    let em = Scripted::new(|_, _| None)?;
    let home = Home::new()?;
    add(&home, "em", &em.url)?;
    home.run(&["profile", "test", "it"])?;
    let sent = em.asked().into_iter().find(|asked| asked.target.contains("sessionMngr")).ok_or("no logon")?;
    // `u:` and the password in UTF-8.
    assert!(sent.head.contains("Basic dTphJmIrYyUiXMO84oKsOg=="), "{}", sent.head);
    let vb365 = Scripted::new(|_, _| None)?;
    let home = Home::new()?;
    add(&home, "vb365", &vb365.url)?;
    home.run(&["profile", "test", "it"])?;
    let sent = vb365.asked().into_iter().find(|asked| asked.target.ends_with("/token")).ok_or("no logon")?;
    let encoded = "password=a%26b%2Bc%25%22%5C%C3%BC%E2%82%AC%3A";
    assert!(sent.body.split('&').any(|pair| pair == encoded), "{}", sent.body.replace("password", "p"));
    Ok(())
}

/// 34: a server that takes its time is given up on in time.
#[test]
fn a_slow_server_is_given_up_on() -> Result {
    let (home, _server) = scripted("em", &[], |asked| {
        if asked.target.contains("query") {
            std::thread::sleep(std::time::Duration::from_secs(4));
        }
        None
    })?;
    let ran = home.run(&["query", "em.Repository", "-p", "it", "--timeout", "1s"])?.ends(4);
    assert!(ran.err.contains("1 s") || ran.err.contains("time"), "{}", ran.err);
    Ok(())
}
