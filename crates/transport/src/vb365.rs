//! Veeam Backup for Microsoft 365: typed calls, listings, sessions, change feeds, files.
//!
//! | what | where |
//! | --- | --- |
//! | listings, whether a version answers pages or a bare array | [`Vb365Client::list`] |
//! | work that goes on: jobs, restores | [`Vb365Client::start_job`], [`Vb365Client::start`], [`Vb365Client::follow`] |
//! | what changed since | [`Vb365Client::events`], [`Vb365Client::job_session_changes`] |
//! | exports, reports, saved items | [`Vb365Client::download`] |
//! | a logon at Microsoft, to be shown to VB365 | [`DeviceLogon`] |
//!
//! Everything else is a typed call of `backhaul_models::vb365::operations` by [`Vb365Client::call`]. The calls of v3 to v5 that do
//! what their body names (`{"start": null}`) are operations of their own, `Post…Action`.

mod changes;
mod device;
mod follow;
mod inside;
pub(crate) mod paging;
mod runs;
mod session;
mod start;
mod stop;

use std::path::PathBuf;

pub use changes::{Changes, Feed, FeedPage};
pub use device::{DeviceCode, DeviceLogon, DevicePoller, DeviceWork};
pub use follow::{Following, SessionPoller};
pub use session::{Goal, Session, Stand};
pub use start::{Kind, Started, Starts, starts};

use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::Result;
use crate::file::Existing;
use crate::options::Options;
use crate::paging::{Listing, Paged};

/// A client of VB365. It speaks the newest version of the API that the server serves, unless the options choose one.
#[derive(Debug, Clone)]
pub struct Vb365Client(Client);

/// Any client, as one of VB365: calls on a client of another system fail.
impl From<Client> for Vb365Client {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

impl Vb365Client {
    /// A client of the server that `options` describe. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used, or the version is not one of VB365's.
    pub fn new(options: Options) -> Result<Self> {
        Client::new(System::Vb365, options).map(Self)
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

    /// A listing, whether this version answers pages or a bare array. A search, which has a body, goes on over its pages alike.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call,
        C::Answer: Paged,
    {
        self.0.list(call)
    }

    /// Calls an operation that answers with a file.
    ///
    /// # Errors
    /// As [`Client::download`].
    pub async fn download<C: Call>(&self, call: &C, to: impl Into<PathBuf>, existing: Existing) -> Result<u64> {
        self.0.download(call, to, existing).await
    }
}
