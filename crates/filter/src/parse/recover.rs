//! What a parse does where the text is no filter: say so, guess what was meant, and go on.
//!
//! Nothing here runs on the way of success. Each `mend_*` reports one error; when only one thing can
//! have been meant it gives the error a fix and leaves the parser as if that stood in the text.

use std::borrow::Cow;

use super::descent::{BARE, Parser, Separator};
use super::extended::is_glob;
use super::paste;
use crate::ast::{Expr, MAX_DEPTH, Op, Pattern, Value, is_name_byte};
use crate::error::{ParseError, ParseErrorKind};
use crate::span::Span;
use crate::syntax::{DoubledQuotes, MAX_LEN, is_blank, is_foreign_quote, quoted};

/// After so many errors without a fix the rest of the text is not read.
const MAX_ERRORS: usize = 16;

const TERM: &str = "a field name or `(`";
const OP: &str = "an operator (`==`, `!=`, `>`, `>=`, `<` or `<=`)";
const NO_BLANKS: &str = "blanks are not part of the grammar; a value that has them is written in double quotes";
const URL_AND: &str = "a raw `&` ends the filter in a URL: AND is written `;`";
const NO_NOT: &str = "there is no NOT: turn the operators around (`!=` for `==`, `<` for `>=`)";
const UNQUOTED: &str = "no condition begins here; if this belongs to the value before, quote that value: one with `,` or `;` in it is \
                        written in double quotes";
const ENCODED: &str = "this looks percent-encoded: decode it first";

impl Parser<'_> {
    fn report(&mut self, error: ParseError) {
        if self.stopped {
            return;
        }
        self.without_fix += usize::from(error.fix().is_none());
        self.errors.push(error);
        // Never because of those that have a fix: a lenient parse that takes them all has read all of the text.
        if self.without_fix == MAX_ERRORS {
            self.stop();
        }
    }

    /// Gives the rest of the text up.
    fn stop(&mut self) {
        self.at = self.source.len();
        self.stopped = true;
    }

    #[cold]
    pub(super) fn too_long(&mut self) -> Option<Expr> {
        let span = Span::new(self.source.floor_char_boundary(MAX_LEN), self.source.len());
        let found = format!("{} bytes", self.source.len());
        self.report(ParseError::new(ParseErrorKind::TooLong, span, "a filter of at most 65536 bytes", found));
        None
    }

    #[cold]
    pub(super) fn too_deep(&mut self) {
        let span = Span::new(self.at, self.at + 1);
        let found = format!("level {}", MAX_DEPTH + 1);
        self.report(ParseError::new(ParseErrorKind::TooDeep, span, "at most 64 levels of parentheses", found));
        self.stop();
    }

    /// Goes on at a later place.
    fn go(&mut self, at: usize) {
        if !self.stopped {
            self.at = at;
        }
    }

    /// A group or a condition should have started here. Whether it is worth looking once more.
    #[cold]
    pub(super) fn mend_term(&mut self) -> bool {
        let blanks = self.blanks();
        if blanks > 0 {
            self.leave_out(blanks, TERM);
            return true;
        }
        let before = self.source[..self.at].chars().next_back();
        let next = self.next_char();
        let error = self.unexpected(TERM);
        // A separator too many. The fix takes out this one, or the last one before the end.
        if let Some(at) = self.separator {
            let here = Span::new(self.at, self.at + 1);
            if next.is_some() && self.source[at..].chars().next() == next {
                self.report(error.help_with("one separator is enough").fix_with(here, ""));
                self.go(here.end);
                return true;
            }
            if matches!(next, None | Some(')')) {
                let span = Span::new(at, at + 1);
                self.report(error.help_with("a separator stands between two conditions").fix_with(span, ""));
                return false;
            }
        }
        let help = match next {
            None if before.is_none() => Some("leave the filter out to select everything"),
            Some(';' | ',') if before.is_some() => Some("a separator stands between two conditions"),
            Some(')') if before == Some('(') => Some("a group holds at least one condition"),
            Some('!') if self.extended => Some("behind `!` stands what does not hold: a condition, or a group"),
            Some('!') => Some(NO_NOT),
            Some('&') => Some(URL_AND),
            Some('|') => Some("OR is written `,`"),
            Some('%') => Some(ENCODED),
            Some(c) if c == '"' || is_foreign_quote(c) => Some("a field name is not quoted"),
            _ => None,
        };
        self.report(with(error, help));
        self.resync();
        false
    }

    /// A name should have gone on after its dot.
    #[cold]
    pub(super) fn expected_word(&mut self) {
        let error = self.unexpected("the rest of the field name after `.`");
        self.report(error);
    }

    /// An operator should have stood here.
    #[cold]
    pub(super) fn mend_op(&mut self) -> Option<(Op, Span)> {
        let before = self.blanks();
        let start = self.at + before;
        let rest = &self.source[start..];
        let Some((op, len)) = paste::operator(rest) else {
            let help = match rest.chars().next() {
                _ if self.goes_on_from_value() => Some(UNQUOTED),
                Some('%') => Some(ENCODED),
                _ if self.extended && paste::is_word(rest, "in") => {
                    Some("a list stands in parentheses: `Name in (a,b)`")
                }
                Some('=' | '!' | '~') if self.extended => Some("a pattern is written `Name==web*`, or `Name~=web%`"),
                Some('(') if self.word_before("not") => Some(NO_NOT),
                Some('~') => Some("patterns are not part of the grammar"),
                _ => None,
            };
            let error = with(self.unexpected(OP), help);
            self.report(error);
            return None;
        };
        let end = start + len;
        let after = paste::blanks(&self.source[end..]);
        let span = Span::new(self.at, end + after);
        // `> =5` is no `>` with the value `=5`, and neither is `=gt==5`.
        let open = matches!(op, Op::Gt | Op::Lt) || (after > 0 && len == 1);
        let split = open && self.source[span.end..].starts_with('=');
        let written = &self.source[start..end];
        let help =
            if written == op.as_str() { "no blanks around operators".into() } else { format!("did you mean `{op}`?") };
        let error = ParseError::new(ParseErrorKind::Unexpected, span, OP, found(&self.source[span.range()]));
        let error = error.help_with(help);
        self.report(if split { error } else { error.fix_with(span, op.as_str()) });
        self.go(span.end);
        (!split).then_some((op, Span::new(start, end)))
    }

    /// Whether the name here stands behind a separator, and that behind a value without quotes: `Sites, Drives`.
    fn goes_on_from_value(&self) -> bool {
        let before =
            self.source[..self.at].trim_end_matches(|c: char| c == '.' || (c.is_ascii() && is_name_byte(c as u8)));
        let before = before.trim_end_matches(is_blank);
        let value = before.strip_suffix([',', ';']).map(|before| before.trim_end_matches(is_blank));
        let last = self.spans.last().filter(|last| !last.quoted);
        last.is_some_and(|last| value.is_some_and(|value| value.len() == last.value.end))
    }

    /// A value should have stood here.
    #[cold]
    pub(super) fn mend_value(&mut self) -> Option<(Value, Span, bool)> {
        const EXPECTED: &str = "a value";
        let blanks = self.blanks();
        let rest = &self.source[self.at + blanks..];
        let split = self.source[..self.at].ends_with(['<', '>']) && rest.starts_with('=');
        if blanks > 0 && !split && rest.bytes().next().is_some_and(|byte| BARE[byte as usize] || byte == b'"') {
            self.leave_out(blanks, EXPECTED);
            return self.value();
        }
        let start = self.at;
        let error = self.unexpected(EXPECTED);
        if let Some(meant) = paste::foreign(&self.source[start..]) {
            let help = match meant.single {
                true => "single quotes do not quote: write the value in double quotes",
                false => "this quote does not quote: write the value in plain double quotes (`\"`)",
            };
            let span = Span::new(start, start + meant.len);
            self.report(with(error, Some(help)).fix_with(span, quoted(&meant.text)));
            self.go(span.end);
            return Some((Value::new(meant.text), span, true));
        }
        let help = match self.next_char() {
            None | Some(';' | ',' | ')') => Some("the empty text is written `\"\"`"),
            Some(c) if is_foreign_quote(c) => Some("a value in quotes is written in plain double quotes (`\"`)"),
            Some('&') => Some(URL_AND),
            Some('(') => Some("a value with parentheses in it is written in double quotes; there are no lists"),
            Some(c) if is_blank(c) => {
                Some("no blanks around operators; a value that has them is written in double quotes")
            }
            _ => None,
        };
        self.report(with(error, help));
        None
    }

    /// A value without quotes ended at a sign that is no separator: it may go on behind it.
    #[cold]
    pub(super) fn mend_bare(&mut self, start: usize) {
        let Some(end) = paste::bare_end(&self.source[self.at..]).map(|len| self.at + len) else { return };
        let help = if self.next_char() == Some('&') { URL_AND } else { NO_BLANKS };
        let span = Span::new(start, end);
        let text = &self.source[start..end];
        let fix = if self.wildcards && is_glob(text) { Pattern::glob(text).to_string() } else { quoted(text) };
        let error = self.unexpected(self.expected_next()).help_with(help);
        self.report(error.fix_with(span, fix));
        self.go(end);
    }

    /// Behind the empty text `""` something goes on: `""Backup""`.
    #[cold]
    pub(super) fn mend_doubled(&mut self, open: usize) -> Value {
        let Some((text, len)) = paste::doubled(&self.source[open..]) else { return Value::new("") };
        if self.doubled_quotes == DoubledQuotes::AsInCsv {
            let help = "a quote in a quoted value is doubled, and the whole is quoted once more: `\"\"\"Backup\"\"\"`";
            let error = self.unexpected(self.expected_next()).help_with(help);
            self.report(error.fix_with(Span::new(open, open + len), quoted(&text)));
        }
        self.go(open + len);
        Value::new(text)
    }

    /// The conditions should have gone on, or ended. Finds what they go on with.
    #[cold]
    pub(super) fn mend_separator(&mut self) -> Separator {
        loop {
            let rest = &self.source[self.at..];
            match rest.bytes().next() {
                None => return Separator::End,
                Some(b')') if self.depth > 0 => return Separator::End,
                Some(sign @ (b';' | b',')) => {
                    self.separator = Some(self.at);
                    self.at += 1;
                    return if sign == b';' { Separator::And } else { Separator::Or };
                }
                Some(b')') => {
                    let error = self.unexpected(self.expected_next()).help_with("no `(` is open here");
                    self.report(error);
                    self.go(self.at + 1);
                    continue;
                }
                Some(_) => {}
            }
            if let Some((separator, len)) = paste::joiner(rest) {
                let span = Span::new(self.at, self.at + len);
                let word = rest[..len].trim_matches(is_blank);
                let help = match (separator, word) {
                    (Separator::And, "&") => URL_AND,
                    (Separator::And, _) => "AND is written `;`, without blanks",
                    _ => "OR is written `,`, without blanks",
                };
                let error =
                    ParseError::new(ParseErrorKind::Unexpected, span, self.expected_next(), found(&rest[..len]));
                let sign = if separator == Separator::And { ";" } else { "," };
                self.report(error.help_with(help).fix_with(span, sign));
                self.go(span.end);
                self.separator = None;
                return separator;
            }
            let blanks = self.blanks();
            if blanks > 0 && paste::ends_value(&rest[blanks..]) {
                self.leave_out(blanks, self.expected_next());
                continue;
            }
            let help = match rest.chars().next() {
                Some('&') => Some(URL_AND),
                Some('|') => Some("OR is written `,`"),
                Some('"') => Some("a value with quotes in it is quoted as a whole, and the quotes in it are doubled"),
                Some('(') => Some("a group is joined with `;` (AND) or `,` (OR); a value with parentheses is quoted"),
                Some(c) if is_blank(c) => Some(NO_BLANKS),
                _ => None,
            };
            let error = with(self.unexpected(self.expected_next()), help);
            self.report(error);
            self.resync();
        }
    }

    /// A list should have gone on, or ended.
    #[cold]
    pub(super) fn unclosed_list(&mut self, open: usize) {
        if self.peek().is_some() {
            let error = self.unexpected("`,` or `)` in the list");
            self.report(error.help_with("a value with blanks or signs in it is written in double quotes"));
        } else {
            let (kind, span) = (ParseErrorKind::UnclosedGroup, Span::new(open, open + 1));
            self.report(ParseError::new(kind, span, "a closing `)` for this list", "the end of the filter"));
        }
    }

    /// `null` stands behind an order.
    #[cold]
    pub(super) fn no_order_of_null(&mut self, span: Span) {
        let error = ParseError::new(ParseErrorKind::Unexpected, span, "a value to compare with", "`null`");
        self.report(error.help_with("no value has no order: use `==` or `!=`; the text is written `\"null\"`"));
    }

    /// The group should have ended before the text did.
    #[cold]
    pub(super) fn unclosed_group(&mut self, open: usize) {
        let (kind, span) = (ParseErrorKind::UnclosedGroup, Span::new(open, open + 1));
        self.report(ParseError::new(kind, span, "a closing `)` for this `(`", "the end of the filter"));
    }

    /// A quoted value should have ended before the text did. Where is anybody's guess.
    #[cold]
    pub(super) fn unclosed_quote(&mut self, open: usize) {
        let (kind, span) = (ParseErrorKind::UnclosedQuote, Span::new(open, open + 1));
        let error = ParseError::new(kind, span, "a closing `\"` for this one", "the end of the filter");
        self.report(error.help_with("a quote inside a quoted value is doubled: `\"say \"\"hello\"\"\"`"));
        self.stop();
    }

    /// Goes to the next separator, or to the end of the group: past quoted values and whole groups.
    pub(super) fn resync(&mut self) {
        let mut depth = 0_usize;
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'(' => depth += 1,
                b')' if depth == 0 => break,
                b')' => depth -= 1,
                b';' | b',' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The blanks here should not be.
    fn leave_out(&mut self, len: usize, expected: &'static str) {
        let span = Span::new(self.at, self.at + len);
        let error = self.unexpected(expected).help_with(NO_BLANKS);
        self.report(error.fix_with(span, ""));
        self.go(span.end);
    }

    fn blanks(&self) -> usize {
        paste::blanks(&self.source[self.at..])
    }

    fn expected_next(&self) -> &'static str {
        if self.depth > 0 { "`;`, `,` or `)`" } else { "`;`, `,` or the end of the filter" }
    }

    fn unexpected(&self, expected: &'static str) -> ParseError {
        let next = self.next_char();
        let len = next.map_or(0, char::len_utf8);
        let what = next.map_or("the end of the filter".into(), |_| found(&self.source[self.at..self.at + len]));
        ParseError::new(ParseErrorKind::Unexpected, Span::new(self.at, self.at + len), expected, what)
    }

    fn next_char(&self) -> Option<char> {
        self.source[self.at..].chars().next()
    }

    fn word_before(&self, word: &str) -> bool {
        let before = &self.source[..self.at];
        let start = before.len().saturating_sub(word.len());
        before.get(start..).is_some_and(|text| text.eq_ignore_ascii_case(word))
            && !before[..start].bytes().next_back().is_some_and(is_name_byte)
    }
}

fn with(error: ParseError, help: Option<&'static str>) -> ParseError {
    match help {
        Some(help) => error.help_with(help),
        None => error,
    }
}

/// A piece of the text, to stand in a message.
fn found(text: &str) -> Cow<'static, str> {
    if text.chars().all(is_blank) { "a blank".into() } else { crate::text::shown(text).into() }
}
