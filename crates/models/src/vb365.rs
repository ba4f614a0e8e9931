//! Veeam Backup for Microsoft 365, REST v3 to v8.

#[rustfmt::skip]
mod generated;
mod reply;

pub use generated::operations;
pub use generated::*;
pub use reply::{Ids, Items, Page};
