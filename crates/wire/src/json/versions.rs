use std::convert::Infallible;
use std::ops::ControlFlow;

use crate::drift::Drift;
use crate::error::{EncodeError, EncodeReason};
use crate::reflect::{Node, Scalar, Struct};
use crate::shape::{Field, Kind};
use crate::version::{ApiVersion, Versions};

/// Checks that a request fits one version of the API: every field and enum value that is set exists in it, and every
/// required field is set.
///
/// # Errors
/// On the first field or value that the version lacks, naming the versions that have it; on a required field that is
/// unset.
pub fn check_versions(value: &dyn Struct, version: Option<ApiVersion>) -> Result<(), EncodeError> {
    match walk(value, version, "", &mut ControlFlow::Break) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// As [`check_versions`], but a field or value of versions that `passes` lets through is no error.
///
/// # Errors
/// As [`check_versions`], for all others.
pub fn check_versions_but(
    value: &dyn Struct,
    version: Option<ApiVersion>,
    passes: &dyn Fn(Versions) -> bool,
) -> Result<(), EncodeError> {
    let checked = walk(value, version, "", &mut |error| match error.versions() {
        Some(versions) if passes(versions) => ControlFlow::Continue(()),
        _ => ControlFlow::Break(error),
    });
    match checked {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Adds to `drift` what `value` holds and one version of the API does not have: a type serves all versions, but a body
/// that was read through it came from one. `place` is where the value stands in that body: nothing, or `results[3]`.
pub fn beyond_version(value: &dyn Struct, place: &str, version: Option<ApiVersion>, drift: &mut Drift) {
    let ControlFlow::Continue(()) = walk(value, version, place, &mut |error| -> ControlFlow<Infallible> {
        match error.reason {
            EncodeReason::Field { .. } => drift.field(error.path),
            EncodeReason::Value { value, .. } => drift.value(error.path, &value),
            // An answer may lack anything.
            _ => {}
        }
        ControlFlow::Continue(())
    });
}

/// Tells `found` of everything that does not fit, until it breaks.
fn walk<B>(
    value: &dyn Struct,
    version: Option<ApiVersion>,
    path: &str,
    found: &mut dyn FnMut(EncodeError) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (index, field) in value.shape().fields.iter().enumerate() {
        let here = || {
            if path.is_empty() { field.json.to_owned() } else { format!("{path}.{}", field.json) }
        };
        let view = value.view(index);
        if view.is_absent() {
            if field.is_required_in(version) {
                found(EncodeError { path: here(), reason: EncodeReason::Missing })?;
            }
        } else if field.versions.contains(version) {
            walk_node(view.node(), field, version, &here, found)?;
        } else {
            let reason = EncodeReason::Field { version, versions: field.versions };
            found(EncodeError { path: here(), reason })?;
        }
    }
    ControlFlow::Continue(())
}

fn walk_node<B>(
    node: Node<'_>,
    field: &Field,
    version: Option<ApiVersion>,
    here: &dyn Fn() -> String,
    found: &mut dyn FnMut(EncodeError) -> ControlFlow<B>,
) -> ControlFlow<B> {
    match node {
        Node::Struct(nested) => walk(nested, version, &here(), found),
        Node::List(list) => (0..list.len)
            .try_for_each(|i| walk_node(list.get(i), field, version, &|| format!("{}[{i}]", here()), found)),
        Node::Map(map) => map
            .iter()
            .try_for_each(|(name, node)| walk_node(node, field, version, &|| format!("{}.{name}", here()), found)),
        Node::Scalar(Scalar::Enum(text)) => match field.kind {
            Kind::Enum(shape) => match shape.values.iter().find(|value| value.name == text) {
                Some(value) if !value.versions.contains(version) => found(EncodeError {
                    path: here(),
                    reason: EncodeReason::Value { version, value: text.to_owned(), versions: value.versions },
                }),
                _ => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        },
        _ => ControlFlow::Continue(()),
    }
}
