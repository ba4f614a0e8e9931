//! Why a request is not answered as it wishes.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer;
use crate::engine::message::Reply;

/// An error of the API, which may have another behind it.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    code: [&'static str; 2],
    details: String,
    cause: Option<Box<Failure>>,
}

/// An object that is not there.
const NOT_FOUND: [&str; 2] = ["SYS.1003", "Resource cannot be found"];
/// Something that went wrong on the way.
const OPERATION: [&str; 2] = ["SYS.1006", "A requested operation failed"];
/// An argument that the server cannot use.
const INVALID_ARGUMENT: [&str; 2] = ["SYS.1007", "One or more API argument is invalid"];
/// Something that the server cannot do.
const UNSUPPORTED: [&str; 2] = ["SYS.1014", "The operation is not implemented"];
/// Wrong credentials.
const AUTHENTICATION: [&str; 2] = ["ID.1000", "Authentication failed"];
/// A session that is not alive.
const INVALID_SESSION: [&str; 2] = ["ID.1001", "Session expired"];

impl Failure {
    fn new(code: [&'static str; 2], details: impl Into<String>) -> Self {
        Self { code, details: details.into(), cause: None }
    }

    pub(super) fn argument(details: impl Into<String>) -> Self {
        Self::new(INVALID_ARGUMENT, details)
    }

    pub(super) fn operation(details: impl Into<String>) -> Self {
        Self::new(OPERATION, details)
    }

    pub(super) fn unsupported(details: impl Into<String>) -> Self {
        Self::new(UNSUPPORTED, details)
    }

    pub(super) fn not_found(what: &str, uuid: &str) -> Self {
        Self::new(NOT_FOUND, format!("there is no {what} with the uuid {uuid}"))
    }

    pub(super) fn authentication(details: impl Into<String>) -> Self {
        Self::new(AUTHENTICATION, details)
    }

    pub(super) fn session() -> Self {
        Self::new(INVALID_SESSION, "Session expired")
    }

    /// A session that is not alive, for another reason than its age.
    pub(super) fn session_of(details: impl Into<String>) -> Self {
        Self::new(INVALID_SESSION, details)
    }

    /// Says what is behind it.
    pub(super) fn because(mut self, cause: Self) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The error as it stands in bodies.
    pub(super) fn value(&self) -> Value {
        let [code, description] = self.code;
        let mut value = json!({"code": code, "description": description, "details": self.details});
        if let Some(cause) = &self.cause {
            value["cause"] = cause.value();
        }
        value
    }

    /// 503, with the error.
    pub(super) fn reply(&self) -> Reply {
        answer::reply(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": self.value()}))
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The request itself is wrong: this status, with a text.
    Text(StatusCode, String),
    /// The API refuses: 503, with an error.
    Api(Failure),
}

impl Refusal {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(StatusCode::BAD_REQUEST, text.into())
    }

    pub(super) fn into_reply(self) -> Reply {
        match self {
            Self::Text(status, text) => Reply::bare(status, text),
            Self::Api(failure) => failure.reply(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Api(failure)
    }
}
