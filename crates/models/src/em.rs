//! Veeam Backup Enterprise Manager.

#[rustfmt::skip]
mod generated;

pub use generated::operations;
pub use generated::*;
