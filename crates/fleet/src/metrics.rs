//! What a fleet uses, for monitoring: Prometheus' text, OpenMetrics, and InfluxDB's line protocol.
//!
//! [`Metrics`] keeps the last answer of each server. What a server that failed said before is not shown again: a
//! frozen number looks like a healthy one, while a series that ends can be alerted on, as can `backhaul_up`.

mod influx;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use backhaul_wire::System;
use jiff::Timestamp;

pub use influx::line_protocol;
pub use text::Exposition;

use crate::collect::Answer;
use crate::jobs::JobRun;
use crate::row::Row;

/// The last answers of a fleet.
#[derive(Debug, Default)]
pub struct Metrics {
    servers: BTreeMap<String, Server>,
    stale_after: Option<Duration>,
}

/// What is known of a server.
#[derive(Debug)]
struct Server {
    system: System,
    /// Whether the last collection gave anything.
    up: bool,
    partial: bool,
    rows: Vec<Row>,
    jobs: Vec<JobRun>,
    collected_at: Option<Timestamp>,
    took: Duration,
    collections: u64,
    errors: u64,
}

impl Metrics {
    /// Of no server yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// After which time a server's numbers are not shown any more, even if nobody said that it failed: a collection
    /// that hangs says nothing.
    #[must_use]
    pub fn stale_after(mut self, time: Duration) -> Self {
        self.stale_after = Some(time);
        self
    }

    /// Takes the answer of a server in place of what it said before.
    pub fn take(&mut self, answer: Answer) {
        let failed = answer.is_failed() && answer.rows.is_empty();
        let server = self.server(&answer.server, answer.system);
        server.collections = server.collections.saturating_add(1);
        let problems = u64::try_from(answer.problems.len()).unwrap_or(u64::MAX);
        server.errors = server.errors.saturating_add(problems);
        server.up = !failed;
        server.partial = !failed && !answer.problems.is_empty();
        server.rows = answer.rows;
        server.jobs = answer.jobs;
        server.took = answer.took;
        if !failed {
            server.collected_at = Some(answer.collected_at);
        }
    }

    /// Says that a server could not even be asked: it has no password, or no certificate that can be read.
    pub fn failed(&mut self, server: &str, system: System) {
        let server = self.server(server, system);
        server.collections = server.collections.saturating_add(1);
        server.errors = server.errors.saturating_add(1);
        (server.up, server.partial) = (false, false);
        server.rows.clear();
        server.jobs.clear();
    }

    fn server(&mut self, name: &str, system: System) -> &mut Server {
        self.servers.entry(name.to_owned()).or_insert_with(|| Server {
            system,
            up: false,
            partial: false,
            rows: Vec::new(),
            jobs: Vec::new(),
            collected_at: None,
            took: Duration::ZERO,
            collections: 0,
            errors: 0,
        })
    }

    /// All metrics in a form that a monitoring system reads.
    #[must_use]
    pub fn text(&self, exposition: Exposition, now: Timestamp) -> String {
        text::write(self, exposition, now)
    }

    /// The servers whose numbers are still fresh.
    fn fresh(&self, now: Timestamp) -> impl Iterator<Item = (&String, &Server)> {
        let limit = self.stale_after.map(|time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
        let fresh = move |(_, server): &(&String, &Server)| {
            let age = server.collected_at.map(|at| now.as_second().saturating_sub(at.as_second()));
            limit.is_none_or(|limit| age.is_some_and(|age| age <= limit))
        };
        self.servers.iter().filter(fresh)
    }
}

#[cfg(test)]
mod tests;
