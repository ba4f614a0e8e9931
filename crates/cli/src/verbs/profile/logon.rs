//! `backhaul profile test`: a logon to a profile's server, and what answered.

use backhaul_models::em::operations as em;
use backhaul_models::vb365::operations as vb365;
use backhaul_transport::em::EmClient;
use backhaul_transport::vb365::Vb365Client;
use backhaul_wire::System;

use crate::args::common::Connection;
use crate::connect::{self, Peer, Peers, Size};
use crate::console::Console;
use crate::escape;
use crate::exit::{Code, Failure, Outcome};
use crate::profile::Server;

/// Runs the verb.
pub(crate) fn run(server: &Server, console: &Console) -> Outcome {
    let said = connect::wait_for(test(server, console))?;
    console.write(format!("{}\n", escape::line(&said)).as_bytes())?;
    Ok(Code::Done)
}

async fn test(server: &Server, console: &Console) -> Result<String, Failure> {
    let (peer, _peers) = Peers::open_one(server, &Connection::default(), Size::Usual, console).await?;
    peer.client.logon().await.map_err(|error| peer.refusal(&error))?;
    let version = version(&peer).await?;
    peer.close(console).await;
    let system = server.system().product();
    Ok(format!("{}: {system} at {}{version}: logged on and out", peer.name, peer.client.server()))
}

/// What the server says of itself. The account was good for a logon: what it may not ask leaves the answer shorter.
async fn version(peer: &Peer) -> Result<String, Failure> {
    let client = &peer.client;
    Ok(match client.system() {
        System::Em => {
            let em = EmClient::try_from(client.clone()).map_err(|error| peer.refusal(&error))?;
            let answer = em.call(&em::Get::default()).await;
            let versions = answer.map(|answer| answer.supported_versions).unwrap_or_default();
            let names: Vec<String> = versions.into_iter().filter_map(|version| version.name).collect();
            if names.is_empty() { String::new() } else { format!(", API {}", names.join(", ")) }
        }
        System::Vb365 => {
            let spoken = client.version().await.map_err(|error| peer.refusal(&error))?;
            let vb365 = Vb365Client::try_from(client.clone()).map_err(|error| peer.refusal(&error))?;
            let build = match vb365.call(&vb365::ServiceInstanceGet::default()).await {
                Ok(instance) => instance.version.map(|build| format!(" (build {build})")),
                Err(_) => None,
            };
            let spoken = spoken.map_or_else(String::new, |version| format!(", API {version}"));
            format!("{spoken}{}", build.unwrap_or_default())
        }
        System::Zstack => String::new(),
    })
}
