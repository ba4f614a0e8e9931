//! Enterprise Manager's own way: XML or JSON, a session in a header, errors in the same format.

use backhaul_wire::{EncodeError, Secret, Struct, System, json, xml};
use http::StatusCode;
use url::Url;

use super::logon;
use super::options::{EmFormat, EmLogon, EmOptions, EmVersion};
use super::paging::Pages;
use crate::error::Reason;
use crate::net::{HttpClient, Response};
use crate::options::Options;
use crate::protocol::{Asked, Follow, Protocol, content};
use crate::said::said;
use crate::session::Session;

/// [`EmOptions`] without what is common to all systems.
#[derive(Debug)]
pub(super) struct EmProtocol {
    pub(super) format: EmFormat,
    pub(super) logon: EmLogon,
    pub(super) version: Option<EmVersion>,
}

impl EmProtocol {
    pub(super) fn of(options: EmOptions) -> (Self, Options) {
        let EmOptions { common, format, logon, version } = options;
        (Self { format, logon, version }, common)
    }
}

impl Protocol for EmProtocol {
    fn system(&self) -> System {
        System::Em
    }

    fn roots(&self) -> Vec<String> {
        vec!["/api".to_owned()]
    }

    fn open<'a>(&'a self, http: &'a HttpClient, options: &'a Options, _: Option<&'a Session>) -> Asked<'a, Session> {
        Box::pin(logon::open(http, options, self))
    }

    fn secrets(&self, options: &Options) -> Vec<Secret> {
        vec![options.password.clone(), logon::basic(options)]
    }

    fn is_expired(&self, answer: &Response) -> bool {
        answer.status == StatusCode::UNAUTHORIZED
    }

    fn is_of_session(&self, url: &Url) -> bool {
        let mut segments = url.path().split('/');
        segments.any(|segment| segment.eq_ignore_ascii_case("tasks") || segment.eq_ignore_ascii_case("mounts"))
    }

    /// Enterprise Manager chooses by `Accept` alone.
    fn media_type(&self) -> &'static str {
        self.format.media_type()
    }

    fn encode(&self, body: &dyn Struct) -> Result<Vec<u8>, EncodeError> {
        match self.format {
            EmFormat::Xml => xml::encode_request(body),
            EmFormat::Json => json::encode_request(body, json::Case::Schema),
        }
    }

    /// Read by what came, whatever was asked for.
    fn is_xml(&self, body: &[u8]) -> bool {
        content(body).starts_with(b"<")
    }

    fn error(&self, answer: &Response) -> Option<Reason> {
        let status = answer.status.as_u16();
        error(answer).map(|message| Reason::Api { status, code: None, message: said(&message) })
    }

    fn follow(&self) -> Box<dyn Follow> {
        Box::new(Pages::default())
    }
}

/// The text of an error as Enterprise Manager writes it.
pub(super) fn error(answer: &Response) -> Option<String> {
    let error: backhaul_models::em::Error =
        xml::decode(&answer.body).ok().or_else(|| json::decode(&answer.body).ok())?;
    error.message.filter(|message| !message.is_empty())
}
