//! Ending work from outside: because a person wants it, or the program ends.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

/// Ends the work of all clients that have it in their [policy](crate::Policy): what is under way fails
/// ([`Error::is_stopped`](crate::Error::is_stopped)), and what is asked for later fails at once.
/// [`Client::logout`](crate::Client::logout) still works. What a server has begun goes on there.
///
/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// One that nobody has pulled yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Ends the work, for good.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is ended.
    pub async fn stopped(&self) {
        // The sender lives as long as this does, so that waiting never fails.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stop({})", self.is_stopped())
    }
}
