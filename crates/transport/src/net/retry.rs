//! When to try again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::{HttpError, Request, Response};

/// When a request is sent again: after a connection that was not made, and, where sending twice does no harm, after one
/// that broke and after 429, 502, 503 and 504.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often to send at most: 3 times.
    pub max_attempts: u32,
    /// The first pause, doubled each time: 200 ms.
    pub base_delay: Duration,
    /// The longest pause: 5 s. A server that asks for a longer one (`Retry-After`, in seconds or as a date) gets it if
    /// the request's own deadline leaves room for it; without a deadline its answer is given as it is.
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

impl RetryPolicy {
    /// Never again.
    #[must_use]
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// How long to wait before the request is sent again; `None` when what was seen is to be taken.
    pub(super) fn pause(
        &self,
        request: &Request,
        attempt: u32,
        seen: Result<&Response, &HttpError>,
    ) -> Option<Duration> {
        if attempt >= self.max_attempts {
            return None;
        }
        let left = request.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let pause = self.base_delay.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.max_delay);
        let jittered = pause / 2 + (pause / 2).mul_f64(random());
        let pause = match seen {
            // A certificate does not become trusted, and patience that was used up once is not asked for again.
            Err(error) if error.is_tls() || error.is_timeout() => None,
            Err(error) if error.is_unsent() => Some(jittered),
            Err(error) => (request.idempotent && error.is_interrupted()).then_some(jittered),
            Ok(answer) if request.idempotent && is_busy(answer, request.own_503) => {
                match wanted_pause(&answer.headers, SystemTime::now()) {
                    None => Some(jittered),
                    Some(wanted) => (wanted <= left.unwrap_or(self.max_delay)).then(|| wanted.max(jittered)),
                }
            }
            Ok(_) => None,
        };
        // What cannot end in time need not begin.
        pause.filter(|pause| left.is_none_or(|left| *pause < left))
    }
}

fn is_busy(answer: &Response, own_503: fn(&[u8]) -> bool) -> bool {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => true,
        StatusCode::SERVICE_UNAVAILABLE => !own_503(&answer.body),
        _ => false,
    }
}

/// `Retry-After`, in seconds or as a date; a date that has passed asks for no pause.
fn wanted_pause(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
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

    /// How many retries it has left.
    pub(super) fn left(&self) -> u32 {
        self.hundredths.load(Ordering::Relaxed) / 100
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io;

    use bytes::Bytes;
    use http::{HeaderValue, Method};

    use super::super::error::Cause;
    use super::*;

    fn get() -> Request {
        Request::new(Method::GET, "http://em.example.com/".parse().unwrap())
    }

    fn answer(status: StatusCode, headers: HeaderMap) -> Response {
        Response { status, headers, body: Bytes::new() }
    }

    #[test]
    fn pauses_grow_from_the_base_to_the_most() {
        let policy = RetryPolicy { max_attempts: 50, ..RetryPolicy::default() };
        let busy = answer(StatusCode::SERVICE_UNAVAILABLE, HeaderMap::new());
        for (attempt, most) in [(1, 200), (2, 400), (3, 800), (6, 5_000), (40, 5_000)] {
            let pause = policy.pause(&get(), attempt, Ok(&busy)).unwrap();
            let (least, most) = (Duration::from_millis(most / 2), Duration::from_millis(most));
            assert!(pause >= least && pause <= most, "{attempt}: {pause:?}");
        }
    }

    #[test]
    fn the_server_may_ask_for_longer_but_not_for_too_long() {
        let policy = RetryPolicy::default();
        let busy = |seconds| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(seconds))]);
            policy.pause(&get(), 1, Ok(&answer(StatusCode::TOO_MANY_REQUESTS, headers)))
        };
        assert_eq!(busy("3"), Some(Duration::from_secs(3)));
        assert_eq!(busy("6"), None);
    }

    #[test]
    fn a_date_asks_for_the_time_until_then() {
        let now = httpdate::parse_http_date("Wed, 11 Apr 2018 14:50:54 GMT").unwrap();
        let wanted = |text| wanted_pause(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]), now);
        assert_eq!(wanted("Wed, 11 Apr 2018 14:51:04 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(wanted("Wed, 11 Apr 2018 14:50:04 GMT"), Some(Duration::ZERO));
        assert_eq!(wanted("18446744073709551615"), Some(Duration::from_secs(u64::MAX)));
        for none in ["soon", "-1", "18446744073709551616", ""] {
            assert_eq!(wanted(none), None, "{none}");
        }
    }

    /// A server may ask for a longer pause than the policy's where there is time for it, and for none beyond the
    /// deadline.
    #[tokio::test(start_paused = true)]
    async fn pauses_end_before_the_deadline() {
        let policy = RetryPolicy::default();
        let mut request = get();
        request.deadline = Some(Instant::now() + Duration::from_secs(60));
        let busy = |seconds| {
            answer(
                StatusCode::SERVICE_UNAVAILABLE,
                HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(seconds))]),
            )
        };
        assert_eq!(policy.pause(&request, 1, Ok(&busy("30"))), Some(Duration::from_secs(30)));
        for not_before in ["60", "61"] {
            assert_eq!(policy.pause(&request, 1, Ok(&busy(not_before))), None);
        }
        request.deadline = Some(Instant::now() + Duration::from_millis(50));
        assert_eq!(policy.pause(&request, 1, Ok(&answer(StatusCode::BAD_GATEWAY, HeaderMap::new()))), None);
    }

    #[test]
    fn a_connection_that_was_refused_is_tried_again_and_one_that_took_too_long_is_not() {
        let pause = |kind: io::ErrorKind, policy: &RetryPolicy| {
            policy.pause(&get(), 1, Err(&HttpError::new(Cause::Connect(io::Error::from(kind).into()), None)))
        };
        assert!(pause(io::ErrorKind::ConnectionRefused, &RetryPolicy::default()).is_some());
        assert_eq!(pause(io::ErrorKind::TimedOut, &RetryPolicy::default()), None);
        assert_eq!(pause(io::ErrorKind::ConnectionRefused, &RetryPolicy::none()), None);
    }

    #[test]
    fn pauses_are_spread() {
        let drawn: Vec<f64> = (0..64).map(|_| random()).collect();
        assert!(drawn.iter().all(|number| (0.0..1.0).contains(number)), "{drawn:?}");
        assert!(drawn.iter().any(|number| *number < 0.5) && drawn.iter().any(|number| *number > 0.5), "{drawn:?}");
    }

    #[test]
    fn a_budget_runs_dry_and_fills_with_requests() {
        let budget = Budget::new(20);
        assert_eq!(budget.left(), 10);
        assert_eq!((0..20).filter(|_| budget.withdraw()).count(), 10);
        (0..5).for_each(|_| budget.deposit());
        assert_eq!(budget.left(), 1);
        assert!(budget.withdraw() && !budget.withdraw());
        assert_eq!(budget.left(), 0);
    }
}
