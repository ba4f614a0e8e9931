//! Enterprise Manager's XML, whole bodies and streams.
//!
//! A reader of our own finds the tags, and puts what is between them where the shape says. What a parser must not do
//! with bodies from outside it refuses: document types, entities other than XML's own five, and nesting past
//! [`MAX_DEPTH`].
//!
//! Of an element that stands twice the first one counts, as with .NET's XmlSerializer. What does not fit its field is
//! kept as it came and told where the caller asks for [`Drift`], and an error where not.

mod items;
mod lex;
mod read;
mod ser;
mod stream;

pub use items::Items;
pub use ser::{encode, encode_request};
pub use stream::decode_stream;

use crate::context::{Context, looks_like_html};
use crate::drift::Drift;
use crate::error::DecodeError;
use crate::json::utf8;
use crate::reflect::{Model, Struct};

/// The namespace of every Enterprise Manager document.
pub const NAMESPACE: &str = "http://www.veeam.com/ent/v1.0";

/// How deep elements may nest; Enterprise Manager's own nest about twelve deep.
pub const MAX_DEPTH: usize = 128;

/// Reads a body into a new value.
///
/// # Errors
/// When the body is not XML, not of the type's root element or namespace, or a value does not fit its field; the error
/// names the path inside the body.
pub fn decode<T: Model>(body: &[u8]) -> Result<T, DecodeError> {
    let mut value = T::default();
    decode_into(&mut value, body, None)?;
    Ok(value)
}

/// Reads a body into `target`, which should be empty, and reports what the schemas do not know into `drift`.
///
/// # Errors
/// As [`decode`].
pub fn decode_into(target: &mut dyn Struct, body: &[u8], drift: Option<&mut Drift>) -> Result<(), DecodeError> {
    decode_in(Context::new(drift), target, body)
}

/// The same, where the value may take no more than so many bytes of memory beside its texts: of an element that is as
/// wide as its schema the text says little.
///
/// # Errors
/// As [`decode`], and when the value takes more.
pub fn decode_within(
    most: usize,
    target: &mut dyn Struct,
    body: &[u8],
    drift: Option<&mut Drift>,
) -> Result<(), DecodeError> {
    decode_in(Context::new(drift).within(most), target, body)
}

fn decode_in(mut context: Context<'_>, target: &mut dyn Struct, body: &[u8]) -> Result<(), DecodeError> {
    let name = target.shape().name;
    let text = text(name, body)?;
    read::Driver::new(&mut lex::Source::text(text), &mut context, read::Listed::None)
        .document(target)
        .map_err(|error| DecodeError::new(name, context.path(), error, body))
}

/// The body's text, when it is one that may be XML.
fn text<'b>(name: &'static str, body: &'b [u8]) -> Result<&'b str, DecodeError> {
    let fail = |message: &str| DecodeError::new(name, String::new(), message, body);
    let text = utf8(body).map_err(|message| fail(&message))?;
    let first = text.trim_start();
    match first.as_bytes().first() {
        None => Err(fail("the body is empty")),
        Some(b'{' | b'[') => Err(fail("the body is JSON, not XML")),
        Some(b'<') if looks_like_html(first.as_bytes()) => {
            Err(fail("the body is an HTML page (from a proxy or another product?), not XML"))
        }
        Some(b'<') => Ok(text),
        Some(_) => Err(fail("the body is not XML")),
    }
}
