//! ZStack.

#[rustfmt::skip]
mod generated;
mod reply;

pub use generated::operations;
pub use generated::*;
pub use reply::{Page, Reply};
