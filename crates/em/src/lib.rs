//! Veeam Backup Enterprise Manager.
//!
//! Programs find this as `em` in `backhaul-models`, which has the HTTP requests of calls beside it. A family of the
//! API is a module ([`jobs`]), its calls stand in `operations` below it, and every name is also found flat.
//!
//! ```
//! use backhaul_em::CloudSubtenant;
//! use backhaul_wire::xml;
//!
//! let subtenant: CloudSubtenant = xml::decode(b"<CloudSubtenant><Enabled>true</Enabled></CloudSubtenant>")?;
//! assert_eq!(subtenant.enabled, Some(true));
//! # Ok::<(), backhaul_wire::DecodeError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[rustfmt::skip]
#[allow(missing_docs, reason = "a name that says all has no sentence that repeats it")]
mod generated;

pub use generated::*;

/// Veeam Backup Enterprise Manager, as a type: the [`Call::Api`](backhaul_wire::Call::Api) of its calls.
#[derive(Debug, Clone, Copy)]
pub enum Em {}

impl backhaul_wire::Api for Em {
    const SYSTEM: backhaul_wire::System = backhaul_wire::System::Em;
}
