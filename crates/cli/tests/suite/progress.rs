//! What a person at a terminal sees of a fleet that takes its time, on a pseudo-terminal.
#![cfg(unix)]

use std::fs::File;
use std::io::Read;
use std::process::Stdio;

use crate::common::{Home, Result, SimProcess};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What the command shows on a terminal that its stderr is, and how it ends.
fn seen(home: &Home, arguments: &[&str]) -> Result<(String, Option<i32>)> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let name = ptsname(&terminal, Vec::new())?.into_string()?;
    let stderr = File::options().read(true).write(true).open(name)?;
    let mut command = home.unnamed(arguments);
    command.env("BACKHAUL_CONFIG", home.config()).stdout(Stdio::null()).stderr(Stdio::from(stderr));
    let mut child = command.spawn()?;
    // Whoever holds an end keeps the terminal open.
    drop(command);
    let (mut terminal, mut seen) = (File::from(terminal), Vec::new());
    let mut part = [0; 4096];
    // Linux ends a terminal that nobody has open any more with an error.
    while let Ok(length @ 1..) = terminal.read(&mut part) {
        seen.extend_from_slice(&part[..length]);
    }
    Ok((String::from_utf8(seen)?, child.wait()?.code()))
}

#[test]
fn a_terminal_shows_who_is_still_waited_for_and_nothing_of_it_stays() -> Result {
    let home = Home::new()?;
    let faults = r#"{"faults": [{"system": "em", "path": "/api/query*", "delayMs": 1500}]}"#;
    let faults = home.file("faults.json", faults)?;
    let slow = SimProcess::start(&home, &["--http", "--em", "127.0.0.1:0", "--faults", &faults])?;
    let quick = SimProcess::start(&home, &["--http", "--zstack", "127.0.0.1:0"])?;
    home.add("quick", "zstack", quick.url("zstack"), &[])?;
    home.add("slow-one", "em", slow.url("em"), &[])?;
    let wanted = "1/2 servers, ";
    for line in [&["usage", "-o", "json"][..], &["collect", "--store", &home.path("store").to_string_lossy()]] {
        let (seen, code) = seen(&home, line)?;
        assert_eq!(code, Some(0), "{line:?}: {seen}");
        let shown = seen.split("\r\u{1b}[K").find(|shown| shown.starts_with(wanted)).ok_or_else(|| seen.clone())?;
        assert!(shown.ends_with(" rows, 0 failed; waiting for slow-one"), "{line:?}: {shown:?}");
        // Its line is taken away before anything else is written, and at the end.
        let last = seen.rsplit("\r\u{1b}[K").next().unwrap_or_default();
        assert!(!last.contains(" servers, "), "{line:?}: {last:?}");
    }
    let (seen, _) = seen(&home, &["-q", "usage", "-o", "json"])?;
    assert_eq!(seen, "", "-q shows nothing");
    Ok(())
}
