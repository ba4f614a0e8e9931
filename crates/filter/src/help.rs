//! Guessing what was meant when a filter does not parse.
//!
//! Nothing here runs on the way of success.

use std::borrow::Cow;

use crate::ast::{MAX_DEPTH, Op};
use crate::error::{ParseError, ParseErrorKind};
use crate::parse::{MAX_LEN, Parser};
use crate::span::Span;

const QUOTE_BLANKS: &str = "blanks are not part of the grammar; a value that has them is written in double quotes";
const URL_AND: &str = "a raw `&` ends the filter in a URL: AND is written `;`";

/// Quotes of other alphabets and of word processors, which do not quote here.
pub(crate) fn is_foreign_quote(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘'..='‟' | '‹' | '›' | '«' | '»' | '′'..='‷' | '〝'..='〟' | '\u{ff02}')
}

#[cold]
pub(crate) fn too_long(source: &str) -> ParseError {
    ParseError::new(
        ParseErrorKind::TooLong,
        Span::new(source.floor_char_boundary(MAX_LEN), source.len()),
        "a filter of at most 65536 bytes",
        format!("{} bytes", source.len()).into(),
        None,
    )
}

#[cold]
pub(crate) fn too_deep(at: usize) -> ParseError {
    ParseError::new(
        ParseErrorKind::TooDeep,
        Span::new(at, at + 1),
        "at most 64 levels of parentheses",
        format!("level {}", MAX_DEPTH + 1).into(),
        None,
    )
}

impl Parser<'_> {
    /// A name or a group should have started here.
    #[cold]
    pub(crate) fn expected_term(&self) -> ParseError {
        let before = self.source[..self.at].chars().next_back();
        let help: Option<Cow<'static, str>> = match self.next_char() {
            None if before.is_none() => Some("leave the filter out to select everything".into()),
            None | Some(')') if matches!(before, Some(';' | ',')) => {
                Some("a separator stands between two conditions".into())
            }
            Some(';' | ',') if before.is_some() => Some("one separator is enough".into()),
            Some(')') if before == Some('(') => Some("a group holds at least one condition".into()),
            Some('!') => Some("there is no NOT: turn the operators around (`!=` for `==`, `<` for `>=`)".into()),
            Some('&') => Some(URL_AND.into()),
            Some('|') => Some("OR is written `,`".into()),
            Some('%') => Some("this looks percent-encoded: decode it first".into()),
            Some(c) if c.is_whitespace() => Some(QUOTE_BLANKS.into()),
            Some(c) if c == '"' || is_foreign_quote(c) => Some("a field name is not quoted".into()),
            _ => None,
        };
        self.unexpected("a field name or `(`", help)
    }

    /// A name should have gone on after its dot.
    #[cold]
    pub(crate) fn expected_word(&self) -> ParseError {
        self.unexpected("the rest of the field name after `.`", None)
    }

    /// An operator should have stood here.
    #[cold]
    pub(crate) fn expected_op(&self) -> ParseError {
        const EXPECTED: &str = "an operator (`==`, `!=`, `>`, `>=`, `<` or `<=`)";
        let rest = &self.source[self.at..];
        for (alias, op) in
            [("=eq=", Op::Eq), ("=ne=", Op::Ne), ("=gt=", Op::Gt), ("=ge=", Op::Ge), ("=lt=", Op::Lt), ("=le=", Op::Le)]
        {
            if rest.get(..alias.len()).is_some_and(|text| text.eq_ignore_ascii_case(alias)) {
                let span = Span::new(self.at, self.at + alias.len());
                let help = format!("the operator is written `{op}`");
                return ParseError::new(
                    ParseErrorKind::Unexpected,
                    span,
                    EXPECTED,
                    format!("`{}`", &rest[..alias.len()]).into(),
                    Some(help.into()),
                );
            }
        }
        let help: Option<Cow<'static, str>> = match self.next_char() {
            Some('=') if rest.starts_with("=>") => Some("did you mean `>=`?".into()),
            Some('=') if rest.starts_with("=<") => Some("did you mean `<=`?".into()),
            Some('=') if rest.starts_with("=!") => Some("did you mean `!=`?".into()),
            Some('=' | ':') => Some("did you mean `==`?".into()),
            Some('!') => Some("did you mean `!=`?".into()),
            Some('%') => Some("this looks percent-encoded: decode it first".into()),
            Some('≥') => Some("did you mean `>=`?".into()),
            Some('≤') => Some("did you mean `<=`?".into()),
            Some('≠') => Some("did you mean `!=`?".into()),
            Some('(') if self.word_before("not") => {
                Some("there is no NOT: turn the operators around (`!=` for `==`, `<` for `>=`)".into())
            }
            Some(c) if c.is_whitespace() => Some("no blanks around operators".into()),
            _ => None,
        };
        self.unexpected(EXPECTED, help)
    }

    /// A value should have stood here.
    #[cold]
    pub(crate) fn expected_value(&self) -> ParseError {
        let help: Option<Cow<'static, str>> = match self.next_char() {
            None | Some(';' | ',' | ')') => Some("the empty text is written `\"\"`".into()),
            Some('\'') => Some("single quotes do not quote: write the value in double quotes".into()),
            Some(c) if is_foreign_quote(c) => {
                Some("this quote does not quote: write the value in plain double quotes (`\"`)".into())
            }
            Some('&') => Some(URL_AND.into()),
            Some('(') => Some("a value with parentheses in it is written in double quotes; there are no lists".into()),
            Some(c) if c.is_whitespace() => {
                Some("no blanks around operators; a value that has them is written in double quotes".into())
            }
            _ => None,
        };
        self.unexpected("a value", help)
    }

    /// The conditions should have gone on, or ended.
    #[cold]
    pub(crate) fn expected_separator(&self) -> ParseError {
        let help = match self.next_char() {
            Some(')') => Some("no `(` is open here".into()),
            _ => self.help_after_value(),
        };
        self.unexpected("`;`, `,` or the end of the filter", help)
    }

    /// The conditions should have gone on, or the group ended.
    #[cold]
    pub(crate) fn expected_close(&self, open: usize) -> ParseError {
        if self.at == self.source.len() {
            return ParseError::new(
                ParseErrorKind::UnclosedGroup,
                Span::new(open, open + 1),
                "a closing `)` for this `(`",
                "the end of the filter".into(),
                None,
            );
        }
        self.unexpected("`;`, `,` or `)`", self.help_after_value())
    }

    fn help_after_value(&self) -> Option<Cow<'static, str>> {
        let before = &self.source[..self.at];
        let rest = &self.source[self.at..];
        match rest.chars().next()? {
            '&' => Some(URL_AND.into()),
            '|' => Some("OR is written `,`".into()),
            '"' => Some("a value with quotes in it is quoted as a whole, and the quotes in it are doubled".into()),
            '(' => Some("a group is joined with `;` (AND) or `,` (OR)".into()),
            c if c.is_whitespace() => {
                let word = rest.trim_start();
                let word = &word[..word.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(word.len())];
                Some(match word.to_ascii_lowercase().as_str() {
                    "and" | "&&" | "&" => "AND is written `;`, without blanks".into(),
                    "or" | "||" | "|" => "OR is written `,`, without blanks".into(),
                    "" => "remove the blanks at the end".into(),
                    _ => QUOTE_BLANKS.into(),
                })
            }
            _ if before.ends_with("==\"\"") => Some(
                "a quote in a quoted value is doubled, and the whole is quoted once more: `\"\"\"Backup\"\"\"`".into(),
            ),
            _ => None,
        }
    }

    fn unexpected(&self, expected: &'static str, help: Option<Cow<'static, str>>) -> ParseError {
        let (len, found): (usize, Cow<'static, str>) = match self.next_char() {
            None => (0, "the end of the filter".into()),
            Some(' ') => (1, "a blank".into()),
            Some(c @ ('"' | '\'' | '\\')) => (1, format!("`{c}`").into()),
            Some(c) => (c.len_utf8(), format!("`{}`", c.escape_debug()).into()),
        };
        ParseError::new(ParseErrorKind::Unexpected, Span::new(self.at, self.at + len), expected, found, help)
    }

    fn next_char(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn word_before(&self, word: &str) -> bool {
        let before = &self.source[..self.at];
        let start = before.len().saturating_sub(word.len());
        before.get(start..).is_some_and(|text| text.eq_ignore_ascii_case(word))
    }
}
