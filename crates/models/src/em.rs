//! Veeam Backup Enterprise Manager.

#[rustfmt::skip]
mod generated;

pub use generated::operations;
pub use generated::*;

/// Veeam Backup Enterprise Manager, as a type: the [`Call::Api`](backhaul_wire::Call::Api) of its calls.
#[derive(Debug, Clone, Copy)]
pub enum Em {}

impl backhaul_wire::Api for Em {
    const SYSTEM: backhaul_wire::System = backhaul_wire::System::Em;
}
