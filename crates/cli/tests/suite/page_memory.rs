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
    let status = format!("/proc/{}/status", child.id());
    let mut out = child.stdout.take().ok_or("no standard output")?;
    let (mut rows, mut most, mut chunk) = (0, 0, vec![0; 1 << 16]);
    loop {
        let length = out.read(&mut chunk)?;
        if length == 0 {
            break;
        }
        rows += chunk[..length].iter().filter(|byte| **byte == b'\n').count();
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        most = peak.and_then(|peak| peak.parse::<usize>().ok()).map_or(most, |peak| peak << 10);
    }
    assert!(child.wait()?.success());
    Ok((rows, most))
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
