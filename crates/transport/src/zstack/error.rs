//! How an error of ZStack's API is told: what it says itself, then what led to it.

use std::fmt;

use backhaul_models::zstack::ErrorCode;

use crate::said::Said;

/// The codes of what may pass: a timeout, not ready, undeliverable, a management node that is away. The status is 503
/// for every error, and says nothing.
pub(crate) const TRANSIENT: [&str; 4] = ["SYS.1001", "SYS.1010", "SYS.1011", "SYS.1012"];

/// How many causes are told.
const MOST: usize = 20;

/// An error as people read it: what the server says in quotes, then each cause, all on one line.
pub(crate) struct Told<'e>(pub(crate) &'e ErrorCode);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(f, self.0)?;
        let mut left = MOST;
        causes(f, self.0, &mut left)
    }
}

/// The causes below an error. The server often repeats a cause's text in what it led to: that is told once.
fn causes(f: &mut fmt::Formatter<'_>, of: &ErrorCode, left: &mut usize) -> fmt::Result {
    for cause in of.cause.as_deref().into_iter().chain(&of.causes) {
        let repeats = said(cause) == said(of);
        if !repeats {
            let Some(fewer) = left.checked_sub(1) else { return Ok(()) };
            *left = fewer;
            let code = cause.code.as_deref().unwrap_or("no code");
            write!(f, "; because of {}: ", code.escape_debug())?;
            told(f, cause)?;
        }
        causes(f, cause, left)?;
    }
    Ok(())
}

fn told(f: &mut fmt::Formatter<'_>, error: &ErrorCode) -> fmt::Result {
    match said(error) {
        Some(text) => write!(f, "{}", Said(text)),
        None => f.write_str("the server does not say why"),
    }
}

/// What an error says itself. `details` are about this call, `description` about any with its code.
fn said(error: &ErrorCode) -> Option<&str> {
    let texts = [error.details.as_deref(), error.description.as_deref()];
    texts.into_iter().flatten().map(str::trim).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use backhaul_models::zstack::ErrorResponse;
    use backhaul_wire::json;

    use super::*;

    fn told(body: &str) -> String {
        let body: ErrorResponse = json::decode(body.as_bytes()).unwrap();
        Told(&body.error.unwrap()).to_string()
    }

    #[test]
    fn each_cause_is_told_and_a_repeated_one_once() {
        let body = r#"{"error": {"code": "SYS.1006", "description": "operation error", "details": "cannot add it",
            "cause": {"code": "SYS.1006", "details": "cannot add it",
                "cause": {"code": "HTTP.1", "description": "no route", "details": " "}},
            "causes": [{"details": "first"}, {"code": "X", "cause": {"code": "Y", "details": "deep"}}]}}"#;
        assert_eq!(
            told(body),
            "\"cannot add it\"; because of HTTP.1: \"no route\"; because of no code: \"first\"; because of X: the server does \
             not say why; because of Y: \"deep\""
        );
    }

    #[test]
    fn many_causes_are_not_all_told() {
        let many: Vec<String> = (0..500).map(|n| format!(r#"{{"details": "{n}"}}"#)).collect();
        let body = format!(r#"{{"error": {{"causes": [{}]}}}}"#, many.join(","));
        assert_eq!(told(&body).matches("because").count(), MOST);
    }
}
