//! The vendors' servers, in process or as a server: simulated Veeam Backup Enterprise Manager, Veeam Backup for
//! Microsoft 365 and ZStack, for tests and for the demo.
//!
//! One [`Estate`] of version-neutral records, in the types of `backhaul-models`, answers for all three. Routes come
//! from the models' tables of operations, and an answer holds what the version that was asked for has. What is
//! faithful, what is assumed where the vendors are silent, and what is absent, is a table in `docs/simulator.md`.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use backhaul_sim::{Effect, Fault, Faults, Sim};
//!
//! // All three on free ports of this machine, with the account `admin` and `password`; the second logon fails.
//! let faults = Faults::new().with(Fault::new(Effect::status(503, "")).path("*/token").skip(1).times(1));
//! let sim = Sim::builder().faults(faults).start().await?;
//! println!("{}", sim.announce()); // {"em":"https://127.0.0.1:41233","vb365":...
//! # Ok::<(), backhaul_sim::StartError>(()) }).unwrap();
//! ```
//!
//! | module | one idea |
//! | --- | --- |
//! | `sim`, `builder` | a running simulator, and what it is to be |
//! | `estate` | what the servers hold: the demo, any number of tenants, or a file |
//! | `engine` | what all three stand on: HTTP, faults, routes, sessions, a simulated clock, collections |
//! | `em` | Enterprise Manager: a store of records, tables of resource types, effects, tasks |
//! | `vb365` | VB365: collections by path, answers of any version cut from a type's shape, effects, restore sessions |
//! | `zstack` | ZStack: rows of every class, queries over them, effects, jobs |
//!
//! Arrows run downward only: `builder` to `sim` and `estate`, all of them to the systems, the systems to `engine`. A
//! system knows neither of the others. Each has a feature of its name; all are on by default.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
#[cfg(feature = "em")]
mod em;
mod engine;
mod estate;
mod sim;
#[cfg(feature = "vb365")]
mod vb365;
#[cfg(feature = "zstack")]
mod zstack;

pub use backhaul_wire::System;
pub use builder::{SimBuilder, TlsMode};
#[cfg(feature = "em")]
pub use em::{EmEstate, EmRecord, EmRelease, EmServer, GuestFile, Owned};
pub use engine::fault::{Effect, Fault, Faults};
pub use engine::form::FormError;
pub use engine::server::RecordedRequest;
pub use estate::Estate;
pub use sim::{Sim, StartError};
#[cfg(feature = "vb365")]
pub use vb365::{Usage, Vb365Estate, Vb365Record, Vb365Server};
#[cfg(feature = "zstack")]
pub use zstack::{ZstackEstate, ZstackRecord, ZstackServer};

/// The examples of the README are tested like those above.
#[cfg(all(doctest, feature = "em", feature = "vb365", feature = "zstack"))]
#[doc = include_str!("../README.md")]
struct Readme;
