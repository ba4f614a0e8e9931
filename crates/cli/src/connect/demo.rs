//! The embedded simulator that the demo profiles speak to, over loopback and real HTTP.

use backhaul_sim::{Estate, Sim};
use backhaul_transport::Options;
use backhaul_transport::net::{PinError, TlsChoice};
use backhaul_wire::System;

use crate::exit::Failure;
use crate::profile::{Demo, Server};
use crate::when::Present;

const FREE_PORT: &str = "127.0.0.1:0";
/// The simulator's own, which everybody knows: it guards nothing.
const ACCOUNT: &str = "admin";
const PASSWORD: &str = "password";

/// Starts the systems that demo profiles among the servers need; nothing when there is none.
pub(super) async fn start(servers: &[Server]) -> Result<Option<Sim>, Failure> {
    let needed = |system| servers.iter().any(|server| matches!(server, Server::Demo(demo) if demo.system() == system));
    if !System::ALL.into_iter().any(needed) {
        return Ok(None);
    }
    let mut builder = Sim::builder().clock(Present::now().time());
    for system in System::ALL.into_iter().filter(|system| needed(*system)) {
        builder = match system {
            System::Em => builder.em(FREE_PORT),
            System::Vb365 => builder.vb365(FREE_PORT),
            System::Zstack => builder.zstack(FREE_PORT),
        };
    }
    let started = builder.start().await;
    started.map(Some).map_err(|error| Failure::internal(format!("the demo servers cannot be started: {error}")))
}

/// How to reach a demo profile's server.
pub(super) fn options(demo: Demo, sim: Option<&Sim>) -> Result<Options, Failure> {
    let missing = || Failure::internal(format!("the demo server of {} is not running", demo.system().product()));
    let sim = sim.ok_or_else(missing)?;
    let url = sim.url(demo.system()).ok_or_else(missing)?;
    let mut options =
        Options::new(url, account(demo), PASSWORD).map_err(|error| Failure::internal(error.to_string()))?;
    if let Some(pin) = sim.cert_sha256() {
        let pin = pin.parse().map_err(|error: PinError| Failure::internal(error.to_string()))?;
        options.http.tls = TlsChoice::Pin(pin);
    }
    Ok(options)
}

/// The administrator, or the first organization's own account.
fn account(demo: Demo) -> String {
    let organization = match demo {
        Demo::Vb365Org => Estate::demo().vb365.organizations.into_iter().next().and_then(|first| first.name),
        Demo::Em | Demo::Vb365 | Demo::Zstack => None,
    };
    organization.map_or_else(|| ACCOUNT.to_owned(), |name| format!("{ACCOUNT}@{name}"))
}
