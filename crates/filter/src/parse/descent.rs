//! The recursive descent.

use std::borrow::Cow;

use super::{ComparisonSpans, paste};
use crate::ast::{All, Any, Comparison, Expr, FieldName, MAX_DEPTH, Op, Value, is_name_byte};
use crate::error::ParseError;
use crate::span::Span;
use crate::syntax::{DoubledQuotes, is_foreign_quote};

/// The state of a parse. `at` always stands on a character boundary: every byte that ends a token
/// is ASCII. What is done about errors is in [`recover`](super::recover).
pub(crate) struct Parser<'a> {
    pub(crate) source: &'a str,
    pub(crate) at: usize,
    pub(crate) depth: usize,
    pub(crate) doubled_quotes: DoubledQuotes,
    pub(crate) extended: bool,
    /// Whether the value to come may have wildcards in it.
    pub(crate) wildcards: bool,
    pub(crate) spans: Vec<ComparisonSpans>,
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

impl<'a> Parser<'a> {
    pub(super) fn new(source: &'a str, doubled_quotes: DoubledQuotes, extended: bool) -> Self {
        Self {
            source,
            at: 0,
            depth: 0,
            doubled_quotes,
            extended,
            wildcards: false,
            spans: Vec::new(),
            next: Separator::End,
            separator: None,
            errors: Vec::new(),
            without_fix: 0,
            stopped: false,
        }
    }

    /// The whole text. Without errors there is an expression.
    pub(super) fn filter(&mut self) -> Option<Expr> {
        self.or_expr()
    }

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
        let negated = self.extended && self.negations();
        let expr = loop {
            match self.peek() {
                Some(b'(') => {
                    let calculation = if self.extended { self.calculation() } else { None };
                    break calculation.or_else(|| self.group());
                }
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
        let expr = if negated { expr.map(Expr::negate) } else { expr };
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
        let start = self.at;
        let (field, field_span) = self.name()?;
        if self.extended {
            self.wildcards = false;
            if paste::is_sign(&self.source[self.at..]) {
                let end = std::mem::replace(&mut self.at, start);
                let calculation = self.calculation();
                if calculation.is_some() {
                    return calculation;
                }
                self.at = end;
            }
            if let Some(read) = self.word(&field, field_span) {
                return read;
            }
        }
        let (op, op_span) = self.op()?;
        if self.extended {
            if let Some((expr, span)) = self.right_side(&field, op) {
                self.place(field_span, op_span, span, false);
                return Some(expr);
            }
            self.wildcards = !op.is_ordering();
        }
        let (value, value_span, quoted) = self.value()?;
        let comparison = Comparison { field, op, value };
        let expr =
            if self.extended && !quoted { self.meant(comparison, value_span)? } else { Expr::Compare(comparison) };
        self.place(field_span, op_span, value_span, quoted);
        Some(expr)
    }

    pub(super) fn place(&mut self, field: Span, op: Span, value: Span, quoted: bool) {
        self.spans.push(ComparisonSpans { field, op, value, quoted });
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
            Some(first) => !first.is_ascii_alphanumeric() && bare.chars().next().is_some_and(is_foreign_quote),
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
