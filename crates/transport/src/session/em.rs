//! Enterprise Manager: Basic on the session manager, then a header.

use ::http::header::{ACCEPT, AUTHORIZATION};
use ::http::{Method, StatusCode};
use backhaul_models::em::LogonSession;
use backhaul_wire::{Secret, json, xml};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Session, below};
use crate::classify;
use crate::client::EM_SESSION;
use crate::error::Reason;
use crate::http::{HttpClient, Request};
use crate::options::{Options, Version};
use crate::product;

pub(super) async fn open(http: &HttpClient, options: &Options) -> Result<Session, Reason> {
    let version = match options.version {
        Some(Version::Em(major, minor)) => format!("v{major}_{minor}"),
        _ => "latest".to_owned(),
    };
    let basic = STANDARD.encode(format!("{}:{}", options.user, options.password.expose()));
    // A body on logon gets 415.
    let request = Request::new(Method::POST, below(&options.url, &format!("/api/sessionMngr/?v={version}")))
        .header(ACCEPT, options.em_format.media_type())
        .secret_header(AUTHORIZATION, &format!("Basic {basic}"));
    let answer = http.send(request).await.map_err(Reason::Http)?;
    match answer.status {
        StatusCode::OK | StatusCode::CREATED => {}
        // Only Enterprise Manager's own refusal speaks of the password: a 401 of something else is another product.
        StatusCode::UNAUTHORIZED
            if answer.headers.get("www-authenticate").is_some_and(|v| v.as_bytes().starts_with(b"Basic")) =>
        {
            return Err(Reason::Logon(format!("the account `{}` or its password is wrong", options.user)));
        }
        StatusCode::FORBIDDEN if answer.body.is_empty() || classify::is_own_error(&answer) => {
            let rule = format!("the account `{}` has no role in Enterprise Manager", options.user);
            return Err(Reason::Logon(rule));
        }
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNAUTHORIZED => {
            return Err(Reason::Product(None, product::describe(&answer)));
        }
        _ => return Err(classify::error(backhaul_wire::System::Em, &answer)),
    }
    // Read by what came, whatever was asked for.
    let start = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
    let is_xml = start.trim_ascii_start().starts_with(b"<");
    let read: Result<LogonSession, _> = if is_xml { xml::decode(&answer.body) } else { json::decode(&answer.body) };
    let id = match read {
        Ok(logon) => logon.session_id.map(|id| id.as_str().to_owned()),
        // An answer of success that is no session at all: something else answers every address.
        Err(_) if answer.headers.get(EM_SESSION).is_none() => {
            return Err(Reason::Product(None, product::describe(&answer)));
        }
        Err(error) => return Err(Reason::Decode(error.without_excerpt())),
    };
    let header = answer.headers.get(EM_SESSION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = header.or_else(|| id.as_ref().map(|id| STANDARD.encode(id)));
    let Some(token) = token else {
        return Err(Reason::Product(
            None,
            "the answer to the logon has neither a session header nor a session id".to_owned(),
        ));
    };
    let value = Secret::from(token);
    Ok(Session {
        header: EM_SESSION,
        value,
        // The server ends a session after 15 idle minutes and says so with 401, which is met when it comes.
        renew_at: None,
        refresh: None,
        logout: id.map(|id| format!("/api/logonSessions/{id}")),
    })
}
