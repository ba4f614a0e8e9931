//! The leaf runtime of backhaul's generated code: what a type is, and how it is read and written.
//!
//! A generated struct says what its fields are ([`Shape`]), hands out a [`Slot`] to write and a [`View`] to read by
//! index ([`Struct`]). Everything else is written once, here, over that reflection: JSON, Enterprise Manager's JSON and
//! XML, serde's traits, drift reports, `Debug` and equality. Nothing in this crate does I/O.
//!
//! | module | one idea |
//! | --- | --- |
//! | [`shape`] | what a type is, as static data |
//! | [`reflect`] | reading and writing a value through its shape |
//! | [`text`] | ids, dates and secrets, which keep the text that came |
//! | [`json`] | plain JSON and Enterprise Manager's JSON |
//! | [`xml`] | Enterprise Manager's XML, whole bodies and streams |
//! | [`operation`] | an API operation as a row of data |
//! | [`drift`] | what a body held that the schemas do not know |
//! | [`error`] | decode and encode errors, with the path inside the body |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod context;
pub mod drift;
pub mod error;
pub mod json;
pub mod operation;
pub mod reflect;
mod room;
mod scan;
mod serde_impl;
pub mod shape;
mod tables;
pub mod text;
pub mod version;
pub mod xml;

#[doc(hidden)]
pub use context::looks_like_html;
#[doc(hidden)]
pub mod generated;

pub use drift::Drift;
pub use error::{DecodeError, EncodeError};
pub use operation::{Api, Call, Operation, System};
pub use reflect::{Edit, Enum, Slot, Struct, UnknownValue, View};
pub use shape::{EnumShape, Field, Kind, Place, Repeat, Shape};
pub use text::{DateTime, Id, IdKey, Secret};
pub use version::{ApiVersion, Versions};

/// The examples of the README are tested like those above.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
