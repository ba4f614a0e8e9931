//! Typed models of Veeam Backup Enterprise Manager, Veeam Backup for Microsoft 365 and ZStack, with their operations as
//! data.
//!
//! Plain data, no I/O: bring your own HTTP stack, or take `backhaul-transport`. Every field of an answer is an `Option`
//! or a `Vec`, every struct and enum is `#[non_exhaustive]`, so that no newer server and no newer schema breaks a
//! build.
//!
//! ```
//! use backhaul_models::vb365::{OrganizationStorageSpaceUsage, Page};
//! use backhaul_models::wire::json;
//!
//! // v6 answers a page; v5 the bare array. One type reads both.
//! let body = br#"[{"usedSpaceBytes": "12566568", "isAvailable": true}]"#;
//! let page: Page<OrganizationStorageSpaceUsage> = json::decode(body)?;
//! assert_eq!(page.results[0].used_space_bytes, Some(12_566_568));
//! # Ok::<(), backhaul_models::wire::DecodeError>(())
//! ```
//!
//! A request is written by [`json::encode`](backhaul_wire::json::encode) or
//! [`xml::encode`](backhaul_wire::xml::encode). A type that holds secrets is no `Serialize`, for serde would write
//! `***` in their place and a server would take that for the password; for serde it has two forms with names,
//! [`json::Wire`](backhaul_wire::json::Wire) and [`json::Redacted`](backhaul_wire::json::Redacted):
//!
//! ```compile_fail,E0277
//! serde_json::to_string(&backhaul_models::em::CloudSubtenantCreateSpec::default());
//! ```
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `em`, `vb365`, `zstack` | one system each; all three by default |
//! | `zstack-core` | of ZStack what every part has: sessions, errors, jobs, ZQL |
//! | `zstack-storage` | backup and primary storages, images, volumes, snapshots, backups, zones |
//! | `zstack-compute` | virtual machines, hosts, clusters, devices, scheduling |
//! | `zstack-network` | L2 and L3 networks, virtual IPs, load balancers, security groups, routers |
//! | `zstack-identity` | accounts, users, IAM2, LDAP, tickets, directories |
//! | `zstack-monitoring` | alarms, events, metrics, notifications |
//! | `zstack-management` | management nodes, licences, configuration, tags |
//! | `zstack-automation` | auto scaling, scheduled jobs, resource stacks |
//! | `zstack-baremetal`, `zstack-billing`, `zstack-hybrid`, `zstack-security`, `zstack-vmware` | what they say |
//! | `registry` | types, operations and answers by name (module `registry`), all as data |
//! | `zstack-registry` | the registry knows all of ZStack: of parts that are off it has types and operations as rows, which cost a build a fraction of their Rust types |
//! | `typed-registry` | empty values of the generated types by name, for tests: it makes every type part of the program |
//!
//! Features are additive. A part of ZStack brings what it refers to: with `zstack-storage` alone there is
//! `zstack::VmInstance` wherever a volume names one, and none of the 300 calls about virtual machines.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub use backhaul_wire as wire;

#[cfg(feature = "em")]
pub use backhaul_em as em;
#[cfg(feature = "vb365")]
pub use backhaul_vb365 as vb365;
#[cfg(feature = "zstack-core")]
pub use backhaul_zstack as zstack;

#[cfg(feature = "registry")]
pub mod registry;
pub mod request;
pub mod route;

/// The examples of the README are tested like those above.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
