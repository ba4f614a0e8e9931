//! The errors of a text that is not a filter.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ops::Deref;

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::{Span, render};
use crate::text::{clean, shown};

/// What is wrong with a text at one place: where, what was expected there, what was found, and
/// often what to do about it.
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
    fix: Option<Fix>,
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

/// A piece of the text, and what should stand in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fix {
    /// The piece; empty where something is missing.
    pub span: Span,
    /// What should stand there; empty where nothing should.
    pub text: Cow<'static, str>,
}

impl ParseError {
    #[cold]
    pub(crate) fn new(
        kind: ParseErrorKind,
        span: Span,
        expected: &'static str,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { inner: Box::new(Inner { kind, span, expected, found: found.into(), help: None, fix: None }) }
    }

    pub(crate) fn help_with(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.inner.help = Some(help.into());
        self
    }

    pub(crate) fn fix_with(mut self, span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        self.inner.fix = Some(Fix { span, text: text.into() });
        self
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

    /// The change that makes the place right, where only one thing can have been meant. This is what
    /// a [lenient](crate::ParseOptions::lenient) parse reads.
    #[must_use]
    pub fn fix(&self) -> Option<&Fix> {
        self.inner.fix.as_ref()
    }

    /// The error with the line it is about, the place underlined, and the help below. `source` is
    /// the text that was parsed.
    ///
    /// ```
    /// let source = "Name==Backup&Type==Full";
    /// let errors = backhaul_filter::parse(source).unwrap_err();
    /// assert_eq!(errors[0].render(source), "\
    /// error: expected `;`, `,` or the end of the filter, found `&`
    ///   | Name==Backup&Type==Full
    ///   |             ^
    ///   = help: a raw `&` ends the filter in a URL: AND is written `;`");
    /// ```
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        render(&format!("error: {self}"), source, Some(self.span()), self.help())
    }

    /// What is said of a place that a lenient parse read as the fix has it: a warning. `source` is
    /// the text that was parsed.
    #[must_use]
    pub fn repaired(&self, source: &str) -> Diagnostic {
        let (span, text) = self.fix().map_or((self.span(), ""), |fix| (fix.span, &*fix.text));
        let written = span.text(source).unwrap_or_default();
        let written = if written.trim().is_empty() { "a blank".to_owned() } else { shown(written) };
        let message = if text.is_empty() {
            format!("{written} is left out")
        } else {
            format!("{written} is read as {}", shown(text))
        };
        // What the message says already is no help.
        let help = self.help().filter(|help| !help.starts_with("did you mean")).map(str::to_owned);
        Diagnostic { severity: Severity::Warning, span: Some(span), message, help }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.inner.expected, self.inner.found)
    }
}

impl Error for ParseError {}

/// Everything that is wrong with a text: at least one error, in the order of the text. Reads as a
/// slice.
///
/// `Display` is one line; [`render`](ParseErrors::render) draws every place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseErrors(Vec<ParseError>);

/// How many errors are drawn.
const DRAWN: usize = 16;

/// The longest text that is shown as it may be meant.
const LINE: usize = 300;

impl ParseErrors {
    /// Sorts the errors by place. A lenient parse speaks of those only that it could not mend.
    #[cold]
    pub(crate) fn of(mut errors: Vec<ParseError>, lenient: bool) -> Self {
        if lenient && errors.iter().any(|error| error.fix().is_none()) {
            errors.retain(|error| error.fix().is_none());
        }
        errors.sort_by_key(|error| error.span().start);
        Self(errors)
    }

    /// Every error with the line it is about, the place underlined, and the help below, up to the
    /// sixteenth; and, when all can be mended and the whole is a line, the line as it was meant.
    /// `source` is the text that was parsed.
    ///
    /// ```
    /// let source = "Name = 'Backup 1' and Type==Full";
    /// let errors = backhaul_filter::parse(source).unwrap_err();
    /// assert_eq!(errors.render(source), "\
    /// error: expected an operator (`==`, `!=`, `>`, `>=`, `<` or `<=`), found ` = `
    ///   | Name = 'Backup 1' and Type==Full
    ///   |     ^^^
    ///   = help: did you mean `==`?
    /// error: expected a value, found `'`
    ///   | Name = 'Backup 1' and Type==Full
    ///   |        ^
    ///   = help: single quotes do not quote: write the value in double quotes
    /// error: expected `;`, `,` or the end of the filter, found ` and `
    ///   | Name = 'Backup 1' and Type==Full
    ///   |                  ^^^^^
    ///   = help: AND is written `;`, without blanks
    /// as it may be meant: Name==\"Backup 1\";Type==Full");
    /// ```
    #[must_use]
    pub fn render(&self, source: &str) -> String {
        let mut drawn: Vec<_> = self.iter().take(DRAWN).map(|error| error.render(source)).collect();
        if self.len() > DRAWN {
            drawn.push(format!("and {} more", self.len() - DRAWN));
        }
        // Only as it can be copied: whole, and with nothing in it that must not reach a terminal.
        if let Some(fixed) = self.fixed(source).filter(|fixed| fixed.len() <= LINE && clean(fixed) == *fixed) {
            drawn.push(format!("as it may be meant: {fixed}"));
        }
        drawn.join("\n")
    }

    /// The text with every fix made, when every error has one: [`parse`](crate::parse()) takes it.
    /// `source` is the text that was parsed.
    #[must_use]
    pub fn fixed(&self, source: &str) -> Option<String> {
        apply(self, source)
    }
}

/// The text with every fix made; none when an error lacks one.
pub(crate) fn apply(errors: &[ParseError], source: &str) -> Option<String> {
    let mut fixes = errors.iter().map(ParseError::fix).collect::<Option<Vec<_>>>()?;
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    let mut text = String::with_capacity(source.len() + 16);
    let mut at = 0;
    for fix in fixes {
        text.push_str(source.get(at..fix.span.start)?);
        text.push_str(&fix.text);
        at = fix.span.end;
    }
    text.push_str(source.get(at..)?);
    Some(text)
}

impl Deref for ParseErrors {
    type Target = [ParseError];

    fn deref(&self) -> &[ParseError] {
        &self.0
    }
}

impl fmt::Display for ParseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.first() {
            first.fmt(f)?;
        }
        match self.len() {
            0 | 1 => Ok(()),
            several => write!(f, " (and {} more)", several - 1),
        }
    }
}

impl Error for ParseErrors {}

impl From<&ParseError> for Diagnostic {
    fn from(error: &ParseError) -> Self {
        Self {
            severity: Severity::Error,
            span: Some(error.span()),
            message: error.to_string(),
            help: error.help().map(str::to_owned),
        }
    }
}
