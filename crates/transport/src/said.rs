//! What a server says, in our own errors: on one line, in quotes, and without the secrets that it was sent.

use std::fmt::{self, Write as _};

/// How much of a text is told.
const MOST: usize = 2000;

/// A server's text as it stands in an error. A line break or an escape sequence in it would read as words of ours, or rule the
/// terminal.
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
    fn a_secret_is_taken_out() {
        let mut text = "no user hunter2 (hunter2)".to_owned();
        scrubbed(&mut text, ["hunter2", "no"]);
        assert_eq!(text, "no user *** (***)");
    }
}
