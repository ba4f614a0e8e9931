//! What a call would look like, without sending it.

use backhaul_wire::{ApiVersion, Operation};

use super::Client;
use crate::address::{self, Params};
use crate::error::Result;

impl Client {
    /// The URL that a call goes to in a version of the API, which systems other than VB365 have none of. Nothing is
    /// sent.
    ///
    /// # Errors
    /// When the operation or a parameter is not in that version, and when a parameter is missing, unknown or of another
    /// kind.
    pub fn url_of(
        &self,
        operation: &'static Operation,
        params: &Params,
        version: Option<ApiVersion>,
    ) -> Result<String> {
        let checked = address::check(operation, self.spoken(version), params);
        let url = checked.and_then(|()| address::url(self.url(), operation, version, params));
        url.map(String::from).map_err(|reason| self.fail(operation.name, reason))
    }
}
