use std::io::BufRead;

use super::lex::Source;
use super::read::{Driver, Listed, Sink};
use crate::context::Context;
use crate::error::DecodeError;
use crate::reflect::{Model, Struct};
use crate::room::Room;

/// Reads a body from a reader and hands the items of one list to `each` as they come, holding one at a time.
///
/// `list` is the list's wrapper element, such as `CloudSubtenants`. The rest of the body comes back in `E`, its list
/// empty.
///
/// # Errors
/// As [`super::decode`], when reading fails, and when the document or an item takes more memory than it may, as with
/// [`super::Items`]: what was read so far stands for the body. Items that were handed over before an error stay handed over.
pub fn decode_stream<E: Model, T: Model>(
    mut reader: impl BufRead,
    list: &str,
    each: impl FnMut(T),
) -> Result<E, DecodeError> {
    let mut envelope = E::default();
    run(&mut envelope, &mut reader, &mut Handed { list, item: T::default(), each })?;
    Ok(envelope)
}

/// Not generic over the reader, so that the driver is compiled once, here.
fn run(envelope: &mut dyn Struct, reader: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    let mut context = Context::new(None).within(Room::usual(0));
    let name = envelope.shape().name;
    Driver::new(&mut Source::reader(reader), &mut context, Listed::Now(sink))
        .document(envelope)
        .map_err(|error| DecodeError::new(name, context.path(), error, b""))
}

struct Handed<'l, T, F> {
    list: &'l str,
    item: T,
    each: F,
}

impl<T: Model, F: FnMut(T)> Sink for Handed<'_, T, F> {
    fn list(&self) -> &str {
        self.list
    }
    fn fresh(&mut self) -> &mut dyn Struct {
        self.item = T::default();
        &mut self.item
    }
    fn done(&mut self) {
        (self.each)(std::mem::take(&mut self.item));
    }
}
