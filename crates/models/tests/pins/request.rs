//! An operation as it is asked for in each version, composed here a second time and without any code of the clients.

use backhaul_models::vb365::VERSIONS;
use std::fmt::Write;

use backhaul_wire::operation::{Operation, Param, ParamPlace, Response};
use backhaul_wire::version::ApiVersion;
use backhaul_wire::{Shape, System};

use super::example;

/// The versions that a system's paths name.
fn versions(operation: &Operation) -> Vec<Option<ApiVersion>> {
    match operation.system {
        System::Vb365 => {
            VERSIONS.map(ApiVersion::new).filter(|version| operation.versions.contains(*version)).collect()
        }
        System::Em | System::Zstack => vec![None],
    }
}

pub fn pinned(operation: &Operation) -> String {
    let mut out = operation.name.to_owned();
    for alias in operation.aliases {
        write!(out, " = {alias}").unwrap();
    }
    if operation.anonymous {
        out.push_str(", without a session");
    }
    if operation.long_running {
        out.push_str(", only starts the work");
    }
    out.push('\n');
    // Versions that ask for and answer the same stand together.
    let mut last: Option<(String, String)> = None;
    for version in versions(operation) {
        let said = said(operation, version);
        let name = version.map_or(String::new(), |version| version.to_string());
        last = Some(match last.take() {
            Some((names, same)) if same == said => (format!("{names} {name}"), same),
            before => {
                out.push_str(&shown(before));
                (name, said)
            }
        });
    }
    out.push_str(&shown(last));
    for path in operation.also {
        writeln!(out, "  or {path}").unwrap();
    }
    out
}

fn shown(versions: Option<(String, String)>) -> String {
    match versions {
        None => String::new(),
        Some((names, said)) if names.is_empty() => said,
        Some((names, said)) => format!("  {names}\n{said}"),
    }
}

/// The request with every parameter, and what its answer holds.
fn said(operation: &Operation, version: Option<ApiVersion>) -> String {
    let form = operation.form(version);
    let params: Vec<&Param> = operation.params.iter().filter(|param| param.versions.contains(version)).collect();
    let prefix = if operation.system == System::Vb365 { "/v*" } else { "" };
    let mut path = format!("{prefix}{}", operation.path);
    let mut query = Vec::new();
    let mut beside = Vec::new();
    for param in &params {
        let value = example::value(operation.system, param.kind);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let kind = param.kind.name();
        let (list, required) = (if param.list { "*" } else { "" }, if param.required { "!" } else { "" });
        match param.place {
            ParamPlace::Path => {
                path = path.replace(&format!("{{{}}}", param.name), &format!("{{{}:{kind}}}", param.name))
            }
            ParamPlace::Query => query.push(format!("{}={value}{list}{required}", param.name)),
            ParamPlace::Body => beside.push(format!("{}={value}{list}{required}", param.name)),
            #[allow(unreachable_patterns)]
            _ => query.push(format!("{:?} {}={value}{list}{required}", param.place, param.name)),
        }
    }
    let mut out = format!("  {} {path}\n", operation.method);
    for (number, part) in query.iter().enumerate() {
        writeln!(out, "    {}{part}", if number == 0 { '?' } else { '&' }).unwrap();
    }
    match (form.request, operation.wrapper) {
        (Some(shape), Some(wrapper)) => writeln!(out, "    body {wrapper}: {}", shape.name).unwrap(),
        (Some(shape), None) => writeln!(out, "    body {}", shape.name).unwrap(),
        (None, Some(wrapper)) => writeln!(out, "    body {wrapper}: {{}}").unwrap(),
        (None, None) => {}
    }
    for part in beside {
        writeln!(out, "    body beside {part}").unwrap();
    }
    let bare = operation.bare.is_some_and(|bare| bare.contains(version));
    writeln!(out, "    -> {}", answer(form.response, bare)).unwrap();
    out
}

fn answer(response: Response, bare: bool) -> String {
    let listed = |page: &Shape, list: &str| {
        let field = page.index_of(list).map(|index| page.fields[index].kind.name());
        format!("{}, its {list} {}", page.name, field.unwrap_or_default()).trim_end().to_owned()
    };
    match response {
        Response::Empty => "nothing".to_owned(),
        Response::Bytes => "bytes".to_owned(),
        Response::Body(shape) => shape.name.to_owned(),
        Response::Page(page, list) if bare => format!("{}, as a bare array", listed(page, list)),
        Response::Page(page, list) => listed(page, list),
        Response::Forms(entity, reference) => format!("{} with format=Entity, else {}", entity.name, reference.name),
    }
}
