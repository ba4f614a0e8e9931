//! The servers of a fleet, opened one after the other as their turn comes: ten thousand clients at once would be ten
//! thousand TLS configurations.

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::task::spawn_blocking;
use url::Url;

use super::Size;
use super::credentials::{self, Credentials};
use super::{check_version, client, demo, options};
use crate::args::common::Connection;
use crate::console::Console;
use crate::exit::Failure;
use crate::profile::{Profile, Server};

/// The servers of a command, none of them opened yet.
#[derive(Debug)]
pub(crate) struct Fleet<'a> {
    servers: &'a [Server],
    wanted: &'a Connection,
    console: &'a Console,
    demo: Option<backhaul_sim::Sim>,
    /// What servers are logged on with, by their places.
    credentials: RefCell<Vec<Option<Result<Credentials, Failure>>>>,
    failed: RefCell<Vec<(usize, Failure)>>,
}

impl<'a> Fleet<'a> {
    /// Fetches passwords and starts the demo servers that are needed; nothing is sent yet.
    pub(crate) async fn new(
        servers: &'a [Server],
        wanted: &'a Connection,
        console: &'a Console,
    ) -> Result<Self, Failure> {
        check_version(servers, wanted)?;
        Profile::caution(servers.iter().filter_map(Server::profile), console);
        let (own, interrupt) = (servers.to_vec(), console.interrupt().clone());
        // Beside this thread: the exporter has scrapers to answer while a password command takes its time.
        let fetched = spawn_blocking(move || interrupt.at_once(|| credentials::fetch(&own))).await;
        let credentials = fetched.map_err(|error| Failure::internal(format!("fetching passwords: {error}")))?;
        let demo = demo::start(servers).await?;
        Ok(Self { servers, wanted, console, demo, credentials: RefCell::new(credentials), failed: RefCell::default() })
    }

    /// Makes a client for each server when it is asked for. One that cannot be made is left out, and is among
    /// [`failed`](Fleet::failed) from then on. `begun` is told the place of each.
    pub(crate) fn open(&self, begun: impl Fn(usize)) -> impl Iterator<Item = backhaul_fleet::Server> {
        self.servers.iter().enumerate().filter_map(move |(at, server)| {
            let options = match server {
                Server::Demo(which) => demo::options(*which, self.demo.as_ref()),
                Server::Profile(profile) => {
                    let fetched = self.credentials.borrow_mut().get_mut(at).and_then(Option::take);
                    options(profile, fetched.unwrap_or_else(|| profile.credentials()))
                }
            };
            match options.and_then(|options| {
                client(server, options, self.wanted, Size::Usual, Some(self.console.interrupt().stop()))
            }) {
                Ok(client) => {
                    begun(at);
                    Some(backhaul_fleet::Server { name: server.name().to_owned(), client })
                }
                Err(failure) => {
                    self.failed.borrow_mut().push((at, failure.of_server(server.name())));
                    None
                }
            }
        })
    }

    /// The places of servers for which no client could be made, and why: no password, a certificate file that is gone.
    /// Each is given once.
    pub(crate) fn failed(&self) -> Vec<(usize, Failure)> {
        self.failed.take()
    }

    /// The places of the servers by name.
    pub(crate) fn places(&self) -> HashMap<&'a str, usize> {
        self.servers.iter().enumerate().map(|(at, server)| (server.name(), at)).collect()
    }

    /// Whether two servers may be at one address, so that the order in which they answer matters. Paths do not count:
    /// that of the API may stand behind an address, or not.
    pub(crate) fn shares_addresses(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        !self.servers.iter().all(|server| seen.insert(origin(server)))
    }
}

/// Where a server is, however that is written.
fn origin(server: &Server) -> String {
    match server {
        Server::Demo(demo) => demo.system().name().to_owned(),
        Server::Profile(profile) => {
            let url = Url::parse(profile.address());
            url.map_or_else(|_| profile.address().to_owned(), |url| url.origin().ascii_serialization())
        }
    }
}
