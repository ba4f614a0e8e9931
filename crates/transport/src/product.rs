//! Which product answers at an address.

use backhaul_wire::System;
use http::Method;
use url::Url;

use crate::address;
use crate::error::Reason;
use crate::net::{HttpClient, Request, Response};

/// Asks the server what it is, without credentials; `hint` is what made the caller doubt.
///
/// Each product has one page that it answers in its own way without a session; which, is in its folder (`is_at`).
pub(crate) async fn identify(http: &HttpClient, base: &Url, expected: System, hint: String) -> Reason {
    let found = ask(http, base).await.filter(|found| *found != expected);
    // The right product that gives such an answer has something in front of it: the answer says more than the name.
    Reason::Product(found, hint)
}

async fn ask(http: &HttpClient, base: &Url) -> Option<System> {
    if crate::em::is_at(http, base).await {
        Some(System::Em)
    } else if crate::vb365::is_at(http, base).await {
        Some(System::Vb365)
    } else {
        crate::zstack::is_at(http, base).await.then_some(System::Zstack)
    }
}

/// Asks for a page without credentials.
pub(crate) async fn page(http: &HttpClient, base: &Url, path: &str) -> Option<Response> {
    http.send(Request::new(Method::GET, address::at(base, path))).await.ok()
}

/// Whether a word is in an answer, in any letter case.
pub(crate) fn contains(answer: &Response, word: &str) -> bool {
    let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    body.contains(&word.to_ascii_lowercase())
}

/// Whether an answer is a web page, which no API answers.
pub(crate) fn is_page(answer: &Response) -> bool {
    let start = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]).trim_start().to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

/// What an answer that fits no operation looks like.
pub(crate) fn describe(answer: &Response) -> String {
    let status = answer.status;
    if is_page(answer) {
        return format!("it answered {status} with an HTML page (a proxy, or a web interface?)");
    }
    if answer.body.trim_ascii().is_empty() {
        format!("it answered {status} without a body")
    } else {
        format!("it answered {status}")
    }
}

/// What the body of such an answer is.
pub(crate) fn seen(answer: &Response) -> String {
    if is_page(answer) {
        "an HTML page".to_owned()
    } else if answer.body.trim_ascii().is_empty() {
        "without a body".to_owned()
    } else {
        "without an error of the API".to_owned()
    }
}
