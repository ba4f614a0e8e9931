//! How many requests may begin in a second.

use std::time::Duration;

use tokio::sync::Mutex;
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

    /// Waits for the turn. Who gives up meanwhile has taken none: `next` is moved on by those alone whose turn came.
    pub(super) async fn wait(&self) {
        // Held while it sleeps; those who wait for it get it in the order in which they came.
        let mut next = self.next.lock().await;
        let turn = (*next).max(Instant::now());
        sleep_until(turn).await;
        *next = turn + self.gap;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use tokio::time::timeout;

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

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_the_turn_to_the_next() {
        let (pace, begun) = (Pace::new(1), Instant::now());
        pace.wait().await;
        let given_up = (0..300).map(|_| timeout(Duration::from_millis(500), pace.wait()));
        assert!(join_all(given_up).await.iter().all(Result::is_err));
        let order = Mutex::new(Vec::new());
        join_all((0..3).map(|turn| {
            let (pace, order) = (&pace, &order);
            async move {
                pace.wait().await;
                order.lock().await.push((turn, begun.elapsed().as_secs()));
            }
        }))
        .await;
        assert_eq!(order.into_inner(), [(0, 1), (1, 2), (2, 3)]);
    }
}
