use std::fmt;
use std::time::Duration;

use backhaul_transport::Error;

/// A server, or a part of what it was asked for, that gave no answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Problem {
    /// What was asked for, such as `organization Contoso`; none when it is the server as a whole.
    pub part: Option<String>,
    /// Why there is no answer.
    pub cause: Cause,
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum Cause {
    /// A call failed.
    Call(Error),
    /// The answer lacks what a number cannot be told without.
    Answer(String),
    /// The server had not given all in the time that it was given.
    Deadline(Duration),
    /// A fault of this library. It is confined to the server whose answer brought it out.
    Fault(String),
}

impl Problem {
    /// Whether the server refused the logon.
    #[must_use]
    pub fn is_logon_refused(&self) -> bool {
        matches!(&self.cause, Cause::Call(error) if error.is_logon_refused())
    }

    /// Whether another product, or none that is known, answered.
    #[must_use]
    pub fn is_wrong_product(&self) -> bool {
        matches!(&self.cause, Cause::Call(error) if error.is_wrong_product())
    }

    pub(crate) fn of(part: impl Into<String>, error: Error) -> Self {
        Self { part: Some(part.into()), cause: Cause::Call(error) }
    }

    pub(crate) fn lacking(part: impl Into<String>, what: impl Into<String>) -> Self {
        Self { part: Some(part.into()), cause: Cause::Answer(what.into()) }
    }

    pub(crate) fn whole(cause: Cause) -> Self {
        Self { part: None, cause }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(part) = &self.part {
            write!(f, "{part}: ")?;
        }
        self.cause.fmt(f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Answer(what) => f.write_str(what),
            Self::Deadline(time) => {
                write!(f, "not done within {} s; the server may be slow: give it more time", time.as_secs_f64())
            }
            Self::Fault(message) => write!(f, "a fault of backhaul's own: {message}; please report it"),
        }
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Call(error) => Some(error),
            Cause::Answer(_) | Cause::Deadline(_) | Cause::Fault(_) => None,
        }
    }
}
