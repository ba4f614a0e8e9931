//! Ids, dates and secrets: text that keeps what came and parses on demand.
//!
//! Servers join GUIDs, drop dashes, write seven fraction digits or none: a value that is only passed on must come out as it
//! came in, so these types hold the text and read it when asked.

mod date;
mod id;
mod secret;

pub use date::{DateTime, DateTimeError, DateTimeParts};
pub use id::Id;
pub use secret::Secret;
