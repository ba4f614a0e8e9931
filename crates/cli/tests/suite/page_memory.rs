//! What a page costs the command in memory: its text and a part of its items, however many it has.
#![cfg(target_os = "linux")]

use std::io::Read;
use std::process::{Command, Stdio};

use crate::common::scripted::{Asked, Scripted};
use crate::common::{Home, Result};

const PAGE: usize = 512 << 10;

/// A ZStack server with a page of so many zones that are nearly empty.
fn server(zones: usize) -> Result<Scripted> {
    let page = format!(r#"{{"inventories": [{}]}}"#, vec![r#"{"name":""}"#; zones].join(","));
    Scripted::new(move |asked: &Asked, _: &str| {
        asked.target.starts_with("/zstack/v1/zones").then(|| (200, page.clone()))
    })
}

/// How many rows are printed, and the most memory that the command had while it printed, in bytes.
fn cost(home: &Home, zones: usize) -> Result<(usize, usize)> {
    let server = server(zones)?;
    let name = format!("z{zones}");
    home.add(&name, "zstack", &server.url, &[])?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_backhaul"));
    command.env("BACKHAUL_CONFIG", home.config()).args(["query", "zstack.Zone", "-p", &name, "-o", "ndjson"]);
    // The page is whole although it is larger than what was asked for.
    command.args(["--param", "limit=10000000"]);
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let id = child.id();
    let mut out = child.stdout.take().ok_or("no standard output")?;
    let (mut rows, mut most, mut chunk) = (0, 0, vec![0; 1 << 16]);
    loop {
        let length = out.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        rows += chunk[..length].iter().filter(|byte| **byte == b'\n').count();
        most = peak_of(id).unwrap_or(most);
    }
    assert!(child.wait()?.success());
    Ok((rows, most))
}

/// The most memory that a process has had so far, in bytes; `None` once it has ended.
fn peak_of(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))?;
    Some(peak.parse::<usize>().ok()? << 10)
}

/// The most memory that the command had, in bytes.
fn most_of(command: &mut Command) -> Result<usize> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut most = 0;
    loop {
        most = peak_of(child.id()).unwrap_or(most);
        if let Some(status) = child.try_wait()? {
            assert!(status.success());
            return Ok(most);
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn a_page_that_is_checked_or_shown_costs_a_few_times_its_text() -> Result {
    let page = |zone: &str, zones: usize| format!(r#"{{"inventories": [{}]}}"#, vec![zone; zones].join(","));
    let home = Home::new()?;
    let file = home.path("page.json");
    let costs = |name: &str, page: String| -> Result<[usize; 2]> {
        std::fs::write(&file, &page)?;
        let mut check = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        check.args(["check", "zstack", "--request", "GET /zstack/v1/zones"]).arg(&file);
        let server = Scripted::new(move |asked: &Asked, _: &str| {
            asked.target.starts_with("/zstack/v1/zones").then(|| (200, page.clone()))
        })?;
        home.add(name, "zstack", &server.url, &[])?;
        let mut call = Command::new(env!("CARGO_BIN_EXE_backhaul"));
        call.env("BACKHAUL_CONFIG", home.config()).args(["call", "zstack.QueryZone", "-p", name]);
        Ok([most_of(&mut check)?, most_of(&mut call)?])
    };
    let [check, call] = costs("few", page("{}", 3))?;
    // As values all at once, they would be 76 times their text.
    for (name, zone) in [("empty", "{}"), ("odd", r#"{"":0}"#)] {
        let many = page(zone, (2 << 20) / (zone.len() + 1));
        let length = many.len();
        let [checked, called] = costs(name, many)?;
        assert!(check > 0 && checked <= check + 4 * length + (8 << 20), "{name}: {check} bytes, then {checked}");
        assert!(call > 0 && called <= call + 8 * length + (16 << 20), "{name}: {call} bytes, then {called}");
    }
    Ok(())
}

#[test]
fn a_page_of_nearly_empty_objects_costs_no_more_than_eight_times_its_text() -> Result {
    let home = Home::new()?;
    let (few, base) = cost(&home, 300)?;
    let (many, peak) = cost(&home, PAGE / 12)?;
    assert_eq!((few, many), (300, PAGE / 12));
    assert!(base > 0 && peak <= base + 8 * PAGE + (16 << 20), "{base} bytes, then {peak}");
    Ok(())
}
