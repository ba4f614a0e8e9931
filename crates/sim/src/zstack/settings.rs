use std::time::Duration;

use crate::engine::server::ANY_PORT;

/// How ZStack is simulated, and where it listens.
#[derive(Debug, Clone)]
#[must_use]
pub struct ZstackServer {
    pub(crate) address: String,
    pub(in crate::zstack) session_life: Duration,
    pub(in crate::zstack) job_time: Duration,
    pub(in crate::zstack) job_retention: Duration,
    pub(in crate::zstack) own_url: Option<String>,
    pub(in crate::zstack) checks_time_zone: bool,
}

impl Default for ZstackServer {
    fn default() -> Self {
        Self {
            address: ANY_PORT.to_owned(),
            session_life: Duration::from_secs(7200),
            job_time: Duration::from_millis(100),
            job_retention: Duration::from_secs(10_800),
            own_url: None,
            checks_time_zone: false,
        }
    }
}

impl ZstackServer {
    /// On a free port of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    /// On this address, such as `127.0.0.1:8080`; port 0 takes a free one.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
    }

    /// How long a session lives; two hours when this is not called.
    pub fn session_life(mut self, life: Duration) -> Self {
        self.session_life = life;
        self
    }

    /// How long a job runs; a tenth of a second when this is not called. With zero a job is over when it is first asked
    /// for.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.job_time = time;
        self
    }

    /// How long a job is known once it is over; three hours when this is not called.
    pub fn job_retention(mut self, time: Duration) -> Self {
        self.job_retention = time;
        self
    }

    /// What the server takes for its own scheme, host and port when it says where a job is. When this is not called, it
    /// is what the client asked for; a server behind a proxy that was not told its own address says
    /// `http://localhost:8080`.
    pub fn own_url(mut self, url: impl Into<String>) -> Self {
        self.own_url = Some(url.into());
        self
    }

    /// Whether the zone of a signed request's `Date` counts. When this is not called it does not: the server compares
    /// the clock reading with that of its own zone.
    pub fn checks_time_zone(mut self, checks: bool) -> Self {
        self.checks_time_zone = checks;
        self
    }
}

impl<T: Into<String>> From<T> for ZstackServer {
    fn from(address: T) -> Self {
        Self::at(address)
    }
}
