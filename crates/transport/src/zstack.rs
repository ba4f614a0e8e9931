//! ZStack: sessions or signed requests, queries, jobs.
//!
//! | what | where |
//! | --- | --- |
//! | an account, a user of an account, an access key | [`ZstackLogon`] in [`ZstackOptions`] |
//! | calls, answered at once or by a job | [`ZstackClient::call`] |
//! | a job while it runs | [`ZstackClient::start`] |
//! | work that is submitted as a long job, and can be cancelled | [`ZstackClient::long_job`] |
//! | what a query finds, page by page | [`ZstackClient::list`], [`ZstackClient::list_zql`] |
//! | what a typed query finds, with the feature `zstack-queries` | `ZstackClient::find` |
//!
//! An error of the API comes with status 503, and [`Error::zstack`](crate::Error::zstack) gives all of it.

mod access_key;
pub(crate) mod error;
mod job;
mod logon;
mod long_job;
mod options;
mod paging;
mod protocol;
#[cfg(feature = "zstack-queries")]
mod query;
mod zql;

pub use job::{Job, JobPoller, JobWork};
pub(crate) use logon::is_at;
pub use long_job::{LongJobPoller, LongJobWork};
pub use options::{UtcOffset, ZstackLogon, ZstackOptions};
pub use zql::Zql;

use backhaul_models::zstack::Zstack;
use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::{Error, Result};
use crate::net::Stub;
use crate::options::Options;
use crate::paging::{Listing, Paged};
use protocol::ZstackProtocol;

/// A client of ZStack.
#[derive(Debug, Clone)]
pub struct ZstackClient(Client);

/// A client whose system was learnt at run time. One of another system is an error.
impl TryFrom<Client> for ZstackClient {
    type Error = Error;

    fn try_from(client: Client) -> Result<Self> {
        client.only(System::Zstack).map(Self)
    }
}

/// The client beneath.
impl From<ZstackClient> for Client {
    fn from(client: ZstackClient) -> Self {
        client.0
    }
}

impl ZstackClient {
    /// A client of the server that `options` describe: [`ZstackOptions`], or [`Options`] alone. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used, or the id of an access key is none.
    pub fn new(options: impl Into<ZstackOptions>) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
        Client::of(protocol, common).map(Self)
    }

    /// A client whose calls a stub answers, for the tests of programs. It is logged on; nothing of the options' TLS
    /// choice holds.
    ///
    /// # Errors
    /// As [`ZstackClient::new`].
    pub fn from_stub(options: impl Into<ZstackOptions>, stub: impl Stub) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
        Ok(Self(Client::of_stub(protocol, common, stub)))
    }

    /// A client whose requests this carries in place of the network, logons too: a stack of
    /// [`Tower`](crate::net::Tower).
    ///
    /// # Errors
    /// As [`ZstackClient::new`].
    pub fn over(options: impl Into<ZstackOptions>, carrier: impl Stub) -> Result<Self> {
        let (protocol, common) = protocol(options.into())?;
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

    /// Calls an operation, and waits for its job where the server answers with one: for an hour at most, after which
    /// [`is_deadline`](crate::Error::is_deadline) is true of the error and the job goes on. [`ZstackClient::start`]
    /// waits as you say. A call of another system does not compile:
    ///
    /// ```compile_fail,E0271
    /// # async fn run(zstack: backhaul_transport::zstack::ZstackClient) {
    /// use backhaul_models::em::operations::GetJobs;
    ///
    /// let _ = zstack.call(&GetJobs::new()).await;
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the call does not fit, the server cannot be reached or refuses, the answer cannot be read; when the job
    /// fails, does not end, or is forgotten by the server.
    pub async fn call<C: Call<Api = Zstack>>(&self, call: &C) -> Result<C::Answer>
    where
        C::Answer: 'static,
    {
        self.start(call).await?.until_done().await
    }

    /// The items that a query finds, in pages of 1000 unless the call says.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call<Api = Zstack>,
        C::Answer: Paged,
    {
        self.0.list(call)
    }
}

fn protocol(options: ZstackOptions) -> Result<(ZstackProtocol, Options)> {
    let server = options.common.server();
    ZstackProtocol::of(options).map_err(|reason| Error::new(reason, System::Zstack, &server, "connect"))
}
