//! A newcomer's walk through README and guide: every command is run by a shell as it is printed.
//!
//! Two things stand in for what a newcomer has: simulated servers answer for the hosts named `example.com`, and the password
//! files are there.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::common::{Home, Ran, Result, SimProcess, set_mode};

/// What is not the command's own, or takes what a test has not.
const OTHERS: [&str; 4] = [
    "cargo install --path crates/cli",
    "cargo run --release -- usage",
    "cargo test --workspace",
    "sh install-completions",
];
/// What may find nothing, and is right to say so.
const EMPTY: [&str; 1] = ["vb365.Proxy"];

/// The demo's last night is a day ago for a minute of each day: not then.
const NOW: &str = "2026-11-29T20:00:00Z";

/// The commands of a page, in their order.
fn commands(page: &str) -> Vec<&str> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = language.starts_with("console");
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            commands.push(command.trim());
        }
    }
    commands
}

/// What a page prints behind a command.
fn printed<'t>(page: &'t str, command: &str) -> Vec<&'t str> {
    let line = format!("$ {command}");
    let behind = page.lines().skip_while(|it| *it != line).skip(1);
    behind.take_while(|line| !line.starts_with("$ ") && !line.starts_with("```")).collect()
}

/// A home of a newcomer, and the servers.
struct Walk {
    home: Home,
    sim: SimProcess,
}

impl Walk {
    fn new() -> Result<Self> {
        let home = Home::at(NOW)?;
        for name in [".em1", ".m365", ".cloud"] {
            std::fs::write(home.path(name), "password\n")?;
            set_mode(&home.path(name), 0o600)?;
        }
        let password = home.path(".em1");
        let sim = SimProcess::start(&home, &["--user", "DOMAIN\\svc", "--password-file", &password.to_string_lossy()])?;
        Ok(Self { home, sim })
    }

    fn run(&self, line: &str) -> Result<Ran> {
        let mut line = line.to_owned();
        for (host, system) in [
            ("https://em.example.com:9398", "em"),
            ("https://vb365.example.com:4443", "vb365"),
            ("http://zstack.example.com:8080", "zstack"),
        ] {
            line = line.replace(host, self.sim.url(system));
        }
        let folder = Path::new(env!("CARGO_BIN_EXE_backhaul")).parent().ok_or("no folder")?;
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(self.home.path("")).env_remove("BACKHAUL_CONFIG");
        shell.env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH")?));
        shell
            .env("BACKHAUL_STORE", self.home.path("store"))
            .env("BACKHAUL_NOW", NOW)
            .env("HOME", self.home.path(""))
            .env("XDG_CONFIG_HOME", self.home.path("xdg"));
        Ran::new(shell.output()?)
    }

    /// Runs all commands of a page.
    fn page(&self, name: &str, text: &str) -> Result<usize> {
        let mut count = 0;
        for line in commands(text) {
            if OTHERS.iter().any(|other| line.starts_with(other)) {
                continue;
            }
            assert!(line.starts_with("backhaul "), "{name}: nothing is known of `{line}`");
            let ran = self.run(line)?;
            assert_eq!(ran.code, Some(0), "{name}: {line}\n{}{}", ran.out, ran.err);
            let silent = [" profile ", " > ", " --dir ", " --html ", " collect "];
            let silent = silent.iter().any(|word| format!("{line} ").contains(word));
            let empty = EMPTY.iter().any(|empty| line.contains(empty));
            assert!(silent || empty || !["", "[]", "0"].contains(&ran.out.trim()), "{name}: {line} finds nothing");
            // A sample that a page shows is what the command prints.
            let sample = printed(text, line);
            let lines: Vec<&str> = ran.out.lines().collect();
            assert!(sample.is_empty() || sample == lines, "{name}: {line}\n{}", ran.out);
            count += 1;
        }
        Ok(count)
    }
}

#[test]
fn the_readme_is_walked() -> Result {
    assert!(Walk::new()?.page("README.md", include_str!("../../../../README.md"))? >= 12);
    Ok(())
}

#[test]
fn the_guide_is_walked() -> Result {
    let walk = Walk::new()?;
    // Without a profile, the built-in servers answer.
    assert!(walk.page("recipes.md", include_str!("../../../../docs/guide/recipes.md"))? >= 15);
    assert_eq!(walk.page("install.md", include_str!("../../../../docs/guide/install.md"))?, 2);
    assert!(walk.page("em.md", include_str!("../../../../docs/guide/em.md"))? >= 8);
    assert!(walk.page("vb365.md", include_str!("../../../../docs/guide/vb365.md"))? >= 7);
    assert!(walk.page("zstack.md", include_str!("../../../../docs/guide/zstack.md"))? >= 7);
    Ok(())
}

/// What a timer kept before: October 2026, which the page asks for, and the last weeks.
#[cfg(feature = "store")]
fn kept(folder: &Path) -> Result {
    use backhaul_fleet::Row;
    use jiff::{SignedDuration, Timestamp};

    let store = backhaul_fleet::store::Store::create(&folder.to_string_lossy())?;
    let october = "2026-10-01T03:00:00Z".parse::<Timestamp>()?;
    let days = (0..=31).map(|day| (october, day)).chain((-40..0).map(|day| (Timestamp::now(), day)));
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (from, day) in days {
        let at = from.checked_add(SignedDuration::from_hours(24 * day))?;
        let mut row = Row::default();
        row.system = "em".to_owned();
        row.server = "demo-em".to_owned();
        row.tenant = Some("Contoso".to_owned());
        row.tenant_kind = Some("tenant".to_owned());
        row.repository = Some("Gold".to_owned());
        row.used_bytes = Some((100 + day) << 30);
        row.quota_bytes = Some(400 << 30);
        row.collected_at = Some(at);
        let mut run = store.run(at);
        run.push(&[row])?;
        runtime.block_on(run.finish())?;
    }
    Ok(())
}

#[cfg(feature = "store")]
#[test]
fn usage_over_time_is_walked() -> Result {
    let walk = Walk::new()?;
    kept(&walk.home.path("store"))?;
    walk.home.file("prices.toml", "currency = \"EUR\"\n[[price]]\nlocal = \"0.05\"\n")?;
    let page = include_str!("../../../../docs/guide/usage-over-time.md");
    assert!(walk.page("usage-over-time.md", page)? >= 10);
    let written = ["usage.html", "growth.html", "bills.html"];
    assert!(written.iter().all(|name| walk.home.path(name).exists()));
    Ok(())
}

/// The examples of `--help` that need nothing but the built-in servers.
#[test]
fn the_examples_of_the_help_run() -> Result {
    let walk = Walk::new()?;
    let help = include_str!("../../src/args/snapshots/backhaul__args__tests__help.snap");
    let needs = [
        "...",
        " -p ",
        "@",
        " sim",
        "profile",
        "--body",
        "--out",
        "collect",
        "store",
        "billing",
        ".xml",
        ".json",
        "recorded",
        "--har",
        "completions",
        "--dir",
        "| man",
        "b04c",
        "7c2e",
        "exporter",
        "check-usage",
        "--html",
        "--since 30d",
        "--at ",
        "mcp",
    ];
    let examples = help.lines().filter(|line| line.starts_with("  backhaul "));
    let examples = examples.filter(|line| !needs.iter().any(|word| line.contains(word)));
    let mut count = 0;
    for line in examples {
        // What is said of an example stands behind it.
        let line = line.trim().split("   ").next().unwrap_or_default();
        let ran = walk.run(line)?;
        assert_eq!(ran.code, Some(0), "{line}\n{}{}", ran.out, ran.err);
        count += 1;
    }
    assert!(count > 20, "{count}");
    Ok(())
}
