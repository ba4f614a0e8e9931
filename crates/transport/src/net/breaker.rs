//! A server that does not answer is left alone for a while.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::error::{Cause, HttpError};

/// When to leave a server alone: after so many tries in a row without any answer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BreakerPolicy {
    /// How many tries in a row: 16; 0 for never.
    pub failures: u32,
    /// How long nothing is sent after the last of them: 2 s. Then one try is let through, and its outcome counts.
    pub pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self { failures: 16, pause: Duration::from_secs(2) }
    }
}

/// The circuit breaker of a client, which has one server.
pub(super) struct Breaker {
    policy: BreakerPolicy,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    /// Until when nothing is sent.
    open_until: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(policy: BreakerPolicy) -> Self {
        Self { policy, state: Mutex::default() }
    }

    /// Whether a try may go out; one that may after a pause is the only one until its outcome is known, or another
    /// pause has passed.
    pub(super) fn ask(&self) -> Result<(), Cause> {
        let mut state = self.state();
        let now = Instant::now();
        match state.open_until {
            None => Ok(()),
            Some(at) if at > now => Err(Cause::Open { failures: state.failures, pause: self.policy.pause }),
            Some(_) => {
                state.open_until = now.checked_add(self.policy.pause);
                Ok(())
            }
        }
    }

    /// Takes in what came of a try. Any answer is one; what failed here says nothing of the server.
    pub(super) fn tell(&self, outcome: Result<(), &HttpError>) {
        let mut state = self.state();
        match outcome {
            Ok(()) => *state = State::default(),
            Err(error) if (error.is_connect() && !error.is_tls()) || error.is_timeout() && !error.is_deadline() => {
                state.failures = state.failures.saturating_add(1);
                if self.policy.failures > 0 && state.failures >= self.policy.failures {
                    state.open_until = Instant::now().checked_add(self.policy.pause);
                }
            }
            Err(_) => {}
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_left_alone_and_tried_once_after_that() {
        let breaker = Breaker::new(BreakerPolicy { failures: 3, pause: Duration::from_secs(10) });
        let silent = HttpError::new(Cause::Timeout(None), None);
        for _ in 0..3 {
            assert!(breaker.ask().is_ok());
            breaker.tell(Err(&silent));
        }
        assert!(matches!(breaker.ask(), Err(Cause::Open { failures: 3, .. })));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(breaker.ask().is_ok(), "one is let through");
        assert!(breaker.ask().is_err(), "and no other beside it");
        breaker.tell(Ok(()));
        assert!(breaker.ask().is_ok());
        breaker.tell(Err(&silent));
        assert!(breaker.ask().is_ok(), "the count begins anew");
    }
}
