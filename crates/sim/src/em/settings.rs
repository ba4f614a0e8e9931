use std::time::Duration;

use crate::engine::server::ANY_PORT;

/// The release that the simulated Enterprise Manager is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmRelease {
    /// JSON in `PascalCase`.
    V12,
    /// JSON in camelCase.
    #[default]
    V13,
}

/// How Enterprise Manager is simulated, and where it listens.
///
/// ```
/// use backhaul_sim::{EmRelease, EmServer, Sim};
///
/// let builder = Sim::builder().em(EmServer::new().release(EmRelease::V12));
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct EmServer {
    pub(crate) address: String,
    pub(in crate::em) release: EmRelease,
    pub(in crate::em) idle_timeout: Duration,
    pub(in crate::em) byte_order_mark: bool,
    pub(in crate::em) pace: Pace,
}

/// How long things take.
#[derive(Debug, Clone, Copy)]
pub(in crate::em) struct Pace {
    /// From a task's start to `OperationFinished`, and from there to `Finished`.
    pub(in crate::em) task_steps: [Duration; 2],
    /// From a job session's start to its end.
    pub(in crate::em) job_time: Duration,
}

impl Default for EmServer {
    fn default() -> Self {
        Self {
            address: ANY_PORT.to_owned(),
            release: EmRelease::default(),
            idle_timeout: Duration::from_secs(15 * 60),
            byte_order_mark: false,
            pace: Pace { task_steps: [Duration::from_millis(100); 2], job_time: Duration::from_secs(2) },
        }
    }
}

impl EmServer {
    /// On a free port of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    /// On this address, such as `127.0.0.1:9398`; port 0 takes a free one.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
    }

    /// The release; 13 when this is not called.
    pub fn release(mut self, release: EmRelease) -> Self {
        self.release = release;
        self
    }

    /// Whether JSON begins with a byte-order mark.
    pub fn byte_order_mark(mut self, mark: bool) -> Self {
        self.byte_order_mark = mark;
        self
    }

    /// How long a task is `Running`, and how long it is `OperationFinished`; a tenth of a second each when this is not
    /// called. With zero a task is over when it is first asked for.
    pub fn task_steps(mut self, running: Duration, operation_finished: Duration) -> Self {
        self.pace.task_steps = [running, operation_finished];
        self
    }

    /// How long a session of a job takes; two seconds when this is not called.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.pace.job_time = time;
        self
    }

    /// How long a session may be idle; 15 minutes when this is not called.
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.idle_timeout = idle;
        self
    }
}

impl<T: Into<String>> From<T> for EmServer {
    fn from(address: T) -> Self {
        Self::at(address)
    }
}
