//! ZStack.

use backhaul_wire::{Call, System};

use crate::client::Client;
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
    /// When the TLS choice cannot be used.
    pub fn new(options: Options) -> Result<Self> {
        Client::new(System::Zstack, options).map(Self)
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
