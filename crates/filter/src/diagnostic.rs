//! What is found in a filter, and how it is shown.

use std::error::Error;
use std::fmt;

use crate::span::{Span, render};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The filter may be meant so.
    Warning,
    /// The filter cannot be meant so.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Something found in a filter. `Display` is one line; [`render`](Diagnostic::render) draws the
/// place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is, when the filter came from a text.
    pub span: Option<Span>,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The finding with the line it is about, the place underlined, and the help below. `source` is
    /// the text that was parsed.
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        render(&self.to_string(), source, self.span, self.help.as_deref())
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity, self.message)
    }
}

impl Error for Diagnostic {}
