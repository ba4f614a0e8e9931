//! Passwords, and where they come from.

#[cfg(feature = "keyring")]
mod keyring;
#[cfg(not(feature = "keyring"))]
#[path = "secret/no_keyring.rs"]
mod keyring;
mod source;

pub(crate) use backhaul_wire::Secret;
pub(crate) use keyring::{forget, keep};
pub(crate) use source::{Source, from_file_of, from_file_with_caution, to_keep};
