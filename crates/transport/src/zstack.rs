//! ZStack: sessions or signed requests, queries, jobs.
//!
//! | what | where |
//! | --- | --- |
//! | an account, a user of an account, an access key | [`ZstackLogon`](crate::ZstackLogon) in [`Options`] |
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
mod long_job;
pub(crate) mod paging;
#[cfg(feature = "zstack-queries")]
mod query;
pub(crate) mod zql;

pub(crate) use access_key::AccessKey;
pub use job::{Job, JobPoller, JobWork};
pub use long_job::{LongJobPoller, LongJobWork};
pub use zql::Zql;

use backhaul_wire::{Call, System};

use crate::client::{Client, Policy};
use crate::error::Result;
use crate::options::Options;
use crate::paging::{Listing, Paged};

/// A client of ZStack.
#[derive(Debug, Clone)]
pub struct ZstackClient(Client);

impl ZstackClient {
    /// A client of the server that `options` describe. Nothing is sent yet.
    ///
    /// # Errors
    /// When the TLS choice cannot be used, or the id of an access key is none.
    pub fn new(options: Options) -> Result<Self> {
        Client::new(System::Zstack, options).map(Self)
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
    /// [`is_deadline`](crate::Error::is_deadline) is true of the error and the job goes on. [`ZstackClient::start`] waits as you say.
    ///
    /// # Errors
    /// As [`Client::call`]; when the job fails, does not end, or is forgotten by the server.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer> {
        self.0.call(call).await
    }

    /// The items that a query finds, in pages of 1000 unless the call says.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call,
        C::Answer: Paged,
    {
        self.0.list(call)
    }
}
