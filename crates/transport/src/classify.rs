//! What an answer without success means.

use crate::error::Reason;
use crate::net::Response;
use crate::product;
use crate::protocol::Protocol;

/// The reason that an answer without success gives.
pub(crate) fn error(protocol: &dyn Protocol, answer: &Response) -> Reason {
    let status = answer.status.as_u16();
    match protocol.error(answer) {
        Some(reason) => reason,
        None if matches!(status, 401 | 403) && answer.body.is_empty() => {
            let message = "the session is not accepted, and the server does not say why".to_owned();
            Reason::Api { status, code: None, message }
        }
        None if is_unavailable(answer) => Reason::Unavailable { status, what: product::seen(answer) },
        // A body that is none of the product's own: mostly a proxy, or another product on the port.
        None => Reason::Product(None, product::describe(answer)),
    }
}

/// Whether the answer, which is no error of the API, tells of an overloaded or absent server: by its status, or by a
/// page of an error, as a proxy has it. It says nothing of which product is there.
fn is_unavailable(answer: &Response) -> bool {
    match answer.status.as_u16() {
        408 | 429 | 502 | 503 | 504 => true,
        status => status >= 500 && product::is_page(answer),
    }
}
