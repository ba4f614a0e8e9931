//! The README's commands, run by a shell as they are printed.
#![cfg(unix)]

mod common;

use std::path::Path;

use common::{Home, Ran, Result};

/// Those that speak to the built-in servers, or to none.
#[test]
fn what_the_readme_prints_runs() -> Result {
    let home = Home::new()?;
    let folder = Path::new(env!("CARGO_BIN_EXE_backhaul")).parent().ok_or("no folder")?;
    let path = format!("{}:{}", folder.display(), std::env::var("PATH")?);
    let commands = include_str!("../../../README.md").lines().filter_map(|line| line.strip_prefix("$ backhaul "));
    let offline: Vec<&str> = commands.filter(|line| line.contains(" --demo") || line.starts_with("ops ")).collect();
    assert!(offline.len() >= 5, "{offline:?}");
    for line in offline {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("backhaul {line}")]).env("PATH", &path).env_remove("BACKHAUL_CONFIG");
        shell.env("HOME", home.path("")).env("XDG_CONFIG_HOME", home.path("xdg"));
        let ran = Ran::new(shell.output()?)?.ends(0);
        assert!(ran.out.trim().len() > 2, "{line} prints nothing: {}", ran.err);
    }
    Ok(())
}
