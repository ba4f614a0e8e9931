//! XML's own grammar: one tag or text after the other, from a text in memory or from a reader.
//!
//! Well-formedness is checked here: tags that close what they opened, names, attributes that stand once, references.
//! What a parser must not do with bodies from outside is refused: document types, and entities other than XML's own
//! five.

mod feed;
mod tag;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;

use feed::Feed;
pub(super) use tag::Attribute;

use crate::room::TooLarge;

/// What can go wrong while reading XML.
pub(super) enum Error {
    /// The text is not well formed, at this byte.
    Malformed(String, u64),
    /// The text ends inside of something.
    Short(&'static str),
    /// The reader failed.
    Reader(std::io::Error),
    /// The text is well formed and says something that is not taken.
    Refused(String),
}

pub(super) type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(super) fn refused(what: impl fmt::Display) -> Self {
        Self::Refused(what.to_string())
    }
}

impl From<TooLarge> for Error {
    #[cold]
    fn from(what: TooLarge) -> Self {
        Self::refused(what)
    }
}

/// The message for people.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(what) => f.write_str(what),
            Self::Short(inside) => write!(f, "the body ends too early: inside {inside}"),
            Self::Malformed(what, at) => write!(f, "the body is not well-formed XML: {what} (byte {at})"),
            Self::Reader(error) => write!(f, "the body could not be read to its end: {error}"),
        }
    }
}

/// A part of the text at hand; it holds until the next token is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What the text consists of; comments and processing instructions are passed over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token {
    /// A start tag; `empty` says that it is the end tag, too.
    Open { name: Span, empty: bool },
    /// The end tag of what was opened last.
    Close,
    /// Text as it stands; `plain` says that it means just what it says.
    Text { span: Span, plain: bool },
    /// The inside of a CDATA section.
    CData(Span),
    /// The end of the text.
    End,
}

/// A text that is read tag by tag.
pub(super) struct Source<'t> {
    /// The text, or as much of it as was read and is still wanted.
    text: Cow<'t, str>,
    /// Where the token read last starts, with the comments before it.
    from: usize,
    /// Where it starts itself.
    start: usize,
    /// Where the next one does.
    at: usize,
    /// The names of the open elements, one behind the other.
    open: String,
    /// Where each of them starts.
    names: Vec<usize>,
    /// Of the tag read last.
    attributes: Vec<Attribute>,
    feed: Option<Feed<'t>>,
    /// How many bytes of a reader's text stood before the one at hand; none of a text in memory.
    dropped: Option<u64>,
}

/// A place in a text, to come back to.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    at: usize,
    open: String,
    names: Vec<usize>,
}

impl<'t> Source<'t> {
    /// A text in memory.
    pub(super) fn text(text: &'t str) -> Self {
        Self::new(Cow::Borrowed(text), None)
    }

    /// A reader; what was read is let go token by token.
    pub(super) fn reader(reader: &'t mut dyn BufRead) -> Self {
        Self::new(Cow::Owned(String::new()), Some(Feed::new(reader)))
    }

    fn new(text: Cow<'t, str>, feed: Option<Feed<'t>>) -> Self {
        let (open, names, attributes) = (String::new(), Vec::new(), Vec::new());
        let dropped = feed.as_ref().map(|_| 0);
        Self { text, from: 0, start: 0, at: 0, open, names, attributes, feed, dropped }
    }

    /// Where the next token starts; of no use with a reader, which does not go back.
    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.at, open: self.open.clone(), names: self.names.clone() }
    }

    /// A text in memory, from a place on.
    pub(super) fn resume(text: &'t str, mark: Mark) -> Self {
        let mut source = Self::text(text);
        source.at = mark.at;
        source.open = mark.open;
        source.names = mark.names;
        source
    }

    #[inline]
    pub(super) fn str(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The attributes of the tag read last.
    #[inline]
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The comments before the token read last, and the token, as they stand.
    pub(super) fn raw(&self) -> (&str, &str) {
        let part = |start, end| self.str(Span { start, end });
        (part(self.from, self.start), part(self.start, self.at))
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.names.len()
    }

    /// Reads the next token.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Token> {
        self.from = self.at;
        loop {
            self.start = self.at;
            match self.scan() {
                Ok(Some(token)) => return Ok(token),
                Ok(None) => {}
                Err(Error::Short(inside)) => {
                    self.at = self.start;
                    if !self.more()? {
                        return Err(Error::Short(inside));
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads one token, or passes over what is none; [`Error::Short`] where more text is needed.
    #[inline]
    fn scan(&mut self) -> Result<Option<Token>> {
        match self.text.as_bytes().get(self.at..).unwrap_or_default() {
            [b'<', b'/', ..] => self.close().map(|()| Some(Token::Close)),
            [b'<', b'!' | b'?', ..] => self.special(),
            [b'<', _, ..] => self.tag().map(Some),
            [] | [b'<'] if self.feed.is_some() => Err(Error::Short("a tag")),
            [] if self.names.is_empty() => Ok(Some(Token::End)),
            [] => Err(Error::Short("an element")),
            [b'<'] => Err(Error::Short("a tag")),
            _ => self.run().map(Some),
        }
    }

    /// Comments, processing instructions, CDATA sections, and document types, which are refused.
    #[cold]
    fn special(&mut self) -> Result<Option<Token>> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = |of: &str, from: usize| rest.get(from..).and_then(|rest| rest.find(of)).map(|at| from + at);
        if rest.starts_with("<!--") {
            let end = end("-->", 4).ok_or(Error::Short("a comment"))?;
            self.at += end + 3;
            return Ok(None);
        }
        if rest.starts_with("<![CDATA[") {
            if self.names.is_empty() {
                return Err(Error::refused("text outside of the root element"));
            }
            let end = end("]]>", 9).ok_or(Error::Short("a CDATA section"))?;
            let span = Span { start: self.at + 9, end: self.at + end };
            self.at += end + 3;
            return Ok(Some(Token::CData(span)));
        }
        if rest.starts_with("<?") {
            let end = end("?>", 2).ok_or(Error::Short("a processing instruction"))?;
            if !matches!(rest.as_bytes().get(2), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' | 0x80..)) {
                return Err(self.malformed("a processing instruction has no name", self.at));
            }
            self.at += end + 2;
            return Ok(None);
        }
        if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!DOCTYPE")) {
            return Err(Error::refused("a document type declaration (DTD) is not taken from a server"));
        }
        if ["<!--", "<![CDATA[", "<!DOCTYPE"].iter().any(|whole| whole.starts_with(rest)) {
            return Err(Error::Short("a tag"));
        }
        Err(self.malformed("`<!` begins neither a comment nor a CDATA section", self.at))
    }

    #[cold]
    fn malformed(&self, what: impl fmt::Display, at: usize) -> Error {
        Error::Malformed(what.to_string(), self.dropped.unwrap_or_default() + at as u64)
    }

    /// How much of a reader's text was read; `None` of a text in memory.
    pub(super) fn passed(&self) -> Option<usize> {
        let dropped = usize::try_from(self.dropped?).ok()?;
        dropped.checked_add(self.at)
    }
}
