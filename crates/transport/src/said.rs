//! What a server says, in our own errors: on one line, in quotes, and without the secrets that it was sent.

use std::fmt::{self, Write as _};

/// How much of a text is told.
const MOST: usize = 2000;

/// A server's text as it stands in an error. A line break or an escape sequence in it would read as words of ours, or
/// rule the terminal.
pub(crate) struct Said<'t>(pub(crate) &'t str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for (count, c) in self.0.trim().chars().enumerate() {
            if count == MOST {
                f.write_str(" (and more)")?;
                break;
            }
            if is_plain(c) { f.write_char(c)? } else { write!(f, "{}", c.escape_default())? }
        }
        f.write_char('"')
    }
}

/// Whether a character neither breaks a line nor rules what is around it.
fn is_plain(c: char) -> bool {
    !(c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
}

/// A server's text in quotes.
pub(crate) fn said(text: &str) -> String {
    Said(text).to_string()
}

/// A text without any of these: what a server repeats of a request does not reach the terminal or a log.
pub(crate) fn scrubbed<'s>(text: &mut String, secrets: impl IntoIterator<Item = &'s str>) {
    for secret in secrets {
        // A short one is in many words, and a server that repeats it gives nothing away that a guess would not.
        if secret.len() >= 4 && text.contains(secret) {
            *text = text.replace(secret, "***");
        }
    }
}

/// The same of an answer to a logon, before whose end no token is known: what looks like one is taken out, too.
pub(crate) fn without_tokens(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=_.-~".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c: char| !is_word(c)).unwrap_or(from.len()));
        out.push_str(before);
        out.push_str(if is_token(word) { "***" } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether a word can be a token: a GUID, hex digits, a JWT, base64. A name of a host has dots, or one letter case.
fn is_token(word: &str) -> bool {
    let word = word.trim_matches(['.', '-']);
    let all = |is: fn(&char) -> bool| word.chars().all(|c| is(&c) || c == '-');
    let any = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    let is_mixed = any(char::is_ascii_uppercase) && any(char::is_ascii_lowercase) && any(char::is_ascii_digit);
    word.starts_with("eyJ") || (word.len() >= 24 && (all(char::is_ascii_hexdigit) || (is_mixed && !word.contains('.'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(said(" busy\nhelp: curl\u{1b}[2J \u{202e}"), r#""busy\nhelp: curl\u{1b}[2J \u{202e}""#);
        assert_eq!(said(r"C:\Backup \u{fc}ber"), r#""C:\Backup \u{fc}ber""#);
        assert!(said(&"x".repeat(5000)).len() < 2100);
    }

    #[test]
    fn what_looks_like_a_token_is_taken_out() {
        let told = without_tokens(
            "no 4856ab37-2213-4a05-a3c4-3d8ad2b4c9a1, (6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c) Bearer eyJhbGciOi.J9.x-y: ask \
             admin@fabrikam.onmicrosoft.com at em01.internationalisation.example",
        );
        assert_eq!(
            told,
            "no ***, (***) Bearer ***: ask admin@fabrikam.onmicrosoft.com at em01.internationalisation.example"
        );
    }

    #[test]
    fn a_secret_is_taken_out() {
        let mut text = "no user hunter2 (hunter2)".to_owned();
        scrubbed(&mut text, ["hunter2", "no"]);
        assert_eq!(text, "no user *** (***)");
    }
}
