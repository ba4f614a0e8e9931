//! Comparing texts without regard to case, and matching patterns, without allocating.

use std::cmp::Ordering;

use crate::ast::{Pattern, Piece};

/// The characters of a text in lower case, one by one: no rule that looks at neighbours.
fn folded(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

pub(crate) fn eq_fold(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() { a.eq_ignore_ascii_case(b) } else { folded(a).eq(folded(b)) }
}

pub(crate) fn cmp_fold(a: &str, b: &str) -> Ordering {
    folded(a).cmp(folded(b))
}

/// A text from outside, to stand in a message: in backquotes, without control characters, and not
/// too long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        _ if text.is_empty() => "the empty text".to_owned(),
        Some((end, _)) => format!("`{}…`", clean(&text[..end])),
        None => format!("`{}`", clean(text)),
    }
}

/// A text without control characters.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => out.push(c),
            _ => out.extend(c.escape_debug()),
        }
    }
    out
}

/// A pattern, ready to match.
#[derive(Debug, Clone)]
pub(crate) struct Matcher(Vec<Step>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Char(char),
    One,
    Run,
}

impl Matcher {
    pub(crate) fn new(pattern: &Pattern) -> Self {
        let mut steps = Vec::new();
        for piece in pattern.pieces() {
            match piece {
                Piece::Text(text) => steps.extend(folded(text).map(Step::Char)),
                Piece::One => steps.push(Step::One),
                Piece::Run => steps.push(Step::Run),
            }
        }
        Self(steps)
    }

    /// Goes back to the last run only: time is at worst the product of both lengths, never
    /// exponential.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = folded(text);
        let mut piece = 0;
        // Where to go on when a match after the last run fails: the piece after it, and the text
        // one character later.
        let mut back = None;
        loop {
            if self.0.get(piece) == Some(&Step::Run) {
                piece += 1;
                back = Some((piece, rest.clone()));
                continue;
            }
            match (rest.next(), self.0.get(piece)) {
                (None, None) => return true,
                (Some(_), Some(Step::One)) => piece += 1,
                (Some(found), Some(Step::Char(wanted))) if found == *wanted => piece += 1,
                (None, Some(_)) => return false,
                _ => {
                    let Some((run, start)) = &mut back else {
                        return false;
                    };
                    start.next();
                    piece = *run;
                    rest = start.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count() {
        assert!(eq_fold("Straße", "STRAßE") && eq_fold("ÀB", "àb") && !eq_fold("a", "ab") && !eq_fold("é", "e"));
        assert_eq!(cmp_fold("a", "B"), Ordering::Less);
        assert_eq!(cmp_fold("Z", "z"), Ordering::Equal);
    }

    #[test]
    fn texts_in_messages() {
        assert_eq!(shown("a \"b\" 'c' é"), "`a \"b\" 'c' é`");
        assert_eq!(shown("\u{1b}[31m\u{202e}"), "`\\u{1b}[31m\\u{202e}`");
        assert_eq!(shown(""), "the empty text");
        assert_eq!(shown(&"x".repeat(100)).chars().count(), 63);
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%", "abc", true),
            ("_", "", false),
            ("_", "é", true),
            ("snap%", "Snapshot", true),
            ("snap%", "my snap", false),
            ("%snap", "my SNAP", true),
            ("%a%b%", "xxaxxbxx", true),
            ("%a%b%", "xxbxxaxx", false),
            ("a_c", "abc", true),
            ("a_c", "ac", false),
            ("%ab", "aab", true),
            ("a%%", "a", true),
            ("%a_", "aaab", true),
            ("exact", "EXACT", true),
            ("a%b%c", "abbbbcc", true),
            ("a%b%c", "abbbbccd", false),
        ] {
            assert_eq!(Matcher::new(&Pattern::sql(pattern)).matches(text), expected, "{pattern} {text}");
        }
        assert!(!Matcher::new(&Pattern::sql(&"%a".repeat(200))).matches(&"a".repeat(199)));
    }
}
