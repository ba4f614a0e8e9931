//! ZStack's own way: bodies in a wrapper, errors with status 503, a session or a signature on each request.

use backhaul_models::zstack::{ErrorCode, ErrorResponse};
use backhaul_wire::{Secret, System, json};
use http::StatusCode;
use url::Url;

use super::access_key::AccessKey;
use super::logon;
use super::options::{ZstackLogon, ZstackOptions};
use super::paging::Pages;
use crate::address;
use crate::error::Reason;
use crate::net::{HttpClient, Request, Response};
use crate::options::Options;
use crate::protocol::{Asked, Follow, Protocol};
use crate::said::said;
use crate::session::Session;

/// ZStack's code of a session that is unknown or has ended.
pub(super) const SESSION_INVALID: &str = "ID.1001";

/// [`ZstackOptions`] without what is common to all systems.
#[derive(Debug)]
pub(super) struct ZstackProtocol {
    logon: ZstackLogon,
    /// Signs requests in place of a session.
    access_key: Option<AccessKey>,
}

impl ZstackProtocol {
    pub(super) fn of(options: ZstackOptions) -> Result<(Self, Options), Reason> {
        let access_key = AccessKey::of(&options)?;
        let ZstackOptions { common, logon, .. } = options;
        Ok((Self { logon, access_key }, common))
    }
}

impl Protocol for ZstackProtocol {
    fn system(&self) -> System {
        System::Zstack
    }

    fn roots(&self) -> Vec<String> {
        vec!["/zstack/v1".to_owned(), "/zstack".to_owned()]
    }

    fn has_sessions(&self) -> bool {
        self.access_key.is_none()
    }

    fn open<'a>(&'a self, http: &'a HttpClient, options: &'a Options, _: Option<&'a Session>) -> Asked<'a, Session> {
        Box::pin(logon::open(http, options, &self.logon, self))
    }

    fn secrets(&self, options: &Options) -> Vec<Secret> {
        vec![options.password.clone(), logon::digest(&options.password)]
    }

    fn is_expired(&self, answer: &Response) -> bool {
        answer.status == StatusCode::SERVICE_UNAVAILABLE
            && api_error(&answer.body).is_some_and(|error| error.code.as_deref() == Some(SESSION_INVALID))
    }

    fn sign(&self, request: Request) -> Request {
        match &self.access_key {
            Some(key) => key.sign(request),
            None => request,
        }
    }

    /// The number of zones, which any account may ask for.
    fn trial(&self, base: &Url) -> Option<Url> {
        self.access_key.as_ref()?;
        let mut zones = address::below(base, ["zstack", "v1", "zones"].into_iter());
        zones.set_query(Some("count=true"));
        Some(zones)
    }

    fn learn(&self, answer: &Response) -> bool {
        self.access_key.as_ref().is_some_and(|key| key.learn(answer))
    }

    fn refusal(&self, operation: &str, answer: &Response) -> Option<Reason> {
        self.access_key.as_ref()?.refusal(operation, answer)
    }

    /// The body stands in a wrapper, even an empty one, and its tags beside that.
    fn error(&self, answer: &Response) -> Option<Reason> {
        let status = answer.status.as_u16();
        match api_error(&answer.body) {
            Some(error) => Some(Reason::Zstack { status, error: Box::new(error), job: None }),
            None => text(answer).map(|message| Reason::Api { status, code: None, message: said(&message) }),
        }
    }

    fn own_503(&self) -> fn(&[u8]) -> bool {
        |body| api_error(body).is_some()
    }

    fn follow(&self) -> Box<dyn Follow> {
        Box::new(Pages::default())
    }
}

pub(super) fn api_error(body: &[u8]) -> Option<ErrorCode> {
    json::decode::<ErrorResponse>(body).ok()?.error
}

/// What the API never saw is answered with plain text.
fn text(answer: &Response) -> Option<String> {
    let text = std::str::from_utf8(&answer.body).ok()?.trim();
    let own = matches!(answer.status.as_u16(), 400 | 403 | 404 | 405 | 500) && !text.starts_with(['<', '{', '[']);
    // 404 without more is any web server's.
    let own = own && !(answer.status == StatusCode::NOT_FOUND && text.len() < 20);
    (own && !text.is_empty()).then(|| text.chars().take(500).collect())
}
