//! ZQL's words.

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) word: Word<'t>,
    /// The byte at which it starts.
    pub(super) at: usize,
    /// The byte behind it.
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word<'t> {
    /// A name or a keyword.
    Name(&'t str),
    /// A text, without its quotes.
    Text(String),
    /// A number, as it is written.
    Number(&'t str),
    /// What stands between braces.
    Raw(&'t str),
    /// An operator or a bracket.
    Mark(&'t str),
}

/// The marks, longer ones first.
const MARKS: [&str; 17] = ["!=", ">=", "<=", "--", "=", ">", "<", "(", ")", ",", ";", ".", "*", "/", "%", "+", "-"];

/// Takes a text apart; an error says what is wrong and where.
pub(super) fn words(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (word, length) = match first {
            blank if blank.is_whitespace() => {
                at += blank.len_utf8();
                continue;
            }
            '\'' => quoted(rest).ok_or_else(|| format!("the text that begins at character {at} does not end"))?,
            '"' => {
                let length = rest[1..]
                    .find('"')
                    .ok_or_else(|| format!("the text that begins at character {at} does not end"))?;
                (Word::Text(rest[1..=length].to_owned()), length + 2)
            }
            '{' => {
                let length =
                    rest.find('}').ok_or_else(|| format!("the block that begins at character {at} does not end"))?;
                (Word::Raw(&rest[1..length]), length + 1)
            }
            digit if digit.is_ascii_digit() => {
                let whole = run(rest, |c| c.is_ascii_digit());
                let fraction = rest[whole..].strip_prefix('.').map_or(0, |rest| run(rest, |c| c.is_ascii_digit()));
                let length = if fraction > 0 { whole + 1 + fraction } else { whole };
                (Word::Number(&rest[..length]), length)
            }
            letter if is_name(letter) => {
                let length = run(rest, is_name);
                (Word::Name(&rest[..length]), length)
            }
            other => {
                let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
                let mark = mark.ok_or_else(|| format!("token recognition error at character {at}: '{other}'"))?;
                (Word::Mark(mark), mark.len())
            }
        };
        tokens.push(Token { word, at, end: at + length });
        at += length;
    }
    Ok(tokens)
}

/// A text in single quotes, in which a doubled one stands for one.
fn quoted(rest: &str) -> Option<(Word<'_>, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        let end = rest[at..].find('\'')? + at;
        text.push_str(&rest[at..end]);
        if !rest[end + 1..].starts_with('\'') {
            return Some((Word::Text(text), end + 1));
        }
        text.push('\'');
        at = end + 2;
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// How many bytes of a text are of a kind.
fn run(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !kind(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_end_at_a_quote_that_is_not_doubled() {
        let texts = |text| words(text).map(|words| words.into_iter().map(|token| token.word).collect::<Vec<_>>());
        assert_eq!(texts("'O''Brien'").unwrap(), [Word::Text("O'Brien".to_owned())]);
        assert_eq!(texts("''").unwrap(), [Word::Text(String::new())]);
        assert!(texts(r"'O\'Brien'").is_err());
        assert_eq!(texts("a.b>=1.5").unwrap().len(), 5);
        assert_eq!(texts("\"it's\"").unwrap(), [Word::Text("it's".to_owned())]);
        assert!(texts("name ? 'x'").is_err());
    }
}
