//! How many requests may begin in a second.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Lets requests begin at even distances; those that come faster wait for their turn, in the order in which they came.
pub(super) struct Pace {
    gap: Duration,
    /// When the next one may begin.
    next: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Self { gap: Duration::from_secs(1) / per_second.max(1), next: Mutex::new(Instant::now()) }
    }

    /// Waits for the turn.
    pub(super) async fn wait(&self) {
        let turn = {
            // Nothing panics while it is held.
            let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let turn = (*next).max(Instant::now());
            *next = turn + self.gap;
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_begin_at_even_distances_and_rest_is_not_saved_up() {
        let (pace, begun) = (Pace::new(10), Instant::now());
        for turn in 0..3_u32 {
            pace.wait().await;
            assert_eq!(begun.elapsed(), Duration::from_millis(100) * turn);
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        let later = Instant::now();
        pace.wait().await;
        pace.wait().await;
        assert_eq!(later.elapsed(), Duration::from_millis(100));
    }
}
