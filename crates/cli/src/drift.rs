//! What servers sent that the schemas do not know, or know otherwise: told once, at the end.

use std::collections::BTreeMap;

use backhaul_wire::shape::{Kind, Repeat, Shape};
use backhaul_wire::{Drift, Struct};

use crate::console::Console;

/// How many members are named; a new release of a server may have hundreds.
const NAMED: usize = 10;

/// The members of a run that were not known or did not fit, each with how often it came.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    unknown: BTreeMap<String, usize>,
    /// With what was wrong the first time.
    misfits: BTreeMap<String, (usize, String)>,
    /// How many more there were than a reader keeps.
    more: usize,
}

impl Strangers {
    /// Adds what was met in one answer.
    pub(crate) fn add(&mut self, answer: &dyn Struct, drift: &Drift) {
        let shape = answer.shape();
        for misfit in &drift.misfits {
            let reason = || (0, misfit.reason.clone());
            self.misfits.entry(member(shape, &misfit.path)).or_insert_with(reason).0 += 1;
        }
        for path in &drift.unknown_fields {
            // A misfit's member is kept as an unknown one, and told already.
            let name = member(shape, path);
            if !self.misfits.contains_key(&name) {
                *self.unknown.entry(name).or_default() += 1;
            }
        }
        self.more += drift.more;
    }

    /// Says it in one line; `shown` is whether they stand in the output.
    pub(crate) fn say(&self, shown: bool, console: &Console) {
        let mut parts = Vec::new();
        if !self.unknown.is_empty() {
            let times = self.unknown.iter().map(|(name, times)| (name.as_str(), *times, ""));
            parts.push(format!("{} that this release does not know: {}", members(self.unknown.len()), list(times)));
        }
        if !self.misfits.is_empty() {
            let times = self.misfits.iter().map(|(name, (times, why))| (name.as_str(), *times, why.as_str()));
            parts.push(format!("{} that it reads otherwise: {}", members(self.misfits.len()), list(times)));
        }
        if self.more > 0 {
            parts.push(format!("{} more such values", self.more));
        }
        if parts.is_empty() {
            return;
        }
        let advice = if shown { "they stand in the output as they came" } else { "-o json --unknown prints them" };
        let text = format!("the servers sent {}; {advice}", parts.join(", and "));
        if self.misfits.is_empty() { console.note(&text) } else { console.warn(&text) }
    }
}

fn members(count: usize) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{count} members") }
}

/// The first names, each with how often it came and what is wrong with it.
fn list<'a>(all: impl ExactSizeIterator<Item = (&'a str, usize, &'a str)>) -> String {
    let left = all.len().saturating_sub(NAMED);
    let one = |(name, times, why): (&str, usize, &str)| match (times, why) {
        (1, "") => name.to_owned(),
        (1, why) => format!("{name} ({why})"),
        (times, "") => format!("{name} ({times} times)"),
        (times, why) => format!("{name} ({times} times; {why})"),
    };
    let mut named: Vec<String> = all.take(NAMED).map(one).collect();
    if left > 0 {
        named.push(format!("{left} more"));
    }
    named.join(", ")
}

/// The type that a path leads to, and the member of it that the path ends with: of `results[3].sites[0].new` it is
/// `Site.new`.
fn member(root: &'static Shape, path: &str) -> String {
    let mut shape = root;
    let mut rest = path;
    loop {
        let (segment, behind) = rest.split_once('.').map_or((rest, None), |(first, behind)| (first, Some(behind)));
        let name = segment.split('[').next().unwrap_or(segment);
        let field = shape.index_of(name).and_then(|index| shape.fields.get(index));
        let (Some(behind), Some(field)) = (behind, field) else {
            // The item of a list: it is the list that does not fit.
            return format!("{}.{}", shape.name, rest.split('[').next().unwrap_or(rest));
        };
        let Kind::Struct(nested) = field.kind else { return format!("{}.{name}", shape.name) };
        shape = nested;
        rest = match (field.repeat, behind.split_once('.')) {
            // The name of an entry of a map is no member.
            (Repeat::Map, Some((_, behind))) => behind,
            _ => behind,
        };
    }
}

#[cfg(test)]
mod tests {
    use backhaul_models::registry;
    use backhaul_wire::System;

    use super::*;

    fn of(system: System, root: &str, path: &str) -> Option<String> {
        registry::find_shape(system, root).map(|shape| member(shape, path))
    }

    #[test]
    fn a_member_is_named_with_its_type() {
        for (system, root, path, name) in [
            (System::Em, "BackupJobSession", "Mood", "BackupJobSession.Mood"),
            (System::Em, "QueryResult", "Entities.CloudTenants[4].Resources[0].Mood", "CloudTenantResource.Mood"),
            (System::Vb365, "BackupRepository", "retentionType.deep", "BackupRepository.retentionType"),
            (System::Zstack, "VmInstance", "vmNics[0].new.er", "VmNic.new.er"),
        ] {
            assert_eq!(of(system, root, path).as_deref(), Some(name), "{root} {path}");
        }
    }

    #[test]
    fn names_are_counted_and_cut() {
        let names: Vec<String> = (0..12).map(|at| format!("A.{at}")).collect();
        let text = list(names.iter().map(|name| (name.as_str(), 2, "")));
        assert!(text.starts_with("A.0 (2 times), A.1") && text.ends_with("A.9 (2 times), 2 more"), "{text}");
        assert_eq!(list([("A.b", 1, "not a number")].into_iter()), "A.b (not a number)");
    }
}
