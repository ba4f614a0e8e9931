//! Tables as a person sees them, on terminals of three widths.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use crate::common::{Home, Result};

const LINES: [&str; 9] = [
    "usage",
    "usage --by tenant --total",
    "jobs --since 3d",
    "query em.CloudTenant",
    "query em.Repository",
    "query vb365.BackupRepository",
    "query zstack.BackupStorage",
    "types em.CloudTenantLeaseOptions",
    "ops em.PostJobsByIdStart",
];

/// What a line prints on a terminal so wide; what stderr says is in the file `said`.
fn on_a_terminal(home: &Home, line: &str, width: usize) -> Result<String> {
    let program = env!("CARGO_BIN_EXE_backhaul");
    let inner = format!("stty cols {width} rows 200; exec {program} {line} 2> said");
    // `script` gives the command a terminal.
    let mut command = Command::new("script");
    command.args(["-qec", &inner, "/dev/null"]).current_dir(home.path("")).stdin(Stdio::null());
    command
        .env_remove("NO_COLOR")
        .env_remove("CI")
        .env("BACKHAUL_NOW", "2026-11-29T20:00:00Z")
        .env("TZ", "UTC")
        .env("TERM", "xterm");
    command.env("HOME", home.path("")).env("XDG_CONFIG_HOME", home.path("xdg")).env_remove("BACKHAUL_CONFIG");
    command.env_remove("PAGER").env_remove("BACKHAUL_PAGER");
    let output = command.output()?;
    Ok(String::from_utf8(output.stdout)?.replace("\r\n", "\n"))
}

/// The same, and beside it what stderr says.
fn shown(home: &Home, line: &str, width: usize) -> Result<String> {
    let demo = if line.starts_with("types") || line.starts_with("ops") { "" } else { " --demo" };
    let out = on_a_terminal(home, &format!("{line}{demo} --color never"), width)?;
    let said = std::fs::read_to_string(home.path("said"))?;
    let said = said.lines().filter(|line| !line.contains("speaking to simulated")).collect::<Vec<_>>().join("\n");
    for line in out.lines() {
        let columns = unicode_width::UnicodeWidthStr::width(line);
        // A call to copy is one line, however long.
        assert!(columns <= width || line.starts_with("call "), "{columns} columns of {width}: {line}");
    }
    Ok(format!("$ backhaul {line}\n{out}{said}\n\n"))
}

#[test]
fn tables_fit_and_lead_with_names() -> Result {
    let home = Home::new()?;
    for width in [80, 120, 200] {
        let all: Vec<String> = LINES.iter().map(|line| shown(&home, line, width)).collect::<Result<_>>()?;
        insta::assert_snapshot!(format!("tables_{width}"), all.concat());
    }
    Ok(())
}

/// README shows what the command prints: `INSTA_UPDATE=always cargo test -p backhaul tables::` draws it anew.
#[test]
fn the_picture_of_the_readme_is_true() -> Result {
    let home = Home::new()?;
    let line = "usage --by tenant --total";
    let out = on_a_terminal(&home, &format!("{line} --demo"), 120)?;
    assert!(out.contains('\u{1b}') && out.contains('█'), "{out}");
    let drawn = anstyle_svg::Term::new().render_svg(&format!("$ backhaul {line}\n{out}"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/usage.svg");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &drawn)?;
    }
    assert!(std::fs::read_to_string(&path)? == drawn, "{} shows something else", path.display());
    Ok(())
}
