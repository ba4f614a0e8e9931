//! The error of a text that is not a filter.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::span::{Span, render};

/// Why a text is not a filter: where, what was expected there, what was found, and often what to do
/// about it.
///
/// `Display` is one line; [`render`](ParseError::render) draws the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    // Boxed so that the way of success carries no weight of it.
    inner: Box<Inner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ParseErrorKind,
    span: Span,
    expected: &'static str,
    found: Cow<'static, str>,
    help: Option<Cow<'static, str>>,
}

/// What kind of thing was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Something stood where the grammar has no place for it.
    Unexpected,
    /// A quoted value without its end.
    UnclosedQuote,
    /// A group without its end.
    UnclosedGroup,
    /// Groups nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A text longer than [`MAX_LEN`](crate::MAX_LEN).
    TooLong,
}

impl ParseError {
    #[cold]
    pub(crate) fn new(
        kind: ParseErrorKind,
        span: Span,
        expected: &'static str,
        found: Cow<'static, str>,
        help: Option<Cow<'static, str>>,
    ) -> Self {
        Self { inner: Box::new(Inner { kind, span, expected, found, help }) }
    }

    /// What kind of thing was wrong.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        self.inner.kind
    }

    /// Where.
    #[must_use]
    pub fn span(&self) -> Span {
        self.inner.span
    }

    /// What could have stood there.
    #[must_use]
    pub fn expected(&self) -> &str {
        self.inner.expected
    }

    /// What stood there.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.inner.found
    }

    /// What to do about it, where that can be guessed.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.inner.help.as_deref()
    }

    /// The error with the line it is about, the place underlined, and the help below. `source` is
    /// the text that was parsed.
    ///
    /// ```
    /// let source = "Name==Backup&Type==Full";
    /// let error = backhaul_filter::parse(source).unwrap_err();
    /// assert_eq!(error.render(source), "\
    /// error: expected `;`, `,` or the end of the filter, found `&`
    ///   | Name==Backup&Type==Full
    ///   |             ^
    ///   = help: a raw `&` ends the filter in a URL: AND is written `;`");
    /// ```
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        render(&format!("error: {self}"), source, Some(self.span()), self.help())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.inner.expected, self.inner.found)
    }
}

impl Error for ParseError {}
