//! Which product answers at an address.

use std::time::Duration;

use backhaul_wire::{System, looks_like_html};
use http::Method;
use tokio::time::Instant;
use url::Url;

use crate::address;
use crate::net::{HttpClient, Request, Response, RetryPolicy};

/// How long the questions after another product may take, all together.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the server, without credentials, which other product it is than the expected one. That one is not asked after:
/// if it gives such answers it has something in front of it, and the answer says more than the name.
///
/// Each product has one page that it answers in its own way without a session; which, is in its folder (`is_at`).
pub(crate) async fn other_than(expected: System, http: &HttpClient, base: &Url) -> Option<System> {
    let ask = async {
        for system in System::ALL.into_iter().filter(|system| *system != expected) {
            let found = match system {
                System::Em => crate::em::is_at(http, base).await,
                System::Vb365 => crate::vb365::is_at(http, base).await,
                System::Zstack => crate::zstack::is_at(http, base).await,
            };
            if found {
                return Some(system);
            }
        }
        None
    };
    tokio::time::timeout(PATIENCE, ask).await.ok().flatten()
}

/// Asks for a page without credentials, once.
pub(crate) async fn page(http: &HttpClient, base: &Url, path: &str) -> Option<Response> {
    let mut request = Request::new(Method::GET, address::at(base, path));
    request.retry = Some(RetryPolicy::none());
    request.deadline = Instant::now().checked_add(PATIENCE);
    http.send(request).await.ok()
}

/// Whether a word is in an answer, in any letter case.
pub(crate) fn contains(answer: &Response, word: &str) -> bool {
    let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    body.contains(&word.to_ascii_lowercase())
}

/// How much of a body tells whether it is a web page.
pub(crate) const START: usize = 200;

/// Whether an answer is a web page, which no API answers.
pub(crate) fn is_page(answer: &Response) -> bool {
    looks_like_html(&answer.body)
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
