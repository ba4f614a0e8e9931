//! A server's text made harmless to a terminal.
//!
//! A tenant's name may hold an escape sequence that clears the screen, or a direction mark that shows `gpj.exe` as
//! `exe.jpg`. Whatever a terminal would obey is shown as an escape instead.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Whether a terminal would obey the character, or hide it in a way that deceives, instead of showing it.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200e}' | '\u{200f}'    // direction marks
            | '\u{2028}' | '\u{2029}'               // line and paragraph separators
            | '\u{202a}'..='\u{202e}'               // direction embeddings and overrides
            | '\u{2066}'..='\u{2069}'               // direction isolates
            | '\u{feff}'                            // byte-order mark
            | '\u{e0000}'..='\u{e007f}') // tags
}

/// The text on one line, fit for a terminal: `\n`, `\t`, `\u{1b}` in place of what a terminal would obey.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// The same for text of several lines: line feeds stay.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\n' && is_unsafe(c))
}

fn escape(text: &str, is_unsafe: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a String cannot fail.
            let _ = match c {
                '\n' | '\r' | '\t' => write!(safe, "{}", c.escape_default()),
                _ => write!(safe, "{}", c.escape_unicode()),
            };
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// JSON text in which such characters are written `\u009b`, which means the same to every reader.
///
/// They can only stand inside a JSON string, except for the line feeds of the layout, which serde_json wrote itself.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let is_unsafe = |c: char| c != '\n' && is_unsafe(c);
    // Most of it is plain, which bytes tell faster than characters, and fastest without a branch for each.
    let is_plain = text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n'));
    if is_plain || !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Writes JSON text as [`json`] has it, a piece at a time. A piece is whole characters, as serde_json writes them.
pub(crate) struct JsonTo<W>(pub(crate) W);

impl<W: Write> Write for JsonTo<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_all(json(text).as_bytes()).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(line("Backups \u{fc}ber Nacht \u{1f4be}"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        assert_eq!(line("a\x1b[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(line("a\u{9b}31mb\u{7f}"), "a\\u{9b}31mb\\u{7f}");
        assert_eq!(line("a\r\nb\tc"), "a\\r\\nb\\tc");
        assert_eq!(line("exe\u{202e}gpj"), "exe\\u{202e}gpj");
        assert_eq!(lines("a\nb\x07"), "a\nb\\u{7}");
    }

    /// Not all JSON and YAML that is printed was written by serde_json, which escapes what is below a blank.
    #[test]
    fn every_character_is_looked_at() {
        for c in ('\0'..'\u{300}').chain('\u{2000}'..'\u{2100}') {
            let text = format!("\"a{c}b\"");
            let is_kept = c == '\n' || !is_unsafe(c);
            assert_eq!(json(&text) == text, is_kept, "{c:?}");
        }
    }

    #[test]
    fn json_keeps_its_meaning() -> Result<(), serde_json::Error> {
        let value = serde_json::json!({"a": "x\u{9b}y\u{202e}\u{e0041}\u{7f}\x1b"});
        let text = serde_json::to_string_pretty(&value)?;
        let safe = json(&text);
        assert!(safe.chars().all(|c| c == '\n' || !is_unsafe(c)), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe)?, value);
        Ok(())
    }
}
