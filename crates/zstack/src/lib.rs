//! ZStack.
//!
//! Programs find this as `zstack` in `backhaul-models`, which has the HTTP requests of calls beside it. A family of the
//! API is a module ([`sessions`]), its calls stand in `operations` below it, and every name is also found flat.
//!
//! ```
//! use backhaul_wire::json;
//! use backhaul_zstack::{Page, Zone};
//!
//! let page: Page<Zone> = json::decode(br#"{"inventories": [{"name": "north"}]}"#)?;
//! assert_eq!(page.inventories[0].name.as_deref(), Some("north"));
//! # Ok::<(), backhaul_wire::DecodeError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[rustfmt::skip]
#[allow(missing_docs, reason = "a name that says all has no sentence that repeats it")]
#[cfg_attr(feature = "rows", allow(unused_imports, unreachable_pub, dead_code, deprecated, reason = "a part that is off has rows alone"))]
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
