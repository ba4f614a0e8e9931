//! When an attempt is made again: rarely, politely, and never twice where twice is not once.

mod budget;

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use ::http::header::RETRY_AFTER;
use ::http::{HeaderMap, StatusCode};

pub use budget::RetryBudget;
use budget::Bucket;

use super::{HttpError, Request, Response, StreamingResponse};

/// Which attempts are made again, and after how long.
///
/// | what came | sent again |
/// | --- | --- |
/// | no connection | always: nothing was sent |
/// | the connection was cut, or 429, 502, 504 | if the request is idempotent |
/// | 503 | if it is idempotent, and [`Request::retry_503`] says that the server is only busy |
/// | the request timeout | never: the caller's time is up, and the server may still be at it |
/// | anything else | never |
///
/// The wait doubles from `base_delay` up to `max_delay`, and its second half is left to chance. `Retry-After` in seconds on a
/// 429 or 503 is obeyed; where it asks for more than `max_delay`, the answer is given to the caller instead.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub max_attempts: u32,
    /// The longest wait before the second attempt.
    pub base_delay: Duration,
    /// The longest wait before any attempt.
    pub max_delay: Duration,
    /// How many of a client's requests may be retries.
    pub budget: RetryBudget,
}

impl Default for RetryPolicy {
    /// Three attempts, half a second and a second apart, at most 30 s, within [`RetryBudget::default`].
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(30),
            budget: RetryBudget::default(),
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// An answer.
    Answered(StatusCode, &'a HeaderMap),
    /// None.
    Failed(&'a HttpError),
}

impl RetryPolicy {
    /// One attempt, and no other.
    #[must_use]
    pub fn never() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Sets the attempts, the first included.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the first and the longest wait.
    #[must_use]
    pub fn delays(mut self, base: Duration, max: Duration) -> Self {
        self.base_delay = base;
        self.max_delay = max;
        self
    }

    /// Sets the budget.
    #[must_use]
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = budget;
        self
    }

    /// Whether to send again after attempt number `attempt` (the first is 1), and after how long. The budget is not asked.
    #[must_use]
    pub fn decide(&self, attempt: u32, request: &Request, outcome: Outcome<'_>) -> Option<Duration> {
        self.decide_with(attempt, request, outcome, chance())
    }

    fn decide_with(&self, attempt: u32, request: &Request, outcome: Outcome<'_>, chance: f64) -> Option<Duration> {
        let again = attempt < self.max_attempts
            && match outcome {
                Outcome::Failed(error) if error.is_connect() => true,
                Outcome::Failed(error) => request.idempotent && error.is_interrupted(),
                Outcome::Answered(status, _) => request.idempotent && is_passing(status, request.retry_503),
            };
        if !again {
            return None;
        }
        let doubled = self.base_delay.saturating_mul(1 << (attempt - 1).min(20)).min(self.max_delay);
        let backoff = doubled.mul_f64(0.5 + chance / 2.0);
        match retry_after(outcome) {
            Some(asked) if asked > self.max_delay => None,
            Some(asked) => Some(asked.max(backoff)),
            None => Some(backoff),
        }
    }
}

/// Whether a status speaks of the moment, not of the request.
fn is_passing(status: StatusCode, retry_503: bool) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => true,
        StatusCode::SERVICE_UNAVAILABLE => retry_503,
        _ => false,
    }
}

fn retry_after(outcome: Outcome<'_>) -> Option<Duration> {
    let Outcome::Answered(StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, headers) = outcome else {
        return None;
    };
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// A number in 0..1, good enough to keep clients from going in step.
fn chance() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a layer must see of an answer to decide on another attempt.
pub trait Answer {
    /// The status.
    fn status(&self) -> StatusCode;
    /// The headers.
    fn headers(&self) -> &HeaderMap;
}

impl Answer for Response {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl Answer for StreamingResponse {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

/// The layer that makes attempts again, by a [`RetryPolicy`] and within one budget.
///
/// [`HttpClient`](super::HttpClient) has one inside. It can be put around anything else that sends a [`Request`].
#[derive(Debug)]
pub struct Retrying {
    policy: RetryPolicy,
    bucket: Bucket,
}

impl Retrying {
    /// A layer with a full budget.
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        Self { bucket: Bucket::new(policy.budget), policy }
    }

    /// Makes an attempt to send `request`, and others as the policy says. Gives what the last one came to.
    ///
    /// # Errors
    /// That of the last attempt.
    pub async fn run<A, F>(&self, request: &Request, attempt: impl Fn() -> F) -> Result<A, HttpError>
    where
        A: Answer,
        F: Future<Output = Result<A, HttpError>>,
    {
        self.bucket.deposit();
        let mut attempts = 1;
        loop {
            let result = attempt().await;
            let outcome = match &result {
                Ok(answer) => Outcome::Answered(answer.status(), answer.headers()),
                Err(error) => Outcome::Failed(error),
            };
            match self.policy.decide(attempts, request, outcome) {
                Some(delay) if self.bucket.withdraw() => {
                    // Before the wait: the answer may hold a connection.
                    drop(result);
                    tokio::time::sleep(delay).await;
                    attempts += 1;
                }
                _ => return result.map_err(|error| error.with_attempts(attempts)),
            }
        }
    }
}

#[cfg(test)]
mod tests;
