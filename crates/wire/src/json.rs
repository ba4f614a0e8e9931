//! Plain JSON, and Enterprise Manager's JSON.
//!
//! Reading is one driver for both: names fit in any letter case, a list may stand bare, in a wrapper or in a wrapper
//! that repeats its name, numbers and booleans may be strings, null is absence, unknown fields are passed over (or
//! kept, on types that are sent back). Of a member that stands twice the last one counts. What does not fit its field
//! is kept as it came and told where the caller asks for [`Drift`], and an error where not.

mod classes;
mod items;
mod lex;
mod names;
mod raw;
mod read;
mod ser;
mod versions;

pub use classes::recast;
pub use items::Items;
pub use names::camel_case;
pub use versions::{beyond_version, check_versions, check_versions_but};

use std::cell::RefCell;

use serde::{Serialize, Serializer};

use crate::context::{Context, looks_like_html};
use crate::drift::Drift;
use crate::error::{DecodeError, EncodeError};
use crate::reflect::{DynamicStruct, Model, Struct};

pub(crate) use ser::Out;

/// Reads a body into a new value.
///
/// # Errors
/// When the body is not JSON, or a value does not fit its field; the error names the path inside the body.
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
    let text = start(name, body)?;
    read(target, text, &mut Context::new(drift))
}

/// The same, where the value may take no more than so many bytes of memory beside its texts: of an object that is as wide
/// as its schema the text says little.
///
/// # Errors
/// As [`decode`], and when the value takes more.
pub fn decode_within(
    most: usize,
    target: &mut dyn Struct,
    body: &[u8],
    drift: Option<&mut Drift>,
) -> Result<(), DecodeError> {
    let text = start(target.shape().name, body)?;
    read(target, text, &mut Context::new(drift).within(most))
}

/// Reads a text into an empty value.
pub(crate) fn read(target: &mut dyn Struct, text: &str, context: &mut Context<'_>) -> Result<(), DecodeError> {
    let name = target.shape().name;
    read::Driver::new(text, context).document(target).map_err(|error| failure(name, context, &error, text))
}

/// The body's text, when it is one that may be JSON.
fn start<'b>(name: &'static str, body: &'b [u8]) -> Result<&'b str, DecodeError> {
    let fail = |message: &str| DecodeError::new(name, String::new(), message, body);
    let text = utf8(body).map_err(|message| fail(&message))?;
    let first = text.trim_start();
    match first.as_bytes().first() {
        None => Err(fail("the body is empty")),
        Some(b'<') if looks_like_html(first.as_bytes()) => {
            Err(fail("the body is an HTML page (from a proxy or another product?), not JSON"))
        }
        Some(b'<') => Err(fail("the body is XML, not JSON")),
        Some(_) => Ok(text),
    }
}

fn failure(name: &'static str, context: &Context<'_>, error: &lex::Error, text: &str) -> DecodeError {
    DecodeError::new(name, context.path(), error.explain(text), text.as_bytes())
}

/// How member names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As in the schema: VB365, ZStack, and Enterprise Manager up to 12.
    #[default]
    Schema,
    /// In camelCase by .NET's rule: Enterprise Manager 13.
    Camel,
}

/// Writes a value as a request or answer body; secrets are written as they are.
///
/// # Errors
/// When the value cannot be written (a number that JSON does not have).
pub fn encode(value: &dyn Struct, case: Case) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(&Out::wire(value, case)).map_err(|error| EncodeError::format(value.shape().name, error))
}

/// Writes a request as [`encode`] does, but without the secrets that are empty: Enterprise Manager answers every
/// password empty, and one that is put back so may be taken for a new one.
///
/// # Errors
/// As [`encode`].
pub fn encode_request(value: &dyn Struct, case: Case) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(&Out::request(value, case)).map_err(|error| EncodeError::format(value.shape().name, error))
}

/// A value for serde as a server takes it: its secrets are written as they are.
///
/// ```
/// # fn send(spec: &dyn backhaul_wire::Struct) -> Result<String, serde_json::Error> {
/// serde_json::to_string(&backhaul_wire::json::Wire(spec))
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Wire<'a>(pub &'a dyn Struct);

/// A value for serde as people are shown it: `***` stands for its secrets.
#[derive(Clone, Copy)]
pub struct Redacted<'a>(pub &'a dyn Struct);

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Out::wire(self.0, Case::Schema).serialize(serializer)
    }
}

impl Serialize for Redacted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Out::shown(self.0).serialize(serializer)
    }
}

/// One member of a value for serde as [`Redacted`] shows it, by its name in JSON: null where the value has none.
#[derive(Clone, Copy)]
pub struct RedactedMember<'a>(pub &'a dyn Struct, pub &'a str);

impl Serialize for RedactedMember<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ser::Member { value: self.0, name: self.1 }.serialize(serializer)
    }
}

/// A page for serde as [`Redacted`] shows it, whose items come one at a time: it may be larger than memory.
///
/// The page has none of them, and `next` hands out the next one until there is none any more, as [`Items::next_into`]
/// reads them. Of lists of that name, the first one has the items. It is written once.
pub struct RedactedPage<'a, F> {
    page: &'a dyn Struct,
    later: ser::OneByOne<'a, F>,
}

impl<'a, F: FnMut() -> Option<DynamicStruct>> RedactedPage<'a, F> {
    /// A page, and the JSON name of its list.
    pub fn new(page: &'a dyn Struct, list: &'a str, next: F) -> Self {
        Self { page, later: ser::OneByOne { list, next: RefCell::new(next) } }
    }
}

impl<F: FnMut() -> Option<DynamicStruct>> Serialize for RedactedPage<'_, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Out::shown_with(self.page, &self.later).serialize(serializer)
    }
}

impl<F> std::fmt::Debug for RedactedPage<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedactedPage").field("page", &self.page).field("list", &self.later.list).finish_non_exhaustive()
    }
}

/// Writes a value indented, for people; secrets are redacted.
///
/// # Errors
/// As [`encode`].
pub fn to_string_pretty(value: &dyn Struct) -> Result<String, EncodeError> {
    serde_json::to_string_pretty(&Out::shown(value)).map_err(|error| EncodeError::format(value.shape().name, error))
}

/// A value as a JSON tree, for people; secrets are redacted.
///
/// # Errors
/// As [`encode`].
pub fn to_value(value: &dyn Struct) -> Result<serde_json::Value, EncodeError> {
    serde_json::to_value(Out::shown(value)).map_err(|error| EncodeError::format(value.shape().name, error))
}

/// The body as text, without a byte-order mark.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    std::str::from_utf8(body).map_err(|error| format!("the body is not UTF-8 (byte {})", error.valid_up_to()))
}
