//! Requests without I/O: what a call is on the wire, for an HTTP stack of your own. `backhaul-transport` builds its
//! requests with the same code.
//!
//! ```
//! # #[cfg(feature = "vb365")] {
//! use backhaul_models::request::{Format, Parts};
//! use backhaul_models::vb365::operations::BackupRepositoryGetRepositories;
//! use backhaul_wire::ApiVersion;
//!
//! let mut call = BackupRepositoryGetRepositories::new();
//! call.limit = Some(50);
//! let parts = Parts::of(&call, ApiVersion::new(8), Format::Json)?.with_session(&"the token".into());
//! assert_eq!((parts.method, parts.target().as_str()), ("GET", "/v8/BackupRepositories?limit=50"));
//! assert_eq!(parts.headers, [("accept", "application/json".to_owned()), ("authorization", "Bearer the token".to_owned())]);
//! # }
//! # Ok::<(), backhaul_models::request::RequestError>(())
//! ```
//!
//! | system | a session's header, by [`Parts::with_session`] | where its token comes from |
//! | --- | --- | --- |
//! | Enterprise Manager | `x-restsvcsessionid: TOKEN` | the header of that name in the answer to the logon, `POST /api/sessionMngr/?v=latest` |
//! | VB365 | `authorization: Bearer TOKEN` | `access_token` in the answer of `POST /v8/token` |
//! | ZStack | `authorization: OAuth TOKEN` | the session's `uuid` |

use std::error::Error;
use std::fmt;

use backhaul_wire::operation::{Param, ParamPlace};
use backhaul_wire::{ApiVersion, Call, EncodeError, Kind, Operation, Secret, Struct, System, Versions, json, xml};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What a body is written in. VB365 and ZStack speak only JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML: Enterprise Manager's other form.
    Xml,
}

impl Format {
    /// `application/json` or `application/xml`.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

/// A request: everything but the server. A body may hold a password, so `Debug` tells only its length.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parts {
    /// The system that it is for.
    pub system: System,
    /// The HTTP method.
    pub method: &'static str,
    /// The path after the host, percent-encoded.
    pub path: String,
    /// The query string, percent-encoded.
    pub query: Option<String>,
    /// Headers, their names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Parts")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &names)
            .field("body", &self.body.as_ref().map(|body| format!("{} bytes", body.len())))
            .finish()
    }
}

impl Parts {
    /// What a call is on the wire, in a version of VB365's API; the others number none.
    ///
    /// # Errors
    /// When the version lacks the operation, a parameter, a field or a value, when something is missing or is given as
    /// what it is not, and when VB365's version is left out.
    pub fn of<C: Call>(call: &C, version: Option<ApiVersion>, format: Format) -> Result<Self, RequestError> {
        let mut params: Vec<(String, String)> = Vec::new();
        call.params(&mut |name, value| params.push((name.to_owned(), value.to_owned())));
        if C::OPERATION.system == System::Vb365 && !C::OPERATION.fits(C::FORM_UNTIL, version) {
            let rule =
                "this version asks for or answers another type: use the call that is named after its last version";
            return Err(RequestError { operation: C::OPERATION.name, wrong: Wrong::Call(rule.to_owned()) });
        }
        Self::new(C::OPERATION, version, &params, call.body(), format)
    }

    /// The same for an operation that is chosen at run time: parameters by name, and the body.
    ///
    /// # Errors
    /// As [`Parts::of`].
    pub fn new(
        operation: &'static Operation,
        version: Option<ApiVersion>,
        params: &[(String, String)],
        own: Option<&dyn Struct>,
        format: Format,
    ) -> Result<Self, RequestError> {
        let wrong = |wrong| RequestError { operation: operation.name, wrong };
        if operation.system == System::Vb365 && version.is_none() {
            return Err(wrong(Wrong::Call("the version of VB365's API is missing: it stands in the path".to_owned())));
        }
        let version = version.filter(|_| operation.system == System::Vb365);
        check(operation, version, params, &|_| false)?;
        let (path, query) = target(operation, version, params)?;
        let format = if operation.system == System::Em { format } else { Format::Json };
        let mut headers = vec![("accept", format.media_type().to_owned())];
        let own = match own {
            None => None,
            Some(body) => {
                let checked = version.map_or(Ok(()), |version| json::check_versions(body, Some(version)));
                let encoded = checked.and_then(|()| match (operation.system, format) {
                    // Enterprise Manager answers passwords empty: an empty one is not sent back.
                    (System::Em, Format::Xml) => xml::encode_request(body),
                    (System::Em, Format::Json) => json::encode_request(body, json::Case::Schema),
                    _ => json::encode(body, json::Case::Schema),
                });
                Some(encoded.map_err(|error| wrong(Wrong::Encode(error)))?)
            }
        };
        let body = body(operation, params, own.as_deref());
        if body.is_some() {
            headers.push(("content-type", format.media_type().to_owned()));
        }
        Ok(Self { system: operation.system, method: operation.method, path, query, headers, body })
    }

    /// Path and query, as they stand in the first line of a request and behind a server's address.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Adds the header of a session.
    #[must_use]
    pub fn with_session(mut self, token: &Secret) -> Self {
        let token = token.expose();
        self.headers.push(match self.system {
            System::Em => ("x-restsvcsessionid", token.to_owned()),
            System::Vb365 => ("authorization", format!("Bearer {token}")),
            System::Zstack => ("authorization", format!("OAuth {token}")),
        });
        self
    }
}

/// A query of Enterprise Manager: what is asked for, by the name of its type, and how. `backhaul-filter` has the fields
/// of each type, and writes the text of a filter. The answer is a [`QueryResult`](crate::em::QueryResult).
///
/// ```
/// use backhaul_models::request::{Format, Query};
///
/// let query = Query::of("CloudTenant").ok_or("there is no such type")?.filter("Enabled==true").sort_asc("Name").page_size(100);
/// assert_eq!(
///     query.parts(Format::Json)?.target(),
///     "/api/query?type=CloudTenant&format=Entities&filter=Enabled==true&sortAsc=Name&pageSize=100"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "em")]
#[derive(Debug, Clone)]
pub struct Query {
    operation: &'static Operation,
    params: Vec<(String, String)>,
}

#[cfg(feature = "em")]
impl Query {
    /// All entities of a type, with all their fields; `None` when there is no such type.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let is = |operation: &&Operation| {
            operation.path.strip_prefix("/api/query?type=").is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let operation = crate::em::queries::operations::OPERATIONS.iter().find(is)?;
        Some(Self { operation, params: vec![("format".to_owned(), "Entities".to_owned())] })
    }

    fn with(mut self, name: &str, value: String) -> Self {
        self.params.retain(|(known, _)| known != name);
        self.params.push((name.to_owned(), value));
        self
    }

    /// What to keep, in the language of filters.
    #[must_use]
    pub fn filter(self, filter: impl fmt::Display) -> Self {
        self.with("filter", filter.to_string())
    }

    /// Orders by a field.
    #[must_use]
    pub fn sort_asc(self, field: &str) -> Self {
        self.with("sortAsc", field.to_owned())
    }

    /// Orders by a field, backwards.
    #[must_use]
    pub fn sort_desc(self, field: &str) -> Self {
        self.with("sortDesc", field.to_owned())
    }

    /// How many entities a page holds; 100 when this is not called.
    #[must_use]
    pub fn page_size(self, size: u32) -> Self {
        self.with("pageSize", size.to_string())
    }

    /// The page, counted from 1. How many there are is in the answer's `PagingInfo`.
    #[must_use]
    pub fn page(self, page: u32) -> Self {
        self.with("page", page.to_string())
    }

    /// The operation's row.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// What it is on the wire.
    ///
    /// # Errors
    /// As [`Parts::of`].
    pub fn parts(&self, format: Format) -> Result<Parts, RequestError> {
        Parts::new(self.operation, None, &self.params, None, format)
    }
}

/// Why a call is no request.
#[derive(Debug)]
pub struct RequestError {
    operation: &'static str,
    wrong: Wrong,
}

#[derive(Debug)]
enum Wrong {
    Call(String),
    Version { what: String, versions: Versions, version: ApiVersion },
    Encode(EncodeError),
}

impl RequestError {
    /// The operation.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What the version lacks, such as "the parameter `limit` is ", and the versions that have it; empty where it is
    /// the operation.
    #[must_use]
    pub fn absence(&self) -> Option<(&str, Versions)> {
        match &self.wrong {
            Wrong::Version { what, versions, .. } => Some((what, *versions)),
            _ => None,
        }
    }

    /// What is wrong, without the operation.
    #[must_use]
    pub fn what(&self) -> String {
        match &self.wrong {
            Wrong::Call(text) => text.clone(),
            Wrong::Version { what, versions, version } => {
                format!("{what}not in {version} of the API: it is in {versions}")
            }
            Wrong::Encode(error) => error.to_string(),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.what())
    }
}

impl Error for RequestError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.wrong {
            Wrong::Encode(error) => Some(error),
            _ => None,
        }
    }
}

/// Checks parameters against an operation in a version. What the version is not known to have `passes` all the same
/// where that says so.
///
/// # Errors
/// When the version lacks the operation or a parameter, when there is no such parameter, when one is given twice or as
/// what it is not, and when one is missing.
pub fn check(
    operation: &'static Operation,
    version: Option<ApiVersion>,
    params: &[(String, String)],
    passes: &dyn Fn(Versions) -> bool,
) -> Result<(), RequestError> {
    let wrong = |text: String| Err(RequestError { operation: operation.name, wrong: Wrong::Call(text) });
    let absent = |what: String, versions: Versions| match version {
        Some(version) if !versions.contains(Some(version)) && !passes(versions) => {
            Err(RequestError { operation: operation.name, wrong: Wrong::Version { what, versions, version } })
        }
        _ => Ok(()),
    };
    absent(String::new(), operation.versions)?;
    for (index, (name, value)) in params.iter().enumerate() {
        let Some(param) = find(operation, name) else {
            let known: Vec<_> = operation.params.iter().map(|param| param.name).collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            return wrong(format!("there is no parameter `{}`: {known}", name.escape_debug()));
        };
        absent(format!("the parameter `{}` is ", param.name), param.versions)?;
        if !param.list && params[..index].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return wrong(format!("the parameter `{}` is given twice", param.name));
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
            let (name, kind) = (param.name, param.kind.name());
            return wrong(format!("the parameter `{name}` is of the kind {kind}, not `{}`", value.escape_debug()));
        }
    }
    // What only some versions have, only they can want.
    let missing = operation.params.iter().find(|param| {
        param.is_required_in(version) && !params.iter().any(|(name, _)| name.eq_ignore_ascii_case(param.name))
    });
    match missing {
        Some(param) => wrong(format!("the parameter `{}` is required", param.name)),
        None => Ok(()),
    }
}

/// The path and the query string of an operation with parameters that were checked.
///
/// # Errors
/// When a parameter in the path is empty, or a dot segment, which would lead elsewhere.
pub fn target(
    operation: &'static Operation,
    version: Option<ApiVersion>,
    params: &[(String, String)],
) -> Result<(String, Option<String>), RequestError> {
    let (template, fixed) = operation.path.split_once('?').map_or((operation.path, None), |(p, q)| (p, Some(q)));
    let mut path = match version.filter(|_| operation.system == System::Vb365) {
        Some(version) => format!("/{version}"),
        None => String::new(),
    };
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = params.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value);
        // A path of a guest is several segments, where a drive (`C:`) is written as it is; any other value is one.
        let is_file = name == FILE_PATH;
        let segments: Vec<&str> = if is_file { value.split('/').collect() } else { vec![value] };
        // A dot segment would lead to another resource once the path is normalised.
        if value.is_empty() || segments.iter().any(|segment| matches!(*segment, "." | "..")) {
            let text = format!("the parameter `{name}` cannot be `{}`: it stands in the path", value.escape_debug());
            return Err(RequestError { operation: operation.name, wrong: Wrong::Call(text) });
        }
        let escaped = if is_file { FILE_SEGMENT } else { ESCAPED };
        let segments: Vec<String> =
            segments.into_iter().map(|it| utf8_percent_encode(it, escaped).to_string()).collect();
        path.push_str(&segments.join("/"));
        rest = after;
    }
    path.push_str(rest);
    let mut query: Vec<String> = fixed.map(str::to_owned).into_iter().collect();
    for (name, value) in params {
        if let Some(param) = find(operation, name).filter(|param| param.place == ParamPlace::Query) {
            query.push(match (param.kind, value.split_once('=')) {
                // A map goes entry by entry.
                (Kind::Json, Some((key, value))) => {
                    let (key, value) = (query_value(operation.system, key), query_value(operation.system, value));
                    format!("{}.{key}={value}", param.name)
                }
                _ => format!("{}={}", param.name, query_value(operation.system, value)),
            });
        }
    }
    Ok((path, (!query.is_empty()).then(|| query.join("&"))))
}

/// The body as it goes on the wire: in its wrapper, with what stands beside it there (ZStack).
#[must_use]
pub fn body(operation: &Operation, params: &[(String, String)], own: Option<&[u8]>) -> Option<Vec<u8>> {
    let Some(wrapper) = operation.wrapper else { return own.map(<[u8]>::to_vec) };
    let mut out = [b"{\"", wrapper.as_bytes(), b"\":", own.unwrap_or(b"{}")].concat();
    for param in operation.params.iter().filter(|param| param.place == ParamPlace::Body) {
        let values = params.iter().filter(|(name, _)| name.eq_ignore_ascii_case(param.name));
        let values: Vec<Value> = values.map(|(_, value)| Value::from(value.as_str())).collect();
        if !values.is_empty() {
            out.extend(format!(",\"{}\":{}", param.name, Value::from(values)).into_bytes());
        }
    }
    out.push(b'}');
    Some(out)
}

/// Enterprise Manager's parameter for the path of a file inside a backup.
const FILE_PATH: &str = "filepath";

/// What RFC 3986 lets stand in a path segment or a query value without a meaning of its own.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a segment of a guest's path, where a drive (`C:`) is written as it is.
const FILE_SEGMENT: &AsciiSet = &ESCAPED.remove(b':');

/// The same for a query value of Enterprise Manager, whose own examples leave `==`, `;`, `,` and parentheses as they
/// are.
const EM_QUERY: &AsciiSet = &ESCAPED
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?');

fn find(operation: &'static Operation, name: &str) -> Option<&'static Param> {
    operation.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))
}

/// A value in a query string.
fn query_value(system: System, value: &str) -> String {
    utf8_percent_encode(value, if system == System::Em { EM_QUERY } else { ESCAPED }).to_string()
}
