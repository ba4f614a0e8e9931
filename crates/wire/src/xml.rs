//! Enterprise Manager's XML, whole bodies and streams.
//!
//! quick-xml finds the tags; this module puts what is between them where the shape says. What a parser must not do with bodies
//! from outside it refuses: document types, entities other than XML's own five, and nesting past [`MAX_DEPTH`].

mod de;
mod ser;
mod source;
mod stream;

pub use ser::{encode, encode_request};
pub use stream::decode_stream;

use crate::drift::Drift;
use crate::error::DecodeError;
use crate::json::{Context, looks_like_html, utf8};
use crate::reflect::{Model, Struct};

/// The namespace of every Enterprise Manager document.
pub const NAMESPACE: &str = "http://www.veeam.com/ent/v1.0";

/// How deep elements may nest; Enterprise Manager's own nest about twelve deep.
pub const MAX_DEPTH: usize = 128;

/// Reads a body into a new value.
///
/// # Errors
/// When the body is not XML, not of the type's root element or namespace, or a value does not fit its field; the error names the
/// path inside the body.
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
    let name = target.shape().name;
    let text = utf8(body).map_err(|message| DecodeError::new(name, String::new(), message, body))?;
    let fail = |path: String, message: &str| DecodeError::new(name, path, message, body);
    match text.trim_start().chars().next() {
        None => return Err(fail(String::new(), "the body is empty")),
        Some('{' | '[') => return Err(fail(String::new(), "the body is JSON, not XML")),
        Some('<') if looks_like_html(text.trim_start()) => {
            return Err(fail(String::new(), "the body is an HTML page (from a proxy or another product?), not XML"));
        }
        Some('<') => {}
        Some(_) => return Err(fail(String::new(), "the body is not XML")),
    }
    let mut context = Context::new(drift);
    let mut source = source::Slice::new(text);
    de::document(target, &mut source, &mut context, None).map_err(|error| {
        let message = source::explain(&error, text.len());
        DecodeError::new(name, context.path(), message, body)
    })
}
