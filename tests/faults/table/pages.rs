//! Of the numbers and links in pages, and of a session's end.

use super::{Fault, PAGES, always, changed, harmless, only};
use crate::calls::Kind;
use crate::common::Reply;

const FIRST: &[Kind] = &[Kind::First];
const SECOND: &[Kind] = &[Kind::Second];
const LOGON: &[Kind] = &[Kind::Logon];
const WAIT: &[Kind] = &[Kind::Wait];

/// The same page with another link to the next, another total, and for Enterprise Manager another number of pages.
fn lies(reply: Reply, link: &str, total: &str) -> Reply {
    changed(reply, |text| {
        let text = text.replace("/v8/Organizations?limit=1&offset=1", link);
        let text = text.replace(r#""total": 2"#, &format!(r#""total": {total}"#));
        text.replace("PagesCount=\"2\"", &format!("PagesCount=\"{total}\""))
    })
}

/// The second page with this in place of its own row.
fn row(text: &str, id: &str) -> String {
    let text = text.replace("urn:veeam:Job:2", &format!("urn:veeam:Job:{id}"));
    let text = text.replace(r#""uuid": "2""#, &format!(r#""uuid": "{id}""#));
    text.replace(r#""results": [{"id": "1""#, &format!(r#""results": [{{"id": "{}""#, if id == "1" { "0" } else { id }))
}

/// The second page with another place in the listing.
fn place(text: &str, page: &str, offset: &str) -> String {
    let text = text.replace("PageNum=\"2\"", &format!("PageNum=\"{page}\""));
    text.replace(r#""offset": 1"#, &format!(r#""offset": {offset}"#))
}

pub(super) const FAULTS: &[Fault] = &[
    only(
        PAGES,
        always("a link to another host, or a total that is too large", |reply, _| {
            lies(reply, "http://192.0.2.1/v8/Organizations?offset=1", "9223372036854775807")
        }),
    ),
    only(
        PAGES,
        always("a link to itself, or a total that is negative", |reply, _| {
            lies(reply, "/v8/Organizations?limit=1&offset=0", "-9223372036854775808")
        }),
    ),
    only(
        FIRST,
        always("a link that is none, or a total beyond 64 bits", |reply, _| {
            lies(reply, "http://[::/%zz", "92233720368547758072")
        }),
    ),
    only(
        FIRST,
        always("a link that is a number, or a total that is a word", |reply, _| {
            lies(reply, "\", \"href\": 7, \"x\": \"", "many")
        }),
    ),
    only(
        FIRST,
        always("a link to another scheme, or a total with a fraction", |reply, _| {
            lies(reply, "ftp://127.0.0.1/v8/Organizations?offset=1", "2.5")
        }),
    ),
    only(
        PAGES,
        always("numbers at the end of what 64 bits hold", |reply, _| {
            changed(reply, |text| {
                let text = text.replace(r#""offset": "#, r#""offset": 922337203685477580"#);
                text.replace("PageNum=\"", "PageNum=\"922337203685477580").replace(r#""total": 2"#, r#""total": 0"#)
            })
        }),
    ),
    only(
        PAGES,
        always("numbers beyond 64 bits", |reply, _| {
            changed(reply, |text| {
                let text = text.replace(r#""offset": "#, r#""offset": 9223372036854775807"#);
                text.replace("PageNum=\"", "PageNum=\"9223372036854775807")
                    .replace(r#""total": 2"#, r#""total": 18446744073709551617"#)
            })
        }),
    ),
    only(FIRST, harmless(always("a link of no address", |reply, _| lies(reply, "", "2")))),
    only(
        SECOND,
        always("an item that is null, or without anything in it", |reply, _| {
            changed(reply, |text| {
                let text = text.replace("<Job UID=\"urn:veeam:Job:2\" Name=\"Job 2\" />", "<Job />");
                let text = text.replace(r#"{"uuid": "2", "name": "zone"}"#, "null");
                text.replace(r#"{"id": "1", "name": "org", "type": "Office365"}"#, "null")
            })
        }),
    ),
    only(SECOND, always("the first page again", |reply, _| changed(reply, |text| place(&row(text, "1"), "1", "0")))),
    only(SECOND, always("the rows of the first page, as the second", |reply, _| changed(reply, |text| row(text, "1")))),
    only(
        SECOND,
        always("other rows, and a place before the first", |reply, _| {
            changed(reply, |text| place(&row(text, "7"), "0", "-1").replace(r#""total": 2"#, r#""total": 1"#))
        }),
    ),
    only(
        SECOND,
        always("fewer in all than the first page said", |reply, _| {
            // VB365's totals are known to be wrong: its page goes back instead.
            changed(reply, |text| {
                place(text, "2", "0")
                    .replace("PagesCount=\"2\"", "PagesCount=\"1\"")
                    .replace(r#""total": 2"#, r#""total": 1"#)
            })
        }),
    ),
    only(
        WAIT,
        always("an answer of other work", |reply, _| {
            changed(reply, |text| {
                text.replace("task-1", "task-2").replace("b04c217b", "c04c217b").replace("inventory", "x")
            })
        }),
    ),
    only(
        LOGON,
        harmless(always("a token that lives for ever", |reply, _| {
            changed(reply, |text| text.replace("3600", "9223372036854775807"))
        })),
    ),
    only(
        LOGON,
        harmless(always("a token that ended before it began", |reply, _| {
            changed(reply, |text| text.replace("3600", "-9223372036854775808"))
        })),
    ),
    only(
        LOGON,
        harmless(always("a token whose end is a word", |reply, _| {
            changed(reply, |text| text.replace("3600", "\"soon\""))
        })),
    ),
];
