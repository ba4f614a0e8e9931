//! From an operation and its parameters to a URL, and from a server's link to the next one.

use backhaul_wire::operation::{Param, ParamPlace};
use backhaul_wire::{ApiVersion, Kind, Operation, Versions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::error::Reason;
use crate::protocol::Protocol;

/// What RFC 3986 lets stand in a path segment or a query value without a meaning of its own.
pub(crate) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a segment of a guest's path, where a drive (`C:`) is written as it is.
const SEGMENT: &AsciiSet = &ESCAPED.remove(b':');

/// Enterprise Manager's parameter for the path of a file inside a backup.
const FILE_PATH: &str = "filepath";

/// Parameters by name, in the order given; a name may repeat where the operation allows it.
pub type Params = Vec<(String, String)>;

type Result<T> = std::result::Result<T, Reason>;

/// The URL of a call that was checked.
pub(crate) fn url(
    base: &Url,
    protocol: &dyn Protocol,
    operation: &'static Operation,
    version: Option<ApiVersion>,
    params: &[(String, String)],
) -> Result<Url> {
    let (template, fixed) = operation.path.split_once('?').map_or((operation.path, None), |(p, q)| (p, Some(q)));
    let mut path = base.path().trim_end_matches('/').to_owned();
    path.push_str(&protocol.prefix(version));
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = params.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value);
        // A path of a guest is several segments; any other value is one.
        let segments: Vec<&str> = if name == FILE_PATH { value.split('/').collect() } else { vec![value] };
        // A dot segment would lead to another resource once the path is normalised.
        if value.is_empty() || segments.iter().any(|segment| matches!(*segment, "." | "..")) {
            return Err(Reason::Call(format!(
                "the parameter `{name}` cannot be `{}`: it stands in the path",
                value.escape_debug()
            )));
        }
        let escaped = if name == FILE_PATH { SEGMENT } else { ESCAPED };
        let segments: Vec<String> =
            segments.into_iter().map(|segment| utf8_percent_encode(segment, escaped).to_string()).collect();
        path.push_str(&segments.join("/"));
        rest = after;
    }
    path.push_str(rest);
    let mut query: Vec<String> = fixed.map(str::to_owned).into_iter().collect();
    for (name, value) in params {
        if let Some(param) = find(operation, name)
            && param.place == ParamPlace::Query
        {
            let value = protocol.query_value(value);
            match (param.kind, value.split_once("%3D")) {
                // A map goes entry by entry.
                (Kind::Json, Some((key, value))) => query.push(format!("{}.{key}={value}", param.name)),
                _ => query.push(format!("{}={value}", param.name)),
            }
        }
    }
    let mut url = base.clone();
    url.set_path(&path);
    url.set_query((!query.is_empty()).then(|| query.join("&")).as_deref());
    Ok(url)
}

pub(crate) fn find(operation: &'static Operation, name: &str) -> Option<&'static Param> {
    operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))
}

/// Whether an operation has a parameter in a version.
pub(crate) fn takes(operation: &'static Operation, name: &str, version: Option<ApiVersion>) -> bool {
    find(operation, name).is_some_and(|param| version.is_none() || param.versions.contains(version))
}

/// What a call may hold, in the version that is spoken.
#[derive(Clone, Copy)]
pub(crate) struct Spoken<'p> {
    pub(crate) protocol: &'p dyn Protocol,
    pub(crate) version: Option<ApiVersion>,
    /// Whether what is not known of the version is sent all the same.
    pub(crate) unproven: bool,
}

impl Spoken<'_> {
    /// Whether something is sent to the version, though that is not known to have it.
    pub(crate) fn passes(self, versions: Versions) -> bool {
        self.unproven && self.version.is_some_and(|version| self.protocol.is_unproven(versions, version))
    }

    /// Why something cannot be sent to the version: `what` it is not in, or not known in.
    pub(crate) fn absence(self, what: &str, versions: Versions) -> Option<Reason> {
        let version = self.version.filter(|version| !versions.contains(Some(*version)))?;
        if !self.protocol.is_unproven(versions, version) {
            return Some(Reason::Version(format!("{what}not in {version} of the API: it is in {versions}")));
        }
        let why = format!(
            "{what}not known in {version} of the API: it is in {versions}, and what is known of {version} comes from the Help Center's \
             pages and samples, which may leave it out"
        );
        (!self.unproven).then_some(Reason::Unproven(why))
    }

    /// Refuses an operation that the version lacks, or, unless it passes unproven, of which that is not known.
    pub(crate) fn check_operation(self, operation: &'static Operation) -> Result<()> {
        self.absence("", operation.versions).map_or(Ok(()), Err)
    }
}

/// Checks the parameters against the operation, before anything is sent.
pub(crate) fn check(operation: &'static Operation, spoken: Spoken<'_>, params: &[(String, String)]) -> Result<()> {
    spoken.check_operation(operation)?;
    for (index, (name, value)) in params.iter().enumerate() {
        let Some(param) = find(operation, name) else {
            let known: Vec<_> = operation.params.iter().map(|param| param.name).collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            return Err(Reason::Call(format!("there is no parameter `{}`: {known}", name.escape_debug())));
        };
        if let Some(absent) = spoken.absence(&format!("the parameter `{}` is ", param.name), param.versions) {
            return Err(absent);
        }
        if !param.list && params[..index].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(Reason::Call(format!("the parameter `{}` is given twice", param.name)));
        }
        let fits = match param.kind {
            Kind::Int => value.parse::<i64>().is_ok(),
            Kind::Bool => matches!(value.as_str(), "true" | "false"),
            Kind::Float => value.parse::<f64>().is_ok_and(f64::is_finite),
            // A map's entry.
            Kind::Json => value.split_once('=').is_some_and(|(key, _)| !key.is_empty()),
            _ => true,
        };
        if !fits {
            let kind = param.kind.name();
            return Err(Reason::Call(format!(
                "the parameter `{}` is of the kind {kind}, not `{}`",
                param.name,
                value.escape_debug()
            )));
        }
    }
    // What only some versions have, only they can want.
    let missing = operation.params.iter().find(|param| {
        param.required
            && param.versions.contains(spoken.version)
            && !params.iter().any(|(name, _)| name.eq_ignore_ascii_case(param.name))
    });
    match missing {
        Some(param) => Err(Reason::Call(format!("the parameter `{}` is required", param.name))),
        None => Ok(()),
    }
}

/// Where a link leads that a server gave. It may be relative, and may name another version's path; it must stay on the server
/// that it came from, since the session goes with it. A link to another name of that server leads to the one that is known.
///
/// # Errors
/// When it is no address, or leads to another scheme, host or port: what to say of that link.
pub(crate) fn follow(from: &Url, also: &[Url], link: &str) -> std::result::Result<Url, String> {
    let to = from.join(link).map_err(|error| format!("`{}` is not an address: {error}", cut(link)))?;
    if origin(&to) == origin(from) {
        return Ok(to);
    }
    if also.iter().any(|name| origin(name) == origin(&to)) {
        let mut here = from.clone();
        here.set_path(to.path());
        here.set_query(to.query());
        return Ok(here);
    }
    Err(format!(
        "it leads to another server, {}: it was not followed, since the session belongs to {}; if that is another name of the same \
         server, say so (`also_known_as`)",
        origin(&to),
        origin(from)
    ))
}

/// Scheme, host and port.
fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?").to_ascii_lowercase();
    format!("{}://{host}:{}", url.scheme(), url.port_or_known_default().unwrap_or(0))
}

/// An address without the path that the API itself begins with, as people copy it from a browser or a document.
pub(crate) fn without_root(mut url: Url, roots: &[&str]) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    let ends = |root: &&&str| {
        path.len()
            .checked_sub(root.len())
            .and_then(|at| path.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(root))
    };
    if let Some(root) = roots.iter().find(ends) {
        url.set_path(&path[..path.len() - root.len()]);
    }
    url
}

/// A path of the API, with its query, below an address.
pub(crate) fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}

/// A path below an address: each segment is one, whatever it holds.
pub(crate) fn below<'s>(base: &Url, segments: impl Iterator<Item = &'s str>) -> Url {
    let mut path = base.path().trim_end_matches('/').to_owned();
    for segment in segments {
        path.push('/');
        path.extend(utf8_percent_encode(segment, SEGMENT));
    }
    let mut url = base.clone();
    url.set_path(&path);
    url.set_query(None);
    url
}

/// Sets one parameter of an address, and leaves the others as they are written.
pub(crate) fn set_query(url: &mut Url, name: &str, value: &str) {
    let is = |pair: &&str| pair.split_once('=').map_or(*pair, |(known, _)| known).eq_ignore_ascii_case(name);
    let kept = url.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty() && !is(pair));
    let pair = format!("{name}={}", utf8_percent_encode(value, ESCAPED));
    let query: Vec<&str> = kept.chain([pair.as_str()]).collect();
    let query = query.join("&");
    url.set_query(Some(&query));
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect::<String>().escape_debug().to_string()
}
