//! From the servers that a command chose to clients that speak to them.

mod credentials;
mod demo;
mod fleet;
mod preview;
mod refusal;
mod requests;

use std::pin::pin;

use backhaul_transport::em::EmClient;
use backhaul_transport::net::{ClientCertificate, Pin, PinError, TlsBackend, TlsChoice};
use backhaul_transport::vb365::{Vb365Client, parse_version};
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{
    Assertion, Client, EmFormat, EmOptions, Options, OptionsError, Policy, Stop, Vb365Logon, Vb365Options,
    ZstackOptions,
};
use backhaul_wire::{ApiVersion, System};

pub(crate) use fleet::Fleet;
pub(crate) use preview::Preview;
pub(crate) use refusal::refusal;
pub(crate) use requests::tell_requests;

use self::credentials::Credentials;
use crate::api_version;
use crate::args::common::{self, Connection};
use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::profile::{Backend, ClientFiles, Profile, Server, Trust};

/// Waits for work that speaks to servers: on this thread, since a command waits for the network and not for itself.
pub(crate) fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut result = None;
    until_done(pin!(async { result = Some(work.await) }))?;
    result.unwrap_or_else(|| Err(Failure::internal("work with servers ended without a result")))
}

/// Apart from what the work gives: tokio's event loop would be compiled anew for every verb.
fn until_done(work: std::pin::Pin<&mut dyn Future<Output = ()>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::internal(format!("the network cannot be used: {error}")))?;
    runtime.block_on(work);
    Ok(())
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

    /// The version of VB365's API that is spoken; none of the other systems.
    pub(crate) async fn version(&self) -> Result<Option<ApiVersion>, Failure> {
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
        Profile::caution(servers.iter().filter_map(Server::profile), console);
        let mut peers = Self { demo: demo::start(servers).await?, ..Self::default() };
        for server in servers {
            let options = match server {
                Server::Demo(which) => demo::options(*which, peers.demo.as_ref()),
                Server::Profile(profile) => options(profile, console.interrupt().at_once(|| profile.credentials())),
            };
            let client =
                options.and_then(|options| client(server, options, wanted, size, Some(console.interrupt().stop())));
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

fn client(
    server: &Server,
    mut options: Options,
    wanted: &Connection,
    size: Size,
    stop: Option<Stop>,
) -> Result<Client, Failure> {
    if let Some(timeout) = wanted.timeout {
        options.http.timeout = Some(timeout);
        options.http.connect_timeout = options.http.connect_timeout.min(timeout);
    }
    if size == Size::Any {
        options.http.max_body_bytes = u64::MAX;
    }
    let version = version(server, wanted);
    let version = version.as_deref();
    let profile = match server {
        Server::Profile(profile) => Some(profile),
        Server::Demo(_) => None,
    };
    let client = match server.system() {
        System::Em => EmClient::new(em(options, version, wanted).map_err(unusable)?).map(Client::from),
        System::Vb365 => {
            let mut options = Vb365Options::from(options);
            options.version = version.map(parse_version).transpose().map_err(unusable)?;
            if let Some(microsoft) = profile.and_then(|profile| profile.microsoft.as_ref()) {
                let (client_id, token) = (microsoft.client_id.clone(), options.common.password.clone());
                let logon = if microsoft.operator { Vb365Logon::Operator } else { Vb365Logon::Assertion };
                options.logon = logon(Assertion { client_id, token });
            }
            Vb365Client::new(options).map(Client::from)
        }
        System::Zstack => {
            let mut options = ZstackOptions::from(options);
            if let Some(profile) = profile {
                options.logon = profile.logon.clone();
                options.utc_offset = profile.utc_offset.unwrap_or_default();
            }
            ZstackClient::new(options).map(Client::from)
        }
    };
    let client = client.map_err(|error| Failure::usage(error.to_string()))?;
    let mut policy = Policy::default();
    policy.deadline = wanted.deadline;
    policy.stop = stop;
    Ok(client.under(policy))
}

fn em(options: Options, version: Option<&str>, wanted: &Connection) -> Result<EmOptions, OptionsError> {
    let mut options = EmOptions::from(options);
    // The newest of the server's is what is spoken without a word.
    let version = version.filter(|text| !text.eq_ignore_ascii_case("latest"));
    options.version = version.map(str::parse).transpose()?;
    options.format = match wanted.em_format {
        Some(common::EmFormat::Json) => EmFormat::Json,
        Some(common::EmFormat::Xml) | None => EmFormat::Xml,
    };
    Ok(options)
}

/// The version that is to be spoken, where somebody says one.
fn version(server: &Server, wanted: &Connection) -> Option<String> {
    let system = server.system();
    // A version that is typed is for the systems that have it: `usage` may ask all three at once.
    let typed = wanted.api_version.as_deref().and_then(|text| api_version::normalise(system, text).ok());
    let kept = match server {
        Server::Profile(profile) => profile.api_version.clone(),
        Server::Demo(demo) => demo.api_version().map(str::to_owned),
    };
    typed.or(kept)
}

fn unusable(error: OptionsError) -> Failure {
    Failure::usage(error.to_string())
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
    let mut options = Options::new(profile.address(), "", "").map_err(unusable)?;
    secure(&mut options, profile)?;
    Client::new(profile.system, options).map(drop).map_err(|error| Failure::usage(error.to_string()))
}

/// The fingerprint of the certificate that the profile's server shows. Nobody logs on: no certificate has the pin that
/// is asked for, so that the connection ends before a request is sent.
pub(crate) async fn certificate(profile: &Profile) -> Result<Pin, Failure> {
    let mut options = Options::new(profile.address(), "nobody", "").map_err(unusable)?;
    secure(&mut options, profile)?;
    options.http.tls = TlsChoice::Pin([0; 32].into());
    let client = Client::new(profile.system, options).map_err(|error| Failure::usage(error.to_string()))?;
    let unknown = || Failure::new(Code::NotReachable, format!("{} shows no certificate", profile.address()));
    let Err(error) = client.logon().await else { return Err(unknown()) };
    let shown = error.http().and_then(|http| http.fingerprint()).map(str::parse);
    match shown {
        Some(pin) => pin.map_err(|error: PinError| Failure::internal(error.to_string())),
        None => Err(refusal(&error, &profile.name)),
    }
}

fn tls(trust: &Trust) -> Result<TlsChoice, Failure> {
    Ok(match trust {
        Trust::System => TlsChoice::System,
        Trust::Pin(pin) => TlsChoice::Pin(*pin),
        Trust::Ca(path) => TlsChoice::Ca(std::fs::read(path).map_err(|error| Failure::file(path, &error))?),
        Trust::Insecure => TlsChoice::Insecure,
    })
}

fn options(profile: &Profile, credentials: Result<Credentials, Failure>) -> Result<Options, Failure> {
    let mut options = Options::new(profile.address(), "", "").map_err(unusable)?;
    secure(&mut options, profile)?;
    (options.user, options.password) = credentials?;
    for name in &profile.also_known_as {
        options = options.also_known_as(name.as_str()).map_err(unusable)?;
    }
    Ok(options)
}

/// Whom to trust, how TLS is spoken, and what the server knows this client by.
fn secure(options: &mut Options, profile: &Profile) -> Result<(), Failure> {
    options.http.tls = tls(&profile.trust)?;
    options.http.tls_backend = match profile.tls.backend {
        Backend::Rustls => TlsBackend::Rustls,
        #[cfg(feature = "platform-tls")]
        Backend::Platform => TlsBackend::Platform,
        // A build without it reads no profile that asks for it.
        #[cfg(not(feature = "platform-tls"))]
        Backend::Platform => TlsBackend::Rustls,
    };
    let client = profile.tls.client.as_ref().map(ClientFiles::read).transpose()?;
    options.http.client_certificate = client.map(ClientCertificate::from_pem);
    Ok(())
}
