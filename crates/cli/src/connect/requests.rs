//! What the library tells of its requests, at `-vv`, and of what it left out of answers, always.

use std::collections::BTreeMap;
use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::console::Console;
use crate::left_out::LeftOut;

/// Tells each request, its answer, and why it is sent again, where that is wanted. What is left out of answers is kept
/// for who asks the console.
pub(crate) fn tell_requests(console: &Console) {
    let subscriber = tracing_subscriber::registry().with(Requests(console.clone()));
    // There is another only where a test has set one.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

struct Requests(Console);

impl<S: Subscriber> Layer<S> for Requests {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let most = if self.0.tells(2) { Level::DEBUG } else { Level::WARN };
        metadata.target().starts_with("backhaul_transport") && *metadata.level() <= most
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        told.keep_left_out(self.0.left_out());
        self.0.verbose(2, || told.to_string());
    }
}

/// An event as a line.
#[derive(Default)]
struct Told(BTreeMap<&'static str, String>);

impl Told {
    /// Keeps what the event says was left out of an answer, if it is about that.
    fn keep_left_out(&self, left_out: &LeftOut) {
        let of = |name: &str| self.0.get(name).map(String::as_str);
        if let (Some(times), Some(operation), Some(path)) = (of("misfits"), of("operation"), of("path")) {
            left_out.add(operation, path, times.parse().unwrap_or(1), of("why").unwrap_or_default());
        }
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |name: &str| self.0.get(name).map(String::as_str);
        let message = of("message").unwrap_or_default();
        let (Some(method), Some(url)) = (of("http.request.method"), of("url.full")) else {
            f.write_str(message)?;
            let others = self.0.iter().filter(|(name, _)| **name != "message");
            return others.into_iter().try_for_each(|(name, value)| write!(f, ", {name} {value}"));
        };
        write!(f, "{method} {url}: {message}")?;
        if let Some(status) = of("http.response.status_code") {
            write!(f, " {status}")?;
        }
        if let Some(millis) = of("duration_ms") {
            write!(f, " in {millis} ms")?;
        }
        if let Some(millis) = of("pause_ms") {
            write!(f, " of {millis} ms")?;
        }
        for reason in [of("why"), of("error")].into_iter().flatten() {
            write!(f, ": {reason}")?;
        }
        match of("http.request.resend_count") {
            None | Some("0") => Ok(()),
            Some(count) => write!(f, " (sent again, time {count})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_a_line() {
        let told = |fields: &[(&'static str, &str)]| {
            Told(fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()).to_string()
        };
        let request =
            [("http.request.method", "GET"), ("url.full", "https://em:9398/api/jobs"), ("message", "answered")];
        let answer = [("http.response.status_code", "200"), ("duration_ms", "31"), ("http.request.resend_count", "0")];
        assert_eq!(told(&[&request[..], &answer].concat()), "GET https://em:9398/api/jobs: answered 200 in 31 ms");
        assert_eq!(told(&[("message", "the session has ended")]), "the session has ended");
    }
}
