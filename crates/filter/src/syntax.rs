//! What readers and writers of filters both know of the text.

use std::fmt::{self, Write};

/// The longest text that is parsed, in bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// What `""Backup""` is: the vendor's example of a value in quotes of its own, where the rule that it
/// illustrates, as CSV has it, would write `"""Backup"""`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DoubledQuotes {
    /// No value; the rule holds.
    #[default]
    AsInCsv,
    /// The text `"Backup"`, with its quotes: read beside the rule's own form, and written in its
    /// place where both are possible ([`print_with`](crate::print_with)).
    AsInExample,
}

/// The word for a field without a value; the text is quoted.
pub(crate) const NULL: &str = "null";

/// Whether a text means the same with quotes and without, for any reader; `null` apart.
pub(crate) fn is_bare(text: &str) -> bool {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !text.is_empty() && text.bytes().all(bare)
}

pub(crate) fn write_quoted(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        f.write_str(&rest[..=at])?;
        f.write_char('"')?;
        rest = &rest[at + 1..];
    }
    f.write_str(rest)?;
    f.write_char('"')
}

/// The text as a value in quotes, needed or not.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // Writing to a string does not fail.
    let _ = write_quoted(&mut out, text);
    out
}

/// Blanks outside of quotes: ASCII's, and the no-break space that word processors write.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\x0b' | '\x0c' | '\u{a0}')
}

/// Quotes of other alphabets and of word processors, which do not quote here.
pub(crate) fn is_foreign_quote(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘'..='‟' | '‹' | '›' | '«' | '»' | '′'..='‷' | '〝'..='〟' | '\u{ff02}')
}

/// Whether a text can stand between two pairs of quotes, and not read as something behind the empty
/// text.
pub(crate) fn is_enclosable(text: &str) -> bool {
    !text.is_empty() && !text.contains('"') && !text.starts_with([';', ',', ')', '&']) && !text.starts_with(is_blank)
}
