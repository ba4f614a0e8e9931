//! What all three simulated systems are told.

use std::fmt;

/// The administrator's account, and the time at which the simulated clocks start.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) user: String,
    pub(crate) password: String,
    /// Seconds since 1970.
    pub(crate) started: i64,
}

impl fmt::Debug for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common").field("user", &self.user).field("started", &self.started).finish_non_exhaustive()
    }
}
