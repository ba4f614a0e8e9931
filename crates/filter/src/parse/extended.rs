//! What the extended language says beyond EM's grammar.
//!
//! Functions of the text that is still to come, and the parser's steps that use them. Each takes what is whole and of
//! its own form, and leaves everything else to the grammar and its errors.

use super::descent::{BARE, Parser};
use super::paste;
use crate::ast::{
    Comparison, Expr, FieldName, MAX_DEPTH, Op, Operand, Pattern, Relation, Sign, Value, is_name, is_name_byte,
};
use crate::calculate::MAX_STEPS;
use crate::datetime::DateTime;
use crate::number;
use crate::span::Span;
use crate::syntax::{NULL, is_foreign_quote};

/// How deep parentheses stand in one another in a calculation.
const MAX_PARENTHESES: usize = 8;

impl Parser<'_> {
    /// Reads `!` and `NOT` in front of a group or a condition: whether there is an odd number of them.
    pub(super) fn negations(&mut self) -> bool {
        let mut negated = false;
        while let Some(len) = not_len(&self.source[self.at..]) {
            negated = !negated;
            self.at += len;
        }
        negated
    }

    /// A relation that does not begin as a condition does: with a calculation, or a parenthesis.
    pub(super) fn calculation(&mut self) -> Option<Expr> {
        let rest = &self.source[self.at..];
        let mut text = Text { rest, loose: true, steps: 0, in_parentheses: 0 };
        let left = text.sum()?;
        let left_len = rest.len() - text.rest.len();
        text.skip();
        let at_op = rest.len() - text.rest.len();
        let (op, op_len) = paste::operator(text.rest)?;
        (op.as_str() == &text.rest[..op_len]).then_some(())?;
        text.rest = &text.rest[op_len..];
        text.skip();
        let at_right = rest.len() - text.rest.len();
        let right = text.sum()?;
        let whole = matches!(left, Operand::Calculation(_)) || rest.starts_with('(');
        if !whole || !ends(text.rest) {
            return None;
        }
        let end = self.at + rest.len() - text.rest.len();
        let field = Span::new(self.at, self.at + left_len);
        let op_span = Span::new(self.at + at_op, self.at + at_op + op_len);
        self.place(field, op_span, Span::new(self.at + at_right, end), false);
        self.at = end;
        Some(Expr::Relate { relation: Relation { left, op, right }, negated: false })
    }

    /// A list behind `in`, or a pattern behind `~=`.
    pub(super) fn word(&mut self, field: &FieldName, field_span: Span) -> Option<Option<Expr>> {
        let rest = &self.source[self.at..];
        if let Some((negated, len)) = in_len(rest) {
            let op = Span::new(self.at + paste::blanks(rest), self.at + len);
            self.at += len;
            let expr = self.list(field, field_span, op);
            return Some(expr.map(|expr| if negated { expr.negate() } else { expr }));
        }
        let blanks = paste::blanks(rest);
        let sign = &rest[blanks..];
        let (negated, len) = match sign.strip_prefix('!') {
            Some(more) if more.starts_with("~=") => (true, 3),
            _ if sign.starts_with("~=") => (false, 2),
            _ => return None,
        };
        let op = Span::new(self.at + blanks, self.at + blanks + len);
        self.at = op.end + paste::blanks(&sign[len..]);
        let value = self.value();
        Some(value.map(|(value, span, quoted)| {
            self.place(field_span, op, span, quoted);
            Expr::Like { field: field.clone(), pattern: Pattern::sql(value.as_str()), negated }
        }))
    }

    /// The list, from its parenthesis on: values, and patterns and `null` among them.
    fn list(&mut self, field: &FieldName, field_span: Span, op: Span) -> Option<Expr> {
        let open = self.at;
        self.at += 1;
        let (mut values, mut others) = (Vec::new(), Vec::new());
        let blanks = |parser: &mut Self| parser.at += paste::blanks(&parser.source[parser.at..]);
        blanks(self);
        while self.peek() != Some(b')') {
            if let Some((pattern, len)) = pattern(&self.source[self.at..]) {
                self.at += len;
                others.push(Expr::Like { field: field.clone(), pattern, negated: false });
            } else {
                let (value, _, quoted) = self.value()?;
                match value.as_str() {
                    NULL if !quoted => others.push(Expr::Null { field: field.clone(), negated: false }),
                    _ => values.push(value),
                }
            }
            blanks(self);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b')') => break,
                _ => {
                    self.unclosed_list(open);
                    return None;
                }
            }
            blanks(self);
        }
        if !others.is_empty() && others.len() + values.len() > 1 && self.depth == MAX_DEPTH {
            self.too_deep();
            return None;
        }
        self.at += 1;
        let span = Span::new(open, self.at);
        if !values.is_empty() || others.is_empty() {
            others.insert(0, Expr::In { field: field.clone(), values, negated: false });
        }
        others.iter().for_each(|_| self.place(field_span, op, span, true));
        Expr::any(others)
    }

    /// The right side of a comparison where it is more than a value.
    pub(super) fn right_side(&mut self, field: &FieldName, op: Op) -> Option<(Expr, Span)> {
        let rest = &self.source[self.at..];
        let (expr, len) = if rest.starts_with('(') || op.is_ordering() {
            let (right, len) = operand(rest)?;
            let relation = Relation { left: Operand::Field(field.clone()), op, right };
            (Expr::Relate { relation, negated: false }, len)
        } else {
            let (pattern, len) = pattern(rest)?;
            (Expr::Like { field: field.clone(), pattern, negated: op == Op::Ne }, len)
        };
        let span = Span::new(self.at, self.at + len);
        self.at = span.end;
        Some((expr, span))
    }

    /// What a comparison with a value without quotes says.
    pub(super) fn meant(&mut self, comparison: Comparison, span: Span) -> Option<Expr> {
        let Comparison { field, op, value } = comparison;
        if value.as_str().eq_ignore_ascii_case(NULL) {
            if op.is_ordering() {
                self.no_order_of_null(span);
                return None;
            }
            return Some(Expr::Null { field, negated: op == Op::Ne });
        }
        if !op.is_ordering() && is_glob(value.as_str()) {
            return Some(Expr::Like { field, pattern: Pattern::glob(value.as_str()), negated: op == Op::Ne });
        }
        Some(Expr::Compare(Comparison { field, op, value }))
    }
}

/// Whether a text without quotes has wildcards in it.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The length of a negation with the blanks behind it.
fn not_len(text: &str) -> Option<usize> {
    let sign = if text.starts_with('!') { 1 } else { word_len(text, "not")? };
    let len = sign + paste::blanks(&text[sign..]);
    let rest = &text[len..];
    let begins = rest.starts_with(['(', '!']) || rest.bytes().next().is_some_and(is_name_byte);
    // `not in (...)` asks of a field of that name.
    let negates = begins && (sign == 1 || (in_len(&text[sign..]).is_none() && (len > sign || rest.starts_with('('))));
    negates.then_some(len)
}

/// The length of ` in ` or ` not in ` up to the parenthesis, and whether it is negated.
fn in_len(text: &str) -> Option<(bool, usize)> {
    let mut at = paste::blanks(text);
    (at > 0).then_some(())?;
    let not = word_len(&text[at..], "not").map(|len| len + paste::blanks(&text[at + len..]));
    at += not.unwrap_or(0);
    at += word_len(&text[at..], "in")?;
    at += paste::blanks(&text[at..]);
    text[at..].starts_with('(').then_some((not.is_some(), at))
}

/// The length of a word, in any case, that ends here.
fn word_len(text: &str, word: &str) -> Option<usize> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.bytes().next().is_some_and(|byte| is_name_byte(byte) || byte == b'.');
    (start.eq_ignore_ascii_case(word) && ends).then_some(word.len())
}

/// Whether a value ends here.
fn ends(text: &str) -> bool {
    paste::ends_value(text) || paste::joiner(text).is_some()
}

/// The pattern that a text begins with: one with a wildcard, whose texts with signs in them stand in quotes.
fn pattern(text: &str) -> Option<(Pattern, usize)> {
    let mut pattern = Pattern::default();
    let mut at = 0;
    if text.chars().next().is_some_and(|first| first != '"' && is_foreign_quote(first)) {
        return None;
    }
    while let Some(c) = text[at..].chars().next() {
        at += c.len_utf8();
        match c {
            '*' => pattern.run(),
            '?' => pattern.one(),
            '"' => loop {
                let len = text[at..].find('"')?;
                text[at..at + len].chars().for_each(|c| pattern.char(c));
                at += len + 1;
                if !text[at..].starts_with('"') {
                    break;
                }
                pattern.char('"');
                at += 1;
            },
            c if !c.is_ascii() || BARE[c as usize] => pattern.char(c),
            _ => {
                at -= 1;
                break;
            }
        }
    }
    (pattern.has_wildcard() && ends(&text[at..])).then_some((pattern, at))
}

/// The operand that a text begins with, and that no value can be: in parentheses, or a calculation with a field.
fn operand(text: &str) -> Option<(Operand, usize)> {
    let in_parentheses = text.starts_with('(');
    let mut rest = Text { rest: text, loose: false, steps: 0, in_parentheses: 0 };
    let operand = rest.sum()?;
    let is_calculation = matches!(operand, Operand::Calculation(_)) && !operand.fields().is_empty();
    ((in_parentheses || is_calculation) && ends(rest.rest)).then_some((operand, text.len() - rest.rest.len()))
}

/// A calculation that is read.
struct Text<'a> {
    rest: &'a str,
    /// Whether signs need no blanks around them. Where a text may stand as well, they do, so that `web-01` and `a/b`
    /// stay texts; `*` alone does not.
    loose: bool,
    steps: usize,
    in_parentheses: usize,
}

impl Text<'_> {
    fn skip(&mut self) {
        self.rest = &self.rest[paste::blanks(self.rest)..];
    }

    fn sum(&mut self) -> Option<Operand> {
        let mut sum = self.product()?;
        while let Some(sign) = self.sign([('+', Sign::Add), ('-', Sign::Subtract)]) {
            sum = sum.calculate(sign, self.product()?);
        }
        Some(sum)
    }

    fn product(&mut self) -> Option<Operand> {
        let mut product = self.atom()?;
        while let Some(sign) = self.sign([('*', Sign::Multiply), ('/', Sign::Divide)]) {
            product = product.calculate(sign, self.atom()?);
        }
        Some(product)
    }

    /// The sign that goes on, if one does.
    fn sign(&mut self, signs: [(char, Sign); 2]) -> Option<Sign> {
        let before = paste::blanks(self.rest);
        let (c, sign) = signs.into_iter().find(|(c, _)| self.rest[before..].starts_with(*c))?;
        let behind = &self.rest[before + c.len_utf8()..];
        let after = paste::blanks(behind);
        let apart = before > 0 && after > 0;
        self.steps += 1;
        ((self.loose || apart || sign == Sign::Multiply) && self.steps < MAX_STEPS).then(|| {
            self.rest = &behind[after..];
            sign
        })
    }

    fn atom(&mut self) -> Option<Operand> {
        if let Some(inner) = self.rest.strip_prefix('(') {
            if self.in_parentheses == MAX_PARENTHESES {
                return None;
            }
            let loose = std::mem::replace(&mut self.loose, true);
            self.rest = inner;
            self.in_parentheses += 1;
            self.skip();
            let sum = self.sum()?;
            self.skip();
            self.rest = self.rest.strip_prefix(')')?;
            self.in_parentheses -= 1;
            self.loose = loose;
            return Some(sum);
        }
        let len = self.rest.find(|c: char| !(c == '.' || (c.is_ascii() && is_name_byte(c as u8))));
        let (word, rest) = self.rest.split_at(len.unwrap_or(self.rest.len()));
        // A date has signs in it; so has a number below zero.
        if let Some((text, rest)) = constant_with_signs(self.rest) {
            self.rest = rest;
            return Some(Operand::Constant(Value::from(text)));
        }
        let operand = if number::is_number(word) {
            Operand::Constant(Value::from(word))
        } else {
            is_name(word).then(|| Operand::Field(FieldName::checked(word.to_owned().into())))?
        };
        self.rest = rest;
        Some(operand)
    }
}

/// The date that a text begins with, or the number below zero, and what is behind it.
fn constant_with_signs(text: &str) -> Option<(&str, &str)> {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | ':' | '.');
    let (constant, rest) = text.split_at(text.find(|c| !sign(c)).unwrap_or(text.len()));
    let below_zero = constant.starts_with('-') && number::decimal(constant).is_some();
    (below_zero || DateTime::read(constant).is_some()).then_some((constant, rest))
}
