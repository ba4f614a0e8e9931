//! Generates backhaul's models, operations and filter fields from `schemas/`.
//!
//! Two front ends, [`xsd`] for Enterprise Manager and [`json_schema`] for VB365 and ZStack, read into one small [`ir`];
//! the [`emit`] back ends render it with quote and prettyplease. [`project`] knows which file comes from which and
//! writes or checks them. Everything is deterministic: the same schemas give the same bytes.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
pub mod diff;
pub mod emit;
pub mod error;
pub mod features;
pub mod fixups;
pub mod import;
pub mod inventories;
pub mod ir;
pub mod json_schema;
pub mod operations;
pub mod project;
pub mod queries;
pub mod upgrade;
pub mod xsd;

pub use error::{Result, SchemaError};
