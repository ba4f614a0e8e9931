//! From an operation and its parameters to a URL, and from a server's link to the next one.

use backhaul_filter::url as filter_url;
use backhaul_models::vb365;
use backhaul_wire::operation::{Param, ParamPlace};
use backhaul_wire::{ApiVersion, Versions};
use backhaul_wire::{Kind, Operation, System};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::error::Reason;

/// What RFC 3986 lets stand in a path segment or a query value without a meaning of its own.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same for a segment of a guest's path, where a drive (`C:`) is written as it is.
const SEGMENT: &AsciiSet = &ESCAPED.remove(b':');

/// Enterprise Manager's parameter for the path of a file inside a backup.
const FILE_PATH: &str = "filepath";

/// Parameters by name, in the order given; a name may repeat where the operation allows it.
pub type Params = Vec<(String, String)>;

type Result<T> = std::result::Result<T, Reason>;

/// The URL of a call that was checked.
pub(crate) fn url(base: &Url, operation: &'static Operation, version: u8, params: &[(String, String)]) -> Result<Url> {
    let (template, fixed) = operation.path.split_once('?').map_or((operation.path, None), |(p, q)| (p, Some(q)));
    let mut path = base.path().trim_end_matches('/').to_owned();
    if operation.system == System::Vb365 {
        path.push_str(&format!("/v{version}"));
    }
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
            // Enterprise Manager's own examples leave `==`, `;`, `,` and parentheses raw.
            let value = match operation.system {
                System::Em => filter_url::encode(value).into_owned(),
                _ => utf8_percent_encode(value, ESCAPED).to_string(),
            };
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
pub(crate) fn takes(operation: &'static Operation, name: &str, version: u8) -> bool {
    find(operation, name).is_some_and(|param| version == 0 || param.versions.contains(ApiVersion::new(version)))
}

/// Refuses an operation that the version lacks, or, unless `unproven`, of which that is not known.
pub(crate) fn check_version(operation: &'static Operation, version: u8, unproven: bool) -> Result<()> {
    match absence(operation.versions, version, unproven) {
        None => Ok(()),
        Some((true, why)) => Err(Reason::Unproven(why)),
        Some((false, why)) => Err(Reason::Version(why)),
    }
}

/// Why something cannot be sent to a version, and whether that is only not known.
pub(crate) fn absence(versions: Versions, version: u8, unproven: bool) -> Option<(bool, String)> {
    if version == 0 || versions.contains(ApiVersion::new(version)) {
        return None;
    }
    if !vb365::is_unproven(versions, version) {
        return Some((false, format!("not in v{version} of the API: it is in {versions}")));
    }
    let why = format!(
        "not known in v{version} of the API: it is in {versions}, and what is known of v{version} comes from the Help Center's \
         pages and samples, which may leave it out"
    );
    (!unproven).then_some((true, why))
}

/// Checks the parameters against the operation, before anything is sent.
pub(crate) fn check(
    operation: &'static Operation,
    version: u8,
    params: &[(String, String)],
    unproven: bool,
) -> Result<()> {
    check_version(operation, version, unproven)?;
    for (index, (name, value)) in params.iter().enumerate() {
        let Some(param) = find(operation, name) else {
            let known: Vec<_> = operation.params.iter().map(|param| param.name).collect();
            let known =
                if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            return Err(Reason::Call(format!("there is no parameter `{}`: {known}", name.escape_debug())));
        };
        if let Some((unknown, why)) = absence(param.versions, version, unproven) {
            let why = format!("the parameter `{}` is {why}", param.name);
            return Err(if unknown { Reason::Unproven(why) } else { Reason::Version(why) });
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
    let missing = operation
        .params
        .iter()
        .find(|param| param.required && !params.iter().any(|(name, _)| name.eq_ignore_ascii_case(param.name)));
    match missing {
        Some(param) => Err(Reason::Call(format!("the parameter `{}` is required", param.name))),
        None => Ok(()),
    }
}

/// Where a link leads that a server gave. It may be relative, and may name another version's path; it must stay on the server
/// that it came from, since the session goes with it.
///
/// # Errors
/// When it is no address, or leads to another scheme, host or port: what to say of that link.
pub(crate) fn follow(from: &Url, link: &str) -> std::result::Result<Url, String> {
    let to = from.join(link).map_err(|error| format!("`{}` is not an address: {error}", cut(link)))?;
    let origin = |url: &Url| {
        let host = url.host_str().unwrap_or("?").to_ascii_lowercase();
        format!("{}://{host}:{}", url.scheme(), url.port_or_known_default().unwrap_or(0))
    };
    let (there, here) = (origin(&to), origin(from));
    if there != here {
        return Err(format!(
            "it leads to another server, {there}: it was not followed, since the session belongs to {here}"
        ));
    }
    Ok(to)
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
