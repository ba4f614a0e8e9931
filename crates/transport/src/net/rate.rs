//! How slowly a body may come.

use std::time::Duration;

use tokio::time::Instant;

/// Measures a body in windows as long as a try may take: each must bring the least rate. A server that sends a byte now
/// and then is never silent, and would hold a caller for ever.
#[derive(Debug)]
pub(super) struct Rate {
    least: u32,
    window: Option<Duration>,
    begun: Instant,
    bytes: u64,
}

impl Rate {
    pub(super) fn new(least: u32, window: Option<Duration>) -> Self {
        Self { least, window, begun: Instant::now(), bytes: 0 }
    }

    /// Takes in a part; gives the least rate when the window that it ends was slower.
    pub(super) fn too_slow(&mut self, part: usize) -> Option<u32> {
        self.bytes = self.bytes.saturating_add(part as u64);
        // Where nothing is measured, no clock is read.
        let window = self.window?;
        let passed = self.begun.elapsed();
        if passed < window {
            return None;
        }
        let slow = self.bytes < u64::from(self.least).saturating_mul(passed.as_secs());
        (self.begun, self.bytes) = (Instant::now(), 0);
        slow.then_some(self.least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_window_must_bring_enough() {
        let second = Duration::from_secs(1);
        let mut rate = Rate::new(16, Some(second * 10));
        // The first window is fast, and does not pay for the second.
        assert_eq!(rate.too_slow(1_000_000), None);
        tokio::time::advance(second * 10).await;
        assert_eq!(rate.too_slow(1), None);
        for _ in 0..9 {
            tokio::time::advance(second).await;
            assert_eq!(rate.too_slow(1), None);
        }
        tokio::time::advance(second).await;
        assert_eq!(rate.too_slow(1), Some(16));
    }
}
