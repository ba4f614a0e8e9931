//! `backhaul ops`: the operations of an API, and the parameters of one.

use backhaul_models::registry;
use backhaul_wire::operation::{Param, ParamPlace};
use backhaul_wire::shape::Kind as WireKind;
use backhaul_wire::{ApiVersion, Operation, Shape};
use serde_json::{Value, json};

use crate::args::catalogue::Ops;
use crate::args::values::Qualified;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};
use crate::output::{Column, Kind, Row, Table};
use crate::verbs::call::needs_body;
use crate::{api_version, names};

/// Runs the verb.
pub(crate) fn run(args: &Ops, console: &Console) -> Outcome {
    let system = args.target.system;
    let version = args.api_version.as_deref().map(|text| api_version::number(system, text));
    let version = version.transpose()?.flatten();
    let style = args.output.style(console)?;
    if let Some(name) = &args.target.name {
        refuse_words(&args.words, "operation")?;
        let operation = names::find_operation(&Qualified { system, name: name.clone() })?;
        return one(operation, version, args, console);
    }
    let all = registry::operations(system).iter();
    let all = all.filter(|it| version.is_none_or(|version| it.versions.contains(ApiVersion::new(version))));
    let found: Vec<&Operation> = all.filter(|it| has_words(it, &args.words)).collect();
    if found.is_empty() && !args.words.is_empty() {
        console.note(&format!("no operation of {system} has all of these words: {}", args.words.join(" ")));
    }
    // Without a version it is the newest that is told of.
    let rows = found.into_iter().map(|it| row(it, version.unwrap_or(0))).collect();
    Table { columns: columns(), rows }.print(&style, console)?;
    Ok(Code::Done)
}

/// A name says already what words would search for.
pub(super) fn refuse_words(words: &[String], what: &str) -> Result<(), Failure> {
    match words {
        [] => Ok(()),
        [word, ..] => {
            Err(Failure::usage(format!("`{word}` searches all of a system, and one {what} is named already"))
                .with_help(format!("leave the {what} out, or the word")))
        }
    }
}

/// Whether all words are somewhere in what is known of the operation.
fn has_words(operation: &Operation, words: &[String]) -> bool {
    let shapes = [operation.request, operation.response.shape()];
    let types = shapes.into_iter().flatten().map(|shape: &Shape| shape.name);
    let listed = registry::listed_in(operation.response).map(|item| item.name);
    let named = [operation.name, operation.method, operation.path].into_iter();
    let texts = named.chain(operation.aliases.iter().copied()).chain(types).chain(listed);
    let all = texts.collect::<Vec<_>>().join(" ").to_lowercase();
    words.iter().all(|word| all.contains(&word.to_lowercase()))
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("operation", Kind::Text),
        Column::new("method", Kind::Text),
        Column::new("path", Kind::Text),
        Column::new("since", Kind::Number),
        Column::new("until", Kind::Number),
        Column::new("long_running", Kind::Bool).detail(),
        Column::new("request", Kind::Text).detail(),
        Column::new("response", Kind::Text).detail(),
    ]
}

fn row(operation: &Operation, version: u8) -> Row {
    let form = operation.form(ApiVersion::new(version));
    vec![
        json!(operation.name),
        json!(operation.method),
        json!(operation.path),
        json!(api_version::bound(operation.versions.since)),
        json!(api_version::bound(operation.versions.until)),
        json!(operation.long_running),
        json!(form.request.map(|shape| shape.name)),
        json!(names::answer_of(form.response)),
    ]
}

/// One operation: for people what it is and a line per parameter, for programs its row with the parameters in it.
fn one(operation: &'static Operation, version: Option<u8>, args: &Ops, console: &Console) -> Outcome {
    let style = args.output.style(console)?;
    let has = |param: &&Param| version.is_none_or(|version| param.versions.contains(ApiVersion::new(version)));
    let params: Vec<&Param> = operation.params.iter().filter(has).collect();
    if !style.is_table() {
        let mut columns = columns();
        columns.push(Column::new("aliases", Kind::Text));
        columns.push(Column::new("params", Kind::Text));
        let mut row = row(operation, version.unwrap_or(0));
        row.push(json!(operation.aliases));
        row.push(params.iter().map(|param| object(param)).collect());
        Table { columns, rows: vec![row] }.print(&style, console)?;
        return Ok(Code::Done);
    }
    console.write(summary(operation, version).as_bytes())?;
    if params.is_empty() {
        return Ok(Code::Done);
    }
    console.write(b"\n")?;
    let columns = PARAM.map(|name| Column::new(name, if name == "parameter" { Kind::Name } else { Kind::Text }));
    let rows = params.iter().map(|param| {
        let mut object = object(param);
        PARAM.iter().map(|name| object[*name].take()).collect()
    });
    Table { columns: columns.into(), rows: rows.collect() }.print(&style, console)?;
    Ok(Code::Done)
}

const PARAM: [&str; 8] = ["parameter", "in", "type", "required", "list", "since", "until", "values"];

fn object(param: &Param) -> Value {
    let place = match param.place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::Body => "body",
    };
    let values: Vec<&str> = match param.kind {
        WireKind::Enum(shape) => shape.values.iter().map(|value| value.name).collect(),
        _ => Vec::new(),
    };
    json!({
        "parameter": param.name,
        "in": place,
        "type": param.kind.name(),
        "required": param.required,
        "list": param.list,
        "since": api_version::bound(param.versions.since),
        "until": api_version::bound(param.versions.until),
        "values": values,
    })
}

/// What the operation is, in a few lines.
fn summary(operation: &Operation, version: Option<u8>) -> String {
    let form = operation.form(version.and_then(ApiVersion::new));
    let target = format!("{}.{}", operation.system, operation.name);
    let mut lines = vec![format!("{} {}", operation.method, operation.path)];
    if let Some(request) = form.request {
        lines.push(format!("body      {}, which `call --template` begins", request.name));
    }
    if let Some(answer) = names::answer_of(form.response) {
        lines.push(format!("answer    {answer}"));
    }
    if operation.system == backhaul_wire::System::Vb365 {
        lines.push(format!("versions  {}", operation.versions));
    }
    if operation.long_running {
        lines.push("starts work that goes on after the answer: `call --wait` waits for its end".to_owned());
    }
    let required = operation.params.iter().filter(|param| param.required);
    let params: String = required.map(|param| format!(" --param {}=...", param.name)).collect();
    let body = match form.request {
        Some(_) if needs_body(operation, version.and_then(ApiVersion::new)).is_err() => " --body FILE",
        Some(_) => " [--body FILE]",
        None => "",
    };
    lines.push(format!("call      backhaul call {target}{params}{body}"));
    lines.join("\n") + "\n"
}
