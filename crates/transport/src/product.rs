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
pub(crate) async fn identify(http: &HttpClient, base: &Url, hint: String) -> Reason {
    let ask = async |path: &str| {
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        url.set_query(None);
        http.send(Request::new(Method::GET, url)).await.ok()
    };
    if ask("/api/")
        .await
        .is_some_and(|answer| contains(&answer, "EnterpriseManager") || contains(&answer, "SupportedVersions"))
    {
        return Reason::Product(Some(System::Em), hint);
    }
    for version in [8, 7, 6] {
        let answer = ask(&format!("/v{version}/ServiceInstance")).await;
        if answer.is_some_and(|answer| answer.status == StatusCode::UNAUTHORIZED) {
            return Reason::Product(Some(System::Vb365), hint);
        }
    }
    let answer = ask("/zstack/v1/zones").await;
    if answer.is_some_and(|answer| {
        matches!(answer.status.as_u16(), 400 | 503) && contains(&answer, "session") || contains_text(&hint, "zstack")
    }) {
        return Reason::Product(Some(System::Zstack), hint);
    }
    Reason::Product(None, hint)
}

fn contains(answer: &Response, word: &str) -> bool {
    contains_text(&String::from_utf8_lossy(&answer.body), word)
}

fn contains_text(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
}

/// What an answer that fits no operation looks like.
pub(crate) fn describe(answer: &Response) -> String {
    let status = answer.status;
    let start: String = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]).trim().to_owned();
    let lower = start.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.contains("<html") {
        return format!("it answered {status} with an HTML page (a proxy, or a web interface?)");
    }
    if start.is_empty() { format!("it answered {status} without a body") } else { format!("it answered {status}") }
}
