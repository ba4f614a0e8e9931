//! Types, operations and parameters by the names that people type, with a suggestion for a name that there is not.

use backhaul_models::registry;
use backhaul_transport::Params;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::operation::Response;
use backhaul_wire::{Kind, Operation, Repeat, Shape, System};

use crate::args::values::Qualified;
use crate::exit::Failure;
use crate::suggest;

/// The type of this name.
pub(crate) fn find_type(system: System, name: &str) -> Result<TypeEntry, Failure> {
    registry::find_type(system, name).ok_or_else(|| unknown_type(system, name))
}

/// There is no such type.
pub(crate) fn unknown_type(system: System, name: &str) -> Failure {
    let all = registry::types(system).iter();
    let names = all.flat_map(|entry| std::iter::once(entry.name()).chain(entry.aliases().iter().copied()));
    let hint = suggest::hint(name, names);
    Failure::usage(format!("{system} has no type `{}`{hint}", name.escape_debug()))
        .with_help(format!("the types are listed by `backhaul types {system}`"))
}

/// The operation of this name.
pub(crate) fn find_operation(target: &Qualified) -> Result<&'static Operation, Failure> {
    let Qualified { system, name } = target;
    registry::find_operation(*system, name).ok_or_else(|| {
        let all = registry::operations(*system).iter();
        let names = all.flat_map(|operation| std::iter::once(operation.name).chain(operation.aliases.iter().copied()));
        let hint = suggest::hint(name, names);
        Failure::usage(format!("{system} has no operation `{}`{hint}", name.escape_debug()))
            .with_help(format!("the operations are listed by `backhaul ops {system}`"))
    })
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
    let names: Vec<_> = operation.params.iter().map(|param| param.name).collect();
    let hint = suggest::hint(name, names.iter().copied());
    let failure = Failure::usage(format!("{} has no parameter `{}`{hint}", operation.name, name.escape_debug()));
    if names.is_empty() { failure } else { failure.with_help(format!("its parameters are {}", names.join(", "))) }
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

/// The list that an operation's answer holds, by its path in it.
pub(crate) fn list(operation: &Operation) -> Option<&'static str> {
    match operation.response {
        Response::Page(_, list) => Some(list),
        _ => None,
    }
}
