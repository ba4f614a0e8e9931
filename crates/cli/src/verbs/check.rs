//! `backhaul check`: recorded bodies against the schemas.

mod har;
mod subject;

use std::hash::{DefaultHasher, Hash, Hasher};

use backhaul_wire::reflect::{DynamicStruct, View};
use backhaul_wire::{DecodeError, Drift, Shape, Struct, json};
use serde_json::{Value, json};

use self::subject::{Subject, Target};
use crate::args::catalogue::Check;
use crate::body::{Form, room};
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::input::Source;
use crate::output::{Column, Kind, Row, Table};
use crate::page::{Items, List};

/// Runs the verb.
pub(crate) fn run(args: &Check, console: &Console) -> Outcome {
    let reports = match &args.har {
        Some(archive) => recorded(args, archive, console)?,
        None => files(args)?,
    };
    let mut rows = Vec::new();
    let mut fine = true;
    for (name, report) in reports {
        fine &= report.error.is_none() && (!args.strict || report.drift.is_empty());
        if report.drift.more > 0 {
            console.warn(&format!("{name}: {} more unknown fields and values are not listed", report.drift.more));
        }
        rows.push(report.row(name));
    }
    let columns = vec![
        Column::new("file", Kind::Text),
        Column::new("type", Kind::Text),
        Column::new("ok", Kind::Bool),
        Column::new("error", Kind::Text),
        Column::new("unknown_fields", Kind::Text),
        Column::new("unknown_values", Kind::Text),
        Column::new("round_trip", Kind::Bool),
        Column::new("reason", Kind::Text),
    ];
    Table { columns, rows }.print(&args.output.style(console)?, console)?;
    Ok(if fine { Code::Done } else { Code::DataSaysNo })
}

/// The bodies that the command line names, all of one type or request.
fn files(args: &Check) -> Result<Vec<(String, Report)>, Failure> {
    let subject = Subject::find(args)?;
    // All are read before any is checked: a file that is not there is a usage error, and not half a report.
    let files =
        args.files.iter().map(|file| (file, Role::Answer)).chain(args.body.iter().map(|file| (file, Role::Request)));
    let bodies: Vec<(String, Vec<u8>, Role)> =
        files.map(|(file, role)| Ok((file.name(), file.read()?, role))).collect::<Result<_, Failure>>()?;
    Ok(bodies.into_iter().map(|(name, body, role)| (name, report(&subject, body, role))).collect())
}

/// The bodies of recorded traffic, each by its own request. Entries of other programs are passed over, and told.
fn recorded(args: &Check, archive: &Source, console: &Console) -> Result<Vec<(String, Report)>, Failure> {
    let mut reports = Vec::new();
    let (mut foreign, mut without) = (0, 0);
    for entry in har::read(archive)? {
        let Ok(subject) = Subject::of_entry(args, &entry.request, entry.status) else {
            foreign += 1;
            continue;
        };
        let name = &entry.name;
        // A logon is a form, which has no type.
        let is_body =
            |body: &Vec<u8>| matches!(body.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'[' | b'<'));
        if let Some(sent) = entry.sent.filter(is_body) {
            reports.push((format!("{name} (sent)"), report(&subject, sent, Role::Request)));
        }
        match entry.answer.filter(|_| entry.status.is_some()) {
            Some(answer) => reports.push((name.clone(), report(&subject, answer, Role::Answer))),
            None => without += 1,
        }
    }
    if foreign > 0 {
        console.warn(&format!("{}: {foreign} entries are no requests of {}", archive.name(), args.target.system));
    }
    if without > 0 {
        console.warn(&format!("{}: {without} entries have no answer, or not its body", archive.name()));
    }
    if reports.is_empty() {
        return Err(Failure::usage(format!("{}: no entry could be checked", archive.name())));
    }
    Ok(reports)
}

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Answer,
    Request,
}

/// Whether what is written from a value reads back as the same value, or why not.
type RoundTrip = Result<(), String>;

/// What was found in one body.
struct Report {
    kind: Option<String>,
    error: Option<String>,
    drift: Drift,
    round_trip: Option<RoundTrip>,
}

impl Report {
    fn failed(kind: Option<String>, error: impl Into<String>) -> Self {
        Self { kind, error: Some(error.into()), drift: Drift::default(), round_trip: None }
    }

    /// Of a file's bytes, and of an answer without a body.
    fn nothing_to_read() -> Self {
        Self { kind: None, error: None, drift: Drift::default(), round_trip: Some(Ok(())) }
    }

    fn row(self, file: String) -> Row {
        let value = |at: &backhaul_wire::drift::UnknownValueAt| json!({"path": at.path, "value": at.value});
        vec![
            json!(file),
            json!(self.kind),
            json!(self.error.is_none()),
            json!(self.error),
            json!(self.drift.unknown_fields),
            Value::Array(self.drift.unknown_values.iter().map(value).collect()),
            json!(self.round_trip.as_ref().map(Result::is_ok)),
            json!(self.round_trip.as_ref().and_then(|round_trip| round_trip.as_ref().err())),
        ]
    }
}

fn report(subject: &Subject, body: Vec<u8>, role: Role) -> Report {
    match role {
        Role::Answer => match subject.target(&body) {
            Ok(target) => read(subject, target, body, role),
            Err(report) => report,
        },
        Role::Request => match subject.request(&body) {
            Ok((target, body)) => read(subject, target, body, role),
            Err(report) => report,
        },
    }
}

fn read(subject: &Subject, target: Target, body: Vec<u8>, role: Role) -> Report {
    let mut drift = Drift::default();
    let round_trip = match target.list.filter(|_| role == Role::Answer) {
        Some(list) => read_page(subject, &target, list, body, &mut drift),
        None => read_whole(subject, &target, body, role, &mut drift),
    };
    match round_trip {
        Ok(round_trip) => Report { kind: Some(target.name), error: None, drift, round_trip: Some(round_trip) },
        Err(error) => Report { drift, ..Report::failed(Some(target.name), error) },
    }
}

/// Reads a body as one value; an error when it cannot be read, else whether it reads back.
fn read_whole(
    subject: &Subject,
    target: &Target,
    body: Vec<u8>,
    role: Role,
    drift: &mut Drift,
) -> Result<RoundTrip, String> {
    let (form, most) = (Form::of(subject.system, &body), room(body.len()));
    let mut value = DynamicStruct::new(target.shape);
    form.decode_within(&mut value, &body, most, drift).map_err(|error| error.to_string())?;
    drop(body);
    subject.beyond_version(&value, "", drift);
    if role == Role::Request {
        if let Some(misfit) = drift.misfits.first() {
            return Err(format!("`{}`: {}", misfit.path, misfit.reason));
        }
        // What is sent has to be whole; what a server answers may lack anything.
        json::check_versions(&value, subject.version).map_err(|error| error.to_string())?;
    }
    let read = |again: &mut DynamicStruct, body: &[u8]| form.decode(again, body, Some(&mut Drift::default()));
    Ok(reads_back(form, target.shape, value, "", read))
}

/// Reads a page item by item, as [`read_whole`] reads a value.
fn read_page(
    subject: &Subject,
    target: &Target,
    list: List,
    body: Vec<u8>,
    drift: &mut Drift,
) -> Result<RoundTrip, String> {
    let form = Form::of(subject.system, &body);
    let mut page = DynamicStruct::new(target.shape);
    let mut items = Items::read(form, &mut page, body, list, drift).map_err(|error| error.to_string())?;
    subject.beyond_version(&page, "", drift);
    let read = |again: &mut DynamicStruct, body: &[u8]| form.decode(again, body, Some(&mut Drift::default()));
    let mut round_trip = reads_back(form, target.shape, page, "", read);
    loop {
        let mut item = DynamicStruct::new(list.item);
        if !items.next_into(&mut item, drift).map_err(|error| error.to_string())? {
            return Ok(round_trip);
        }
        subject.beyond_version(&item, items.place(), drift);
        if round_trip.is_ok() {
            let read = |again: &mut DynamicStruct, body: &[u8]| items.read_again(again, body);
            round_trip = reads_back(form, list.item, item, items.place(), read);
        }
    }
}

/// Writes a value, which stands at `place` in its body, and reads that.
///
/// What did not fit is written as it came, and does not fit again.
fn reads_back(
    form: Form,
    shape: &'static Shape,
    value: DynamicStruct,
    place: &str,
    read: impl FnOnce(&mut DynamicStruct, &[u8]) -> Result<(), DecodeError>,
) -> RoundTrip {
    let at = if place.is_empty() { String::new() } else { format!("`{place}`: ") };
    let body = form.encode(&value).map_err(|error| format!("{at}{error}"))?;
    // A body may be large, and a value is several times as large: there is one of them at a time.
    let before = marks(&value);
    drop(value);
    let mut again = DynamicStruct::new(shape);
    read(&mut again, &body).map_err(|error| format!("{at}what is written from it cannot be read: {error}"))?;
    changed(&again, &before).map_err(|names| format!("{at}what is written from it reads back with another {names}"))
}

/// A hash of each member of a value, and of what its type does not know.
fn marks(value: &dyn Struct) -> Vec<u64> {
    let mark = |index| {
        let view = value.view(index);
        // Most are absent, of a million items.
        let is_empty = match view {
            View::Unknown(fields) => fields.is_empty(),
            view => view.is_absent(),
        };
        if is_empty {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        view.hash(&mut hasher);
        hasher.finish()
    };
    (0..=value.shape().fields.len()).map(mark).collect()
}

/// The names of the members that are others when a value was written and read.
fn changed(again: &dyn Struct, before: &[u64]) -> Result<(), String> {
    let pairs = marks(again).into_iter().zip(before).enumerate();
    let other: Vec<usize> = pairs.filter(|(_, (after, before))| after != *before).map(|(index, _)| index).collect();
    if other.is_empty() {
        return Ok(());
    }
    let name = |index: &usize| {
        again.shape().fields.get(*index).map_or("field that its type does not know", |field| field.json)
    };
    let names: Vec<&str> = other.iter().take(3).map(name).collect();
    Err(names.join(", "))
}
