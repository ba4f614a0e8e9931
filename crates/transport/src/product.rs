//! Which product answers at an address.

use ::http::{Method, StatusCode};
use backhaul_wire::System;
use url::Url;

use crate::error::Reason;
use crate::http::{HttpClient, Request, Response};

/// Asks the server what it is, without credentials; `hint` is what made the caller doubt.
///
/// Each product has one page that it answers in its own way without a session: Enterprise Manager's root of the API, VB365's
/// refusal (401) of `ServiceInstance`, ZStack's text on a missing session.
pub(crate) async fn identify(http: &HttpClient, base: &Url, expected: System, hint: String) -> Reason {
    let found = ask(http, base).await.filter(|found| *found != expected);
    // The right product that gives such an answer has something in front of it: the answer says more than the name.
    Reason::Product(found, hint)
}

async fn ask(http: &HttpClient, base: &Url) -> Option<System> {
    let ask = async |path: &str| {
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        url.set_query(None);
        http.send(Request::new(Method::GET, url)).await.ok()
    };
    let root = ask("/api/").await;
    if root.is_some_and(|answer| contains(&answer, "EnterpriseManager") || contains(&answer, "SupportedVersions")) {
        return Some(System::Em);
    }
    for version in [8, 7, 6] {
        let answer = ask(&format!("/v{version}/ServiceInstance")).await;
        if answer.is_some_and(|answer| answer.status == StatusCode::UNAUTHORIZED && answer.body.is_empty()) {
            return Some(System::Vb365);
        }
    }
    let answer = ask("/zstack/v1/zones").await;
    let refused = |answer: &Response| answer.status == StatusCode::BAD_REQUEST && contains(answer, "Authorization");
    answer.is_some_and(|answer| refused(&answer)).then_some(System::Zstack)
}

fn contains(answer: &Response, word: &str) -> bool {
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
