//! Texts with wildcards.

use std::fmt::{self, Write};

use crate::syntax::{is_bare, write_quoted};

/// A text with wildcards: any run of characters, any one character.
///
/// A filter writes wildcards without quotes, and what is in quotes is text: `web*`, `"web server "?`, `*"100*"`.
///
/// ```
/// use backhaul_filter::Pattern;
///
/// assert_eq!(Pattern::glob("web server*").to_string(), r#""web server"*"#);
/// assert_eq!(Pattern::glob("web-0?"), Pattern::sql("web-0_"));
/// assert_eq!(Pattern::glob("*my_vm*").to_sql(), None, "SQL takes the `_` for a wildcard");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern(Vec<Piece>);

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Piece {
    Text(String),
    /// Any one character.
    One,
    /// Any run of characters.
    Run,
}

impl Pattern {
    /// A pattern as shells write it: `*` is any run, `?` any one character, and nothing escapes them.
    #[must_use]
    pub fn glob(text: &str) -> Self {
        let mut pattern = Self::default();
        for c in text.chars() {
            match c {
                '*' => pattern.run(),
                '?' => pattern.one(),
                other => pattern.char(other),
            }
        }
        pattern
    }

    /// A pattern as SQL writes it: `%` is any run, `_` any one character, and a backslash takes the next character as
    /// it is.
    #[must_use]
    pub fn sql(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '%' => pattern.run(),
                '_' => pattern.one(),
                '\\' => pattern.char(chars.next().unwrap_or('\\')),
                other => pattern.char(other),
            }
        }
        pattern
    }

    /// The pattern as SQL writes it without escapes; none when one of its texts has a wildcard of SQL's in it.
    #[must_use]
    pub fn to_sql(&self) -> Option<String> {
        let literal = |piece: &Piece| !matches!(piece, Piece::Text(text) if text.contains(['%', '_']));
        self.0.iter().all(literal).then(|| self.to_wider_sql())
    }

    /// As [`to_sql`](Self::to_sql), where a wildcard of SQL's in a text stays one: matches whatever the pattern does,
    /// and perhaps more.
    pub(crate) fn to_wider_sql(&self) -> String {
        self.0.iter().fold(String::new(), |sql, piece| {
            sql + match piece {
                Piece::Text(text) => text,
                Piece::One => "_",
                Piece::Run => "%",
            }
        })
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub(crate) fn has_wildcard(&self) -> bool {
        self.0.iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }

    pub(crate) fn char(&mut self, c: char) {
        match self.0.last_mut() {
            Some(Piece::Text(text)) => text.push(c),
            _ => self.0.push(Piece::Text(c.into())),
        }
    }

    pub(crate) fn one(&mut self) {
        self.0.push(Piece::One);
    }

    /// Two runs are one.
    pub(crate) fn run(&mut self) {
        if self.0.last() != Some(&Piece::Run) {
            self.0.push(Piece::Run);
        }
    }

    /// The text of a pattern without wildcards as [`sql`](Self::sql) reads it.
    pub(crate) fn escaped(&self) -> String {
        let mut out = String::new();
        for c in self.to_wider_sql().chars() {
            if matches!(c, '%' | '_' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }
}

/// As a filter writes it behind `==`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) if is_bare(text) => f.write_str(text),
            Piece::Text(text) => write_quoted(f, text),
            Piece::One => f.write_char('?'),
            Piece::Run => f.write_char('*'),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (glob, sql, shown) in [
            ("web*", "web%", "web*"),
            ("**a??", "%%a__", "*a??"),
            ("*a b*", "%a b%", r#"*"a b"*"#),
            ("say \"x\"?", "say \"x\"_", r#""say ""x"""?"#),
            ("a%*", r"a\%%", r#""a%"*"#),
            ("a_?", r"a\__", "a_?"),
            ("", "", ""),
        ] {
            assert_eq!(Pattern::glob(glob), Pattern::sql(sql), "{glob}");
            assert_eq!(Pattern::glob(glob).to_string(), shown);
        }
        assert_eq!(Pattern::sql("a*").to_string(), "\"a*\"");
        assert_eq!(Pattern::sql("a\\"), Pattern::glob("a\\"));
        assert_eq!(Pattern::glob("a_?").to_wider_sql(), "a__");
        let plain = Pattern::glob(r"100%_\");
        assert_eq!(Pattern::sql(&plain.escaped()), plain);
    }
}
