//! Enterprise Manager: typed queries, links, tasks, guest files.
//!
//! | what | where |
//! | --- | --- |
//! | listings that the server filters and sorts | [`EmClient::query`] |
//! | a resource's own links, followed to a typed answer | [`Linked`], [`EmClient::follow`] |
//! | work that the server answers with a task | [`EmClient::start`], [`EmClient::act`] |
//! | getting an entity, changing it and putting it back | [`EmClient::edit`] |
//! | files inside a backup | [`EmClient::mount`] |
//!
//! Everything else is a typed call of `backhaul_models::em::operations` by [`EmClient::call`].

mod edit;
mod files;
mod follow;
mod link_type;
mod links;
pub(crate) mod paging;
mod query;
mod task;

pub use files::{Browse, Entry, Mount};
pub use links::{Linked, Links};
pub use query::{EmQuery, Query, QueryTypeRow};
pub use task::{Finished, TaskPoller, TaskWork};

use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::Result;
use crate::options::Options;

/// A client of Enterprise Manager.
#[derive(Debug, Clone)]
pub struct EmClient(Client);

/// Any client, as one of Enterprise Manager: calls on a client of another system fail.
impl From<Client> for EmClient {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

impl EmClient {
    /// A client of the server that `options` describe. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used.
    pub fn new(options: Options) -> Result<Self> {
        Client::new(System::Em, options).map(Self)
    }

    /// The client beneath, for calls by name.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// The same client under another policy: how long things may take, what may be sent twice.
    #[must_use]
    pub fn under(&self, policy: Policy) -> Self {
        Self(self.0.under(policy))
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer> {
        self.0.call(call).await
    }
}
