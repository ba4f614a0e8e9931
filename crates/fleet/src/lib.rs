//! Many servers at once, normalised into one table: who uses how much of which backup repository.
//!
//! [`Collect`] asks every server of a fleet, of any of the three systems, and gives one [`Row`] per server,
//! repository and tenant, as a stream of servers' [`Answer`]s; [`usage`] waits for all. A server that fails does
//! not take the others with it, and a part of a server that fails does not take the rest: the rest is there and
//! marked as partial, beside the [`Problem`].
//!
//! # What may be summed
//! [`totals`] does it. By hand:
//! - `used_bytes` is local plus object storage. It may be summed over tenants, and over subtenants, but not over
//!   both: what a subtenant uses is inside what its tenant uses (`parent_tenant`).
//! - `capacity_bytes` and `free_bytes` belong to the repository and repeat on each of its rows: take them once per
//!   `server` and `repository_id`.
//! - `cache_bytes` is a copy of what object storage holds, and not part of `used_bytes`.
//! - A row without a tenant stands for a repository that no tenant uses. Its `used_bytes` is what is taken of the
//!   capacity where only backups are kept (ZStack), and the sum of the backup files for EM; for VB365 it is
//!   unknown.
//! - Unknown is `None`, never 0.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "store")]
pub mod billing;
mod collect;
#[cfg(feature = "store")]
mod cores;
mod em;
mod growth;
pub mod jobs;
pub mod metrics;
mod problem;
mod row;
#[cfg(feature = "store")]
pub mod store;
mod totals;
mod vb365;
mod zstack;

pub use collect::{Answer, Collect, Level, Once, Server, Usage, usage};
pub use growth::{Forecast, Growth, Moment, sparkline};
pub use problem::{Cause, Problem};
pub use row::{COLUMNS, ROWS, Row, percent};
pub use totals::{By, Group, Total, is_over, totals};
