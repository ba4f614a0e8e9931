//! One event for each try of a request, for those who listen with `tracing`.

use std::time::{Duration, Instant};

use http::StatusCode;

use super::HttpError;
use super::message::{Request, shown};

/// Tells what came of a try: method, path without what may be a secret, status or error, number of the try, milliseconds until
/// the answer was there (its head, where it is read as it comes). Neither headers nor query nor body.
pub(super) fn tried(request: &Request, attempt: u32, begun: Instant, outcome: Result<StatusCode, &HttpError>) {
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (method, url) = (request.method.as_str(), shown(&request.url));
    let (server, path) = (url.host_str().unwrap_or_default(), url.path());
    match outcome {
        Ok(status) => tracing::debug!(method, server, path, status = status.as_u16(), attempt, millis, "answered"),
        Err(error) => tracing::debug!(method, server, path, %error, attempt, millis, "no answer"),
    }
}

/// Tells that a request will be sent again.
pub(super) fn pausing(request: &Request, attempt: u32, pause: Duration) {
    let millis = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    let (method, url) = (request.method.as_str(), shown(&request.url));
    let (server, path) = (url.host_str().unwrap_or_default(), url.path());
    tracing::debug!(method, server, path, attempt, millis, "sent again after a pause");
}
