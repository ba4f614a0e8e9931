//! What the bodies of `check` are read as.

#![allow(clippy::result_large_err, reason = "a report is made once for each file, and printed")]

use backhaul_models::registry;
use backhaul_models::vb365::{is_action, is_unproven};
use backhaul_models::zstack::JobLocation;
use backhaul_wire::ApiVersion;
use backhaul_wire::generated::TypeEntry;
use backhaul_wire::operation::Response;
use backhaul_wire::reflect::Model;
use backhaul_wire::{Drift, Kind, Operation, Repeat, Shape, Struct, System, Versions, json};

use super::Report;
use crate::args::catalogue::{Check, Checked};
use crate::args::values::RequestLine;
use crate::body::{Outline, start};
use crate::exit::Failure;
use crate::page::List;
use crate::{api_version, names};

/// What the command line says of the bodies.
pub(super) struct Subject {
    pub(super) system: System,
    /// The version that the bodies are said to come from; `None` for the systems that have one.
    pub(super) version: Option<ApiVersion>,
    of: Of,
    status: Option<u16>,
}

enum Of {
    /// Values of a type, or answers that list or wrap it.
    Type(&'static Shape),
    /// Pages of a type, asked for as such: the type and the page's.
    Page(&'static Shape, &'static Shape),
    Answer(&'static Operation, u8),
}

/// What one body is read as.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) shape: &'static Shape,
    /// Of a page the list of its items.
    pub(super) list: Option<List>,
}

impl Subject {
    /// Finds the type or the operation.
    pub(super) fn find(args: &Check) -> Result<Self, Failure> {
        match args.checked()? {
            Checked::Request(request) => Self::of_entry(args, request, args.status),
            Checked::Type(name) => {
                let (system, version) = (args.target.system, number(args)?);
                let of = of_type(system, name, version)?;
                Ok(Self { system, version: version.and_then(ApiVersion::new), of, status: args.status })
            }
        }
    }

    /// What the bodies of one recorded request are; an error when the system has no such operation.
    pub(super) fn of_entry(args: &Check, request: &RequestLine, status: Option<u16>) -> Result<Self, Failure> {
        let (system, version) = (args.target.system, number(args)?);
        let of = of_request(system, request, version)?;
        let version = match &of {
            Of::Answer(_, of_path) if *of_path > 0 => ApiVersion::new(*of_path),
            _ => version.and_then(ApiVersion::new),
        };
        Ok(Self { system, version, of, status })
    }

    /// What a body is read as that the request sends, and the body without ZStack's wrapper.
    pub(super) fn request(&self, body: &[u8]) -> Result<(Target, Vec<u8>), Report> {
        let Of::Answer(operation, version) = self.of else {
            return Err(Report::failed(None, "a body that is sent belongs to a request: add --request 'METHOD PATH'"));
        };
        let Some(shape) = operation.form(ApiVersion::new(version)).request else {
            return Err(Report::failed(None, format!("{} takes no body", operation.name)));
        };
        let body = operation.wrapper.map_or_else(|| Ok(body.to_vec()), |wrapper| inside(wrapper, body))?;
        Ok((plain(shape), body))
    }

    /// What a body is read as, or the whole report where there is nothing to read; told from the body where the command
    /// line leaves it open.
    pub(super) fn target(&self, body: &[u8]) -> Result<Target, Report> {
        let system = self.system;
        let outline = Outline::of(system, body);
        match self.status {
            // VB365 has nothing to say of a token that has ended.
            Some(401) if system == System::Vb365 && start(body).is_empty() => return Err(Report::nothing_to_read()),
            Some(400..) => return error(system),
            _ => {}
        }
        match self.of {
            Of::Page(item, shape) => Ok(page(system, item, shape)),
            Of::Type(shape) => match registry::page_of(system, shape.name) {
                // A list that is cut or mistyped is still a list: its error is to name the place, not the kind.
                Some(pages) if start(body).starts_with(b"[") => Ok(page(system, shape, pages)),
                pages => Ok(around(system, shape, pages, &outline)),
            },
            Of::Answer(operation, version) => {
                if self.status.is_none() && outline.is_error(system, operation.response.shape()) {
                    return error(system);
                }
                if self.is_job(operation, &outline) {
                    return Ok(plain(JobLocation::SHAPE));
                }
                let response = operation.form(ApiVersion::new(version)).response;
                match response {
                    // An action of VB365's v3 to v5 answers with a session or with nothing.
                    Response::Body(_) if is_action(operation) && start(body).is_empty() => {
                        Err(Report::nothing_to_read())
                    }
                    Response::Body(shape) | Response::Page(shape, _) => {
                        let name = names::answer_of(response).unwrap_or_default();
                        Ok(Target { name, shape, list: List::of(response) })
                    }
                    Response::Forms(entity, reference) => {
                        // A reference has nothing that the other form lacks, but for its root element or its `Refs`.
                        let named = matches!(outline, Outline::Root(_)) || !outline.is(entity);
                        Ok(plain(if named && outline.is(reference) { reference } else { entity }))
                    }
                    Response::Bytes => Err(Report::nothing_to_read()),
                    Response::Empty if start(body).is_empty() => Err(Report::nothing_to_read()),
                    Response::Empty if system == System::Zstack && says_nothing(&outline) => {
                        Err(Report::nothing_to_read())
                    }
                    Response::Empty => {
                        Err(Report::failed(None, format!("{} answers without a body, and this is one", operation.name)))
                    }
                }
            }
        }
    }

    /// Adds to `drift` what the version that the bodies come from does not have; `place` is where the value stands.
    pub(super) fn beyond_version(&self, value: &dyn Struct, place: &str, drift: &mut Drift) {
        if self.version.is_some() {
            json::beyond_version(value, place, self.version, drift);
        }
    }

    /// Whether the body is no answer yet, and says where ZStack's job can be asked for.
    fn is_job(&self, operation: &Operation, outline: &Outline) -> bool {
        let place = matches!(outline, Outline::Object(members) if members.contains("location"));
        let told = self.status.map_or_else(|| place && outline.is(JobLocation::SHAPE), |status| status == 202);
        self.system == System::Zstack && operation.long_running && told
    }
}

/// The number of the version that the command line names.
fn number(args: &Check) -> Result<Option<u8>, Failure> {
    let number = |text| api_version::number(args.target.system, text);
    Ok(args.api_version.as_deref().map(number).transpose()?.flatten())
}

fn of_type(system: System, name: &str, version: Option<u8>) -> Result<Of, Failure> {
    let strip = |prefix: &str| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    };
    let shape = |name: &str| match names::find_type(system, name)? {
        TypeEntry::Struct(shape) => in_version(shape.name, shape.versions, version).map(|()| shape),
        TypeEntry::Enum(shape) => Err(Failure::usage(format!("{system}.{} is an enumeration, not a body", shape.name))),
    };
    if registry::find_type(system, name).is_none() {
        if let Some(item) = strip("PageOf") {
            let item = shape(item)?;
            let page = registry::page_of(system, item.name).ok_or_else(|| {
                Failure::usage(format!("no operation of {system} answers with a page of {}", item.name))
            })?;
            return Ok(Of::Page(item, page));
        }
        if let Some(item) = strip("ReplyOf") {
            let item = shape(item)?;
            let answer = reply_of(system, item)
                .ok_or_else(|| Failure::usage(format!("no operation of {system} answers with one {}", item.name)))?;
            return Ok(Of::Answer(answer, 0));
        }
    }
    shape(name).map(Of::Type)
}

fn of_request(system: System, request: &RequestLine, version: Option<u8>) -> Result<Of, Failure> {
    let RequestLine { method, target } = request;
    let Some((operation, found)) = registry::match_request(system, method, target) else {
        // Where another version has it, the versions that do are worth more than that this one does not.
        let other = any_version(target).and_then(|(typed, path)| {
            let (operation, _) = registry::match_request(system, method, &path)?;
            in_version(operation.name, operation.versions, Some(typed)).err()
        });
        return Err(other.filter(|_| system == System::Vb365).unwrap_or_else(|| {
            Failure::usage(format!("{system} has no operation for `{method} {}`", target.escape_debug())).with_help(
                format!("the operations, with their methods and paths, are listed by `backhaul ops {system}`"),
            )
        }));
    };
    let typed = found.map(|found| api_version::number(system, &found.get().to_string())).transpose()?.flatten();
    let version = version.or(typed);
    in_version(operation.name, operation.versions, version).map(|()| Of::Answer(operation, version.unwrap_or(0)))
}

/// The version in VB365's path, and the path without it.
fn any_version(target: &str) -> Option<(u8, String)> {
    let path = target.split_once("://").map_or(target, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let (first, rest) = path.strip_prefix('/')?.split_once('/')?;
    let version = first.strip_prefix(['v', 'V'])?.parse().ok()?;
    Some((version, format!("/{rest}")))
}

fn in_version(name: &str, versions: Versions, version: Option<u8>) -> Result<(), Failure> {
    match version {
        Some(version) if is_unproven(versions, version) => Err(Failure::usage(format!(
            "{name} is not known in v{version} of the API: it is in {versions}, and what is known of v{version} comes from the Help \
             Center's pages and samples"
        ))),
        Some(version) if !versions.contains(ApiVersion::new(version)) => {
            Err(Failure::usage(format!("{name} is not in v{version} of the API: it is in {versions}")))
        }
        _ => Ok(()),
    }
}

/// Whether a body of ZStack is its way to say nothing: no member, or those of the event that ended a job alone.
fn says_nothing(outline: &Outline) -> bool {
    let own = ["success", "apiId", "id", "createdTime", "type"];
    matches!(outline, Outline::Object(members) if members.iter().all(|member| own.contains(&member.as_str())))
}

/// What stands in ZStack's wrapper; a body that is no JSON object is left to the reader, whose errors name the place.
fn inside(wrapper: &str, body: &[u8]) -> Result<Vec<u8>, Report> {
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(mut members)) => {
            members.remove(wrapper).map(|inner| inner.to_string().into_bytes()).ok_or_else(|| {
                Report::failed(None, format!("the body has no member `{wrapper}`, in which the request stands"))
            })
        }
        _ => Ok(body.to_vec()),
    }
}

fn plain(shape: &'static Shape) -> Target {
    Target { name: shape.name.to_owned(), shape, list: None }
}

/// The system's error.
fn error(system: System) -> Result<Target, Report> {
    let error = registry::error_shape(system);
    error.map(plain).ok_or_else(|| Report::failed(None, format!("the schemas have no error of {system}")))
}

fn page(system: System, item: &Shape, shape: &'static Shape) -> Target {
    let name = if shape.name == "Page" { format!("PageOf{}", item.name) } else { shape.name.to_owned() };
    let mut lists = registry::operations(system).iter().filter_map(|operation| List::of(operation.response));
    Target { name, shape, list: lists.find(|list| list.item.name == item.name) }
}

/// The type itself, unless the body is plainly an answer that holds values of it: a page, a bare array, a query's
/// result, a collection, a reply about one.
fn around(system: System, shape: &'static Shape, pages: Option<&'static Shape>, outline: &Outline) -> Target {
    let itself = || plain(shape);
    let own = outline.common(shape);
    if matches!(outline, Outline::Unclear) || (own > 0 && outline.is(shape)) {
        return itself();
    }
    let fits = |other: &Shape| outline.common(other) > own && (own == 0 || outline.is(other));
    if let Some(pages) = pages.filter(|pages| fits(pages)) {
        return page(system, shape, pages);
    }
    let collections = registry::types(system).iter().filter_map(|entry| match entry {
        TypeEntry::Struct(other) if lists(other, shape) && fits(other) => Some(*other),
        _ => None,
    });
    if let Some(collection) = collections.into_iter().next() {
        return plain(collection);
    }
    match reply_of(system, shape).and_then(|operation| operation.response.shape()) {
        Some(reply) if fits(reply) => Target { name: format!("ReplyOf{}", shape.name), shape: reply, list: None },
        _ => itself(),
    }
}

/// Whether a type is a document that is nothing but a list of the other.
fn lists(collection: &Shape, item: &Shape) -> bool {
    let is_list = |field: &backhaul_wire::Field| {
        field.repeat == Repeat::List && matches!(field.kind, Kind::Struct(of) if std::ptr::eq(of, item))
    };
    matches!(collection.fields, [only] if is_list(only))
}

/// The operation that answers with one value of a type, wrapped.
fn reply_of(system: System, item: &Shape) -> Option<&'static Operation> {
    registry::operations(system).iter().find(|operation| {
        let reply = operation.response.shape().filter(|shape| shape.name == "Reply").and_then(names::replied);
        reply.is_some_and(|found| std::ptr::eq(found, item))
    })
}
