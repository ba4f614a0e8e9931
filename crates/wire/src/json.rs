//! Plain JSON, and Enterprise Manager's JSON.
//!
//! Reading is one driver for both: names fit in any letter case, a list may stand bare, in a wrapper or in a wrapper that
//! repeats its name, numbers and booleans may be strings, null is absence, unknown fields are passed over (or kept, on types
//! that are sent back). The text is tokenised by serde_json; what this module adds is where each value goes.

mod classes;
mod de;
mod names;
mod scalar;
mod ser;
mod versions;

pub use classes::recast;
pub use names::camel_case;
pub use versions::{beyond_version, check_versions};

use crate::drift::Drift;
use crate::error::{DecodeError, EncodeError};
use crate::reflect::{Model, Struct};

pub(crate) use de::{Context, Segment, StructSeed, looks_like_html};
pub(crate) use scalar::{parse_bool, parse_float, parse_int};
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
    let text = utf8(body).map_err(|message| DecodeError::new(name, String::new(), message, body))?;
    if text.trim_start().is_empty() {
        return Err(DecodeError::new(name, String::new(), "the body is empty", body));
    }
    let mut context = Context::new(drift);
    de::run(target, text, &mut context)
        .map_err(|error| DecodeError::new(name, context.path(), de::Explained { error: &error, text }, body))
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

/// Writes a request as [`encode`] does, but without the secrets that are empty: Enterprise Manager answers every password empty,
/// and one that is put back so may be taken for a new one.
///
/// # Errors
/// As [`encode`].
pub fn encode_request(value: &dyn Struct, case: Case) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(&Out::request(value, case)).map_err(|error| EncodeError::format(value.shape().name, error))
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
