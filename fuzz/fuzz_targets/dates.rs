//! Every reader of dates: none panics, what one reads it writes and reads again, and those that read the same agree.
#![no_main]

use backhaul_filter::{Clock, DateTime as Filtered};
use backhaul_transport::net::{HttpClient, HttpOptions, Request, Response};
use backhaul_wire::DateTime;
use http::{HeaderValue, Method, header};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    filtered(text);
    wired(text);
    retried(text);
});

fn filtered(text: &str) {
    let now: Filtered = "2026-11-29T17:00:00Z".parse().expect("a moment");
    let clock = Clock::new(now, &|moment| moment.unix_seconds().rem_euclid(86_400) - 43_200);
    for clock in [Clock::utc(now), clock] {
        if let Some(moment) = clock.moment(text) {
            let _ = (moment.to_string(), moment.unix_seconds());
        }
    }
    let Ok(moment) = text.parse::<Filtered>() else { return };
    let again: Filtered = moment.to_string().parse().expect("what is written is read");
    assert_eq!((again, again.unix_seconds()), (moment, moment.unix_seconds()), "{text}");
    for seconds in [i64::MIN, -1, 0, 1, i64::MAX] {
        let _ = moment.plus_seconds(seconds).map(|moment| moment.to_string());
    }
}

fn wired(text: &str) {
    let date = DateTime::from(text.to_owned());
    assert_eq!(date.as_str(), text, "it is kept as it came");
    let Ok(parts) = date.parts() else { return };
    let nanos = parts.unix_nanos();
    for offset in [i32::MIN, -1, 0, 1, i32::MAX] {
        let at = parts.unix_nanos_at(offset);
        assert!(nanos.is_none_or(|known| known == at), "a date with a zone is one moment");
    }
    // jiff is the oracle where both read it: a zone that is written, and a year that it has.
    if let (Some(nanos), Ok(other)) = (nanos, text.trim().parse::<jiff::Timestamp>()) {
        assert_eq!(nanos, other.as_nanosecond(), "{text}");
    }
}

/// As a server's headers.
fn retried(text: &str) {
    let Ok(value) = HeaderValue::from_str(text) else { return };
    let busy = move |_: &Request| {
        let mut answer = Response::new(503, "");
        answer.headers.insert(header::RETRY_AFTER, value.clone());
        answer.headers.insert(header::DATE, value.clone());
        answer
    };
    let mut options = HttpOptions::default();
    (options.retry.base_delay, options.retry.max_delay) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let request = Request::new(Method::GET, "http://server.invalid/".parse().expect("an address"));
    let answer = runtime.block_on(HttpClient::from_stub(options, busy).send(request));
    assert!(answer.is_ok_and(|answer| answer.status == 503));
}
