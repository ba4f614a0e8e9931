//! Events of each try of a request, for those who listen with `tracing`, under OpenTelemetry's names for HTTP.

use std::time::{Duration, Instant};

use http::StatusCode;

use super::HttpError;
use super::message::{Request, shown};

/// Tells what came of a try: method, address without what may be a secret, status or error, how often it was sent
/// before, milliseconds until the answer was there (its head, where it is read as it comes). Neither headers nor query
/// nor body.
pub(super) fn tried(request: &Request, attempt: u32, begun: Instant, outcome: Result<StatusCode, &HttpError>) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let (method, url, resent) = (request.method.as_str(), shown(&request.url), attempt.saturating_sub(1));
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    let millis = millis(begun.elapsed());
    match outcome {
        Ok(status) => tracing::debug!(
            http.request.method = method,
            url.full = url.as_str(),
            server.address = host,
            server.port = port,
            http.response.status_code = status.as_u16(),
            http.request.resend_count = resent,
            duration_ms = millis,
            "answered"
        ),
        Err(error) => tracing::debug!(
            http.request.method = method,
            url.full = url.as_str(),
            server.address = host,
            server.port = port,
            error = %error,
            http.request.resend_count = resent,
            duration_ms = millis,
            "no answer"
        ),
    }
}

/// Tells that a request will be sent again, when, and why.
pub(super) fn pausing(request: &Request, attempt: u32, pause: Duration, why: Result<StatusCode, &HttpError>) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let why = match why {
        Ok(status) => format!("it was answered with {status}"),
        Err(error) if error.is_connect() => "there was no connection".to_owned(),
        Err(_) => "the connection ended before the answer did".to_owned(),
    };
    tracing::debug!(
        http.request.method = request.method.as_str(),
        url.full = shown(&request.url).as_str(),
        http.request.resend_count = attempt,
        pause_ms = millis(pause),
        why,
        "sent again after a pause"
    );
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
