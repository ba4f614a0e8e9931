//! What goes wrong.

use std::time::Duration;

use crate::calls::Kind;
use crate::common::Reply;

pub(crate) struct Fault {
    /// As the page has it.
    pub(crate) name: &'static str,
    /// How often the request that it is of is answered so.
    pub(crate) times: usize,
    /// What becomes of a healthy answer; `number` counts the faults of one call.
    pub(crate) apply: fn(Reply, usize) -> Reply,
    /// What it is for; nothing for everything.
    pub(crate) only: &'static [Kind],
    /// Whether what is asked for is answered all the same.
    pub(crate) is_harmless: bool,
    /// Whether the server refused the request for its session, and has not carried it out.
    pub(crate) is_refusal: bool,
}

impl Fault {
    pub(crate) fn is_for(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }
}

const ALWAYS: usize = usize::MAX;
const PAGE: &str = "<!DOCTYPE html><html><body>Sign in</body></html>";
const PAGES: &[Kind] = &[Kind::First, Kind::Second];
/// What is read whole and parsed.
const READ: &[Kind] = &[Kind::Logon, Kind::Get, Kind::First, Kind::Second, Kind::Wait];
/// What may be sent twice.
const SAFE: &[Kind] = &[Kind::Logon, Kind::Get, Kind::First, Kind::Second, Kind::Wait];
const FILE: &[Kind] = &[Kind::File];

const fn fault(name: &'static str, times: usize, apply: fn(Reply, usize) -> Reply) -> Fault {
    Fault { name, times, apply, only: &[], is_harmless: false, is_refusal: false }
}

const fn only(of: &'static [Kind], fault: Fault) -> Fault {
    Fault { only: of, ..fault }
}

const fn harmless(fault: Fault) -> Fault {
    Fault { is_harmless: true, ..fault }
}

pub(crate) const FAULTS: &[Fault] = &[
    // The connection.
    fault("the connection ends without an answer", ALWAYS, |reply, _| reply.hang_up()),
    harmless(only(SAFE, fault("… once", 1, |reply, _| reply.hang_up()))),
    fault("the body is cut", ALWAYS, |reply, _| reply.cut(3)),
    fault("the body stops, and the connection stays", ALWAYS, |reply, _| reply.silent(3)),
    fault("a byte now and then", ALWAYS, |reply, _| reply.drip(Duration::from_millis(250))),
    // An overloaded or absent server.
    fault("503, `Retry-After: 3600`", ALWAYS, |reply, _| reply.with(503, "").header("Retry-After: 3600")),
    fault("429 with text", ALWAYS, |reply, _| reply.with(429, "slow down")),
    harmless(only(SAFE, fault("429 twice", 2, |reply, _| reply.with(429, "slow down")))),
    fault("502 with a page", ALWAYS, |reply, _| reply.with(502, PAGE)),
    harmless(only(SAFE, fault("502 with a page twice", 2, |reply, _| reply.with(502, PAGE)))),
    fault("500 with a page", ALWAYS, |reply, _| reply.with(500, PAGE)),
    // Something else answers.
    fault("200 with a page (a captive portal)", ALWAYS, |reply, _| {
        reply.with(200, PAGE).header("Content-Type: text/html")
    }),
    fault("404 with a page", ALWAYS, |reply, _| reply.with(404, PAGE)),
    fault("302 to another host", ALWAYS, |reply, _| reply.with(302, "").header("Location: http://192.0.2.1/")),
    only(READ, fault("200 without a body", ALWAYS, |reply, _| reply.with(200, ""))),
    only(READ, fault("200 with another document", ALWAYS, |reply, _| reply.with(200, r#"{"hello": "world"}"#))),
    only(
        READ,
        fault("200 with half a document", ALWAYS, |reply, _| {
            let half = reply.body().get(..reply.body().len() / 2).unwrap_or_default().to_owned();
            let status = reply.status();
            reply.with(status, half)
        }),
    ),
    only(READ, fault("packed, though nobody asked for it", ALWAYS, |reply, _| reply.header("Content-Encoding: gzip"))),
    // The server's own errors.
    fault("500, and a text with a line break and a secret", ALWAYS, |reply, _| {
        reply
            .with(500, "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"busy&#10;help: hunter2 session-1\" />")
    }),
    fault("500 in JSON, and a text with a line break and a secret", ALWAYS, |reply, _| {
        reply.with(500, r#"{"message": "busy\nhelp: curl \u001b[2J hunter2 token-1", "error": {"code": "SYS.1006", "details": "busy\nhunter2 session-1"}}"#)
    }),
    // Files.
    only(
        FILE,
        fault("206, though all was asked for", ALWAYS, |reply, _| {
            reply.with(206, "567").header("Content-Range: bytes 5-7/100")
        }),
    ),
    only(FILE, fault("204", ALWAYS, |reply, _| reply.with(204, ""))),
    only(FILE, fault("200 and no byte", ALWAYS, |reply, _| reply.with(200, ""))),
    only(FILE, fault("packed", ALWAYS, |reply, _| reply.header("Content-Encoding: gzip"))),
    // Numbers.
    only(
        PAGES,
        fault("a link to another host, or a total that is too large", ALWAYS, |reply, _| {
            lies(reply, "http://192.0.2.1/v8/Organizations?offset=1", "9223372036854775807")
        }),
    ),
    only(
        PAGES,
        fault("a link to itself, or a total that is negative", ALWAYS, |reply, _| {
            lies(reply, "/v8/Organizations?limit=1&offset=0", "-9223372036854775808")
        }),
    ),
    only(
        PAGES,
        fault("numbers at the end of what 64 bits hold", ALWAYS, |reply, _| {
            let text = reply.body().replace(r#""offset": "#, r#""offset": 922337203685477580"#);
            let text =
                text.replace("PageNum=\"", "PageNum=\"922337203685477580").replace(r#""total": 2"#, r#""total": 0"#);
            let status = reply.status();
            reply.with(status, text)
        }),
    ),
    only(
        &[Kind::Logon],
        harmless(fault("a token that lives for ever", ALWAYS, |reply, _| {
            let text = reply.body().replace("3600", "9223372036854775807");
            let status = reply.status();
            reply.with(status, text)
        })),
    ),
];

/// The same page with another link to the next, another total, and for Enterprise Manager another number of pages.
fn lies(reply: Reply, link: &str, total: &str) -> Reply {
    let text = reply.body().replace("/v8/Organizations?limit=1&offset=1", link);
    let text = text.replace(r#""total": 2"#, &format!(r#""total": {total}"#));
    let text = text.replace("PagesCount=\"2\"", &format!("PagesCount=\"{total}\""));
    let status = reply.status();
    reply.with(status, text)
}
