//! Passwords, and where they come from.

mod source;

pub(crate) use backhaul_wire::Secret;
pub(crate) use source::{Source, from_file_of, from_file_with_caution};
