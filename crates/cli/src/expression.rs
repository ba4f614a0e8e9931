//! Filters as the verbs take them: read, checked, and what is found in them drawn.

use backhaul_filter::{Diagnostic, FieldSchema, ParseOptions, Parsed, Schema, Severity, check};

use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::suggest;

/// Parses a filter leniently: what people paste is taken, and what was read otherwise than it is written is said on
/// stderr. What is no filter at all is an error, drawn, with this exit code.
pub(crate) fn parsed(source: &str, code: Code, console: &Console) -> Result<Parsed, Failure> {
    let parsed = ParseOptions::new().lenient(true).parse(source);
    let parsed = parsed.map_err(|errors| Failure::new(code, untitled(&errors.render(source), Severity::Error)))?;
    for repair in parsed.repairs() {
        console.warn(&untitled(&repair.repaired(source).render(source), Severity::Warning));
    }
    Ok(parsed)
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
