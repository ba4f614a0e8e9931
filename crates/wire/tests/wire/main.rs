//! The codecs, over the real types and over a type that has a field of every kind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod every;
mod fill;

mod edits;
mod errors;
mod items;
mod json_exact;
mod json_lenient;
mod json_names;
mod json_oracle;
mod linear;
mod misfits;
mod round_trip;
mod secrets;
mod serializers;
mod unions;
mod versions;
mod xml_hostile;
mod xml_oracle;
mod xml_read;
mod xml_stream;
mod xml_unknown;
mod xml_write;
