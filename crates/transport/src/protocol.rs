//! What each vendor does its own way, as one trait: the rest of the crate speaks to all three through it.
//!
//! It is implemented in `em/protocol.rs`, `vb365/protocol.rs` and `zstack/protocol.rs`, each over that system's own
//! options.

mod follow;

use std::fmt::Debug;

use backhaul_wire::reflect::Model;
use backhaul_wire::{ApiVersion, DecodeError, Drift, EncodeError, Secret, Struct, System, Versions, json};
use futures_util::future::BoxFuture;
use url::Url;

use crate::error::Reason;
use crate::net::{HttpClient, Request, Response};
use crate::options::Options;
use crate::session::Session;

pub(crate) use follow::{Follow, NIL, PAGE, Page, Step, text};

/// What a server answered to the questions of a protocol's own: a session, a version.
pub(crate) type Asked<'a, T> = BoxFuture<'a, Result<T, Reason>>;

/// Reads the answer to a logon: what does not fit its field costs that field, and not the logon.
pub(crate) fn lenient<T: Model>(body: &[u8]) -> Result<T, DecodeError> {
    let mut value = T::default();
    json::decode_into(&mut value, body, Some(&mut Drift::default()))?;
    Ok(value)
}

/// A body from where it says something: behind a byte-order mark and blanks.
pub(crate) fn content(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start()
}

pub(crate) trait Protocol: Debug + Send + Sync {
    fn system(&self) -> System;

    /// The paths that the API itself begins with. People copy them along with the address, where they do not belong.
    fn roots(&self) -> Vec<String>;

    // Versions.

    /// The versions of the API that are known here; empty where the system does not number them.
    fn versions(&self) -> Vec<ApiVersion> {
        Vec::new()
    }

    /// The version that is spoken, once it is known; nothing where the system does not number them.
    fn version(&self) -> Option<ApiVersion> {
        None
    }

    /// Whether none was chosen, and the server was not asked yet.
    fn lacks_version(&self) -> bool {
        false
    }

    /// Asks for the newest version that the server has.
    fn find_version<'a>(&'a self, _: &'a HttpClient, _: &'a Options) -> Asked<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Whether it is not known, of what has these versions, that another one lacks it.
    fn is_unproven(&self, _versions: Versions, _version: ApiVersion) -> bool {
        false
    }

    // Sessions.

    /// Whether requests need a session; else each of them is [signed](Protocol::sign).
    fn has_sessions(&self) -> bool {
        true
    }

    /// Opens a session; `old` is the one that it replaces.
    fn open<'a>(&'a self, http: &'a HttpClient, options: &'a Options, old: Option<&'a Session>) -> Asked<'a, Session>;

    /// What a logon sends that proves the account, in each form in which it is sent: it must not come back in an
    /// error's text.
    fn secrets(&self, options: &Options) -> Vec<Secret>;

    /// Whether the server no longer knows the session. What it refuses for that, it has not carried out.
    fn is_expired(&self, answer: &Response) -> bool;

    /// Whether what is asked for at this address is gone once the session is in which it was made.
    fn is_of_session(&self, _url: &Url) -> bool {
        false
    }

    /// The request with what proves the account on it, where there are no sessions.
    fn sign(&self, request: Request) -> Request {
        request
    }

    /// Where to learn whether a signature is right, where there are no sessions to open.
    fn trial(&self, _base: &Url) -> Option<Url> {
        None
    }

    /// Whether a refusal taught what makes the next signature right.
    fn learn(&self, _answer: &Response) -> bool {
        false
    }

    /// What a refusal of a signature means; nothing for other answers.
    fn refusal(&self, _operation: &str, _answer: &Response) -> Option<Reason> {
        None
    }

    // Requests.

    /// What a body is sent in, and what the server shall answer in.
    fn media_type(&self) -> &'static str {
        "application/json"
    }

    /// What the server shall answer in where the answer is a file.
    fn file_type(&self) -> &'static str {
        self.media_type()
    }

    /// A request body.
    fn encode(&self, body: &dyn Struct) -> Result<Vec<u8>, EncodeError> {
        json::encode(body, json::Case::Schema)
    }

    // Answers.

    /// Whether the body of an answer is XML, and not JSON.
    fn is_xml(&self, _body: &[u8]) -> bool {
        false
    }

    /// The error in an answer without success, where it is one of the product's own.
    fn error(&self, answer: &Response) -> Option<Reason>;

    /// Of the body of a 503: whether it is an answer of the API and not of a server that is busy.
    fn own_503(&self) -> fn(&[u8]) -> bool {
        |_| false
    }

    /// How listings go on.
    fn follow(&self) -> Box<dyn Follow>;
}
