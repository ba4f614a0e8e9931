//! ZStack.

#[rustfmt::skip]
#[allow(missing_docs, reason = "a name that says all has no sentence that repeats it")]
#[cfg_attr(feature = "zstack-registry", allow(unused_imports, unreachable_pub, dead_code, reason = "a part that is off has rows alone"))]
mod generated;
mod reply;

pub use generated::*;
pub use reply::{Page, Reply};

/// ZStack, as a type: the [`Call::Api`](backhaul_wire::Call::Api) of its calls.
#[derive(Debug, Clone, Copy)]
pub enum Zstack {}

impl backhaul_wire::Api for Zstack {
    const SYSTEM: backhaul_wire::System = backhaul_wire::System::Zstack;
}
