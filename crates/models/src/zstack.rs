//! ZStack.

#[rustfmt::skip]
mod generated;
mod reply;

pub use generated::operations;
pub use generated::*;
pub use reply::{Page, Reply};

/// ZStack, as a type: the [`Call::Api`](backhaul_wire::Call::Api) of its calls.
#[derive(Debug, Clone, Copy)]
pub enum Zstack {}

impl backhaul_wire::Api for Zstack {
    const SYSTEM: backhaul_wire::System = backhaul_wire::System::Zstack;
}
