//! Of who answers, and with which status.

use super::{FILE, Fault, PAGE, READ, SAFE, TOKEN, always, fault, harmless, only, refusal};

pub(super) const FAULTS: &[Fault] = &[
    // An overloaded or absent server.
    always("503, `Retry-After: 3600`", |reply, _| reply.with(503, "").header("Retry-After: 3600")),
    always("503, `Retry-After` beyond 64 bits of seconds", |reply, _| {
        reply.with(503, "").header("Retry-After: 18446744073709551615")
    }),
    harmless(only(
        SAFE,
        fault("503 twice, `Retry-After: -1`", 2, |reply, _| reply.with(503, "").header("Retry-After: -1")),
    )),
    harmless(only(
        SAFE,
        fault("503 twice, `Retry-After: soon`", 2, |reply, _| reply.with(503, "").header("Retry-After: soon")),
    )),
    harmless(only(
        SAFE,
        fault("503 twice, `Retry-After` with a date that has passed", 2, |reply, _| {
            reply.with(503, "").header("Retry-After: Wed, 11 Apr 2018 14:51:04 GMT")
        }),
    )),
    always("503, `Retry-After` with a date far away", |reply, _| {
        reply.with(503, "").header("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT")
    }),
    always("429 with text", |reply, _| reply.with(429, "slow down")),
    harmless(only(SAFE, fault("429 twice", 2, |reply, _| reply.with(429, "slow down")))),
    always("408", |reply, _| reply.with(408, "")),
    always("502 with a page", |reply, _| reply.with(502, PAGE)),
    harmless(only(SAFE, fault("502 with a page twice", 2, |reply, _| reply.with(502, PAGE)))),
    harmless(only(SAFE, fault("504 once", 1, |reply, _| reply.with(504, "")))),
    always("500 with a page", |reply, _| reply.with(500, PAGE)),
    always("500 with text", |reply, _| reply.with(500, "Internal Server Error")),
    always("500 without a body", |reply, _| reply.with(500, "")),
    // Something else answers.
    always("200 with a page (a captive portal)", |reply, _| {
        reply.with(200, PAGE).only_header("Content-Type: text/html")
    }),
    only(
        FILE,
        always("200 with a page, and no type", |reply, _| {
            reply.with(200, PAGE).only_header("Content-Type: text/plain")
        }),
    ),
    only(
        FILE,
        always("200 with a document of the API", |reply, _| {
            reply.with(200, r#"{"message": "gone"}"#).only_header("Content-Type: application/json")
        }),
    ),
    always("404 with a page", |reply, _| reply.with(404, PAGE)),
    always("404 without a body", |reply, _| reply.with(404, "")),
    always("407 with a page", |reply, _| reply.with(407, PAGE).header("Proxy-Authenticate: Basic realm=proxy")),
    always("418", |reply, _| reply.with(418, "short and stout")),
    always("999", |reply, _| reply.with(999, "")),
    always("302 to another host", |reply, _| reply.with(302, "").header("Location: http://192.0.2.1/")),
    always("302 to another path", |reply, _| reply.with(302, "").header("Location: /elsewhere")),
    always("307 to itself", |reply, _| reply.with(307, "").header("Location: ")),
    always("308 to nowhere", |reply, _| reply.with(308, "").header("Location: http://[::/%zz")),
    // The server's own errors.
    always("500, and a text with a line break and a secret", |reply, _| {
        reply.with(
            500,
            format!(
                "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"busy&#10;help: hunter2 session-1 {TOKEN}\" />"
            ),
        )
    }),
    always("500 in JSON, and a text with a line break and a secret", |reply, _| {
        let said = format!(r"busy\nhelp: curl \u001b[2J hunter2 token-1 session-1 {TOKEN}");
        reply.with(
            500,
            format!(r#"{{"message": "{said}", "errorCode": "{said}", "error": {{"code": "SYS.1006", "details": "{said}"}}}}"#),
        )
    }),
    refusal(always("401 without a body", |reply, _| reply.with(401, ""))),
    refusal(always("401 with an error", |reply, _| {
        reply.with(401, "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"Unauthorized\" StatusCode=\"401\" />")
    })),
    refusal(always("503, ZStack's session is gone", |reply, _| {
        reply.with(503, r#"{"error": {"code": "ID.1001", "details": "Session expired"}}"#)
    })),
    always("403 without a body", |reply, _| reply.with(403, "")),
    always("403 in JSON", |reply, _| {
        reply.with(403, r#"{"message": "no", "error": {"code": "SYS.1002", "details": "no"}}"#)
    }),
    always("400 in JSON", |reply, _| {
        reply.with(400, r#"{"message": "no", "error": {"code": "SYS.1007", "details": "no"}}"#)
    }),
    only(
        READ,
        always("200 with an error in it", |reply, _| {
            reply.with(200, r#"{"error": {"code": "SYS.1006", "details": "no"}}"#)
        }),
    ),
    only(READ, always("204", |reply, _| reply.with(204, ""))),
    only(FILE, always("204, and no file", |reply, _| reply.with(204, ""))),
    only(FILE, always("200 and no byte", |reply, _| reply.with(200, ""))),
    only(
        FILE,
        always("206, though all was asked for", |reply, _| {
            reply.with(206, "567").header("Content-Range: bytes 5-7/100")
        }),
    ),
    only(
        READ,
        always("206 with a part", |reply, _| {
            let half = reply.body().get(..reply.body().len() / 2).unwrap_or_default().to_owned();
            reply.with(206, half).header("Content-Range: bytes 0-7/100")
        }),
    ),
];
