//! From an operation and its parameters to a URL, and from a server's link to the next one.

use backhaul_models::request;
use backhaul_wire::operation::Param;
use backhaul_wire::{ApiVersion, Operation, Versions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::error::Reason;
use crate::protocol::Protocol;

/// What RFC 3986 lets stand in a path segment or a query value without a meaning of its own.
pub(crate) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a segment of a guest's path, where a drive (`C:`) is written as it is.
const SEGMENT: &AsciiSet = &ESCAPED.remove(b':');

/// Parameters by name, in the order given; a name may repeat where the operation allows it.
pub type Params = Vec<(String, String)>;

type Result<T> = std::result::Result<T, Reason>;

/// The URL of a call that was checked.
pub(crate) fn url(
    base: &Url,
    operation: &'static Operation,
    version: Option<ApiVersion>,
    params: &[(String, String)],
) -> Result<Url> {
    let (path, query) = request::target(operation, version, params).map_err(|error| Reason::Call(error.what()))?;
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(query.as_deref());
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
    request::check(operation, spoken.version, params, &|versions| spoken.passes(versions)).map_err(|error| {
        let absent = error.absence().and_then(|(what, versions)| spoken.absence(what, versions));
        absent.unwrap_or_else(|| Reason::Call(error.what()))
    })
}

/// Where a link leads that a server gave. It may be relative, and may name another version's path; it must stay on the
/// server that it came from, since the session goes with it. A link to another name of that server leads to the one
/// that is known.
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
pub(crate) fn without_root(mut url: Url, roots: &[String]) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    let ends = |root: &&String| {
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
