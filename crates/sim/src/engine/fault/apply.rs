//! Carrying a fault out on an answer.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use serde_json::Value;

use super::Effect;
use crate::engine::message::Reply;

/// What goes over the wire in the end.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Reply),
    /// An answer whose body ends after so many bytes, although its length says otherwise.
    Cut(Reply, usize),
    /// An answer whose body is followed by so many blanks.
    Padded(Reply, u64),
    /// Nothing: the connection ends.
    Nothing,
}

/// The outcome of an effect on the server's own answer. `here` is the URL that the client asked for.
pub(crate) fn rewrite(effect: &Effect, reply: Reply, here: &str) -> Outcome {
    match effect {
        Effect::Delay | Effect::ExpireSessions | Effect::TaskHangs | Effect::TaskFails(_) | Effect::TaskVanishes => {
            Outcome::Answer(reply)
        }
        Effect::Status { status, content_type, headers, body } => {
            let mut answer = Reply::bare(code(*status), body.clone());
            if let Some(kind) = content_type {
                answer = answer.with(CONTENT_TYPE, kind);
            }
            for (name, value) in headers {
                if let Ok(name) = HeaderName::try_from(name.as_str()) {
                    answer = answer.with(name, value);
                }
            }
            Outcome::Answer(answer)
        }
        Effect::Html { status } => {
            let page = "<!DOCTYPE html>\n<html><head><title>Proxy error</title></head>\
                        <body><h1>The proxy could not reach the server</h1></body></html>\n";
            Outcome::Answer(Reply::typed(code(*status), "text/html", page))
        }
        Effect::Empty => Outcome::Answer(Reply { body: Bytes::new(), rest: None, ..reply }),
        Effect::Truncate(bytes) => Outcome::Cut(reply, *bytes),
        Effect::Drop => Outcome::Nothing,
        Effect::Huge(bytes) => {
            let start = if is_json(&reply) { "{" } else { "<?xml version=\"1.0\"?>" };
            let body = Bytes::from_static(start.as_bytes());
            Outcome::Padded(Reply { status: StatusCode::OK, body, rest: None, ..reply }, *bytes)
        }
        Effect::WrongRoot => Outcome::Answer(wrong_root(reply)),
        Effect::LoopingNext => Outcome::Answer(next_link(reply, &|_| here.to_owned())),
        Effect::ForeignNext(base) => Outcome::Answer(next_link(reply, &|next| foreign(next, base))),
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Whether a body is JSON, by its first character: ZStack names no content type.
fn is_json(reply: &Reply) -> bool {
    let body = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body);
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

fn with_body(mut reply: Reply, body: impl Into<Bytes>) -> Reply {
    reply.headers.remove(CONTENT_LENGTH);
    reply.body = body.into();
    reply
}

fn wrong_root(reply: Reply) -> Reply {
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let changed = if is_json(&reply) {
        format!("{{\"unexpected\":{}}}", text.trim_start_matches('\u{feff}'))
    } else {
        let start = text.rfind("?>").map_or(0, |end| end + 2);
        let root: String = text[start..]
            .trim_start_matches(|c: char| c.is_whitespace() || c == '<')
            .chars()
            .take_while(|c| c.is_alphanumeric())
            .collect();
        let text = text.replacen(&format!("<{root}"), "<Unexpected", 1);
        match text.rfind(&format!("</{root}>")) {
            Some(at) => format!("{}</Unexpected>", &text[..at]),
            None => text,
        }
    };
    with_body(reply, changed)
}

/// The same path and query at another host.
fn foreign(next: &str, base: &str) -> String {
    let path = match next.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => next,
    };
    format!("{}{path}", base.trim_end_matches('/'))
}

/// Changes the link to the next page; a last page that has none gets one to itself, changed alike.
fn next_link(reply: Reply, change: &dyn Fn(&str) -> String) -> Reply {
    if is_json(&reply) {
        let body = reply.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&reply.body);
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
            return reply;
        };
        json_next(&mut value, change);
        return with_body(reply, value.to_string());
    }
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let changed = xml_next(&text, change).unwrap_or(text);
    with_body(reply, changed)
}

fn json_next(value: &mut Value, change: &dyn Fn(&str) -> String) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| json_next(item, change)),
        Value::Object(members) => {
            if let Some(Value::Object(links)) = members.get_mut("_links")
                && (links.contains_key("self") || links.contains_key("next"))
                && members.contains_key("results")
            {
                json_hal_next(members, change);
                return;
            }
            let rel = members.get("Rel").or_else(|| members.get("rel"));
            if rel.and_then(Value::as_str) == Some("Next") {
                for name in ["Href", "href"] {
                    if let Some(Value::String(href)) = members.get_mut(name) {
                        *href = change(href);
                    }
                }
            }
            members.values_mut().for_each(|member| json_next(member, change));
        }
        _ => {}
    }
}

fn json_hal_next(page: &mut serde_json::Map<String, Value>, change: &dyn Fn(&str) -> String) {
    let Some(Value::Object(links)) = page.get_mut("_links") else {
        return;
    };
    let href = |links: &serde_json::Map<String, Value>, name: &str| {
        links.get(name).and_then(|link| link.get("href")).and_then(Value::as_str).map(str::to_owned)
    };
    if let Some(next) = href(links, "next").or_else(|| href(links, "self")) {
        links.insert("next".to_owned(), serde_json::json!({ "href": change(&next) }));
    }
}

/// Changes `Href` in the `Link` whose `Rel` is `Next`, or adds such a link to the end of `PagingInfo`.
fn xml_next(text: &str, change: &dyn Fn(&str) -> String) -> Option<String> {
    let quote = |url: &str| url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let plain = |url: &str| url.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let href = |link: &str| {
        let from = link.find("Href=\"")? + 6;
        let to = from + link[from..].find('"')?;
        Some((from, to))
    };
    let link_at = |rel: usize| {
        let start = text[..rel].rfind('<')?;
        let end = start + text[start..].find('>')?;
        Some((start, end))
    };
    if let Some(rel) = text.find("Rel=\"Next\"") {
        let (start, end) = link_at(rel)?;
        let (from, to) = href(&text[start..end])?;
        let (from, to) = (start + from, start + to);
        let changed = quote(&change(&plain(&text[from..to])));
        return Some(format!("{}{changed}{}", &text[..from], &text[to..]));
    }
    let paging = text.find("<PagingInfo")?;
    let rel = paging + text[paging..].find("Rel=\"Last\"")?;
    let (start, end) = link_at(rel)?;
    let (from, to) = href(&text[start..end])?;
    let changed = quote(&change(&plain(&text[start + from..start + to])));
    let close = paging + text[paging..].find("</Links>")?;
    Some(format!("{}<Link Rel=\"Next\" Href=\"{changed}\"/>{}", &text[..close], &text[close..]))
}
