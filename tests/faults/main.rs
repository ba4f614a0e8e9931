//! The fault matrix: what goes wrong × what is asked for × the system. What the caller sees and how many requests the
//! server saw is `docs/reliability.md`, which is written from a run (`BACKHAUL_BLESS=1`) and compared with one. What
//! must hold for every cell is asserted here: no wrong answer, no panic, no work twice, no endless asking, nothing of
//! the server's that breaks a line or tells a secret.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod calls;
#[path = "../../crates/transport/tests/suite/common/mod.rs"]
mod common;
mod table;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use backhaul_transport::Error;
use backhaul_wire::System;
use common::{Seen, Server};
use futures_util::StreamExt;

use calls::{Kind, call, healthy};
use table::{Fault, faults};

/// How many requests one call may cost, whatever happens: 3 tries, and the questions after another product.
const MOST: usize = 10;

/// What came of one cell.
struct Cell {
    outcome: Result<String, Error>,
    requests: usize,
    /// How often what was asked for was sent.
    sent: usize,
    took: Duration,
}

async fn run(system: System, kind: Kind, fault: &'static Fault) -> Cell {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let mut state = healthy(system);
    let script = move |seen: &Seen| {
        let healthy = state(seen);
        if !kind.is(system, seen) {
            return healthy;
        }
        let number = count.fetch_add(1, Ordering::SeqCst);
        if number < fault.times { (fault.apply)(healthy, number) } else { healthy }
    };
    let server = match (system, kind) {
        // A logon is answered by itself; here, too, as the fault says.
        (_, Kind::Logon) => Server::open(script).await,
        (System::Em, _) => Server::new(script).await,
        (System::Vb365, _) => Server::of_vb365(script).await,
        (System::Zstack, _) => Server::of_zstack(script).await,
    };
    let begun = Instant::now();
    let outcome = call(system, kind, &server, fault.is_harmless).await;
    let sent = sent.load(Ordering::SeqCst);
    let logons = if kind == Kind::Logon { server.logons().len() } else { 0 };
    Cell { outcome, requests: server.seen().len() + logons, sent, took: begun.elapsed() }
}

/// What the caller sees, in a word or two.
fn told(outcome: &Result<String, Error>) -> String {
    let error = match outcome {
        Ok(answer) => return answer.clone(),
        Err(error) => error,
    };
    let http = error.http();
    let is = |holds: bool, word: &'static str| holds.then_some(word);
    is(error.is_logon_refused(), "logon refused")
        .or(is(error.is_wrong_product(), "not the product"))
        .or(is(error.is_deadline(), "deadline"))
        .or(is(http.is_some_and(|http| http.is_timeout()), "too slow"))
        .or(is(http.is_some_and(|http| http.is_interrupted()), "connection broke"))
        .or(is(http.is_some_and(|http| http.is_body_too_large()), "too large"))
        .or(is(http.is_some(), "no HTTP"))
        .or(is(error.is_unreachable(), "overloaded or away"))
        .or(is(error.is_task_failed(), "work failed"))
        .or(is(error.is_api(), "error of the API"))
        .or(is(error.is_link_refused(), "link refused"))
        .or(is(error.decode().is_some(), "unreadable"))
        .unwrap_or("answer refused")
        .to_owned()
}

/// What must hold for every cell.
fn check(system: System, kind: Kind, fault: &Fault, seen: &Cell, wrong: &mut Vec<String>) {
    let cell = format!("{} × {kind:?} × {system}", fault.name);
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{cell}: {what}: {:?} ({} requests, {:?})", seen.outcome, seen.requests, seen.took));
        }
    };
    // A wait goes on through an outage, to its own deadline.
    let is_patient = fault.is_harmless;
    let waits = kind == Kind::Wait && seen.outcome.as_ref().is_err_and(Error::is_deadline);
    must(seen.requests <= MOST || waits, "it asks without end");
    must(seen.took < Duration::from_secs(if is_patient { 80 } else { 20 }), "it takes for ever");
    // A session that was refused, or a connection that was never read: only that is sent again.
    must(kind != Kind::Post || seen.sent <= 1 + usize::from(fault.is_refusal), "it does something twice");
    match &seen.outcome {
        Ok(answer) => must(answer == kind.right(), "a wrong answer passes for a right one"),
        Err(error) => {
            let text = error.to_string();
            must(!text.contains('\n') && !text.contains('\u{1b}'), "a server's text breaks its line");
            let token = if system == System::Vb365 { "token-1" } else { "session-1" };
            // A token that was never given is known by its look.
            let token = if kind == Kind::Logon { table::TOKEN } else { token };
            must(!text.contains("hunter2") && !text.contains(token), "a secret is told");
            must(!fault.is_harmless, "what does no harm is an error");
        }
    }
}

/// The matrix, as the page has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_in_every_call_of_every_system() {
    let mut wrong = Vec::new();
    let mut page = String::new();
    for system in System::ALL {
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.is_of(system)).collect();
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        page.push_str(&format!("\n### {}\n\n| fault | {} |\n", system.product(), names.join(" | ")));
        page.push_str(&format!("|{}\n", " --- |".repeat(kinds.len() + 1)));
        let rows = faults().map(|fault| {
            let cells = kinds.iter().map(move |kind| async move {
                match fault.is_for(*kind) {
                    true => Some(run(system, *kind, fault).await),
                    false => None,
                }
            });
            async move { (fault, futures_util::future::join_all(cells).await) }
        });
        let mut rows = futures_util::stream::iter(rows).buffered(16);
        while let Some((fault, cells)) = rows.next().await {
            let mut line = format!("| {} |", fault.name);
            for (kind, seen) in kinds.iter().zip(cells) {
                let Some(seen) = seen else {
                    line.push_str(" – |");
                    continue;
                };
                check(system, *kind, fault, &seen, &mut wrong);
                let told = told(&seen.outcome);
                // How often is asked until then is up to the clock.
                match (kind, told.as_str()) {
                    (Kind::Wait, "deadline") => line.push_str(" its own deadline |"),
                    _ => line.push_str(&format!(" {told}, {} |", seen.requests)),
                }
            }
            // Only VB365 has files.
            if fault.is_for_any(&kinds) {
                page.push_str(&line);
                page.push('\n');
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    written(&page);
}

/// Compares the page with the run, or writes it.
fn written(tables: &str) {
    const BEGIN: &str = "<!-- written by tests/faults from here on -->\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reliability.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (text, known) = page.split_once(BEGIN).expect("the page has a place for the tables");
    if std::env::var_os("BACKHAUL_BLESS").is_some() {
        std::fs::write(path, format!("{text}{BEGIN}{tables}")).unwrap();
        return;
    }
    let different = known.lines().zip(tables.lines()).filter(|(known, now)| known != now);
    let different: Vec<String> = different.map(|(known, now)| format!("page: {known}\n run: {now}")).collect();
    assert!(
        different.is_empty() && known.lines().count() == tables.lines().count(),
        "docs/reliability.md is not what a run shows (BACKHAUL_BLESS=1 writes it):\n{}",
        different.join("\n")
    );
}
