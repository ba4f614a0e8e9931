//! Veeam Backup for Microsoft 365.

use backhaul_wire::{Call, System};

use crate::client::Client;
use crate::error::Result;
use crate::options::Options;
use crate::paging::{Listing, Paged};

/// A client of VB365. It speaks the newest version of the API that the server serves, unless the options choose one.
#[derive(Debug, Clone)]
pub struct Vb365Client(Client);

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

    /// Calls an operation.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Answer> {
        self.0.call(call).await
    }

    /// A listing, whether this version answers pages or a bare array.
    #[must_use]
    pub fn list<C>(&self, call: &C) -> Listing<C::Answer>
    where
        C: Call,
        C::Answer: Paged,
    {
        self.0.list(call)
    }
}
