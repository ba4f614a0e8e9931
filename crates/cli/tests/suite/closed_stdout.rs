//! Output that has nowhere to go is an error: a script that closed it believes else that it has everything.
#![cfg(unix)]

use std::process::{Command, Stdio};

use crate::common::{Home, Ran, Result};

/// The command with standard output closed by the shell.
fn closed(home: &Home, arguments: &[&str]) -> Result<Ran> {
    shell(home, "exec \"$0\" \"$@\" >&-", arguments)
}

fn shell(home: &Home, script: &str, arguments: &[&str]) -> Result<Ran> {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_backhaul")]).args(arguments);
    command.env("HOME", home.path("")).env("XDG_CONFIG_HOME", home.path("xdg")).env_remove("BACKHAUL_CONFIG");
    Ran::new(command.stdin(Stdio::null()).output()?)
}

#[test]
fn each_verb_and_format_says_that_it_is_closed() -> Result {
    let home = Home::new()?;
    let formats = ["table", "wide", "json", "ndjson", "yaml", "csv", "tsv", "value"];
    let usage = formats.map(|format| vec!["usage", "--demo", "-o", format]);
    let query = formats.map(|format| vec!["query", "em.Job", "--demo", "-o", format]);
    let others = [
        vec!["query", "em.Job", "--demo", "--jq", ".[]"],
        vec!["query", "em.Job", "--demo", "--count"],
        vec!["jobs", "--demo"],
        vec!["call", "em.GetJobs", "--demo"],
        vec!["call", "em.GetJobs", "--demo", "-o", "raw"],
        vec!["ops", "em"],
        vec!["types", "em", "-o", "csv"],
        vec!["filter", "fmt", "Name==x", "--type", "em.Job"],
        vec!["profile", "list", "-o", "json"],
        vec!["completions", "bash"],
        vec!["man"],
        vec!["--help"],
        vec!["--version"],
        vec!["usage", "--help"],
    ];
    for arguments in usage.into_iter().chain(query).chain(others) {
        let ran = closed(&home, &arguments)?;
        assert_eq!(ran.code, Some(7), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("standard output"), "{arguments:?}: {}", ran.err);
    }
    Ok(())
}

#[test]
fn what_says_nothing_there_needs_none() -> Result {
    let home = Home::new()?;
    let to = home.path("jobs.json").to_string_lossy().into_owned();
    let ran = closed(&home, &["call", "em.GetJobs", "--demo", "--out", &to])?.ends(0);
    assert!(std::fs::metadata(&to)?.len() > 0, "{}", ran.err);
    // Who throws output away on purpose, and opens the null device as other programs do.
    shell(&home, "exec \"$0\" \"$@\" >/dev/null", &["ops", "em"])?.ends(0);
    shell(&home, "exec \"$0\" \"$@\" 1<>/dev/null", &["ops", "em"])?.ends(0);
    Ok(())
}

/// `ulimit -f`: a file that may not grow any more is a full disk, and no signal that ends the process without a word.
#[test]
fn a_file_that_may_not_grow_is_an_error() -> Result {
    let home = Home::new()?;
    let file = home.path("out");
    let script = format!("ulimit -f 1; exec \"$0\" \"$@\" >'{}'", file.display());
    for line in [&["ops", "em", "-o", "json"][..], &["usage", "--demo", "-o", "json"]] {
        let ran = shell(&home, &script, line)?.ends(7);
        assert!(ran.err.contains("cannot write to standard output"), "{line:?}: {}", ran.err);
    }
    Ok(())
}
