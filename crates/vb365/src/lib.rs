//! Veeam Backup for Microsoft 365, REST v3 to v8.
//!
//! Programs find this as `vb365` in `backhaul-models`, which has the HTTP requests of calls beside it. A family of the
//! API is a module ([`repositories`]), its calls stand in `operations` below it, and every name is also found flat.
//!
//! ```
//! use backhaul_vb365::{BackupRepository, Page};
//! use backhaul_wire::json;
//!
//! let page: Page<BackupRepository> = json::decode(br#"{"results": [{"freeSpaceBytes": 5}]}"#)?;
//! assert_eq!(page.results[0].free_space_bytes, Some(5));
//! # Ok::<(), backhaul_wire::DecodeError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[rustfmt::skip]
#[allow(missing_docs, reason = "a name that says all has no sentence that repeats it")]
mod generated;
mod reply;
mod versions;

pub use generated::*;
pub use reply::{Ids, Items, Page};
pub use versions::{KNOWN, RECONSTRUCTED, VERSIONS, is_action, is_unproven};

/// Veeam Backup for Microsoft 365, as a type: the [`Call::Api`](backhaul_wire::Call::Api) of its calls.
#[derive(Debug, Clone, Copy)]
pub enum Vb365 {}

impl backhaul_wire::Api for Vb365 {
    const SYSTEM: backhaul_wire::System = backhaul_wire::System::Vb365;
}
