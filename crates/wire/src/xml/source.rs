//! Where events come from: a text in memory, or a reader that holds one event at a time.

use std::fmt;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

/// What can go wrong while reading XML.
pub(super) enum Error {
    /// The text is not well formed, or could not be read.
    Xml(quick_xml::Error, u64),
    /// The text ends inside an element.
    Eof,
    /// The text is well formed and says something that is not taken.
    Refused(String),
}

impl Error {
    pub(super) fn refused(what: impl fmt::Display) -> Self {
        Self::Refused(what.to_string())
    }
}

/// The message for people; `len` is how long the whole text is, 0 when it is not known.
pub(super) fn explain(error: &Error, len: usize) -> String {
    match error {
        Error::Refused(what) => what.clone(),
        Error::Eof => "the body ends too early".to_owned(),
        // All of these are met at the end of the text alone.
        Error::Xml(error @ quick_xml::Error::Syntax(_), _) => format!("the body ends too early: {error}"),
        Error::Xml(error, at) if len > 0 && *at >= len as u64 => format!("the body ends too early: {error}"),
        Error::Xml(error, at) => format!("the body is not well-formed XML: {error} (byte {at})"),
    }
}

/// Gives one event after the other.
pub(super) trait Source {
    fn next(&mut self) -> Result<Event<'_>, Error>;
}

/// A text in memory.
pub(super) struct Slice<'t>(Reader<&'t [u8]>);

impl<'t> Slice<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self(Reader::from_str(text))
    }
}

impl Source for Slice<'_> {
    #[inline]
    fn next(&mut self) -> Result<Event<'_>, Error> {
        match self.0.read_event() {
            Ok(event) => Ok(event),
            Err(error) => Err(Error::Xml(error, self.0.error_position())),
        }
    }
}

/// How much one tag or text may hold when it is read from a stream.
const MAX_EVENT: u64 = 16 << 20;

/// A reader; one event is held at a time.
pub(super) struct Stream<'r> {
    reader: Reader<Bounded<'r>>,
    buffer: Vec<u8>,
}

impl<'r> Stream<'r> {
    pub(super) fn new(reader: &'r mut dyn BufRead) -> Self {
        Self { reader: Reader::from_reader(Bounded { reader, left: MAX_EVENT }), buffer: Vec::with_capacity(4096) }
    }
}

impl Source for Stream<'_> {
    fn next(&mut self) -> Result<Event<'_>, Error> {
        self.buffer.clear();
        self.reader.get_mut().left = MAX_EVENT;
        let at = self.reader.buffer_position();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| Error::Xml(error, at))
    }
}

/// A reader that refuses to give one event more than its share: an attribute of a gigabyte must not be held.
struct Bounded<'r> {
    reader: &'r mut dyn BufRead,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buf)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("one tag or text is larger than {} MiB", MAX_EVENT >> 20)));
        }
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.reader.consume(amount);
    }
}
