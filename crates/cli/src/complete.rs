//! What a shell offers while a command line is typed: profiles, types, operations, parameters, fields, versions.
//!
//! A shell asks the command itself, so that what it offers is of the same release and of this user's configuration
//! file. What cannot be found out offers nothing: a shell has no place for an error.

use std::ffi::OsStr;

use backhaul_fleet::COLUMNS;
use backhaul_fleet::jobs::JOB_COLUMNS;
use backhaul_models::registry;
use backhaul_models::vb365::VERSIONS;
use backhaul_transport::QUERY_TYPES;
use backhaul_wire::System;
use clap_complete::engine::CompletionCandidate;

use crate::args::values::Qualified;
use crate::names;
use crate::profile::{ConfigFile, Demo, Location};
use crate::verbs::Listing;

/// The profiles of the configuration file and the demo's, and the groups.
pub(crate) fn profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let file = config();
    let own = file.iter().flat_map(|file| file.names()).map(str::to_owned);
    let groups = file.iter().flat_map(|file| file.groups()).map(|group| format!("@{group}"));
    let demo = Demo::ALL.map(|demo| demo.name().to_owned());
    offered(current, ',', own.chain(groups).chain(demo))
}

/// The profiles of the configuration file alone: those that can be changed.
pub(crate) fn own_profiles(current: &OsStr) -> Vec<CompletionCandidate> {
    let file = config();
    offered(current, '\0', file.iter().flat_map(|file| file.names()).map(str::to_owned))
}

/// The groups of the configuration file.
pub(crate) fn groups(current: &OsStr) -> Vec<CompletionCandidate> {
    let file = config();
    offered(current, '\0', file.iter().flat_map(|file| file.groups()).map(str::to_owned))
}

fn config() -> Option<ConfigFile> {
    Location::find().ok()?.open().ok()?
}

/// What can be listed: `em.CloudTenant`.
pub(crate) fn listings(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = System::ALL.into_iter().flat_map(|system| {
        let all: Vec<&str> = match system {
            System::Em => QUERY_TYPES.iter().map(|row| row.name).collect(),
            System::Vb365 => registry::operations(system).iter().filter_map(names::listed).collect(),
            System::Zstack => {
                registry::operations(system).iter().filter_map(|it| it.name.strip_prefix("Query")).collect()
            }
        };
        all.into_iter().map(move |name| format!("{system}.{name}"))
    });
    offered(current, '\0', names)
}

/// Operations: `vb365.Job_StartAction`.
pub(crate) fn operations(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = System::ALL.into_iter().flat_map(|system| {
        registry::operations(system).iter().map(move |operation| format!("{system}.{}", operation.name))
    });
    offered(current, '\0', names)
}

/// Systems, and what comes after their dot.
pub(crate) fn systems_and_operations(current: &OsStr) -> Vec<CompletionCandidate> {
    or_system(current, operations)
}

/// Systems, and what comes after their dot.
pub(crate) fn systems_and_types(current: &OsStr) -> Vec<CompletionCandidate> {
    or_system(current, |current| {
        let names = System::ALL
            .into_iter()
            .flat_map(|system| registry::types(system).iter().map(move |entry| format!("{system}.{}", entry.name())));
        offered(current, '\0', names)
    })
}

fn or_system(current: &OsStr, qualified: impl Fn(&OsStr) -> Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    match current.to_str() {
        Some(text) if text.contains('.') => qualified(current),
        _ => offered(current, '\0', System::ALL.map(|system| system.name().to_owned())),
    }
}

/// The parameters of the operation that stands on the command line, or of the listing's: `ID=`.
pub(crate) fn params(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(target) = target() else { return Vec::new() };
    let operation = registry::find_operation(target.system, &target.name)
        .or_else(|| Listing::about(&target).ok().map(|listing| listing.operation));
    let names = operation.iter().flat_map(|operation| operation.params).map(|param| format!("{}=", param.name));
    offered(current, '\0', names)
}

/// The fields of the type that stands on the command line, or of the rows of its verb.
pub(crate) fn fields(current: &OsStr) -> Vec<CompletionCandidate> {
    let listing = target().and_then(|target| Listing::about(&target).ok());
    let names = listing.iter().flat_map(|listing| listing.item.fields).map(|field| field.json.to_owned());
    offered(current, ',', names.chain(columns()))
}

/// What a filter or an order may name of them.
pub(crate) fn filter_fields(current: &OsStr) -> Vec<CompletionCandidate> {
    let listing = target().and_then(|target| Listing::about(&target).ok());
    let names: Vec<String> = listing.iter().flat_map(Listing::fields).map(|field| field.name.to_owned()).collect();
    offered(current, ';', names.into_iter().chain(columns()))
}

/// The columns of a verb about the whole fleet; none of other verbs.
fn columns() -> impl Iterator<Item = String> {
    let verb = std::env::args_os().find_map(|word| match word.to_str() {
        Some("usage") => Some(COLUMNS.as_slice()),
        Some("jobs") => Some(JOB_COLUMNS.as_slice()),
        _ => None,
    });
    verb.unwrap_or_default().iter().map(|name| (*name).to_owned())
}

/// API versions.
pub(crate) fn versions(current: &OsStr) -> Vec<CompletionCandidate> {
    let names = VERSIONS.map(|version| format!("v{version}"));
    offered(current, '\0', names.chain(["v1_5", "v1_6", "v1_7", "latest"].map(str::to_owned)))
}

/// The first word of the command line that names a type or an operation.
fn target() -> Option<Qualified> {
    std::env::args_os().skip(1).find_map(|word| word.to_str()?.parse().ok())
}

/// The names that go on as what is typed does; in a list, as its last entry does. Letter case does not matter.
fn offered(current: &OsStr, separator: char, names: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let (before, typed) = match current.rfind(separator) {
        Some(at) => current.split_at(at + separator.len_utf8()),
        None => ("", current),
    };
    let typed = typed.to_lowercase();
    let mut names: Vec<String> = names.into_iter().filter(|name| name.to_lowercase().starts_with(&typed)).collect();
    names.sort();
    names.dedup();
    names.into_iter().map(|name| CompletionCandidate::new(format!("{before}{name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(candidates: Vec<CompletionCandidate>) -> Vec<String> {
        candidates.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn names_go_on_as_they_were_begun() {
        assert_eq!(texts(listings("em.cloudsub".as_ref())), ["em.CloudSubtenant"]);
        assert!(texts(listings("vb365.BackupRep".as_ref())).contains(&"vb365.BackupRepository".to_owned()));
        assert!(texts(listings("zstack.Backup".as_ref())).contains(&"zstack.BackupStorage".to_owned()));
        assert_eq!(texts(operations("vb365.Job_Start".as_ref())), ["vb365.Job_StartAction"]);
        assert_eq!(texts(systems_and_types("v".as_ref())), ["vb365"]);
        assert_eq!(
            texts(systems_and_types("em.cloudtenan".as_ref())).first().map(String::as_str),
            Some("em.CloudTenant")
        );
        assert_eq!(texts(versions("v1_7".as_ref())), ["v1_7"]);
    }

    #[test]
    fn a_list_goes_on_with_its_last_entry() {
        let offered = offered("a,B".as_ref(), ',', ["b2", "c", "B1"].map(str::to_owned));
        assert_eq!(texts(offered), ["a,B1", "a,b2"]);
    }
}
