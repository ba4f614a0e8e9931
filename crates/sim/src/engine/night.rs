//! When the demo's last night was.

use std::time::{SystemTime, UNIX_EPOCH};

/// How far the demo's last night is from the one in which its records were written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Night {
    days: i64,
}

impl Night {
    /// After the newest record: 2025-10-19T17:02:00Z. What failed is of the last half hour before, so that it is never
    /// much longer ago than a day.
    const WRITTEN: i64 = 1_760_893_320;
    /// The dates from here on move; older ones are history.
    const RECENT: &str = "2025-10-01";

    /// The night before a time.
    pub(crate) fn before(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        Self { days: now.saturating_sub(Self::WRITTEN).div_euclid(86_400) }
    }

    /// The text, with its recent dates as far from now as they were written down.
    pub(crate) fn moved(self, text: &str) -> String {
        super::clock::moved(text, Self::RECENT, self.days)
    }
}
