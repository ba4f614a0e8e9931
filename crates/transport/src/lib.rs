//! Clients for Veeam Backup Enterprise Manager, Veeam Backup for Microsoft 365 and ZStack.
//!
//! Sessions are opened, renewed and shared; pages are followed to the end or to an error that says why not; answers are
//! read leniently into `backhaul-models`. TLS is checked unless an option says otherwise, and a session never leaves
//! the server that it belongs to.
//!
//! ```no_run
//! use backhaul_transport::filter::em::CloudSubtenant;
//! use backhaul_transport::{Options, TryStreamExt, em::EmClient};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let em = EmClient::new(Options::new("https://em.example.com:9398", "admin", std::env::var("EM_PASSWORD")?)?)?;
//! let enabled = CloudSubtenant::DISABLED.eq(false) & CloudSubtenant::CLOUD_TENANT_NAME.eq("ABC Company");
//! let mut subtenants = em.query::<CloudSubtenant>().filter(enabled).sort(CloudSubtenant::NAME.asc()).by_item()?;
//! while let Some(subtenant) = subtenants.try_next().await? {
//!     println!("{:?}", subtenant.name);
//! }
//! em.client().logout().await?;
//! # Ok(())
//! # }
//! ```
//!
//! | module | one idea |
//! | --- | --- |
//! | [`client`] | a client: sends operations, keeps the session, reads answers |
//! | [`paging`] | listings over several pages |
//! | [`poller`] | work that goes on after its call was answered |
//! | [`file`](mod@file) | a file that is whole or not there |
//! | [`em`], [`vb365`], [`zstack`] | each system's typed front |
//! | [`options`] | where a server is and who logs on; each system's own are in its module |
//! | [`error`] | what can go wrong |
//! | [`net`] | requests, TLS, limits, retries |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
#[cfg(feature = "blocking")]
pub mod blocking;
mod classify;
pub mod client;
pub mod em;
pub mod error;
pub mod file;
#[rustfmt::skip]
mod generated;
pub mod net;
pub mod options;
pub mod paging;
pub mod poller;
mod product;
mod protocol;
mod said;
mod session;
mod turn;
pub mod vb365;
pub mod zstack;

// What this crate's API shows of other crates, so that one dependency serves a client.
pub use backhaul_filter as filter;
pub use backhaul_models as models;
pub use backhaul_wire as wire;
/// `try_next` and the like, to walk listings.
pub use futures_util::TryStreamExt;

pub use address::Params;
pub use client::{Arguments, Client, Policy, RawAnswer, Stop};
pub use em::{EmFormat, EmLogon, EmOptions, EmVersion};
pub use error::{Error, Result};
pub use generated::em_queries::QUERY_TYPES;
pub use options::{Options, OptionsError};
pub use vb365::{Assertion, Vb365Logon, Vb365Options};
pub use zstack::{UtcOffset, ZstackLogon, ZstackOptions};

/// The examples of the README are tested like those above.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The program in the repository's own README, as it is printed there.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct RepositoryReadme;
