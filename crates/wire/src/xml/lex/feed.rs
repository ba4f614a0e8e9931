//! Text that comes from a reader.

use std::borrow::Cow;
use std::io::{self, BufRead};

use super::{Error, Result, Source};

/// How much one tag or text may hold when it is read from a stream: an attribute of a gigabyte must not be held.
const MAX_TOKEN: usize = 16 << 20;

/// How much is read at least, so that a token is not looked at again for every byte that comes.
const STEP: usize = 4096;

/// How much is taken at once of a reader that has all of it at hand, such as a slice.
const MOST: usize = 1 << 16;

/// A reader, and what of it is no text yet.
pub(super) struct Feed<'t> {
    reader: &'t mut dyn BufRead,
    /// A character that was cut off in the middle.
    cut: Vec<u8>,
    started: bool,
}

impl<'t> Feed<'t> {
    pub(super) fn new(reader: &'t mut dyn BufRead) -> Self {
        Self { reader, cut: Vec::new(), started: false }
    }

    /// Adds what the reader has next to `text`, before which so many bytes stood; false at its end.
    fn pull(&mut self, text: &mut String, dropped: u64) -> Result<bool> {
        let bytes = loop {
            match self.reader.fill_buf() {
                Ok(bytes) => break bytes.get(..MOST).unwrap_or(bytes),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::Reader(error)),
            }
        };
        let read = bytes.len();
        if read == 0 {
            return match self.cut.is_empty() {
                true => Ok(false),
                false => Err(Error::refused("the body is not UTF-8: it ends inside a character")),
            };
        }
        self.cut.extend_from_slice(bytes);
        self.reader.consume(read);
        let valid = match std::str::from_utf8(&self.cut) {
            Ok(all) => all.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(error) => {
                let at = dropped + (text.len() + error.valid_up_to()) as u64;
                return Err(Error::refused(format_args!("the body is not UTF-8 (byte {at})")));
            }
        };
        let rest = self.cut.split_off(valid);
        let mut new = std::str::from_utf8(&self.cut).unwrap_or_default();
        if !self.started && !new.is_empty() {
            self.started = true;
            new = new.strip_prefix('\u{feff}').unwrap_or(new);
        }
        text.push_str(new);
        self.cut = rest;
        Ok(true)
    }
}

impl Source<'_> {
    /// Lets go what was read and takes more from the reader; false when there is no more.
    #[cold]
    pub(super) fn more(&mut self) -> Result<bool> {
        let Some(feed) = &mut self.feed else { return Ok(false) };
        let mut text = std::mem::take(&mut self.text).into_owned();
        text.drain(..self.from);
        let dropped = self.dropped.unwrap_or_default() + self.from as u64;
        self.dropped = Some(dropped);
        self.at = self.start - self.from;
        (self.from, self.start) = (0, self.at);
        let held = text.len();
        if held >= MAX_TOKEN {
            return Err(Error::refused(format_args!("one tag or text is larger than {} MiB", MAX_TOKEN >> 20)));
        }
        // At least as much again: a long token is looked at a few times, not once for every piece of it.
        let wanted = held + held.max(STEP);
        let mut more = true;
        while more && text.len() < wanted {
            more = feed.pull(&mut text, dropped)?;
        }
        let any = text.len() > held;
        self.text = Cow::Owned(text);
        if !more {
            self.feed = None;
        }
        Ok(any || !more)
    }
}
