//! What the documentation of a generated item says: meaning, unit, source and versions, or nothing.

use super::names::variant;
use super::words::{field_words, type_words, unit};
use crate::ir::{Field, Param, Type, Value, Versions};

/// A type's: what it is, how sure that is, and where it stands in the schemas.
pub(super) fn documentation(ty: &Type) -> String {
    let text = if ty.doc == type_words(&ty.name) { "" } else { &ty.doc };
    let source = format!("Schema: `{}`", ty.source);
    let parts = [with_versions(text, ty.versions), evidence(&ty.evidence).unwrap_or_default(), source];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n\n")
}

/// A field's; empty when its name says it all.
pub(super) fn field_doc(field: &Field) -> String {
    with_versions(said(&field.doc, &field.wire), field.versions)
}

/// A parameter's; empty when its name says it all.
pub(super) fn param_doc(param: &Param) -> String {
    with_versions(said(&param.doc, &param.name), param.versions)
}

/// An enum value's; empty when its name says it all.
pub(super) fn value_doc(value: &Value) -> String {
    let text = match value.doc.as_str() {
        "" if variant(&value.name) == value.name => String::new(),
        "" => format!("`{}`.", value.name),
        doc => format!("`{}`: {doc}", value.name),
    };
    with_versions(&text, value.versions)
}

/// A schema's sentence, or the unit that the name ends with, where the sentence only repeats the name.
fn said<'t>(doc: &'t str, name: &str) -> &'t str {
    if doc.is_empty() || doc == field_words(name) { unit(name).unwrap_or_default() } else { doc }
}

/// `... (v6 and later)`.
pub(super) fn with_versions(text: &str, versions: Versions) -> String {
    let range = match (versions.since, versions.until) {
        (None, None) => return text.to_owned(),
        (Some(since), None) => format!("v{since} and later"),
        (None, Some(until)) => format!("up to v{until}"),
        (Some(since), Some(until)) if since == until => format!("v{since}"),
        (Some(since), Some(until)) => format!("v{since} to v{until}"),
    };
    match text {
        "" if range.starts_with('v') => format!("In {range}."),
        "" => format!("U{}.", &range[1..]),
        text => format!("{text} ({range})"),
    }
}

/// What tells that versions without a vendor's document have something: `Evidence: v3 documented, v4 inferred.`
pub(super) fn evidence(marks: &[(u8, String)]) -> Option<String> {
    let marks: Vec<String> = marks.iter().map(|(version, mark)| format!("v{version} {mark}")).collect();
    (!marks.is_empty()).then(|| format!("Evidence: {}.", marks.join(", ")))
}
