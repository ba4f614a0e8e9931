//! Recorded traffic: an HTTP archive (HAR 1.2), as browsers and proxies save it, each entry by its own request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::args::values::RequestLine;
use crate::exit::Failure;
use crate::input::Source;

/// One request of the archive and what was answered.
pub(super) struct Entry {
    /// The archive, the entry's number in it from 1, and the request: `night.har#3 GET /v8/Jobs`.
    pub(super) name: String,
    pub(super) request: RequestLine,
    /// `None` when no answer came.
    pub(super) status: Option<u16>,
    /// The body that was sent, if there was one.
    pub(super) sent: Option<Vec<u8>>,
    /// The body that was answered; `None` when the archive does not hold it.
    pub(super) answer: Option<Vec<u8>>,
}

/// Reads the archive.
pub(super) fn read(file: &Source) -> Result<Vec<Entry>, Failure> {
    let name = file.name();
    let fail = |what: String| Failure::usage(format!("{name}: {what}"));
    let bytes = file.read()?;
    let archive: Value = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
        .map_err(|error| fail(format!("it is no HTTP archive: {error}")))?;
    let entries = archive["log"]["entries"].as_array();
    let entries = entries.ok_or_else(|| fail("it is no HTTP archive: it has no `log.entries`".to_owned()))?;
    let read = |(index, entry): (usize, &Value)| {
        let number = index + 1;
        one(&name, number, entry).map_err(|what| fail(format!("entry {number}: {what}")))
    };
    entries.iter().enumerate().map(read).collect()
}

fn one(file: &str, number: usize, entry: &Value) -> Result<Entry, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (sent, answered) = (&entry["request"], &entry["response"]);
    let method = text(&sent["method"]).ok_or("it has no `request.method`")?;
    let url = text(&sent["url"]).ok_or("it has no `request.url`")?;
    let request: RequestLine = format!("{method} {url}").parse()?;
    // What stands behind `?` may hold what nobody else should see; the path tells the entries apart.
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    // Archives say 0 for what never came.
    let status = answered["status"].as_u64().and_then(|status| u16::try_from(status).ok()).filter(|status| *status > 0);
    let content = &answered["content"];
    let answer = match (text(&content["text"]), content["encoding"].as_str()) {
        (Some(body), Some("base64")) => {
            Some(STANDARD.decode(body).map_err(|error| format!("`response.content.text` is no base64: {error}"))?)
        }
        (Some(body), _) => Some(body.into_bytes()),
        (None, _) if content["size"].as_i64().is_some_and(|size| size > 0) => None,
        (None, _) => Some(Vec::new()),
    };
    Ok(Entry {
        name: format!("{file}#{number} {} {path}", request.method),
        request,
        status,
        sent: text(&sent["postData"]["text"]).filter(|body| !body.is_empty()).map(String::into_bytes),
        answer,
    })
}
