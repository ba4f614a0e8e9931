//! Types, operations and parameters by the names that people type, with a suggestion for a name that there is not.

use backhaul_models::registry;
use backhaul_transport::Params;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::operation::Response;
use backhaul_wire::{Kind, Operation, Repeat, Shape, System};

use crate::args::values::Qualified;
use crate::exit::Failure;
use crate::suggest;

pub(crate) fn find_type(system: System, name: &str) -> Result<TypeEntry, Failure> {
    registry::find_type(system, name).ok_or_else(|| unknown_type(system, name))
}

/// There is no such type.
pub(crate) fn unknown_type(system: System, name: &str) -> Failure {
    let all = registry::types(system).iter();
    let names = all.flat_map(|entry| std::iter::once(entry.name()).chain(entry.aliases().iter().copied()));
    let hint = suggest::hint(name, names.clone());
    Failure::usage(format!("{system} has no type `{}`{hint}", name.escape_debug()))
        .with_help(format!("`backhaul types {system} WORD` searches; near are {}", suggest::among(name, names)))
}

/// The operation of this name.
pub(crate) fn find_operation(target: &Qualified) -> Result<&'static Operation, Failure> {
    let Qualified { system, name } = target;
    registry::find_operation(*system, name).ok_or_else(|| {
        let reads = reads(name);
        let all = registry::operations(*system).iter().filter(|operation| !reads || operation.method == "GET");
        let names = all.flat_map(|operation| std::iter::once(operation.name).chain(operation.aliases.iter().copied()));
        let hint = suggest::hint(name, names.clone());
        Failure::usage(format!("{system} has no operation `{}`{hint}", name.escape_debug()))
            .with_help(format!("`backhaul ops {system} WORD` searches; near are {}", suggest::among(name, names)))
    })
}

/// Whether a mistyped name was meant for an operation that only reads: then no other is offered in its place. One slip
/// within the first word counts (`GteJobs`), unless that makes it a word of its own (`SetJobs`).
fn reads(name: &str) -> bool {
    const READING: [&str; 2] = ["get", "query"];
    const OTHERS: [&str; 4] = ["set", "put", "post", "delete"];
    let words = words(name);
    let slip = |word: &String| READING.iter().any(|reading| strsim::osa_distance(word, reading) <= 1);
    words.iter().any(|word| READING.contains(&word.as_str()))
        || words.first().is_some_and(|word| slip(word) && !OTHERS.contains(&word.as_str()))
}

/// The words of a name in camel case or with underscores, in lower case.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after = '_';
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            after = '_';
            continue;
        }
        match words.last_mut() {
            Some(word) if after != '_' && !(letter.is_uppercase() && after.is_lowercase()) => {
                word.extend(letter.to_lowercase());
            }
            _ => words.push(letter.to_lowercase().collect()),
        }
        after = letter;
    }
    words
}

/// The parameters under the names that the operation gives them.
pub(crate) fn params(operation: &'static Operation, given: &[(String, String)]) -> Result<Params, Failure> {
    let named = |(name, value): &(String, String)| match find_param(operation, name) {
        Some(known) => Ok((known.to_owned(), value.clone())),
        None => Err(unknown_param(operation, name)),
    };
    given.iter().map(named).collect()
}

/// The name of a parameter, as the operation spells it.
pub(crate) fn find_param(operation: &'static Operation, name: &str) -> Option<&'static str> {
    operation.params.iter().map(|param| param.name).find(|known| known.eq_ignore_ascii_case(name))
}

fn unknown_param(operation: &'static Operation, name: &str) -> Failure {
    let names = operation.params.iter().map(|param| param.name);
    let hint = suggest::hint(name, names.clone());
    let failure = Failure::usage(format!("{} has no parameter `{}`{hint}", operation.name, name.escape_debug()));
    if operation.params.is_empty() {
        return failure;
    }
    failure.with_help(format!("its parameters are {}", suggest::among(name, names)))
}

/// The name of what a response holds: `PageOfOrganization`, `ReplyOfSession`, `QueryResult`.
pub(crate) fn answer_of(response: Response) -> Option<String> {
    let shape = response.shape()?;
    match (shape.name, registry::listed_in(response)) {
        ("Page", Some(item)) => return Some(format!("PageOf{}", item.name)),
        ("Reply", _) => {
            if let Some(item) = replied(shape) {
                return Some(format!("ReplyOf{}", item.name));
            }
        }
        _ => {}
    }
    Some(shape.name.to_owned())
}

/// What ZStack's reply about one object holds.
pub(crate) fn replied(shape: &'static Shape) -> Option<&'static Shape> {
    let field = shape.fields.get(shape.index_of("inventory")?)?;
    match field.kind {
        Kind::Struct(item) if field.repeat == Repeat::One => Some(item),
        _ => None,
    }
}

/// What an operation that reads lists, by the name of its items.
pub(crate) fn listed(operation: &'static Operation) -> Option<&'static str> {
    let reads = operation.method == "GET" && list(operation).is_some();
    registry::listed(operation).filter(|_| reads).map(|item| item.name)
}

/// The list that an operation's answer holds, by its path in it.
pub(crate) fn list(operation: &Operation) -> Option<&'static str> {
    match operation.response {
        Response::Page(_, list) => Some(list),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("PostJobsByIdStart"), ["post", "jobs", "by", "id", "start"]);
        assert_eq!(words("Organization_GetById"), ["organization", "get", "by", "id"]);
        assert_eq!(words("QueryVMNic"), ["query", "vmnic"]);
    }

    #[test]
    fn a_slip_in_what_reads_offers_nothing_that_changes_something() {
        for (system, name) in [
            (System::Em, "GetJobsByIdd"),
            (System::Em, "GteJobsById"),
            (System::Vb365, "Job_GetStart"),
            (System::Zstack, "QueryBackupStorge"),
        ] {
            let target = Qualified { system, name: name.to_owned() };
            let failure = find_operation(&target).err();
            let Some(failure) = failure else { unreachable!("{name} is no operation") };
            let said = format!("{failure} {}", failure.help().unwrap_or_default());
            let offered = registry::operations(system).iter().filter(|it| it.method != "GET");
            for operation in offered {
                assert!(!names_of(&said).contains(&operation.name), "{said}");
            }
        }
        let target = Qualified { system: System::Em, name: "PostJobsByIdStrat".to_owned() };
        assert!(find_operation(&target).is_err_and(|failure| failure.message().contains("PostJobsByIdStart")));
    }

    fn names_of(text: &str) -> Vec<&str> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
    }
}
