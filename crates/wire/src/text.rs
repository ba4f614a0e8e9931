//! Ids, dates and secrets: text that keeps what came and parses on demand.
//!
//! Servers join GUIDs, drop dashes, write seven fraction digits or none: a value that is only passed on must come out
//! as it came in, so these types hold the text and read it when asked.

mod date;
mod id;
mod number;
mod secret;
mod serde;

pub use date::{DateTime, DateTimeError, DateTimeParts};
pub use id::{Id, IdKey};
pub(crate) use number::{parse_bool, parse_float, parse_int};
pub use secret::Secret;
