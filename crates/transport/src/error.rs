//! What can go wrong between a call and its answer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use backhaul_models::zstack::ErrorCode;
use backhaul_wire::{DecodeError, Secret, System};

use crate::file::FileError;
use crate::net::HttpError;
use crate::said::{scrubbed, without_tokens};
use crate::zstack::error as zstack;

/// A call that did not get its answer.
///
/// # Troubleshooting
/// The text says what happened, on which server and in which operation, and what to do. The predicates tell the kinds
/// apart; [`Error::decode`] leads to the body of an answer that could not be read.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

struct Inner {
    reason: Reason,
    system: System,
    server: String,
    operation: Cow<'static, str>,
}

/// A result whose error is an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

pub(crate) enum Reason {
    /// Nothing came back.
    Http(HttpError),
    /// The server answered that the account or password is wrong, or that the account may not log on.
    Logon(String),
    /// The server answered with an error.
    Api { status: u16, code: Option<String>, message: String },
    /// ZStack's API answered with an error: at once, or as the end of the job with this id. The two mean the same: what
    /// is wrong with a call that starts a job is said by the job.
    Zstack { status: u16, error: Box<ErrorCode>, job: Option<String> },
    /// An overloaded or absent server: a status that says so, without an error of the API.
    Unavailable { status: u16, what: String },
    /// The answer could not be read.
    Decode(DecodeError),
    /// Something else answered.
    Product(Option<System>, String),
    /// The operation, a parameter or a field is not in the version that is spoken.
    Version(String),
    /// It is not known whether the version has the operation or parameter.
    Unproven(String),
    /// The call itself is wrong.
    Call(String),
    /// The answer reads, but is none: pages that do not fit together, another document than a task.
    Answer(String),
    /// The listing is another than it was when its first page was read.
    Unsteady(String),
    /// A link leads to something else than what is asked for.
    Link(String),
    /// A link leads to another server.
    Elsewhere(String),
    /// What was asked for belonged to a session that has ended.
    Session(String),
    /// The server carried out the work, and says that it failed.
    Task(String),
    /// The work did not end in the time that it was given.
    Deadline(String),
    /// Somebody stopped it.
    Stopped,
    /// The answer could not be written to its file.
    File(FileError),
}

impl Reason {
    /// The same without any of these in what a server says.
    pub(crate) fn without<'s>(mut self, secrets: impl Iterator<Item = &'s Secret> + Clone) -> Self {
        let secrets = || secrets.clone().map(Secret::expose);
        if let Self::Decode(error) = self {
            return Self::Decode(error.with_texts(|text| scrubbed(text, secrets())));
        }
        self.each_text(&|text| scrubbed(text, secrets()));
        self
    }

    /// The same of an answer to a logon: it may hold a token that is not known yet.
    pub(crate) fn without_tokens(mut self) -> Self {
        if let Self::Decode(error) = self {
            return Self::Decode(error.without_excerpt().with_texts(|text| *text = without_tokens(text)));
        }
        self.each_text(&|text| *text = without_tokens(text));
        self
    }

    /// Changes each text that may be a server's.
    fn each_text(&mut self, change: &impl Fn(&mut String)) {
        match self {
            Self::Api { code, message, .. } => code.iter_mut().chain([message]).for_each(change),
            Self::Logon(text)
            | Self::Task(text)
            | Self::Answer(text)
            | Self::Unsteady(text)
            | Self::Link(text)
            | Self::Elsewhere(text) => change(text),
            Self::Zstack { error, .. } => each_text(error, change),
            _ => {}
        }
    }
}

fn each_text(error: &mut ErrorCode, change: &impl Fn(&mut String)) {
    let own = [&mut error.code, &mut error.details, &mut error.description];
    own.into_iter().flatten().for_each(change);
    for cause in error.cause.as_deref_mut().into_iter().chain(&mut error.causes) {
        each_text(cause, change);
    }
}

impl Error {
    pub(crate) fn new(reason: Reason, system: System, server: &str, operation: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner { reason, system, server: server.to_owned(), operation: operation.into() }))
    }

    /// The system that was called.
    #[must_use]
    pub fn system(&self) -> System {
        self.0.system
    }

    /// The server that was called, as its address was given.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.0.server
    }

    /// The operation that was called; method and path where a link was followed, `logon` while a session was opened.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Whether the server refused the logon.
    #[must_use]
    pub fn is_logon_refused(&self) -> bool {
        matches!(self.0.reason, Reason::Logon(_))
    }

    /// Whether the server could not be reached, its certificate is not trusted, or something in front of it says that
    /// it is overloaded or away.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self.0.reason, Reason::Http(_) | Reason::Unavailable { .. })
    }

    /// Whether another product, or none that is known, answered at that address.
    #[must_use]
    pub fn is_wrong_product(&self) -> bool {
        matches!(self.0.reason, Reason::Product(..))
    }

    /// Whether the server answered with an error of its own.
    #[must_use]
    pub fn is_api(&self) -> bool {
        matches!(self.0.reason, Reason::Api { .. } | Reason::Zstack { .. })
    }

    /// Whether the operation, a parameter or a field is not in the version of the API that is spoken.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.0.reason, Reason::Version(_) | Reason::Unproven(_))
    }

    /// Whether the operation or a parameter is only not known to be in the version that is spoken: a
    /// [`Policy`](crate::Policy) with `unproven` sends it all the same.
    #[must_use]
    pub fn is_unproven(&self) -> bool {
        matches!(self.0.reason, Reason::Unproven(_))
    }

    /// Whether the call itself is wrong: a parameter is missing, unknown or of the wrong kind.
    #[must_use]
    pub fn is_invalid_call(&self) -> bool {
        matches!(self.0.reason, Reason::Call(_))
    }

    /// Whether a listing ended since it changed while it was read: an item came again, there are fewer of them or of the
    /// pages than there were. Asking again from its start may give it whole. Pages that overlap on a server whose
    /// listing stands still look the same, so ask a few times at most.
    #[must_use]
    pub fn is_unsteady(&self) -> bool {
        matches!(self.0.reason, Reason::Unsteady(_))
    }

    /// Whether a link was not followed: it leads to another server, or to something else than what is asked for.
    #[must_use]
    pub fn is_link_refused(&self) -> bool {
        matches!(self.0.reason, Reason::Link(_) | Reason::Elsewhere(_))
    }

    /// Whether a link was not followed since it leads to another server. If that is another name of the same one, say
    /// so ([`Options::also_known_as`](crate::Options::also_known_as)).
    #[must_use]
    pub fn is_link_to_elsewhere(&self) -> bool {
        matches!(self.0.reason, Reason::Elsewhere(_))
    }

    /// Whether a task or a mount was lost with the session that it belonged to.
    #[must_use]
    pub fn is_session_lost(&self) -> bool {
        matches!(self.0.reason, Reason::Session(_))
    }

    /// Whether the server carried out the work and says that it failed.
    #[must_use]
    pub fn is_task_failed(&self) -> bool {
        matches!(self.0.reason, Reason::Task(_) | Reason::Zstack { job: Some(_), .. })
    }

    /// Whether the work did not end in the time that it was given: a wait, or a call or listing by its
    /// [deadline](crate::Policy::deadline). What was begun goes on on the server.
    #[must_use]
    pub fn is_deadline(&self) -> bool {
        matches!(self.0.reason, Reason::Deadline(_))
    }

    /// Whether somebody [stopped](crate::Stop) the work.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.0.reason, Reason::Stopped)
    }

    /// Whether asking again later may help: the network failed or took too long, or the server was busy or broke down.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.0.reason {
            Reason::Http(error) => {
                let came_to_nothing = error.is_timeout() || error.is_interrupted() || error.is_left_alone();
                came_to_nothing || (error.is_connect() && !error.is_tls())
            }
            Reason::Unavailable { .. } => true,
            Reason::Api { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
            Reason::Zstack { error, job: None, .. } => {
                error.code.as_deref().is_some_and(|code| zstack::TRANSIENT.contains(&code))
            }
            _ => false,
        }
    }

    /// The HTTP status, when the server answered with an error.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.0.reason {
            Reason::Api { status, .. } | Reason::Zstack { status, .. } | Reason::Unavailable { status, .. } => {
                Some(status)
            }
            _ => None,
        }
    }

    /// The API's own code of the error, such as ZStack's `SYS.1003`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.0.reason {
            Reason::Api { code, .. } => code.as_deref(),
            Reason::Zstack { error, .. } => error.code.as_deref(),
            _ => None,
        }
    }

    /// ZStack's error as it came: code, description, details, and the errors that caused it.
    #[must_use]
    pub fn zstack(&self) -> Option<&ErrorCode> {
        match &self.0.reason {
            Reason::Zstack { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What could not be read in an answer, and where.
    #[must_use]
    pub fn decode(&self) -> Option<&DecodeError> {
        match &self.0.reason {
            Reason::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// The file that an answer could not be written to, and why.
    #[must_use]
    pub fn file(&self) -> Option<&FileError> {
        match &self.0.reason {
            Reason::File(error) => Some(error),
            _ => None,
        }
    }

    /// What the network said.
    #[must_use]
    pub fn http(&self) -> Option<&HttpError> {
        match &self.0.reason {
            Reason::Http(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { reason, system, server, operation } = &*self.0;
        match reason {
            Reason::Http(error) => write!(f, "{operation}: {error}"),
            Reason::Logon(message) => write!(f, "{server} refused the logon: {message}"),
            Reason::Api { status, code, message } => {
                write!(f, "{operation}: {server} answered with an error ({status}")?;
                if let Some(code) = code {
                    write!(f, ", {}", code.escape_debug())?;
                }
                write!(f, "): {message}")
            }
            Reason::Zstack { status, error, job } => {
                match job {
                    None => write!(f, "{operation}: {server} answered with an error ({status}")?,
                    Some(job) => write!(f, "{operation}: {server}: the job {job} failed (")?,
                }
                let comma = if job.is_none() { ", " } else { "" };
                let code = error.code.as_deref().unwrap_or("no code").escape_debug();
                write!(f, "{comma}{code}): {}", zstack::Told(error))
            }
            Reason::Unavailable { status, what } => {
                write!(f, "{operation}: {server} is overloaded or away ({status}, {what}): try again later")
            }
            Reason::Decode(error) => write!(f, "{operation}: {server}: {error}"),
            Reason::Product(Some(found), _) => write!(
                f,
                "{server} is {}, not {}: check the address and the port, or use the system `{found}`",
                found.product(),
                system.product()
            ),
            Reason::Product(None, hint) => {
                write!(f, "{server} does not answer like {}: {hint}; check the address and the port", system.product())
            }
            Reason::Version(message) | Reason::Unproven(message) | Reason::Call(message) => {
                write!(f, "{operation}: {message}")
            }
            Reason::Answer(message)
            | Reason::Unsteady(message)
            | Reason::Link(message)
            | Reason::Elsewhere(message)
            | Reason::Session(message)
            | Reason::Task(message)
            | Reason::Deadline(message) => write!(f, "{operation}: {server}: {message}"),
            Reason::File(error) => write!(f, "{operation}: {error}"),
            Reason::Stopped => write!(f, "{operation}: {server}: it was stopped before it was done"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.reason {
            Reason::Http(error) => Some(error),
            Reason::Decode(error) => Some(error),
            Reason::File(error) => Some(error),
            _ => None,
        }
    }
}
