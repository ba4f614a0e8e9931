//! When to try again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;

use super::{HttpError, Request, Response};

/// When a request is sent again: after a connection that was not made, and, where sending twice does no harm, after one that
/// broke and after 429, 502, 503 and 504.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often to send at most: 3 times.
    pub max_attempts: u32,
    /// The first pause, doubled each time: 200 ms.
    pub base_delay: Duration,
    /// The longest pause: 5 s. A server that asks for a longer one gets none, and its answer is given as it is.
    pub max_delay: Duration,
    /// How many requests in a hundred may be repeats, so that a struggling server is not made to struggle more: 20.
    pub budget_percent: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(5),
            budget_percent: 20,
        }
    }
}

pub(super) enum Verdict {
    Enough,
    Again(Duration),
}

impl RetryPolicy {
    /// Never again.
    #[must_use]
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    pub(super) fn verdict(&self, request: &Request, attempt: u32, outcome: &Result<Response, HttpError>) -> Verdict {
        if attempt >= self.max_attempts {
            return Verdict::Enough;
        }
        let pause = self.base_delay.saturating_mul(1 << attempt.min(16).saturating_sub(1)).min(self.max_delay);
        let jittered = pause / 2 + pause.mul_f64(random() / 2.0);
        match outcome {
            // A certificate does not become trusted, and a body does not become smaller.
            Err(error) if error.is_tls() || error.is_body_too_large() => Verdict::Enough,
            Err(error) if error.is_connect() => Verdict::Again(jittered),
            Err(error) if request.idempotent && error.is_interrupted() => Verdict::Again(jittered),
            Ok(answer) if request.idempotent && is_busy(answer.status, request.retry_503) => match wanted_pause(answer)
            {
                None => Verdict::Again(jittered),
                Some(wanted) if wanted <= self.max_delay => Verdict::Again(wanted.max(jittered)),
                Some(_) => Verdict::Enough,
            },
            _ => Verdict::Enough,
        }
    }
}

fn is_busy(status: StatusCode, retry_503: bool) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => true,
        StatusCode::SERVICE_UNAVAILABLE => retry_503,
        _ => false,
    }
}

/// `Retry-After` in seconds; its date form is passed over.
fn wanted_pause(answer: &Response) -> Option<Duration> {
    answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// A number from 0 to 1, good enough to spread retries.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Each request pays in a part of a retry; a retry takes out a whole one.
pub(super) struct Budget {
    percent: u32,
    hundredths: AtomicU32,
}

impl Budget {
    /// What may be saved up, and what a new client starts with: ten retries.
    const MOST: u32 = 1000;

    pub(super) fn new(percent: u32) -> Self {
        Self { percent: percent.min(100), hundredths: AtomicU32::new(Self::MOST) }
    }

    pub(super) fn deposit(&self) {
        let more = |saved: u32| Some((saved + self.percent).min(Self::MOST));
        // The closure always gives a value.
        let _ = self.hundredths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    pub(super) fn withdraw(&self) -> bool {
        self.hundredths.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| saved.checked_sub(100)).is_ok()
    }
}
