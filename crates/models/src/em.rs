//! Veeam Backup Enterprise Manager.

mod generated;

pub use generated::operations;
pub use generated::*;
