//! Of the connection, and of what HTTP says of a body.

use std::time::Duration;

use super::{FILE, Fault, READ, SAFE, always, fault, harmless, only};

pub(super) const FAULTS: &[Fault] = &[
    always("the connection ends without an answer", |reply, _| reply.hang_up()),
    harmless(only(SAFE, fault("… once", 1, |reply, _| reply.hang_up()))),
    always("it is reset before the answer", |reply, _| reply.reset(0)),
    harmless(only(SAFE, fault("… once", 1, |reply, _| reply.reset(0)))),
    only(READ, always("it is reset in the middle of the body", |reply, _| reply.reset(5))),
    only(FILE, always("it is reset in the middle of the file", |reply, _| reply.reset(5))),
    always("the body is cut", |reply, _| reply.cut(3)),
    always("the body comes in chunks, and breaks", |reply, _| reply.chunked().cut(5)),
    harmless(always("the body comes in one chunk", |reply, _| reply.chunked())),
    only(READ, always("the body stops, and the connection stays", |reply, _| reply.silent(3))),
    only(FILE, always("the file stops, and the connection stays", |reply, _| reply.silent(3))),
    only(READ, always("a byte now and then", |reply, _| reply.drip(Duration::from_millis(250)))),
    only(FILE, always("a byte of the file now and then", |reply, _| reply.drip(Duration::from_millis(900)))),
    always("the answer begins too late", |reply, _| reply.late(Duration::from_secs(6))),
    harmless(always("the answer begins after a while", |reply, _| reply.late(Duration::from_millis(300)))),
    only(READ, always("a length that is too small", |reply, _| reply.said_length("7"))),
    always("a length that is too large", |reply, _| reply.said_length("100000")),
    always("a length beyond 64 bits", |reply, _| reply.said_length("99999999999999999999")),
    always("a length that is negative", |reply, _| reply.said_length("-1")),
    always("a length that is a word", |reply, _| reply.said_length("much")),
    only(READ, always("a length above what is read", |reply, _| reply.said_length("9223372036854775807"))),
    only(
        READ,
        always("a body above what is read", |reply, _| {
            let mut body = reply.body().as_bytes().to_vec();
            body.resize(2 << 20, b' ');
            reply.bytes(body)
        }),
    ),
    harmless(always("103 before the answer", |reply, _| {
        reply.before("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    })),
    harmless(always("100 before the answer", |reply, _| reply.before("HTTP/1.1 100 Continue\r\n\r\n"))),
    harmless(always("HTTP/1.0, and the body until the connection ends", |reply, _| {
        reply.head("HTTP/1.0 200 OK\r\nX-Old: 1")
    })),
    always("no HTTP", |reply, _| reply.before("SSH-2.0-OpenSSH_9.6\r\n")),
    always("a header that is none", |reply, _| reply.header("no header")),
    always("a header of 1 MB", |reply, _| reply.header(&format!("X-Pad: {}", "x".repeat(1 << 20)))),
    harmless(always("a cookie, and headers that nobody knows", |reply, _| {
        reply.header("Set-Cookie: X-RestSvcSessionId=other").header("X-Nobody: \u{fc}")
    })),
    always("packed, though nobody asked for it", |reply, _| reply.header("Content-Encoding: gzip")),
];
