use std::time::Duration;

use crate::engine::server::ANY_PORT;

/// How VB365 is simulated, and where it listens.
#[derive(Debug, Clone)]
#[must_use]
pub struct Vb365Server {
    pub(crate) address: String,
    pub(in crate::vb365) token_life: Duration,
    pub(in crate::vb365) job_time: Duration,
}

impl Default for Vb365Server {
    fn default() -> Self {
        Self {
            address: ANY_PORT.to_owned(),
            token_life: Duration::from_secs(60 * 60),
            job_time: Duration::from_secs(2),
        }
    }
}

impl Vb365Server {
    /// On a free port of this machine.
    pub fn new() -> Self {
        Self::default()
    }

    /// On this address, such as `127.0.0.1:4443`; port 0 takes a free one.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
    }

    /// How long an access token lives; 60 minutes when this is not called.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// How long a session of a job takes; two seconds when this is not called.
    pub fn job_time(mut self, time: Duration) -> Self {
        self.job_time = time;
        self
    }
}

impl<T: Into<String>> From<T> for Vb365Server {
    fn from(address: T) -> Self {
        Self::at(address)
    }
}
