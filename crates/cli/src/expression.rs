//! Filters as the verbs take them: read, checked, and what is found in them drawn.

use backhaul_filter::{Diagnostic, FieldSchema, Parsed, Schema, Severity, check, parse};

use crate::console::Console;
use crate::exit::Failure;
use crate::suggest;

/// Parses a filter that decides what is asked for: what is no filter is a usage error, drawn.
pub(crate) fn parsed(source: &str) -> Result<Parsed, Failure> {
    parse(source).map_err(|error| Failure::usage(untitled(&error.render(source), Severity::Error)))
}

/// Checks a filter against the fields of a type, before anything is sent: warnings go to stderr, errors are a usage
/// error.
pub(crate) fn checked(parsed: &Parsed, source: &str, schema: &Schema<'_>, console: &Console) -> Result<(), Failure> {
    let findings = check(parsed, schema);
    let (errors, warnings): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.severity == Severity::Error);
    for warning in warnings {
        console.warn(&untitled(&warning.render(source), Severity::Warning));
    }
    if errors.is_empty() {
        return Ok(());
    }
    let drawn: Vec<String> = errors.iter().map(|error: &&Diagnostic| error.render(source)).collect();
    Err(Failure::usage(untitled(&drawn.join("\n"), Severity::Error)))
}

/// The text without the word that the console puts before it.
pub(crate) fn untitled(text: &str, severity: Severity) -> String {
    text.strip_prefix(&format!("{severity}: ")).unwrap_or(text).to_owned()
}

/// The field to sort by.
pub(crate) fn order<'a>(name: &str, schema: &Schema<'a>) -> Result<FieldSchema<'a>, Failure> {
    schema.field(name).copied().ok_or_else(|| {
        let fields = schema.fields.iter().map(|field| field.name);
        let hint = suggest::hint(name, fields.clone());
        Failure::usage(format!("{} cannot be sorted by `{name}`{hint}", schema.name))
            .with_help(format!("its fields are {}", fields.collect::<Vec<_>>().join(", ")))
    })
}
