//! Which servers a command speaks to.

use backhaul_filter::{Expr, Place, Predicate, Record, Scalar, Schema};
use wildmatch::WildMatch;

use super::{ConfigFile, Demo, List, Location, Profile};
use crate::console::Console;
use crate::exit::Failure;
use crate::suggest;
use backhaul_transport::UtcOffset;
use backhaul_wire::System;

/// What the command line says about servers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    /// What was given with `-p`: names, lists `a,b`, patterns `em-*`, groups and tags `@berlin`; nothing means the
    /// default, else all.
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

    /// The profile, of one that is not simulated.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Profile(profile) => Some(profile),
            Self::Demo(_) => None,
        }
    }

    /// How far its clock is ahead of UTC, where its profile says so.
    pub(crate) fn utc_offset(&self) -> Option<UtcOffset> {
        self.profile().and_then(|profile| profile.utc_offset)
    }

    /// What runs there.
    pub(crate) fn system(&self) -> System {
        match self {
            Self::Profile(profile) => profile.system,
            Self::Demo(demo) => demo.system(),
        }
    }
}

/// What is known of a server's rows before it is asked.
impl Record for Server {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field("server") => self.name().into(),
            Place::Field("system") => self.system().name().into(),
            _ => Scalar::Null,
        }
    }
}

/// The servers to speak to, never none, and what stderr should say about the choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The servers, in the order of the command line, else of the configuration file.
    pub(crate) servers: Vec<Server>,
    /// Why the demo serves, when it does.
    pub(crate) notice: Option<String>,
    /// What in the profiles nobody understands.
    pub(crate) warnings: Vec<String>,
}

impl Selection {
    /// Leaves out the servers of which a filter wants no row, whatever they answer: they are spared a logon. One is
    /// kept when none would be left, so that a filter that finds nothing is no other case.
    pub(crate) fn keep(&mut self, filter: &Expr, schema: &Schema<'_>) {
        let conditions = match filter {
            Expr::And(_) => filter.terms(),
            other => std::slice::from_ref(other),
        };
        let known = |name: &str| ["server", "system"].iter().any(|known| known.eq_ignore_ascii_case(name));
        let about_servers = conditions.iter().filter(|it| it.fields().iter().all(|field| known(field.as_str())));
        let tests: Vec<_> = about_servers.filter_map(|it| Predicate::compile(it, schema).ok()).collect();
        let wanted = |server: &Server| tests.iter().all(|test| test.matches(server));
        let first = self.servers.first().cloned();
        self.servers.retain(wanted);
        if self.servers.is_empty() {
            self.servers.extend(first);
        }
    }

    /// Leaves out the demo's organization account, unless it was named: it sees its own data, and nothing of jobs.
    pub(crate) fn without_tenants(&mut self, named: &[String]) {
        if named.is_empty() {
            self.servers.retain(|server| *server != Server::Demo(Demo::Vb365Org));
        }
    }

    /// Says on stderr what should be said about the choice.
    pub(crate) fn say(&self, console: &Console) {
        if let Some(why) = &self.notice {
            let names: Vec<_> = self.servers.iter().map(Server::name).collect();
            console.note(&format!("{why} simulated servers ({})", names.join(", ")));
        }
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

    let mut selection = Selection { servers: Vec::new(), notice: None, warnings: file.warnings() };
    let named = !wanted.profiles.is_empty();
    let mut names = expanded(wanted.profiles, &Known::of(&file))?;
    if !named {
        names = expanded(&file.list(List::Default)?.unwrap_or_default(), &Known::of(&file))?;
        let fits =
            |name: &str| wanted.system.is_none_or(|system| file.get(name).is_ok_and(|it| it.profile.system == system));
        names.retain(|(name, _)| fits(name));
    }
    if names.is_empty() {
        names = file.names().into_iter().map(|name| (name.to_owned(), false)).collect();
    }
    for (name, exact) in names {
        if !file.contains(&name) {
            return Err(match Demo::find(&name) {
                Some(demo) => Failure::usage(format!("`{}` is a built-in demo profile", demo.name()))
                    .with_help("add --demo: with a configuration file, the demo serves only when asked for"),
                None => file.unknown(&name),
            });
        }
        // A profile of another system is none of this command's business, broken or not, unless it is named.
        let read = match (file.get(&name), wanted.system) {
            (Err(failure), Some(_)) if !exact => {
                selection.warnings.push(format!("skipped: {failure}"));
                continue;
            }
            (read, _) => read?,
        };
        if wanted.system.is_some_and(|system| system != read.profile.system) {
            if !exact {
                continue;
            }
            return Err(other_system(&name, read.profile.system, wanted.system));
        }
        selection.warnings.extend(read.warnings);
        selection.servers.push(Server::Profile(Box::new(read.profile)));
    }
    if selection.servers.is_empty() && named {
        return Err(none_of(wanted));
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
    for (name, exact) in expanded(wanted.profiles, &Known::demo())? {
        let demo = Demo::find(&name).ok_or_else(|| unknown(&name))?;
        if wanted.system.is_some_and(|system| system != demo.system()) {
            if !exact {
                continue;
            }
            return Err(other_system(&name, demo.system(), wanted.system));
        }
        servers.push(Server::Demo(demo));
    }
    if servers.is_empty() && !wanted.profiles.is_empty() {
        return Err(none_of(wanted));
    }
    if servers.is_empty() {
        servers.extend(Demo::serving(wanted.system).map(Server::Demo));
    }
    Ok(Selection { servers, notice: Some(why.to_owned()), warnings: Vec::new() })
}

/// What `-p` says has servers, and none of the system that is asked.
fn none_of(wanted: Wanted<'_>) -> Failure {
    let system = wanted.system.map_or("any system", System::product);
    let options: Vec<String> = wanted.profiles.iter().map(|profile| format!("-p {}", profile.escape_debug())).collect();
    Failure::usage(format!("{} names no server of {system}", options.join(" ")))
        .with_help("`backhaul profile list` shows which system each profile is of")
}

fn other_system(name: &str, is: System, wanted: Option<System>) -> Failure {
    let wanted = wanted.map_or("", System::product);
    Failure::usage(format!("profile `{name}` is a server of {}, not of {wanted}", is.product()))
}

/// What `-p` can mean.
struct Known<'a> {
    names: Vec<&'a str>,
    file: Option<&'a ConfigFile>,
}

impl<'a> Known<'a> {
    fn of(file: &'a ConfigFile) -> Self {
        Self { names: file.names(), file: Some(file) }
    }

    /// Without groups: one within another could go in circles.
    fn plain(file: &'a ConfigFile) -> Self {
        Self { file: None, ..Self::of(file) }
    }

    fn demo() -> Self {
        Self { names: Demo::ALL.map(Demo::name).into(), file: None }
    }

    /// The profiles that a group lists, or that have a tag of this name.
    fn group(&self, name: &str) -> Result<Vec<(String, bool)>, Failure> {
        let Some(file) = self.file else {
            return Err(Failure::usage(format!("there is no group `{name}` here: the demo has none, nor has a group")));
        };
        if let Some(names) = file.list(List::Group(name))? {
            return Ok(expanded(&names, &Self::plain(file))?.into_iter().map(|(name, _)| (name, false)).collect());
        }
        let tagged = |profile: &&&str| file.get(profile).is_ok_and(|it| it.profile.tags.iter().any(|tag| tag == name));
        let found: Vec<_> = self.names.iter().filter(tagged).map(|name| ((*name).to_owned(), false)).collect();
        if found.is_empty() {
            let path = file.path().display();
            return Err(Failure::usage(format!("there is no group `{name}` in {path}, and no profile has that tag"))
                .with_help(format!(
                    "backhaul profile group {name} NAME..., or backhaul profile set NAME --tags {name}"
                )));
        }
        Ok(found)
    }

    fn mean(&self, word: &str) -> Result<Vec<(String, bool)>, Failure> {
        // A profile of just that name wins over every other reading.
        if self.names.contains(&word) {
            return Ok(vec![(word.to_owned(), true)]);
        }
        if let Some(group) = word.strip_prefix('@') {
            return self.group(group);
        }
        if word.contains(['*', '?']) {
            let pattern = WildMatch::new(word);
            let found = self.names.iter().filter(|name| pattern.matches(name));
            let found: Vec<_> = found.map(|name| ((*name).to_owned(), false)).collect();
            if found.is_empty() {
                return Err(Failure::usage(format!("no profile matches `{word}`"))
                    .with_help(format!("the profiles are {}", self.names.join(", "))));
            }
            return Ok(found);
        }
        Ok(vec![(word.to_owned(), true)])
    }
}

/// The profiles that the words of `-p` mean, without repeats: a server that is asked twice would count twice. Of each,
/// whether it was named itself, and not by a pattern or a group.
fn expanded(words: &[String], known: &Known<'_>) -> Result<Vec<(String, bool)>, Failure> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for word in words {
        let several = !known.names.contains(&word.as_str());
        let parts = if several { word.split(',').map(str::trim).collect() } else { vec![word.as_str()] };
        for part in parts {
            for (name, exact) in known.mean(part)? {
                match all.iter_mut().find(|(other, _)| *other == name) {
                    Some(known) => known.1 |= exact,
                    None => all.push((name, exact)),
                }
            }
        }
    }
    Ok(all)
}

/// The profiles that the words of a list mean.
pub(crate) fn members(words: &[String], list: List<'_>, file: &ConfigFile) -> Result<Vec<String>, Failure> {
    let known = if list == List::Default { Known::of(file) } else { Known::plain(file) };
    let names = expanded(words, &known)?.into_iter().map(|(name, _)| name);
    names.map(|name| if file.contains(&name) { Ok(name) } else { Err(file.unknown(&name)) }).collect()
}

fn demo_names() -> String {
    Demo::ALL.map(Demo::name).join(", ")
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
