use crate::error::{EncodeError, EncodeReason};
use crate::reflect::{Node, Scalar, Struct};
use crate::shape::{Field, Kind};
use crate::version::ApiVersion;

/// Checks that a request fits one version of the API: every field and enum value that is set exists in it, and every
/// required field is set.
///
/// # Errors
/// On the first field or value that the version lacks, naming the versions that have it; on a required field that is unset.
pub fn check_versions(value: &dyn Struct, version: Option<ApiVersion>) -> Result<(), EncodeError> {
    check(value, version, "")
}

fn check(value: &dyn Struct, version: Option<ApiVersion>, path: &str) -> Result<(), EncodeError> {
    for (index, field) in value.shape().fields.iter().enumerate() {
        let here = || {
            if path.is_empty() { field.json.to_owned() } else { format!("{path}.{}", field.json) }
        };
        let view = value.view(index);
        if view.is_absent() {
            if field.required && field.versions.contains(version) {
                return Err(EncodeError { path: here(), reason: EncodeReason::Missing });
            }
            continue;
        }
        if !field.versions.contains(version) {
            return Err(EncodeError {
                path: here(),
                reason: EncodeReason::Field { version, versions: field.versions },
            });
        }
        check_node(view.node(), field, version, &here)?;
    }
    Ok(())
}

fn check_node(
    node: Node<'_>,
    field: &Field,
    version: Option<ApiVersion>,
    here: &dyn Fn() -> String,
) -> Result<(), EncodeError> {
    match node {
        Node::Struct(nested) => check(nested, version, &here()),
        Node::List(list) => {
            (0..list.len).try_for_each(|i| check_node(list.get(i), field, version, &|| format!("{}[{i}]", here())))
        }
        Node::Map(map) => (0..map.len)
            .filter_map(|i| map.nth(i))
            .try_for_each(|(name, node)| check_node(node, field, version, &|| format!("{}.{name}", here()))),
        Node::Scalar(Scalar::Enum(text)) => match field.kind {
            Kind::Enum(shape) => match shape.values.iter().find(|value| value.name == text) {
                Some(value) if !value.versions.contains(version) => Err(EncodeError {
                    path: here(),
                    reason: EncodeReason::Value { version, value: text.to_owned(), versions: value.versions },
                }),
                _ => Ok(()),
            },
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}
