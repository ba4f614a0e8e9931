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
//! Blanks are not part of the grammar, except inside quotes. Dotted names are ours, for other
//! systems than EM.
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

use std::borrow::Cow;

use crate::ast::{All, Any, Comparison, Expr, FieldName, MAX_DEPTH, Op, Value, is_name_byte};
use crate::error::{ParseError, ParseErrors};
use crate::recover;
use crate::span::Span;

/// The longest text that is parsed, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// Parses a filter, strictly.
///
/// # Errors
/// When the text is not a filter, longer than [`MAX_LEN`], or nested deeper than [`MAX_DEPTH`]: all
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
    doubled_quotes: DoubledQuotes,
}

/// What `""Backup""` is: the vendor's example of a value in quotes of its own, where the rule that it
/// illustrates, as CSV has it, would write `"""Backup"""`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DoubledQuotes {
    /// No value; the rule holds.
    #[default]
    AsInCsv,
    /// The text `"Backup"`, with its quotes: read beside the rule's own form, and written in its
    /// place where both are possible ([`print_with`](crate::print_with)).
    AsInExample,
}

impl ParseOptions {
    /// Strict, with the readings that the [module](mod@crate::parse) describes.
    #[must_use]
    pub const fn new() -> Self {
        Self { lenient: false, doubled_quotes: DoubledQuotes::AsInCsv }
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
        let mut parser = Parser {
            source,
            at: 0,
            depth: 0,
            doubled_quotes: self.doubled_quotes,
            spans: Vec::new(),
            next: Separator::End,
            separator: None,
            errors: Vec::new(),
            without_fix: 0,
            stopped: false,
        };
        let expr = if source.len() > MAX_LEN { parser.too_long() } else { parser.or_expr() };
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

/// The state of a parse. `at` always stands on a character boundary: every byte that ends a token
/// is ASCII. What is done about errors is in [`recover`].
pub(crate) struct Parser<'a> {
    pub(crate) source: &'a str,
    pub(crate) at: usize,
    pub(crate) depth: usize,
    pub(crate) doubled_quotes: DoubledQuotes,
    spans: Vec<ComparisonSpans>,
    /// What stood behind the last term.
    next: Separator,
    /// Where it stands, if it is a sign, and nothing that stays stands behind it yet.
    pub(crate) separator: Option<usize>,
    pub(crate) errors: Vec<ParseError>,
    pub(crate) without_fix: usize,
    /// Nothing more can be said: the rest of the text is not read.
    pub(crate) stopped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    And,
    Or,
    /// The end of the group or of the filter.
    End,
}

impl Parser<'_> {
    fn or_expr(&mut self) -> Option<Expr> {
        let first = self.and_expr();
        if self.next != Separator::Or {
            return first;
        }
        let mut terms = Vec::with_capacity(4);
        if let Some(term) = first {
            Any::push(&mut terms, term);
        }
        while self.next == Separator::Or {
            if let Some(term) = self.and_expr() {
                Any::push(&mut terms, term);
            }
        }
        if terms.len() > 1 { Some(Expr::Or(Any::from_flat(terms))) } else { terms.pop() }
    }

    fn and_expr(&mut self) -> Option<Expr> {
        let first = self.term();
        if self.next != Separator::And {
            return first;
        }
        let mut terms = Vec::with_capacity(4);
        if let Some(term) = first {
            All::push(&mut terms, term);
        }
        while self.next == Separator::And {
            if let Some(term) = self.term() {
                All::push(&mut terms, term);
            }
        }
        if terms.len() > 1 { Some(Expr::And(All::from_flat(terms))) } else { terms.pop() }
    }

    fn term(&mut self) -> Option<Expr> {
        let expr = loop {
            match self.peek() {
                Some(b'(') => break self.group(),
                Some(byte) if is_name_byte(byte) => {
                    let comparison = self.comparison();
                    if comparison.is_none() {
                        self.resync();
                    }
                    break comparison;
                }
                _ if self.mend_term() => {}
                _ => break None,
            }
        };
        self.next = match self.peek() {
            Some(sign @ (b';' | b',')) => {
                self.separator = Some(self.at);
                self.at += 1;
                if sign == b';' { Separator::And } else { Separator::Or }
            }
            None => Separator::End,
            Some(b')') if self.depth > 0 => Separator::End,
            Some(_) => self.mend_separator(),
        };
        expr
    }

    fn group(&mut self) -> Option<Expr> {
        let open = self.at;
        if self.depth == MAX_DEPTH {
            self.too_deep();
            return None;
        }
        self.at += 1;
        self.depth += 1;
        self.separator = None;
        let expr = self.or_expr();
        self.depth -= 1;
        if !self.eat(b')') {
            self.unclosed_group(open);
        }
        expr
    }

    fn comparison(&mut self) -> Option<Expr> {
        let (field, field_span) = self.name()?;
        let (op, op_span) = self.op()?;
        let (value, value_span, quoted) = self.value()?;
        self.spans.push(ComparisonSpans { field: field_span, op: op_span, value: value_span, quoted });
        Some(Expr::Compare(Comparison { field, op, value }))
    }

    fn name(&mut self) -> Option<(FieldName, Span)> {
        let start = self.at;
        loop {
            let word = self.at;
            while self.peek().is_some_and(is_name_byte) {
                self.at += 1;
            }
            if word == self.at {
                self.expected_word();
                return None;
            }
            if !self.eat(b'.') {
                break;
            }
        }
        let name = self.source[start..self.at].to_owned();
        Some((FieldName::checked(Cow::Owned(name)), Span::new(start, self.at)))
    }

    fn op(&mut self) -> Option<(Op, Span)> {
        let bytes = self.source.as_bytes();
        let (op, len) = match (bytes.get(self.at), bytes.get(self.at + 1)) {
            (Some(b'='), Some(b'=')) => (Op::Eq, 2),
            (Some(b'!'), Some(b'=')) => (Op::Ne, 2),
            (Some(b'>'), Some(b'=')) => (Op::Ge, 2),
            (Some(b'<'), Some(b'=')) => (Op::Le, 2),
            (Some(b'>'), _) => (Op::Gt, 1),
            (Some(b'<'), _) => (Op::Lt, 1),
            _ => return self.mend_op(),
        };
        let start = self.at;
        self.at += len;
        Some((op, Span::new(start, self.at)))
    }

    /// The value, where it stands, and whether it is quoted.
    pub(crate) fn value(&mut self) -> Option<(Value, Span, bool)> {
        let start = self.at;
        if self.peek() == Some(b'"') {
            let value = self.quoted()?;
            return Some((value, Span::new(start, self.at), true));
        }
        let rest = &self.source[start..];
        let len = rest.bytes().position(|byte| !BARE[byte as usize]).unwrap_or(rest.len());
        let bare = &rest[..len];
        let foreign = match bare.bytes().next() {
            Some(first) => !first.is_ascii_alphanumeric() && bare.chars().next().is_some_and(recover::is_foreign_quote),
            None => true,
        };
        if foreign {
            return self.mend_value();
        }
        self.at = start + len;
        if matches!(self.peek(), None | Some(b';' | b',' | b')')) {
            return Some((Value::new(bare), Span::new(start, self.at), false));
        }
        self.mend_bare(start);
        Some((Value::new(&self.source[start..self.at]), Span::new(start, self.at), false))
    }

    pub(crate) fn quoted(&mut self) -> Option<Value> {
        let open = self.at;
        let source = self.source;
        let mut piece = open + 1;
        let mut text = String::new();
        loop {
            let Some(len) = source.as_bytes()[piece..].iter().position(|&byte| byte == b'"') else {
                self.unclosed_quote(open);
                return None;
            };
            let quote = piece + len;
            if source.as_bytes().get(quote + 1) == Some(&b'"') {
                text.push_str(&source[piece..=quote]);
                piece = quote + 2;
                continue;
            }
            self.at = quote + 1;
            if quote == open + 1 && !matches!(self.peek(), None | Some(b';' | b',' | b')')) {
                return Some(self.mend_doubled(open));
            }
            let last = &source[piece..quote];
            return Some(if text.is_empty() { Value::new(last) } else { Value::new(text + last) });
        }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
}

/// The bytes of a bare value.
pub(crate) const BARE: [bool; 256] = {
    let mut table = [true; 256];
    let stops = b" \t\r\n\x0b\x0c\";,()&";
    let mut at = 0;
    while at < stops.len() {
        table[stops[at] as usize] = false;
        at += 1;
    }
    table
};
