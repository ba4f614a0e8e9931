//! A token bucket that keeps retries a small part of all requests, so that a server in trouble is not sent into more.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many of a client's requests may be retries.
///
/// Every request earns a part of a retry; `reserve` whole ones are there from the start, and no more are ever saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryBudget {
    /// Of a hundred requests, how many may be followed by a retry in the long run.
    pub percent: u32,
    /// How many retries can be saved up.
    pub reserve: u32,
}

impl Default for RetryBudget {
    /// 20 of a hundred, 10 in reserve.
    fn default() -> Self {
        Self::new(20, 10)
    }
}

impl RetryBudget {
    /// A budget of so many retries in a hundred requests, with so many in reserve.
    #[must_use]
    pub const fn new(percent: u32, reserve: u32) -> Self {
        Self { percent, reserve }
    }
}

/// What a retry costs; a request earns the budget's percentage of it.
const RETRY: u64 = 100;

#[derive(Debug)]
pub(super) struct Bucket {
    tokens: AtomicU64,
    earned: u64,
    full: u64,
}

impl Bucket {
    pub(super) fn new(budget: RetryBudget) -> Self {
        let full = u64::from(budget.reserve) * RETRY;
        Self { tokens: AtomicU64::new(full), earned: budget.percent.into(), full }
    }

    /// A request was made.
    pub(super) fn deposit(&self) {
        // The count stands for itself: nothing else is ordered by it.
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
            (tokens < self.full).then(|| (tokens + self.earned).min(self.full))
        });
    }

    /// Takes a retry, if there is one.
    pub(super) fn withdraw(&self) -> bool {
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(RETRY)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_part_of_requests_beyond_the_reserve() {
        let bucket = Bucket::new(RetryBudget::new(20, 10));
        let retries = (0..1000).filter(|_| {
            bucket.deposit();
            bucket.withdraw()
        });
        assert_eq!(retries.count(), 10 + 1000 / 5 - 1);
    }

    #[test]
    fn no_more_than_the_reserve_is_saved() {
        let bucket = Bucket::new(RetryBudget::new(20, 3));
        (0..1000).for_each(|_| bucket.deposit());
        assert_eq!((0..1000).filter(|_| bucket.withdraw()).count(), 3);
    }
}
