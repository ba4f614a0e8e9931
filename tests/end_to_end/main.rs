//! The real client against the simulator, over loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod calls;
mod em_link_only;
mod fleet;
mod hostile;
mod job_report;
mod listings;
mod logons;
mod sessions;
mod trust;
mod vb365_files;
mod vb365_sessions;
mod zstack_jobs;
mod zstack_languages;
mod zstack_logons;
mod zstack_typed;

use backhaul_sim::Sim;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::TlsChoice;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{EmFormat, EmOptions, Options, Vb365Options};
use backhaul_wire::{ApiVersion, System};

/// Options for a system of the simulator: its account, its certificate pinned.
fn options(sim: &Sim, system: System) -> Options {
    let mut options = Options::new(sim.url(system).unwrap(), "admin", "password").unwrap();
    if let Some(pin) = sim.cert_sha256() {
        options.http.tls = TlsChoice::Pin(pin.parse().unwrap());
    }
    options
}

fn em(sim: &Sim) -> EmClient {
    EmClient::new(options(sim, System::Em)).unwrap()
}

fn em_json(sim: &Sim) -> EmClient {
    let mut options = EmOptions::from(options(sim, System::Em));
    options.format = EmFormat::Json;
    EmClient::new(options).unwrap()
}

fn vb365(sim: &Sim, version: u8) -> Vb365Client {
    let mut options = Vb365Options::from(options(sim, System::Vb365));
    options.version = ApiVersion::new(version);
    Vb365Client::new(options).unwrap()
}

fn zstack(sim: &Sim) -> ZstackClient {
    ZstackClient::new(options(sim, System::Zstack)).unwrap()
}

/// How many sessions were opened: logons that the server took.
fn logons(sim: &Sim, system: System) -> usize {
    let is_logon = |path: &str| {
        let path = path.to_ascii_lowercase();
        path.starts_with("/api/sessionmngr") || path.ends_with("/token") || path.ends_with("/accounts/login")
    };
    let requests = sim.requests();
    let logons = requests.iter().filter(|request| request.system == system && is_logon(&request.path_and_query));
    logons.filter(|request| matches!(request.status, Some(200 | 201))).count()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}
