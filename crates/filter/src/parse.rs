//! Text to expression: a recursive descent over EM's grammar.
//!
//! ```text
//! filter     = or-expr
//! or-expr    = and-expr { "," and-expr }
//! and-expr   = term { ";" term }
//! term       = comparison | "(" or-expr ")"
//! comparison = name op value
//! op         = "==" | "!=" | ">=" | "<=" | ">" | "<"
//! name       = word { "." word }          word = [A-Za-z0-9_]+
//! value      = quoted | bare
//! quoted     = '"' { any character | '""' } '"'
//! bare       = a run without blanks and without " ; , ( ) &
//! ```
//!
//! Three readings are ours, because the vendor's pages do not say:
//!
//! - `;` binds tighter than `,`. The pages never mix them without parentheses, and
//!   [`print`](crate::print()) never does either.
//! - A quoted value is read as in CSV: `"""Backup"""` is the name `"Backup"` in quotes. The pages
//!   show `""Backup""` for it; [`DoubledQuotes`] is the switch.
//! - A bare value that *begins* with a single or typographic quote is refused, though the grammar
//!   allows it: it is a slip that would match nothing. Such a text can be quoted.
//!
//! # The extended language
//!
//! [`ParseOptions::extended`] adds what people ask and no text of EM's says. Whatever stands in quotes is a text, there
//! as here, so every filter can be written in a way that both read alike.
//!
//! | written | says |
//! | --- | --- |
//! | `Name==web*`, `Name!="web server "?` | a [pattern](crate::Pattern): outside of quotes, `*` is any run of characters and `?` any one |
//! | `name~=web%`, `name!~=web_` | the same as SQL and ZStack write it: `%` and `_`, in quotes as well; a backslash takes the next character as it is |
//! | `Name==null`, `Name!=null` | the field has no value, or has one; the text is `"null"` |
//! | `Name in (a,"b c",web*)`, `Name not in (a)` | one of the list |
//! | `!Name==a`, `NOT (a==1;b==2)` | the exact opposite |
//! | `used>0.8 * quota`, `(used + cached) / quota>=1`, `used>(quota)` | a [calculation](crate::Relation): signs behind a comparison have blanks around them, unless in parentheses; `*` need not |
//!
//! What depends on a type or on the clock (`yesterday`, `1.5TiB`, a field's second name) stays a text here;
//! [`resolve`](mod@crate::resolve) gives it its meaning.
//!
//! # Blanks
//!
//! Blanks are not part of the grammar, except inside quotes, and in the extended language around words, in lists and in
//! calculations. Dotted names are ours, for other systems than EM.
//!
//! # Errors, and what people paste
//!
//! A parse goes on after an error: where only one thing can have been meant, as if that stood there
//! ([`ParseError::fix`]), and else at the next separator. So it finds several errors, and a strict
//! and a [lenient](ParseOptions::lenient) parse are the same: a strict one refuses what has a fix, a
//! lenient one takes it and reports it ([`Parsed::repairs`]). What has a fix:
//!
//! | written | read as |
//! | --- | --- |
//! | `“Backup 1”`, `'Backup 1'`, `„Backup 1“` | `"Backup 1"` |
//! | `=`, `:`, `=>`, `=<`, `=!`, `<>`, `≥`, `≤`, `≠`, `=eq=`, `=gt=` and so on, where no operator stands | the operator |
//! | blanks around operators, separators and parentheses | nothing |
//! | `and`, `&&`, `&`, `or`, `\|\|`, where a condition follows | `;`, `,` |
//! | `Backup 1`, `R&D`, in a value without quotes | `"Backup 1"`, `"R&D"` |
//! | `""Backup""` | `"""Backup"""` |
//! | one separator too many | one |

mod descent;
mod extended;
mod paste;
mod recover;

use self::descent::Parser;
use crate::ast::Expr;
use crate::clock::Clock;
use crate::error::{ParseError, ParseErrors};
use crate::field::Schema;
use crate::resolve::resolve;
use crate::span::Span;
pub use crate::syntax::{DoubledQuotes, MAX_LEN};

/// Parses a filter, strictly.
///
/// # Errors
/// When the text is not a filter, longer than [`MAX_LEN`], or nested deeper than
/// [`MAX_DEPTH`](crate::MAX_DEPTH): all
/// that is wrong, up to the sixteenth error without a fix.
///
/// # Examples
/// ```
/// let parsed = backhaul_filter::parse("Type==Full;VmDisplayName==\"db server\"")?;
/// assert_eq!(parsed.expr().terms().len(), 2);
///
/// let errors = backhaul_filter::parse("Type=Full;Size<").unwrap_err();
/// assert_eq!(errors[0].help(), Some("did you mean `==`?"));
/// assert_eq!(errors[1].expected(), "a value");
/// # Ok::<(), backhaul_filter::ParseErrors>(())
/// ```
pub fn parse(source: &str) -> Result<Parsed, ParseErrors> {
    ParseOptions::new().parse(source)
}

/// How strictly to read, and how to read what the vendor's pages leave open.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ParseOptions {
    lenient: bool,
    extended: bool,
    doubled_quotes: DoubledQuotes,
}

impl ParseOptions {
    /// Strict, with the readings that the [module](mod@crate::parse) describes.
    #[must_use]
    pub const fn new() -> Self {
        Self { lenient: false, extended: false, doubled_quotes: DoubledQuotes::AsInCsv }
    }

    /// Whether to read what has one possible meaning as that meaning; [`Parsed::repairs`] tells
    /// where. What is a filter without that stays the same filter.
    ///
    /// ```
    /// use backhaul_filter::{ParseOptions, parse};
    ///
    /// let source = "Name = “Backup 1” and Type==Full";
    /// let parsed = ParseOptions::new().lenient(true).parse(source)?;
    /// assert_eq!(parsed.expr(), parse("Name==\"Backup 1\";Type==Full")?.expr());
    /// assert_eq!(parsed.repairs()[1].repaired(source).message, "`“Backup 1”` is read as `\"Backup 1\"`");
    /// # Ok::<(), backhaul_filter::ParseErrors>(())
    /// ```
    #[must_use]
    pub const fn lenient(mut self, yes: bool) -> Self {
        self.lenient = yes;
        self
    }

    /// Whether to read the [extended language](mod@crate::parse#the-extended-language): patterns, null tests, lists,
    /// negation and calculations beside EM's grammar.
    ///
    /// ```
    /// use backhaul_filter::{ParseOptions, parse};
    ///
    /// let extended = ParseOptions::new().extended(true);
    /// let filter = "not Name==web*;Description!=null;State in (Lost,Disabled)";
    /// assert_eq!(extended.parse(filter)?.expr().to_string(), "Name!=web*;Description!=null;State in (Lost,Disabled)");
    /// // What is in quotes is text in both.
    /// assert_eq!(extended.parse("Name==\"web*\"")?, parse("Name==\"web*\"")?);
    /// # Ok::<(), backhaul_filter::ParseErrors>(())
    /// ```
    #[must_use]
    pub const fn extended(mut self, yes: bool) -> Self {
        self.extended = yes;
        self
    }

    /// What `""Backup""` is.
    #[must_use]
    pub const fn doubled_quotes(mut self, reading: DoubledQuotes) -> Self {
        self.doubled_quotes = reading;
        self
    }

    /// Parses a filter with these readings. See [`parse`].
    ///
    /// # Errors
    /// As [`parse`]; a lenient parse gives only the errors that it cannot mend.
    pub fn parse(&self, source: &str) -> Result<Parsed, ParseErrors> {
        let mut parser = Parser::new(source, self.doubled_quotes, self.extended);
        let expr = if source.len() > MAX_LEN { parser.too_long() } else { parser.filter() };
        let Parser { spans, errors, .. } = parser;
        let has_fix = |error: &ParseError| error.fix().is_some();
        match expr {
            Some(expr) if errors.is_empty() || (self.lenient && errors.iter().all(has_fix)) => {
                Ok(Parsed { expr, spans, repairs: errors })
            }
            _ => Err(ParseErrors::of(errors, self.lenient)),
        }
    }
}

/// A parsed filter: what it says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    expr: Expr,
    spans: Vec<ComparisonSpans>,
    repairs: Vec<ParseError>,
}

impl Parsed {
    /// What the filter says.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// What the filter says, without the places.
    #[must_use]
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// The filter with the meaning that it has for a type, at a moment: see [`resolve`](crate::resolve()). The places
    /// stay.
    #[must_use]
    pub fn resolved(self, schema: &Schema<'_>, clock: &Clock<'_>) -> Self {
        Self { expr: resolve(&self.expr, schema, clock), ..self }
    }

    /// Where each comparison stood: one entry for each of [`Expr::conditions`], in that order.
    #[must_use]
    pub fn spans(&self) -> &[ComparisonSpans] {
        &self.spans
    }

    /// What a strict parse would have refused, and was read as its fix, in the order of the text.
    #[must_use]
    pub fn repairs(&self) -> &[ParseError] {
        &self.repairs
    }
}

/// Where the parts of a comparison stood in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ComparisonSpans {
    /// The field's name.
    pub field: Span,
    /// The operator.
    pub op: Span,
    /// The value, with its quotes.
    pub value: Span,
    /// Whether the value was quoted.
    pub quoted: bool,
}

impl ComparisonSpans {
    /// The whole comparison.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.field.to(self.value)
    }
}
