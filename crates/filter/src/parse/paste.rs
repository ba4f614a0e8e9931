//! What people paste: readings of texts that are almost filters.
//!
//! Functions of the text that is still to come. None of them reports or moves anything.

use super::descent::Separator;
use crate::ast::{Op, is_name_byte};
use crate::syntax::{is_blank, is_enclosable, is_foreign_quote};

/// The length of the blanks that come first.
pub(super) fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_blank).len()
}

/// Whether a value may end here, however blank.
pub(super) fn ends_value(text: &str) -> bool {
    matches!(text.trim_start_matches(is_blank).bytes().next(), None | Some(b';' | b',' | b')'))
}

/// The operators that people write, longest first.
const OPERATORS: [(&str, Op); 22] = [
    ("=eq=", Op::Eq),
    ("=ne=", Op::Ne),
    ("=gt=", Op::Gt),
    ("=ge=", Op::Ge),
    ("=lt=", Op::Lt),
    ("=le=", Op::Le),
    ("==", Op::Eq),
    ("!=", Op::Ne),
    (">=", Op::Ge),
    ("<=", Op::Le),
    ("<>", Op::Ne),
    ("=>", Op::Ge),
    ("=<", Op::Le),
    ("=!", Op::Ne),
    ("≥", Op::Ge),
    ("≤", Op::Le),
    ("≠", Op::Ne),
    (">", Op::Gt),
    ("<", Op::Lt),
    ("=", Op::Eq),
    (":", Op::Eq),
    ("!", Op::Ne),
];

/// The operator that a text begins with, and its length. Patterns (`=~`, `!~`) are none.
pub(super) fn operator(text: &str) -> Option<(Op, usize)> {
    let begins = |sign: &str| text.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign));
    let &(sign, op) = OPERATORS.iter().find(|(sign, _)| begins(sign))?;
    let pattern = matches!(sign, "=" | "!") && text[1..].starts_with('~');
    (!pattern).then_some((op, sign.len()))
}

/// Whether a text begins with a word, in any case, behind which something else goes on.
pub(super) fn is_word(text: &str, word: &str) -> bool {
    let (start, rest) = text.split_at_checked(word.len()).unwrap_or_default();
    start.eq_ignore_ascii_case(word) && rest.starts_with(|c| is_blank(c) || c == '(')
}

/// Whether a text goes on with a sign of calculation.
pub(super) fn is_sign(text: &str) -> bool {
    text.trim_start_matches(is_blank).starts_with(['+', '-', '*', '/'])
}

/// A word or a sign that joins two conditions, with the blanks around it: which, and its length. Only
/// where a condition follows, because `Backup and Restore` is a name.
pub(super) fn joiner(text: &str) -> Option<(Separator, usize)> {
    let before = blanks(text);
    let rest = &text[before..];
    let word = |word: &str| is_word(rest, word);
    let (separator, len) = if rest.starts_with("&&") {
        (Separator::And, 2)
    } else if rest.starts_with('&') {
        (Separator::And, 1)
    } else if rest.starts_with("||") {
        (Separator::Or, 2)
    } else if word("and") {
        (Separator::And, 3)
    } else if word("or") {
        (Separator::Or, 2)
    } else {
        return None;
    };
    let len = before + len;
    let len = len + blanks(&text[len..]);
    begins_condition(&text[len..]).then_some((separator, len))
}

/// Whether a text begins as a condition does: a name and something like an operator, behind any number of parentheses
/// and negations, and with any calculation between them.
fn begins_condition(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c| matches!(c, '(' | '!') || is_blank(c));
        let behind = rest.get("not".len()..).filter(|_| is_word(rest, "not"));
        match behind {
            // `not in (...)` asks of a field of that name.
            Some(behind) if !is_word(behind.trim_start_matches(is_blank), "in") => rest = behind,
            _ => break,
        }
    }
    loop {
        let name = rest.trim_start_matches(is_blank);
        rest = name.trim_start_matches(|c: char| c == '.' || (c.is_ascii() && is_name_byte(c as u8)));
        let next = rest.trim_start_matches(is_blank);
        if rest.len() == name.len() {
            return false;
        }
        if next.starts_with(['+', '-', '*', '/']) {
            rest = &next[1..];
            continue;
        }
        let list =
            next.get("not".len()..).filter(|_| is_word(next, "not")).map_or(next, |it| it.trim_start_matches(is_blank));
        let list = is_word(list, "in") && list[2..].trim_start_matches(is_blank).starts_with('(');
        return list || next.starts_with(['=', '!', '<', '>', '≥', '≤', '≠', '~']);
    }
}

/// The rest of a value without quotes, from the sign that ends it: `Backup| Job 1`, `R|&D`. Its
/// length up to the last character; none when it ends here, or when there is no telling.
pub(super) fn bare_end(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            ';' | ',' | ')' => break,
            '"' | '(' => return None,
            c if is_blank(c) || c == '&' => {
                if joiner(&text[at..]).is_some() {
                    break;
                }
                // All of the blanks at once: each is looked at only so often.
                at += blanks(&text[at..]).max(c.len_utf8());
                if text[at..].starts_with('&') && joiner(&text[at..]).is_some() {
                    break;
                }
            }
            c => at += c.len_utf8(),
        }
    }
    let more = text[..at].trim_end_matches(is_blank);
    let (_, last) = more.rsplit_once(is_blank).unwrap_or(("", ""));
    let cut_off = more.ends_with('&') || last.eq_ignore_ascii_case("and") || last.eq_ignore_ascii_case("or");
    (!more.is_empty() && !cut_off).then_some(more.len())
}

/// A value in quotes that do not quote here.
pub(super) struct Foreign {
    /// The value.
    pub(super) text: String,
    /// Its length with the quotes.
    pub(super) len: usize,
    /// Whether the quotes are single ones.
    pub(super) single: bool,
}

fn is_single(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘'..='‛' | '‹' | '›' | '′' | '‵')
}

fn is_double(c: char) -> bool {
    c == '"' || (is_foreign_quote(c) && !is_single(c))
}

/// The value in foreign quotes that a text begins with: up to the first quote of the same sort behind
/// which a value may end.
pub(super) fn foreign(text: &str) -> Option<Foreign> {
    let open = text.chars().next().filter(|c| is_foreign_quote(*c))?;
    let single = is_single(open);
    let same: fn(char) -> bool = if single { is_single } else { is_double };
    let start = open.len_utf8();
    // `””Backup””`, the vendor's example as it is typeset.
    let second = text[start..].chars().next().filter(|c| !single && same(*c)).map(|c| start + c.len_utf8());
    let second = second.filter(|&at| !ends_value(&text[at..]) && joiner(&text[at..]).is_none());
    let (twice, start) = (second.is_some(), second.unwrap_or(start));
    let mut quotes = text[start..].char_indices().filter(|(_, c)| same(*c)).peekable();
    while let Some((at, c)) = quotes.next() {
        let (inner, mut end) = (&text[start..start + at], start + at + c.len_utf8());
        if twice {
            match quotes.peek() {
                Some(&(next, c)) if start + next == end => end += c.len_utf8(),
                _ => continue,
            }
        }
        let rest = &text[end..];
        if ends_value(rest) || joiner(rest).is_some() {
            let text = match (twice, open) {
                (true, _) => format!("\"{inner}\""),
                (_, '\'') => inner.replace("''", "'"),
                _ => inner.to_owned(),
            };
            return Some(Foreign { text, len: end, single });
        }
    }
    None
}

/// `""Backup""`: two quotes on each side, and none between them. The value with its quotes, and the
/// length.
pub(super) fn doubled(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix("\"\"")?;
    let len = inner.find('"')?;
    let after = inner[len..].strip_prefix("\"\"")?;
    let inner = &inner[..len];
    (is_enclosable(inner) && ends_value(after)).then(|| (format!("\"{inner}\""), text.len() - after.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_need_a_condition_behind_them() {
        let len = |text| joiner(text).map(|(separator, len)| (separator == Separator::And, len));
        assert_eq!(len(" and b==1"), Some((true, 5)));
        assert_eq!(len(" AND(b==1)"), Some((true, 4)));
        assert_eq!(len("&& ( zone.name <1"), Some((true, 3)));
        assert_eq!(len("&b≥1"), Some((true, 1)));
        assert_eq!(len(" or  b = 1"), Some((false, 5)));
        assert_eq!(len(" || b!=1"), Some((false, 4)));
        assert_eq!(len(" and b in (1)"), Some((true, 5)));
        assert_eq!(len(" and b not in (1)"), Some((true, 5)));
        assert_eq!(len(" and not (b==1)"), Some((true, 5)));
        assert_eq!(len(" and not not b~=1"), Some((true, 5)));
        assert_eq!(len(" and a / b > 1"), Some((true, 5)));
        for none in [
            " and Restore",
            " andy==1",
            "&D",
            " orb==1",
            "and",
            "",
            " b==1",
            "|b==1",
            " and ==1",
            " and (==",
            " and not",
            " and b in x",
            " and a - b",
        ] {
            assert_eq!(len(none), None, "{none}");
        }
    }

    #[test]
    fn values_go_on_to_the_next_condition() {
        for (text, len) in [
            (" Job 1", Some(6)),
            (" Job 1 ;b==1", Some(6)),
            (" Job 1  and b==1", Some(6)),
            (" and Restore and b==1", Some(12)),
            ("&D", Some(2)),
            ("&b==1", None),
            (" x & y&&b==1", Some(6)),
            (" & b==1", None),
            ("&", None),
            ("  ", None),
            (" ;b", None),
            (" say \"x\"", None),
            (" (weekly)", None),
            (" é)", Some(3)),
            (" AND", None),
            (" Job||b==1", Some(10)),
            (" x  &  y", Some(8)),
            (" 1 or ", None),
        ] {
            assert_eq!(bare_end(text), len, "{text}");
        }
    }

    #[test]
    fn foreign_quotes() {
        let value = |text| foreign(text).map(|found| (found.text, found.len));
        let some = |text: &str, len| Some((text.to_owned(), len));
        assert_eq!(value("'a b';c==1"), some("a b", 5));
        assert_eq!(value("'O''Brien'"), some("O'Brien", 10));
        assert_eq!(value("'it's'"), some("it's", 6));
        assert_eq!(value("''"), some("", 2));
        assert_eq!(value("“a b” and c==1"), some("a b", 9));
        assert_eq!(value("„a“)"), some("a", 7));
        assert_eq!(value("“a\"  ,b"), some("a", 5));
        assert_eq!(value("””Backup””"), some("\"Backup\"", 18));
        assert_eq!(value("””"), some("", 6));
        assert_eq!(value("“say “x” loud”"), some("say “x” loud", 22));
        for none in ["””a” ”", "'a", "“a'", "x", "", "”", "'a'b", "””a”"] {
            assert_eq!(value(none), None, "{none}");
        }
    }

    #[test]
    fn doubled_quotes() {
        assert_eq!(doubled("\"\"a b\"\";x"), Some(("\"a b\"".to_owned(), 7)));
        for none in ["\"\"", "\"\"\"\"", "\"\";b==\"\"", "\"\"a\"", "\"\"a\"b\"\"", "\"\" and b==\"\"", "\"\"a\"\"b"] {
            assert_eq!(doubled(none), None, "{none}");
        }
    }
}
