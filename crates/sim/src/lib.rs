//! The vendors' servers, in process or as a server: simulated Veeam Backup Enterprise Manager, Veeam Backup for Microsoft 365
//! and ZStack, for tests and for the demo.
//!
//! One [`Estate`] of version-neutral records, in the types of `backhaul-models`, answers for all three. Routes come from the
//! models' tables of operations, and an answer holds what the version that was asked for has. What is faithful, what is
//! assumed where the vendors are silent, and what is absent, is a table in `docs/simulator.md`.
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
//! | `fault` | what goes wrong on purpose |
//! | `em` | Enterprise Manager: a store of records, tables of kinds, effects, tasks |
//! | `vb365` | VB365: collections by path, answers of any version cut from a type's shape, effects, restore sessions |
//! | `zstack` | ZStack: rows of every class, queries over them, effects, jobs |
//! | `agenda`, `shelf` | a simulated clock, and what is to happen by it; records in their order, by id |
//! | `route`, `project` | the operation that a request calls; the answer of one version |
//! | `server` | TCP, TLS and HTTP |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod agenda;
mod builder;
mod clock;
mod em;
mod estate;
mod fault;
mod form;
mod message;
mod project;
mod route;
mod server;
mod session;
mod shelf;
mod sim;
mod vb365;
mod zstack;

pub use builder::{EmRelease, SimBuilder, TlsMode};
pub use estate::{
    EmEstate, EmRecord, Estate, GuestFile, Owned, Usage, Vb365Estate, Vb365Record, ZstackEstate, ZstackRecord,
};
pub use fault::{Effect, Fault, Faults};
pub use form::FormError;
pub use sim::{RecordedRequest, Sim, StartError};

/// The examples of the README are tested like those above.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
