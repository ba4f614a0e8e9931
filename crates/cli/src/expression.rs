//! Filters as the verbs take them: read, checked, and what is found in them drawn.

use std::cell::Cell;

use backhaul_filter::{Clock, DateTime, Diagnostic, FieldSchema, ParseOptions, Parsed, Schema, Severity, check};
use backhaul_transport::UtcOffset;
use backhaul_wire::System;

use crate::console::Console;
use crate::exit::{Code, Failure};
use crate::suggest;
use crate::when::Present;

/// Parses a filter in the extended language, leniently: what people paste is taken, and what was read otherwise than it
/// is written is said on stderr. What is no filter at all is an error, drawn, with this exit code.
pub(crate) fn parsed(source: &str, code: Code, console: &Console) -> Result<Parsed, Failure> {
    let parsed = ParseOptions::new().extended(true).lenient(true).parse(source);
    let parsed = parsed.map_err(|errors| Failure::new(code, untitled(&errors.render(source), Severity::Error)))?;
    for repair in parsed.repairs() {
        console.warn(&untitled(&repair.repaired(source).render(source), Severity::Warning));
    }
    Ok(parsed)
}

/// Whose clock says what `yesterday` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockOf {
    /// This machine's.
    Machine,
    /// The server's own, which tells its time without a zone: so far ahead of UTC, or as this machine's where nobody
    /// says so.
    Server(Option<UtcOffset>),
}

impl ClockOf {
    /// The clock that a filter on a system goes by; `offset` is of the server's profile. ZStack alone keeps its own
    /// time.
    pub(crate) fn of(system: Option<System>, offset: Option<UtcOffset>) -> Self {
        if system == Some(System::Zstack) { Self::Server(offset) } else { Self::Machine }
    }
}

/// Gives a filter the meaning that it has for a type of a system, now and here: `yesterday` is this machine's, `1.5TiB`
/// is in the field's unit.
pub(crate) fn resolved(parsed: Parsed, schema: &Schema<'_>, system: Option<System>, console: &Console) -> Parsed {
    let clock = ClockOf::of(system, None);
    let (parsed, guesses) = resolved_by(parsed, schema, clock);
    if guesses {
        say_guess(clock, console);
    }
    parsed
}

/// The same by a clock, and whether the zone of this machine had a part in it.
pub(crate) fn resolved_by(parsed: Parsed, schema: &Schema<'_>, whose: ClockOf) -> (Parsed, bool) {
    let present = Present::now();
    let guesses = Cell::new(false);
    let offset_at = |at: DateTime| match whose {
        ClockOf::Server(Some(offset)) => offset.seconds(),
        ClockOf::Server(None) | ClockOf::Machine => {
            guesses.set(true);
            present.offset_at(at)
        }
    };
    let clock = Clock::new(present.time().into(), &offset_at);
    let clock = if whose == ClockOf::Machine { clock } else { clock.of_server() };
    let parsed = parsed.resolved(schema, &clock);
    (parsed, guesses.get())
}

/// Says whose zone a filter's days are of. ZStack keeps its own time and does not tell its zone, so there it is said
/// that ours is taken.
pub(crate) fn say_guess(whose: ClockOf, console: &Console) {
    let present = Present::now();
    let name = present.zone().iana_name().unwrap_or("this machine's time zone");
    if whose == ClockOf::Machine {
        console.verbose(1, || format!("days of the filter begin at midnight of {name}"));
    } else {
        console.warn(&format!("the server's clock is taken to be of {name}: ZStack does not tell its time zone"));
    }
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
    // The opposite of a field has the opposite order.
    let meant = schema.meant(name).filter(|(_, opposite)| !opposite).map(|(field, _)| *field);
    meant.ok_or_else(|| {
        let fields = schema.fields.iter().map(|field| field.name);
        let hint = suggest::hint(name, fields.clone());
        Failure::usage(format!("{} cannot be sorted by `{name}`{hint}", schema.name))
            .with_help(format!("its fields are {}", suggest::among(name, fields)))
    })
}
