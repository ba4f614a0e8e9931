//! ZStack's types: what its API takes and answers. Programs find them under the same names in `backhaul-zstack`, with
//! the calls, or in `backhaul-models`.
//!
//! A crate of their own, so that a compiler needs half of the memory that types and calls would take at once.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[rustfmt::skip]
#[allow(missing_docs, reason = "a name that says all has no sentence that repeats it")]
#[cfg_attr(feature = "rows", allow(unused_imports, unreachable_pub, deprecated, reason = "a part that is off has rows alone"))]
mod generated;

pub use generated::*;
