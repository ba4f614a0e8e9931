//! Which servers a command speaks to.

use super::{Demo, Location, Profile};
use crate::console::Console;
use crate::exit::Failure;
use crate::suggest;
use backhaul_wire::System;

/// What the command line says about servers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    /// The names given with `-p`; none means all.
    pub(crate) profiles: &'a [String],
    /// `--demo`.
    pub(crate) demo: bool,
    /// The system that the verb is about, when it is about one.
    pub(crate) system: Option<System>,
}

/// A server to speak to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Server {
    /// One from the configuration file.
    Profile(Box<Profile>),
    /// A simulated one.
    Demo(Demo),
}

impl Server {
    /// The profile's name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Profile(profile) => &profile.name,
            Self::Demo(demo) => demo.name(),
        }
    }

    /// What runs there.
    pub(crate) fn system(&self) -> System {
        match self {
            Self::Profile(profile) => profile.system,
            Self::Demo(demo) => demo.system(),
        }
    }
}

/// The servers to speak to, never none, and what stderr should say about the choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The servers, in the order of the command line, else of the configuration file.
    pub(crate) servers: Vec<Server>,
    /// That the demo serves, and why.
    pub(crate) notice: Option<String>,
    /// What in the profiles nobody understands.
    pub(crate) warnings: Vec<String>,
}

impl Selection {
    /// Says on stderr what should be said about the choice.
    pub(crate) fn say(&self, console: &Console) {
        self.notice.iter().for_each(|notice| console.note(notice));
        self.warnings.iter().for_each(|warning| console.warn(warning));
    }
}

/// Chooses the servers.
///
/// The demo serves when it is asked for, or when there is no configuration file and none is named; else the
/// configuration file alone.
pub(crate) fn select(wanted: Wanted<'_>, location: &Location) -> Result<Selection, Failure> {
    if wanted.demo {
        return demo(wanted, "--demo: speaking to", |name| {
            let hint = suggest::hint(name, Demo::ALL.map(Demo::name));
            Failure::usage(format!("`{name}` is not a demo profile{hint}"))
                .with_help(format!("--demo leaves the configuration file aside: {}", demo_names()))
        });
    }
    let Some(file) = location.open()? else {
        let path = location.path.display();
        return demo(wanted, &format!("there is no configuration file {path}: speaking to"), |name| {
            let hint = suggest::hint(name, Demo::ALL.map(Demo::name));
            Failure::usage(format!("there is no profile `{name}`, as there is no configuration file {path}{hint}"))
                .with_help(format!("backhaul profile add {name} --system ... --url ..."))
        });
    };

    let mut selection = Selection { servers: Vec::new(), notice: None, warnings: Vec::new() };
    let named = unique(wanted.profiles);
    let names = if named.is_empty() { file.names() } else { named.clone() };
    for name in names {
        if !file.contains(name) {
            return Err(match Demo::find(name) {
                Some(demo) => Failure::usage(format!("`{}` is a built-in demo profile", demo.name()))
                    .with_help("add --demo: with a configuration file, the demo serves only when asked for"),
                None => file.unknown(name),
            });
        }
        let read = file.get(name);
        // A broken profile of another system is none of this command's business, unless it is named.
        let read = match (read, wanted.system) {
            (Err(failure), Some(_)) if named.is_empty() => {
                selection.warnings.push(format!("skipped: {failure}"));
                continue;
            }
            (read, _) => read?,
        };
        if wanted.system.is_some_and(|system| system != read.profile.system) {
            if named.is_empty() {
                continue;
            }
            return Err(other_system(name, read.profile.system, wanted.system));
        }
        selection.warnings.extend(read.warnings);
        selection.servers.push(Server::Profile(Box::new(read.profile)));
    }
    if selection.servers.is_empty() {
        let of = wanted.system.map_or_else(String::new, |system| format!(" of {}", system.product()));
        let mut failure = Failure::usage(format!("there is no profile{of} in {}", file.path().display()))
            .with_help("backhaul profile add NAME --system ... --url ..., or --demo for the built-in servers");
        if let [warning, ..] = &selection.warnings[..] {
            failure = failure.with_help(warning.clone());
        }
        return Err(failure);
    }
    Ok(selection)
}

/// Chooses the one server of a command that speaks to one.
pub(crate) fn select_one(wanted: Wanted<'_>, location: &Location) -> Result<(Server, Selection), Failure> {
    let selection = select(wanted, location)?;
    match &selection.servers[..] {
        [server] => Ok((server.clone(), selection)),
        servers => {
            let names: Vec<_> = servers.iter().map(Server::name).collect();
            Err(Failure::usage(format!("there are {} servers to choose from", names.len()))
                .with_help(format!("name one with -p: {}", names.join(", "))))
        }
    }
}

fn demo(wanted: Wanted<'_>, why: &str, unknown: impl Fn(&str) -> Failure) -> Result<Selection, Failure> {
    let mut servers = Vec::new();
    for name in unique(wanted.profiles) {
        let demo = Demo::find(name).ok_or_else(|| unknown(name))?;
        if wanted.system.is_some_and(|system| system != demo.system()) {
            return Err(other_system(name, demo.system(), wanted.system));
        }
        servers.push(Server::Demo(demo));
    }
    if servers.is_empty() {
        servers.extend(Demo::serving(wanted.system).map(Server::Demo));
    }
    let names: Vec<_> = servers.iter().map(Server::name).collect();
    let notice = format!("{why} simulated servers ({})", names.join(", "));
    Ok(Selection { servers, notice: Some(notice), warnings: Vec::new() })
}

fn other_system(name: &str, is: System, wanted: Option<System>) -> Failure {
    let wanted = wanted.map_or("", System::product);
    Failure::usage(format!("profile `{name}` is a server of {}, not of {wanted}", is.product()))
}

/// The names without repeats: a server that is asked twice would count twice.
fn unique(names: &[String]) -> Vec<&str> {
    let mut unique = Vec::new();
    for name in names {
        if !unique.contains(&name.as_str()) {
            unique.push(name.as_str());
        }
    }
    unique
}

fn demo_names() -> String {
    Demo::ALL.map(Demo::name).join(", ")
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
