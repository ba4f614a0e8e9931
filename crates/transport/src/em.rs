//! Enterprise Manager: typed queries, links, tasks, guest files.
//!
//! | what | where |
//! | --- | --- |
//! | listings that the server filters and sorts | [`EmClient::query`] |
//! | a resource's own links, followed to a typed answer | [`Linked`], [`EmClient::follow`] |
//! | work that the server answers with a task | [`EmClient::start`], [`EmClient::act`] |
//! | the session that a task leaves behind, to its end | [`EmClient::session`], [`Client::start_whole`] |
//! | getting an entity, changing it and putting it back | [`EmClient::edit`] |
//! | files inside a backup | [`EmClient::mount`] |
//!
//! Everything else is a typed call of `backhaul_models::em::operations` by [`EmClient::call`].

mod edit;
mod files;
mod follow;
mod link_type;
mod links;
mod logon;
mod options;
mod paging;
mod protocol;
mod query;
mod session;
mod task;
mod work;

pub use files::{Browse, Entry, Mount};
pub use links::{Linked, Links};
pub(crate) use logon::is_at;
pub use options::{EmFormat, EmLogon, EmOptions, EmVersion};
pub use query::{EmQuery, Query, QueryTypeRow};
pub use session::{Session, SessionPoller, SessionWork};
pub use task::{Finished, TaskPoller, TaskWork};
pub use work::{Stage, Whole, WholePoller, WholeWork};

use backhaul_models::em::Em;
use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::{Error, Result};
use crate::net::Stub;
use protocol::EmProtocol;

/// A client of Enterprise Manager.
#[derive(Debug, Clone)]
pub struct EmClient(Client);

/// A client whose system was learnt at run time. One of another system is an error.
impl TryFrom<Client> for EmClient {
    type Error = Error;

    fn try_from(client: Client) -> Result<Self> {
        client.only(System::Em).map(Self)
    }
}

/// The client beneath.
impl From<EmClient> for Client {
    fn from(client: EmClient) -> Self {
        client.0
    }
}

impl EmClient {
    /// A client of the server that `options` describe: [`EmOptions`], or [`Options`](crate::Options) alone. Nothing is
    /// sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used.
    pub fn new(options: impl Into<EmOptions>) -> Result<Self> {
        let (protocol, common) = EmProtocol::of(options.into());
        Client::of(protocol, common).map(Self)
    }

    /// A client whose calls a stub answers, for the tests of programs. It is logged on; nothing of the options' TLS
    /// choice holds.
    ///
    /// # Errors
    /// As [`EmClient::new`].
    pub fn from_stub(options: impl Into<EmOptions>, stub: impl Stub) -> Result<Self> {
        let (protocol, common) = EmProtocol::of(options.into());
        Ok(Self(Client::of_stub(protocol, common, stub)))
    }

    /// A client whose requests this carries in place of the network, logons too: a stack of
    /// [`Tower`](crate::net::Tower).
    ///
    /// # Errors
    /// As [`EmClient::new`].
    pub fn over(options: impl Into<EmOptions>, carrier: impl Stub) -> Result<Self> {
        let (protocol, common) = EmProtocol::of(options.into());
        Ok(Self(Client::of_carrier(protocol, common, carrier)))
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

    /// Calls an operation. A call of another system does not compile:
    ///
    /// ```compile_fail,E0271
    /// # async fn run(em: backhaul_transport::em::EmClient) {
    /// use backhaul_models::vb365::operations::OrganizationGet;
    ///
    /// let _ = em.call(&OrganizationGet::new()).await;
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the call does not fit, the server cannot be reached or refuses, or the answer cannot be read.
    pub async fn call<C: Call<Api = Em>>(&self, call: &C) -> Result<C::Answer> {
        self.0.call(call).await
    }
}
