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
//!   show `""Backup""` for it; [`ParseOptions::doubled_quotes_enclose`] reads that form as well.
//! - A bare value that *begins* with a single or typographic quote is refused, though the grammar
//!   allows it: it is a slip that would match nothing. Such a text can be quoted.
//!
//! Blanks are not part of the grammar, except inside quotes. Dotted names are ours, for other
//! systems than EM.

use std::borrow::Cow;

use crate::ast::{All, Any, Comparison, Expr, FieldName, MAX_DEPTH, Op, Value, is_name_byte};
use crate::error::{ParseError, ParseErrorKind};
use crate::help;
use crate::span::Span;

/// The longest text that is parsed, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// Parses a filter.
///
/// # Errors
/// When the text is not a filter, longer than [`MAX_LEN`], or nested deeper than [`MAX_DEPTH`].
///
/// # Examples
/// ```
/// let parsed = backhaul_filter::parse("Type==Full;VmDisplayName==\"db server\"")?;
/// assert_eq!(parsed.expr().terms().len(), 2);
///
/// let error = backhaul_filter::parse("Type=Full").unwrap_err();
/// assert_eq!(error.help(), Some("did you mean `==`?"));
/// # Ok::<(), backhaul_filter::ParseError>(())
/// ```
pub fn parse(source: &str) -> Result<Parsed, ParseError> {
    ParseOptions::new().parse(source)
}

/// How to read what the vendor's pages leave open.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ParseOptions {
    doubled_quotes_enclose: bool,
}

impl ParseOptions {
    /// The readings that the [module](mod@crate::parse) describes.
    #[must_use]
    pub const fn new() -> Self {
        Self { doubled_quotes_enclose: false }
    }

    /// Also reads `""Backup""`, which is no value otherwise, as the text `"Backup"` with its
    /// quotes: the form of the vendor's example.
    #[must_use]
    pub const fn doubled_quotes_enclose(mut self, yes: bool) -> Self {
        self.doubled_quotes_enclose = yes;
        self
    }

    /// Parses a filter with these readings. See [`parse`].
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse(&self, source: &str) -> Result<Parsed, ParseError> {
        if source.len() > MAX_LEN {
            return Err(help::too_long(source));
        }
        let mut parser = Parser { source, at: 0, depth: 0, options: self, spans: Vec::new() };
        let expr = parser.filter()?;
        Ok(Parsed { expr, spans: parser.spans })
    }
}

/// A parsed filter: what it says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    expr: Expr,
    spans: Vec<ComparisonSpans>,
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
/// is ASCII.
pub(crate) struct Parser<'a> {
    pub(crate) source: &'a str,
    pub(crate) at: usize,
    depth: usize,
    options: &'a ParseOptions,
    spans: Vec<ComparisonSpans>,
}

impl Parser<'_> {
    fn filter(&mut self) -> Result<Expr, ParseError> {
        let expr = self.or_expr()?;
        if self.at < self.source.len() { Err(self.expected_separator()) } else { Ok(expr) }
    }

    fn or_expr(&mut self) -> Result<Expr, ParseError> {
        let first = self.and_expr()?;
        if self.peek() != Some(b',') {
            return Ok(first);
        }
        let mut terms = Vec::with_capacity(4);
        Any::push(&mut terms, first);
        while self.eat(b',') {
            let term = self.and_expr()?;
            Any::push(&mut terms, term);
        }
        Ok(Expr::Or(Any::from_flat(terms)))
    }

    fn and_expr(&mut self) -> Result<Expr, ParseError> {
        let first = self.term()?;
        if self.peek() != Some(b';') {
            return Ok(first);
        }
        let mut terms = Vec::with_capacity(4);
        All::push(&mut terms, first);
        while self.eat(b';') {
            let term = self.term()?;
            All::push(&mut terms, term);
        }
        Ok(Expr::And(All::from_flat(terms)))
    }

    fn term(&mut self) -> Result<Expr, ParseError> {
        let open = self.at;
        if !self.eat(b'(') {
            return self.comparison();
        }
        if self.depth == MAX_DEPTH {
            return Err(help::too_deep(open));
        }
        self.depth += 1;
        let expr = self.or_expr()?;
        self.depth -= 1;
        if self.eat(b')') { Ok(expr) } else { Err(self.expected_close(open)) }
    }

    fn comparison(&mut self) -> Result<Expr, ParseError> {
        let (field, field_span) = self.name()?;
        let start = self.at;
        let op = self.op()?;
        let op_span = Span::new(start, self.at);
        let start = self.at;
        let (value, quoted) = self.value()?;
        let value_span = Span::new(start, self.at);
        self.spans.push(ComparisonSpans { field: field_span, op: op_span, value: value_span, quoted });
        Ok(Expr::Compare(Comparison { field, op, value }))
    }

    fn name(&mut self) -> Result<(FieldName, Span), ParseError> {
        let start = self.at;
        loop {
            let word = self.at;
            while self.peek().is_some_and(is_name_byte) {
                self.at += 1;
            }
            if word == self.at {
                return Err(if word == start { self.expected_term() } else { self.expected_word() });
            }
            if !self.eat(b'.') {
                break;
            }
        }
        let name = self.source[start..self.at].to_owned();
        Ok((FieldName::checked(Cow::Owned(name)), Span::new(start, self.at)))
    }

    fn op(&mut self) -> Result<Op, ParseError> {
        let bytes = self.source.as_bytes();
        let (op, len) = match (bytes.get(self.at), bytes.get(self.at + 1)) {
            (Some(b'='), Some(b'=')) => (Op::Eq, 2),
            (Some(b'!'), Some(b'=')) => (Op::Ne, 2),
            (Some(b'>'), Some(b'=')) => (Op::Ge, 2),
            (Some(b'<'), Some(b'=')) => (Op::Le, 2),
            (Some(b'>'), _) => (Op::Gt, 1),
            (Some(b'<'), _) => (Op::Lt, 1),
            _ => return Err(self.expected_op()),
        };
        self.at += len;
        Ok(op)
    }

    fn value(&mut self) -> Result<(Value, bool), ParseError> {
        if self.peek() == Some(b'"') {
            if self.options.doubled_quotes_enclose
                && let Some(value) = self.enclosed()
            {
                return Ok((value, true));
            }
            return Ok((self.quoted()?, true));
        }
        let start = self.at;
        while self.peek().is_some_and(|byte| BARE[byte as usize]) {
            self.at += 1;
        }
        let bare = &self.source[start..self.at];
        match bare.chars().next() {
            Some(first) if !help::is_foreign_quote(first) => Ok((Value::new(bare), false)),
            _ => {
                self.at = start;
                Err(self.expected_value())
            }
        }
    }

    fn quoted(&mut self) -> Result<Value, ParseError> {
        let open = self.at;
        let source = self.source;
        let mut piece = open + 1;
        let mut text = String::new();
        loop {
            let Some(len) = source.as_bytes()[piece..].iter().position(|&byte| byte == b'"') else {
                return Err(self.unclosed_quote(open));
            };
            let quote = piece + len;
            if source.as_bytes().get(quote + 1) == Some(&b'"') {
                text.push_str(&source[piece..=quote]);
                piece = quote + 2;
            } else {
                self.at = quote + 1;
                return Ok(if text.is_empty() {
                    Value::new(&source[piece..quote])
                } else {
                    Value::new(text + &source[piece..quote])
                });
            }
        }
    }

    /// `""Backup""`: two quotes on each side, and none between them.
    fn enclosed(&mut self) -> Option<Value> {
        let inner = self.source[self.at..].strip_prefix("\"\"")?;
        let len = inner.find('"').filter(|&len| len > 0)?;
        let after = inner[len..].strip_prefix("\"\"")?;
        if !matches!(after.bytes().next(), None | Some(b';' | b',' | b')')) || inner.starts_with([';', ',', ')']) {
            return None;
        }
        let value = Value::new(format!("\"{}\"", &inner[..len]));
        self.at = self.source.len() - after.len();
        Some(value)
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[cold]
    fn unclosed_quote(&self, open: usize) -> ParseError {
        ParseError::new(
            ParseErrorKind::UnclosedQuote,
            Span::new(open, open + 1),
            "a closing `\"` for this one",
            "the end of the filter".into(),
            Some("a quote inside a quoted value is doubled: `\"say \"\"hello\"\"\"`".into()),
        )
    }
}

/// The bytes of a bare value.
const BARE: [bool; 256] = {
    let mut table = [true; 256];
    let stops = b" \t\r\n\x0b\x0c\";,()&";
    let mut at = 0;
    while at < stops.len() {
        table[stops[at] as usize] = false;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn value(source: &str) -> String {
        match parse(source).unwrap().into_expr() {
            Expr::Compare(comparison) => comparison.value.as_str().to_owned(),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn operators() {
        for op in Op::ALL {
            let Expr::Compare(comparison) = parse(&format!("Name{op}x")).unwrap().into_expr() else { unreachable!() };
            assert_eq!(comparison.op, op);
        }
    }

    #[test]
    fn values() {
        assert_eq!(value("a==x-y_z.9:/?[]{}|%+=<>!"), "x-y_z.9:/?[]{}|%+=<>!");
        assert_eq!(value("a==naïve日本"), "naïve日本");
        assert_eq!(value("a==O'Brien"), "O'Brien");
        assert_eq!(value(r#"a=="""#), "");
        assert_eq!(value(r#"a=="a b;c,(d)&e""#), "a b;c,(d)&e");
        assert_eq!(value(r#"a=="""Backup""""#), "\"Backup\"");
        assert_eq!(value(r#"a=="x""""#), "x\"");
        assert_eq!(value("a==\"line\nbreak\""), "line\nbreak");
    }

    #[test]
    fn doubled_quotes() {
        let lenient = ParseOptions::new().doubled_quotes_enclose(true);
        let expect = parse(r#"Name=="""Backup""";a==b"#).unwrap().into_expr();
        assert_eq!(lenient.parse(r#"Name==""Backup"";a==b"#).unwrap().into_expr(), expect);
        assert_eq!(lenient.parse(r#"Name=="""Backup""";a==b"#).unwrap().into_expr(), expect);
        for same in [r#"a=="";b=="""#, r#"(a=="")"#, r#"a=="",b=="x""#, r#"a=="x"""#, r#"a=="";b==""x"""#] {
            let lenient = lenient.parse(same).map(Parsed::into_expr).map_err(|e| e.to_string());
            let strict = parse(same).map(Parsed::into_expr).map_err(|e| e.to_string());
            if strict.is_ok() {
                assert_eq!(lenient, strict, "{same}");
            }
        }
    }

    #[test]
    fn and_binds_tighter() {
        let loose = parse("a==1;b==2,c==3;d==4").unwrap();
        assert_eq!(loose.expr(), parse("(a==1;b==2),(c==3;d==4)").unwrap().expr());
        assert_eq!(loose.expr().terms().len(), 2);
    }

    #[test]
    fn redundant_parentheses_vanish() {
        assert_eq!(parse("((a==1))").unwrap().expr(), parse("a==1").unwrap().expr());
        assert_eq!(parse("(a==1;b==2);c==3").unwrap().expr(), parse("a==1;b==2;c==3").unwrap().expr());
        assert_eq!(parse("a==1,(b==2,(c==3))").unwrap().expr(), parse("a==1,b==2,c==3").unwrap().expr());
    }

    #[test]
    fn spans_belong_to_the_conditions_in_order() {
        let source = "(é==1)";
        assert_eq!(parse(source).unwrap_err().span(), Span::new(1, 3));
        let source = "(a==1;zone.name!=\"x y\"),c>=3";
        let parsed = parse(source).unwrap();
        let texts: Vec<_> = parsed
            .spans()
            .iter()
            .map(|s| {
                (s.field.text(source).unwrap(), s.op.text(source).unwrap(), s.value.text(source).unwrap(), s.quoted)
            })
            .collect();
        assert_eq!(texts, [("a", "==", "1", false), ("zone.name", "!=", "\"x y\"", true), ("c", ">=", "3", false)]);
        assert_eq!(parsed.spans()[1].whole().text(source), Some("zone.name!=\"x y\""));
        assert_eq!(parsed.expr().conditions().count(), parsed.spans().len());
    }

    #[test]
    fn limits() {
        let nest = |depth: usize| format!("{}a==1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nest(MAX_DEPTH)).is_ok());
        assert_eq!(parse(&nest(MAX_DEPTH + 1)).unwrap_err().kind(), ParseErrorKind::TooDeep);
        assert_eq!(parse(&"(".repeat(MAX_LEN)).unwrap_err().kind(), ParseErrorKind::TooDeep);
        let long = |len: usize| format!("a=={}", "x".repeat(len - 3));
        assert!(parse(&long(MAX_LEN)).is_ok());
        assert_eq!(parse(&long(MAX_LEN + 1)).unwrap_err().kind(), ParseErrorKind::TooLong);
        assert!(parse(&"a==1;(b==1,".repeat(5000)).is_err());
    }
}
