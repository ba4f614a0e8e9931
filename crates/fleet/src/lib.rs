//! Many servers at once, normalised into one table: who uses how much of which backup repository.
//!
//! [`usage`] asks every server of a fleet, of any of the three systems, and gives one [`Row`] per server, repository and tenant.
//! A server that fails does not take the others with it: its error stands beside the rows.
//!
//! # What may be summed
//! - `used_bytes` is local plus object storage. It may be summed over tenants, and over subtenants, but not over both: what a
//!   subtenant uses is inside what its tenant uses (`parent_tenant`).
//! - `capacity_bytes` and `free_bytes` belong to the repository and repeat on each of its rows: take them once per `server` and
//!   `repository_id`.
//! - `cache_bytes` is a copy of what object storage holds, and not part of `used_bytes`.
//! - A row without a tenant stands for a repository that no tenant uses. Its `used_bytes` is what is taken of the capacity
//!   where only backups are kept (ZStack); else it is unknown.
//! - Unknown is `None`, never 0.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod em;
mod row;
mod vb365;
mod zstack;

pub use row::{COLUMNS, ROWS, Row};

use backhaul_transport::{Client, Error};
use backhaul_wire::System;
use futures_util::future::join_all;

/// A server of the fleet: a client, and the name that its rows carry.
#[derive(Debug, Clone)]
pub struct Server {
    /// The name that stands in the rows.
    pub name: String,
    /// The client.
    pub client: Client,
}

/// What a fleet answered.
#[derive(Debug, Default)]
pub struct Usage {
    /// The rows, in the order of the servers.
    pub rows: Vec<Row>,
    /// The servers that failed, with their errors, in the order of the servers.
    pub failed: Vec<(String, Error)>,
}

/// Asks every server at the same time who uses how much of which repository.
///
/// Two servers at one address, asked with different accounts, give each row once: the first account that sees it wins.
pub async fn usage(servers: &[Server]) -> Usage {
    let answers = join_all(servers.iter().map(|server| async move {
        let rows = match server.client.system() {
            System::Em => em::usage(&server.name, &server.client).await,
            System::Vb365 => vb365::usage(&server.name, &server.client).await,
            System::Zstack => zstack::usage(&server.name, &server.client).await,
        };
        // The rows are what was asked for; a logout that fails costs the server a session for a while, and no one else.
        let _ = server.client.logout().await;
        rows
    }))
    .await;
    let mut usage = Usage::default();
    let mut seen = std::collections::HashSet::new();
    for (server, answer) in servers.iter().zip(answers) {
        match answer {
            Ok(rows) => usage.rows.extend(rows.into_iter().filter(|row| {
                let tenant = row.tenant_id.clone().or_else(|| row.tenant.clone());
                let repository = row.repository_id.clone().or_else(|| row.repository.clone());
                seen.insert((server.client.server().to_owned(), tenant, repository))
            })),
            Err(error) => usage.failed.push((server.name.clone(), error)),
        }
    }
    usage
}
