//! Of the document in the body.

use super::{Fault, READ, always, body, changed, harmless, only};

/// More brackets than any reader should hold on its stack.
fn nested(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(100_000), close.repeat(100_000))
}

/// A body with these bytes put in after so many of its own, from the end.
fn put_in(text: &str, before_end: usize, bytes: &[u8]) -> Vec<u8> {
    let (begin, end) = text.as_bytes().split_at(text.len().saturating_sub(before_end));
    [begin, bytes, end].concat()
}

pub(super) const FAULTS: &[Fault] = &[
    only(READ, always("200 without a body", |reply, _| body(reply, ""))),
    only(READ, always("200 with spaces", |reply, _| body(reply, " \r\n "))),
    only(READ, always("200 with another document", |reply, _| body(reply, r#"{"hello": "world"}"#))),
    only(READ, always("200 with another document in XML", |reply, _| body(reply, "<hello>world</hello>"))),
    only(READ, always("200 with `null`", |reply, _| body(reply, "null"))),
    only(READ, always("200 with a number", |reply, _| body(reply, "1"))),
    only(READ, always("200 with a text", |reply, _| body(reply, "\"ok\""))),
    only(READ, always("200 with half a document", |reply, _| changed(reply, |text| text[..text.len() / 2].to_owned()))),
    only(
        READ,
        always("200 with all but the last byte", |reply, _| changed(reply, |text| text[..text.len() - 1].to_owned())),
    ),
    only(READ, always("a document, and another after it", |reply, _| changed(reply, |text| format!("{text}{text}")))),
    only(READ, always("brackets, 100,000 deep", |reply, _| body(reply, nested("[", "]")))),
    only(READ, always("objects, 100,000 deep", |reply, _| body(reply, nested("{\"a\":", "")))),
    only(READ, always("elements, 100,000 deep", |reply, _| body(reply, nested("<a>", "</a>")))),
    only(
        READ,
        always("UTF-16", |reply, _| {
            let units = "\u{feff}".encode_utf16().chain(reply.body().encode_utf16());
            let bytes = units.flat_map(u16::to_le_bytes).collect();
            reply.bytes(bytes)
        }),
    ),
    harmless(only(
        READ,
        always("a byte-order mark before the document", |reply, _| changed(reply, |text| format!("\u{feff}{text}"))),
    )),
    only(
        READ,
        always("a byte 0 in the document", |reply, _| {
            let bytes = put_in(reply.body(), 1, b"\0");
            reply.bytes(bytes)
        }),
    ),
    only(
        READ,
        always("a byte that is no UTF-8 in the document", |reply, _| {
            let bytes = put_in(reply.body(), 1, b"\xff");
            reply.bytes(bytes)
        }),
    ),
    harmless(only(
        READ,
        always("another media type", |reply, _| reply.only_header("Content-Type: text/plain; charset=latin1")),
    )),
    harmless(only(READ, always("a media type that is none", |reply, _| reply.only_header("Content-Type: ;;;")))),
    harmless(only(
        READ,
        always("spaces after the document", |reply, _| changed(reply, |text| format!("{text}\r\n \t"))),
    )),
    only(
        READ,
        always("an entity that grows", |reply, _| {
            body(reply, "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><a>&b;</a>")
        }),
    ),
    only(
        READ,
        always("an entity that is a file", |reply, _| {
            body(reply, "<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><a>&a;</a>")
        }),
    ),
];
