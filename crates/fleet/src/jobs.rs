//! Runs of jobs on many servers, in one form: what failed last night, and what is running.
//!
//! | system | what a run is |
//! | --- | --- |
//! | Enterprise Manager | a session of a backup or replication job |
//! | VB365 | a session of a backup or copy job, with its job's name, which the server does not put on it |
//! | ZStack | a long job, which is how it runs what takes time, backups among it |

mod em;
mod vb365;
mod zstack;

use backhaul_filter::{FieldDef, Kind, Place, QueryDef, Record, Scalar, Source};
use backhaul_transport::{Client, Error};
use backhaul_wire::{DateTime, System};
use jiff::Timestamp;

use crate::problem::Problem;

/// Which runs are asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Runs {
    /// Those that began since; what is still running is told whenever it began.
    pub since: Timestamp,
    /// Only those that failed.
    pub failed: bool,
    /// What ZStack's clock is ahead of UTC, in seconds: its dates name no zone.
    pub zstack_offset_seconds: i32,
}

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobRun {
    /// What runs there.
    pub system: System,
    /// The server's name in the fleet.
    pub server: String,
    /// The job's name.
    pub job: Option<String>,
    /// `Success`, `Warning`, `Failed` on all systems, else the server's own word; none while it runs.
    pub result: Option<String>,
    /// Why it failed, in the server's words.
    pub reason: Option<String>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended; none while it runs.
    pub ended: Option<Timestamp>,
    /// `Running` or `Ended`.
    pub state: &'static str,
    /// What the job does, in the server's word.
    pub kind: Option<String>,
    /// The job's identifier.
    pub job_id: Option<String>,
    /// The run's own identifier.
    pub session_id: Option<String>,
}

/// What a server told of runs, and which parts of it gave no answer.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Found {
    /// The runs, the newest first.
    pub runs: Vec<JobRun>,
    /// What gave no answer.
    pub problems: Vec<Problem>,
}

/// The columns of runs, in their order.
pub const JOB_COLUMNS: [&str; 11] =
    ["system", "server", "job", "result", "reason", "started", "ended", "state", "kind", "job_id", "session_id"];

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

/// The fields of a run, for filters and orders.
pub const JOBS: &QueryDef = &QueryDef {
    name: "jobs",
    fields: &[
        field("system", Kind::Enum, &["em", "vb365", "zstack"]),
        field("server", Kind::Text, &[]),
        field("job", Kind::Text, &[]),
        field("result", Kind::Text, &[]),
        field("reason", Kind::Text, &[]),
        field("started", Kind::DateTime, &[]),
        field("ended", Kind::DateTime, &[]),
        field("state", Kind::Enum, &["Running", "Ended"]),
        field("kind", Kind::Text, &[]),
        field("job_id", Kind::Uid, &[]),
        field("session_id", Kind::Uid, &[]),
    ],
};

impl Record for JobRun {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        let Place::Field(name) = place else { return Scalar::Null };
        match name {
            "system" => self.system.name().into(),
            "server" => self.server.as_str().into(),
            "job" => self.job.as_deref().into(),
            "result" => self.result.as_deref().into(),
            "reason" => self.reason.as_deref().into(),
            "started" => self.started.map(|at| at.to_string()).into(),
            "ended" => self.ended.map(|at| at.to_string()).into(),
            "state" => self.state.into(),
            "kind" => self.kind.as_deref().into(),
            "job_id" => self.job_id.as_deref().into(),
            "session_id" => self.session_id.as_deref().into(),
            _ => Scalar::Null,
        }
    }
}

impl JobRun {
    fn of(system: System, server: &str) -> Self {
        Self {
            system,
            server: server.to_owned(),
            job: None,
            result: None,
            reason: None,
            started: None,
            ended: None,
            state: "Ended",
            kind: None,
            job_id: None,
            session_id: None,
        }
    }

    /// Whether it failed.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.result.as_deref() == Some("Failed")
    }

    /// Whether it has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == "Running"
    }
}

impl Runs {
    /// All that began since.
    #[must_use]
    pub fn since(time: Timestamp) -> Self {
        Self { since: time, failed: false, zstack_offset_seconds: 0 }
    }

    /// Asks one server.
    ///
    /// # Errors
    /// When the server does not answer, or refuses; a part of it that does so is among the [`Found::problems`].
    pub async fn of(&self, server: &str, client: &Client) -> Result<Found, Error> {
        let mut found = match client.system() {
            System::Em => em::runs(self, server, client).await?,
            System::Vb365 => vb365::runs(self, server, client).await?,
            System::Zstack => zstack::runs(self, server, client).await?,
        };
        found.runs.retain(|run| self.wants(run));
        found.runs.sort_by_key(|run| std::cmp::Reverse((run.is_running(), run.started)));
        Ok(found)
    }

    /// Servers narrow by what they can; the rest is left out here. A run whose beginning nobody can tell is kept.
    fn wants(&self, run: &JobRun) -> bool {
        let recent = run.is_running() || run.started.is_none_or(|started| started >= self.since);
        recent && (!self.failed || run.is_failed())
    }
}

/// A date as a point in time; a date without a zone is of a clock so far ahead of UTC.
fn timestamp(date: Option<&DateTime>, offset_seconds: i32) -> Option<Timestamp> {
    Timestamp::from_nanosecond(date?.parts().ok()?.unix_nanos_at(offset_seconds)).ok()
}

/// The text, unless there is nothing in it.
fn said(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
