//! From the servers that a command chose to clients that speak to them.

mod demo;
mod fleet;
mod refusal;

use backhaul_transport::http::{HttpOptions, TlsChoice};
use backhaul_transport::{Assertion, Client, EmFormat, Options, Vb365Logon, Version};
use backhaul_wire::System;

pub(crate) use fleet::Fleet;
pub(crate) use refusal::refusal;

use crate::api_version;
use crate::args::common::{self, Connection};
use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::profile::{Pin, Profile, Server, Trust};

/// Waits for work that speaks to servers: on this thread, since a command waits for the network and not for itself.
pub(crate) fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal(format!("the network cannot be used: {error}")))?;
    runtime.block_on(work)
}

/// How large an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// What fits in memory well.
    Usual,
    /// Any size: it goes to a file as it comes.
    Any,
}

/// A server, and a client that speaks to it.
#[derive(Debug)]
pub struct Peer {
    /// The profile's name.
    pub name: String,
    /// The client.
    pub client: Client,
}

impl Peer {
    /// What a failed call means to the user.
    pub fn refusal(&self, error: &backhaul_transport::Error) -> Failure {
        refusal(error, &self.name)
    }

    /// The version of VB365's API that is spoken; 0 for the other systems.
    pub(crate) async fn version(&self) -> Result<u8, Failure> {
        self.client.version().await.map_err(|error| self.refusal(&error))
    }

    /// Ends the session. One that is not ended costs the server some memory for a while, and nobody else.
    pub(crate) async fn close(&self, console: &Console) {
        if let Err(error) = self.client.logout().await {
            console.verbose(1, || format!("{}: {error}", self.name));
        }
    }
}

/// The servers of a command: those that can be asked, and those that cannot.
#[derive(Debug, Default)]
pub struct Peers {
    /// With a client.
    pub ready: Vec<Peer>,
    /// Without, and why: no password, a certificate file that is gone.
    pub failed: Vec<Failure>,
    /// What the demo profiles speak to; it ends with the command.
    demo: Option<backhaul_sim::Sim>,
}

impl Peers {
    /// Makes a client for each server. Passwords are fetched, but nothing is sent yet.
    pub(crate) async fn open(servers: &[Server], wanted: &Connection, console: &Console) -> Result<Self, Failure> {
        Self::open_sized(servers, wanted, Size::Usual, console).await
    }

    async fn open_sized(
        servers: &[Server],
        wanted: &Connection,
        size: Size,
        console: &Console,
    ) -> Result<Self, Failure> {
        check_version(servers, wanted)?;
        let mut peers = Self { demo: demo::start(servers).await?, ..Self::default() };
        for server in servers {
            let options = match server {
                Server::Demo(which) => demo::options(*which, peers.demo.as_ref()),
                Server::Profile(profile) => options(profile, console),
            };
            let client = options.and_then(|options| client(server, options, wanted, size));
            match client {
                Ok(client) => {
                    console.verbose(1, || {
                        format!("{}: {} at {}", server.name(), server.system().product(), client.server())
                    });
                    peers.ready.push(Peer { name: server.name().to_owned(), client });
                }
                Err(failure) => peers.failed.push(failure.of_server(server.name())),
            }
        }
        Ok(peers)
    }

    /// The only one, of a command that speaks to one.
    pub(crate) async fn open_one(
        server: &Server,
        wanted: &Connection,
        size: Size,
        console: &Console,
    ) -> Result<(Peer, Self), Failure> {
        let mut peers = Self::open_sized(std::slice::from_ref(server), wanted, size, console).await?;
        match (peers.ready.pop(), peers.failed.pop()) {
            (Some(peer), _) => Ok((peer, peers)),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(Failure::internal("a server that neither can be asked nor says why not")),
        }
    }
}

fn client(server: &Server, mut options: Options, wanted: &Connection, size: Size) -> Result<Client, Failure> {
    let system = server.system();
    // A version that is typed is for the systems that have it: `usage` may ask all three at once.
    let typed = wanted.api_version.as_deref().and_then(|text| api_version::normalise(system, text).ok());
    let kept = match server {
        Server::Profile(profile) => profile.api_version.clone(),
        Server::Demo(demo) => demo.api_version().map(str::to_owned),
    };
    // ZStack's API has one version; what a profile says of it is for people.
    if let Some(text) = typed.or(kept).filter(|_| system != System::Zstack) {
        options.version = Version::parse(system, &text).map_err(Failure::usage)?;
    }
    if let Some(timeout) = wanted.timeout {
        options.http.timeout = Some(timeout);
        options.http.connect_timeout = options.http.connect_timeout.min(timeout);
    }
    if size == Size::Any {
        options.http.max_body_bytes = u64::MAX;
    }
    options.em_format = match wanted.em_format {
        Some(common::EmFormat::Json) => EmFormat::Json,
        Some(common::EmFormat::Xml) | None => EmFormat::Xml,
    };
    Client::new(system, options).map_err(|error| Failure::usage(error.to_string()))
}

/// A version must be one of a system that is asked. ZStack, where any release passes, counts only when it is alone.
fn check_version(servers: &[Server], wanted: &Connection) -> Result<(), Failure> {
    let Some(text) = &wanted.api_version else { return Ok(()) };
    let mut systems: Vec<System> = servers.iter().map(Server::system).collect();
    if systems.iter().any(|system| *system != System::Zstack) {
        systems.retain(|system| *system != System::Zstack);
    }
    let mut refused = None;
    for system in systems {
        match api_version::normalise(system, text) {
            Ok(_) => return Ok(()),
            Err(message) => refused = refused.or(Some(message)),
        }
    }
    refused.map_or(Ok(()), |message| Err(Failure::usage(message)))
}

/// Whether a client can be made of the profile: its CA file has a certificate, its version is one. Nothing is sent.
pub(crate) fn check(profile: &Profile) -> Result<(), Failure> {
    let mut options = Options::new(profile.address(), "", "").map_err(Failure::usage)?;
    options.http.tls = tls(&profile.trust)?;
    Client::new(profile.system, options).map(drop).map_err(|error| Failure::usage(error.to_string()))
}

/// The fingerprint of the certificate that the profile's server shows. Nobody logs on: no certificate has the pin that
/// is asked for, so that the connection ends before a request is sent.
pub(crate) async fn certificate(profile: &Profile) -> Result<Pin, Failure> {
    let mut options = Options::new(profile.address(), "nobody", "").map_err(Failure::usage)?;
    options.http.tls = TlsChoice::Pin([0; 32]);
    let client = Client::new(profile.system, options).map_err(|error| Failure::usage(error.to_string()))?;
    let unknown = || Failure::new(Code::NotReachable, format!("{} shows no certificate", profile.address()));
    let Err(error) = client.logon().await else { return Err(unknown()) };
    let shown = error.http().and_then(|http| http.fingerprint()).map(str::parse);
    match shown {
        Some(pin) => pin.map_err(Failure::internal),
        None => Err(refusal(&error, &profile.name)),
    }
}

fn tls(trust: &Trust) -> Result<TlsChoice, Failure> {
    Ok(match trust {
        Trust::System => TlsChoice::System,
        Trust::Pin(pin) => TlsChoice::Pin(pin.0),
        Trust::Ca(path) => TlsChoice::Ca(std::fs::read(path).map_err(|error| Failure::file(path, &error))?),
        Trust::Insecure => TlsChoice::Insecure,
    })
}

fn options(profile: &Profile, console: &Console) -> Result<Options, Failure> {
    profile.cautions().iter().for_each(|caution| console.warn(caution));
    let tls = tls(&profile.trust)?;
    let (user, password) = profile.credentials()?;
    let mut options = Options::new(profile.address(), user, password).map_err(Failure::usage)?;
    options.http = HttpOptions::default();
    options.http.tls = tls;
    if let Some(microsoft) = &profile.microsoft {
        let assertion = Assertion { client_id: microsoft.client_id.clone(), token: options.password.clone() };
        options.vb365_logon =
            if microsoft.operator { Vb365Logon::Operator(assertion) } else { Vb365Logon::Assertion(assertion) };
    }
    options.zstack_logon = profile.logon.clone();
    options.zstack_utc_offset = profile.utc_offset;
    Ok(options)
}
