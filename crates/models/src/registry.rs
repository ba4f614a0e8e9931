//! Types, operations and answers by name, for programs that learn at run time what they read.
//!
//! All of it is data: a value is made from its type's shape ([`DynamicStruct`]), so that no generated type becomes part
//! of a program that only names it.

#[cfg(feature = "typed-registry")]
use backhaul_wire::Struct;
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::DynamicStruct;
use backhaul_wire::{ApiVersion, Kind, Operation, Shape, System};

pub use backhaul_wire::generated::TypeEntry;

use crate::route::{Routed, Router};

/// A system's types, in schema order; none when its feature is off.
#[must_use]
pub fn types(system: System) -> &'static [TypeEntry] {
    match system {
        #[cfg(feature = "em")]
        System::Em => crate::em::TYPES,
        #[cfg(feature = "vb365")]
        System::Vb365 => crate::vb365::TYPES,
        #[cfg(feature = "zstack-core")]
        System::Zstack => crate::zstack::TYPES,
        #[allow(unreachable_patterns)]
        _ => &[],
    }
}

/// A system's operations, in schema order; none when its feature is off.
#[must_use]
pub fn operations(system: System) -> &'static [Operation] {
    match system {
        #[cfg(feature = "em")]
        System::Em => crate::em::operations::OPERATIONS,
        #[cfg(feature = "vb365")]
        System::Vb365 => crate::vb365::operations::OPERATIONS,
        #[cfg(feature = "zstack-core")]
        System::Zstack => crate::zstack::operations::OPERATIONS,
        #[allow(unreachable_patterns)]
        _ => &[],
    }
}

/// The type with this name, or with this name in a vendor's documents; letter case does not count.
#[must_use]
pub fn find_type(system: System, name: &str) -> Option<TypeEntry> {
    let all = types(system);
    let named = all.iter().find(|entry| entry.name().eq_ignore_ascii_case(name));
    let aliased = || all.iter().find(|entry| entry.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(name)));
    named.or_else(aliased).copied()
}

/// The shape of the type with this name. `PageOfX` is a page of `X`; an enum has none.
#[must_use]
pub fn find_shape(system: System, name: &str) -> Option<&'static Shape> {
    match find_type(system, name) {
        Some(TypeEntry::Struct(shape)) => Some(shape),
        Some(TypeEntry::Enum(_)) => None,
        None => match strip_prefix(name, "PageOf") {
            Some(item) => page_of(system, item),
            // ZStack's documents name the answer after the operation.
            None if system == System::Zstack => find_operation(system, name.strip_suffix("Result")?)?.response.shape(),
            None => None,
        },
    }
}

/// The shape of a page of items of the type with this name, where an operation answers with one.
#[must_use]
pub fn page_of(system: System, item: &str) -> Option<&'static Shape> {
    let item = find_type(system, item)?.name();
    let lists = |operation: &&Operation| listed(operation).is_some_and(|shape| shape.name == item);
    operations(system).iter().find(lists)?.response.shape()
}

/// The type of the items that an operation lists.
#[must_use]
pub fn listed(operation: &Operation) -> Option<&'static Shape> {
    listed_in(operation.response)
}

/// The type of the items that an answer lists.
#[must_use]
pub fn listed_in(response: Response) -> Option<&'static Shape> {
    let Response::Page(shape, list) = response else { return None };
    let mut shape = shape;
    let mut found = None;
    for name in list.split('.') {
        let field = shape.fields.get(shape.index_of(name)?)?;
        let Kind::Struct(next) = field.kind else { return None };
        shape = next;
        found = Some(next);
    }
    found
}

/// The operation with this name, or with this name in an older document; letter case does not count.
#[must_use]
pub fn find_operation(system: System, name: &str) -> Option<&'static Operation> {
    let all = operations(system);
    let named = all.iter().find(|operation| operation.name.eq_ignore_ascii_case(name));
    named
        .or_else(|| all.iter().find(|operation| operation.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))))
}

/// An empty value for an operation's answer in one version of the API, where older ones may answer with another type,
/// and without a version in the newest; `None` when it has no body or is a file.
#[must_use]
pub fn answer(operation: &Operation, version: Option<ApiVersion>) -> Option<DynamicStruct> {
    operation.form(version).response.shape().map(DynamicStruct::new)
}

/// The shape of the error that a system answers with.
#[must_use]
pub fn error_shape(system: System) -> Option<&'static Shape> {
    find_shape(
        system,
        match system {
            System::Em => "Error",
            System::Vb365 => "ExceptionInfo",
            System::Zstack => "ErrorResponse",
        },
    )
}

/// An empty value of the generated type with this name, for tests that compare it with what its shape says.
///
/// It makes every type part of the program, so it stands behind a feature of its own.
#[cfg(feature = "typed-registry")]
#[must_use]
pub fn make_typed(system: System, name: &str) -> Option<Box<dyn Struct>> {
    let makes = match system {
        #[cfg(feature = "em")]
        System::Em => crate::em::MAKES,
        #[cfg(feature = "vb365")]
        System::Vb365 => crate::vb365::MAKES,
        #[cfg(feature = "zstack-core")]
        System::Zstack => crate::zstack::MAKES,
        #[allow(unreachable_patterns)]
        _ => &[],
    };
    let index = types(system).iter().position(|entry| entry.name() == name)?;
    makes.get(index)?.map(|make| make())
}

/// The operation that a request calls, and VB365's version from its path.
///
/// `target` is a path, with or without a host before it and a query after it. Letter case and the names of placeholders
/// do not count, and a literal segment wins over a placeholder.
#[must_use]
pub fn match_request(system: System, method: &str, target: &str) -> Option<(&'static Operation, Option<ApiVersion>)> {
    let target = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut version = None;
    if system == System::Vb365 {
        let number = segments.first().and_then(|first| strip_prefix(first, "v")).and_then(|number| number.parse().ok());
        let number = number.and_then(ApiVersion::new);
        if number.is_some() {
            version = number;
            segments.remove(0);
        }
    }
    let query: Vec<(&str, &str)> = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    let matching = operations(system).iter().filter(|operation| operation.method.eq_ignore_ascii_case(method));
    match Router::new(matching, true).find(method, &segments, &query, version, |_| true) {
        Routed::Found(operation, _) => Some((operation, version)),
        _ => None,
    }
}

/// The text after a prefix, whatever its letter case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
