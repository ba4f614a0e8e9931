//! A server that is not asked: what a request to it would look like.

use backhaul_models::vb365::VERSIONS;
use backhaul_transport::{Client, Options, Params, Policy};
use backhaul_wire::{ApiVersion, Operation, System};

use super::{Size, client, unusable};
use crate::api_version;
use crate::args::common::Connection;
use crate::exit::Failure;
use crate::profile::Server;

/// A client that nothing is sent with: no password is fetched for it.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    client: Client,
    version: Option<ApiVersion>,
}

impl Preview {
    /// Of a server, spoken to as the command line says.
    pub(crate) fn of(server: &Server, wanted: &Connection) -> Result<Self, Failure> {
        let (address, kept) = match server {
            Server::Profile(profile) => (profile.address().to_owned(), profile.api_version.clone()),
            // The demo's servers listen on ports that are free once they are started.
            Server::Demo(demo) => (format!("https://{}", demo.name()), demo.api_version().map(str::to_owned)),
        };
        let options = Options::new(&address, "", "").map_err(unusable)?;
        let text = wanted.api_version.clone().or(kept).filter(|_| server.system() == System::Vb365);
        let number = text.map(|text| api_version::number(server.system(), &text)).transpose()?.flatten();
        let version = number.and_then(ApiVersion::new);
        Ok(Self { client: client(server, options, wanted, Size::Usual, None)?, version })
    }

    /// The same, of a call that is sent to versions of which it is not known whether they have it.
    pub(crate) fn forced(mut self, force: bool) -> Self {
        let mut policy = Policy::default();
        policy.unproven = force;
        self.client = self.client.under(policy);
        self
    }

    /// The version that the command line or the profile says.
    pub(crate) fn stated(&self) -> Option<u8> {
        self.version.map(ApiVersion::get)
    }

    /// The same, when the server turns out to speak a version.
    pub(crate) fn speaking(&self, version: u8) -> Self {
        Self { version: ApiVersion::new(version).or(self.version), ..self.clone() }
    }

    /// The version that would be spoken; where the server decides, the newest that has the operation.
    pub(crate) fn version(&self, operation: &Operation) -> Option<ApiVersion> {
        let newest = operation.versions.until.or_else(|| ApiVersion::new(*VERSIONS.end()));
        self.version.or(newest).filter(|_| operation.system == System::Vb365)
    }

    /// Where a call would go.
    pub(crate) fn url(&self, operation: &'static Operation, params: &Params) -> Result<String, Failure> {
        let url = self.client.url_of(operation, params, self.version(operation));
        url.map_err(|error| Failure::usage(error.to_string()))
    }
}
