//! The servers of the command, for other programs: the same profiles, the same words of `-p`, the same demo.

use std::path::Path;
use std::time::Duration;

use backhaul_wire::System;

pub use crate::connect::{Peer, Peers};
pub use crate::exit::{Code, Failure};

use crate::args::Global;
use crate::args::common::Connection;
use crate::console::Console;
use crate::profile::{Location, Wanted, select};

/// Which servers are meant, and how they are spoken to.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Words as `-p` takes them: names, lists `a,b`, patterns `em-*`, groups and tags `@berlin`. None means the default
    /// of the configuration file, else all.
    pub profiles: Vec<String>,
    /// Whether the built-in demo servers are meant, whatever the configuration file says. They end when the [`Peers`]
    /// are dropped.
    pub demo: bool,
    /// Only servers of this system. A name of another system's server is then an error.
    pub system: Option<System>,
    /// How long one request may take.
    pub timeout: Option<Duration>,
    /// Whether stderr is told less: no notes and no warnings, such as that a profile trusts any certificate.
    pub quiet: bool,
}

/// The profiles that a configuration file holds, by name, and why one cannot be used. No password is fetched, no
/// command run, nothing sent.
///
/// # Errors
///
/// When the file cannot be read, is not TOML, or others can write it.
pub fn profiles_in(path: &Path) -> Result<Vec<Result<String, Failure>>, Failure> {
    let Some(file) = Location { path: path.to_owned(), named: true }.open()? else { return Ok(Vec::new()) };
    Ok(file.names().into_iter().map(|name| file.get(name).map(|read| read.profile.name)).collect())
}

impl Choice {
    /// Reads the configuration file that the command reads, and makes a client for each server that is meant. Passwords
    /// are fetched, but nothing is sent yet: a client logs on with its first call.
    ///
    /// # Errors
    ///
    /// When the configuration file cannot be read, or has no such profile. A single server that cannot be asked is
    /// among [`Peers::failed`].
    pub async fn open(&self) -> Result<Peers, Failure> {
        let console = Console::new(0, Global { quiet: self.quiet, ..Global::default() });
        let wanted = Wanted { profiles: &self.profiles, demo: self.demo, system: self.system };
        let selection = select(wanted, &Location::find()?)?;
        selection.say(&console);
        let connection = Connection { timeout: self.timeout, demo: self.demo, ..Connection::default() };
        Peers::open(&selection.servers, &connection, &console).await
    }
}
