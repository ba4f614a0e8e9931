//! What an answer without success means, by each system's own rules.

use ::http::StatusCode;
use backhaul_models::vb365::ExceptionInfo;
use backhaul_models::zstack::{ErrorCode, ErrorResponse};
use backhaul_wire::{System, json, xml};

use crate::error::Reason;
use crate::http::Response;
use crate::product;
use crate::said::said;

/// ZStack's code of a session that is unknown or has ended.
pub(crate) const SESSION_INVALID: &str = "ID.1001";

/// Whether the server no longer knows the session. What it refuses for that, it has not carried out.
pub(crate) fn is_expired(system: System, answer: &Response) -> bool {
    match system {
        System::Em | System::Vb365 => answer.status == StatusCode::UNAUTHORIZED,
        System::Zstack => {
            answer.status == StatusCode::SERVICE_UNAVAILABLE
                && zstack(&answer.body).is_some_and(|error| error.code.as_deref() == Some(SESSION_INVALID))
        }
    }
}

/// The reason that an answer without success gives.
pub(crate) fn error(system: System, answer: &Response) -> Reason {
    let status = answer.status.as_u16();
    let api = |code, message| Reason::Api { status, code, message };
    let known = match system {
        System::Em => em(answer).map(|message| api(None, said(&message))),
        System::Vb365 => vb365(answer).map(|(code, message)| api(code, said(&message))),
        System::Zstack => zstack(&answer.body)
            .map(|error| Reason::Zstack { status, error: Box::new(error), job: None })
            .or_else(|| text(answer).map(|message| api(None, said(&message)))),
    };
    match known {
        Some(reason) => reason,
        None if matches!(status, 401 | 403) && answer.body.is_empty() => {
            api(None, "the session is not accepted, and the server does not say why".to_owned())
        }
        None if is_unavailable(answer) => Reason::Unavailable { status, what: product::seen(answer) },
        // A body that is none of the product's own: mostly a proxy, or another product on the port.
        None => Reason::Product(None, product::describe(answer)),
    }
}

/// Whether the answer, which is no error of the API, tells of an overloaded or absent server: by its status, or by a page of an
/// error, as a proxy has it. It says nothing of which product is there.
fn is_unavailable(answer: &Response) -> bool {
    match answer.status.as_u16() {
        408 | 429 | 502 | 503 | 504 => true,
        status => status >= 500 && product::is_page(answer),
    }
}

/// Whether the body is an error as Enterprise Manager writes it.
pub(crate) fn is_own_error(answer: &Response) -> bool {
    em(answer).is_some()
}

fn em(answer: &Response) -> Option<String> {
    let error: backhaul_models::em::Error =
        xml::decode(&answer.body).ok().or_else(|| json::decode(&answer.body).ok())?;
    error.message.filter(|message| !message.is_empty())
}

fn vb365(answer: &Response) -> Option<(Option<String>, String)> {
    let info: ExceptionInfo = json::decode(&answer.body).ok()?;
    let message = info.message.or(info.error_description).or(info.error)?;
    Some((info.error_code.map(|code| code.as_str().to_owned()), message))
}

/// The error in a body of ZStack's API.
pub(crate) fn zstack(body: &[u8]) -> Option<ErrorCode> {
    json::decode::<ErrorResponse>(body).ok()?.error
}

/// ZStack answers what its API never saw with plain text.
fn text(answer: &Response) -> Option<String> {
    let text = std::str::from_utf8(&answer.body).ok()?.trim();
    let own = matches!(answer.status.as_u16(), 400 | 403 | 404 | 405 | 500) && !text.starts_with(['<', '{', '[']);
    // 404 without more is any web server's.
    let own = own && !(answer.status == StatusCode::NOT_FOUND && text.len() < 20);
    (own && !text.is_empty()).then(|| text.chars().take(500).collect())
}
