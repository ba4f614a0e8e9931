//! Servers whose pages lie: a listing of such a one ends with an error, after few requests, and never as if it were
//! whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use crate::common::{Reply, Seen, Server, xml};
use backhaul_filter::em::Job;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryZone;
use backhaul_transport::Result;
use futures_util::TryStreamExt;

/// The value of a number in a request's address.
fn number(seen: &Seen, name: &str) -> Option<i64> {
    let (_, query) = seen.target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?.parse().ok()
}

fn em_page(paging: &str, ids: &[i64]) -> Reply {
    let jobs: Vec<_> = ids.iter().map(|id| format!("<Job Type=\"Job\" Name=\"{id}\" UID=\"urn:{id}\" />")).collect();
    xml(200, &format!("<QueryResult><Entities><Jobs>{}</Jobs></Entities>{paging}</QueryResult>", jobs.concat()))
}

fn numbered(at: i64, of: i64) -> String {
    format!("<PagingInfo PageNum=\"{at}\" PageSize=\"2\" PagesCount=\"{of}\" />")
}

fn linked(at: i64, of: i64, to: i64) -> String {
    format!(
        "<PagingInfo PageNum=\"{at}\" PageSize=\"2\" PagesCount=\"{of}\"><Links><Link Rel=\"Next\" \
         Href=\"{{server}}/api/query?type=Job&amp;page={to}\" /></Links></PagingInfo>"
    )
}

async fn em(script: impl FnMut(i64) -> Reply + Send + 'static) -> (usize, usize, Result<()>) {
    let mut script = script;
    let server = Server::new(move |seen| script(number(seen, "page").unwrap_or(1))).await;
    let items = server.em().query::<Job>().by_item().unwrap();
    drained(&server, items).await
}

async fn zstack(script: impl FnMut(i64) -> Reply + Send + 'static) -> (usize, usize, Result<()>) {
    let mut script = script;
    let server = Server::of_zstack(move |seen| script(number(seen, "start").unwrap_or(0))).await;
    let items = server.zstack().list(&QueryZone::new()).by_item();
    drained(&server, items).await
}

async fn vb365(script: impl FnMut(i64) -> Reply + Send + 'static) -> (usize, usize, Result<()>) {
    let mut script = script;
    let server = Server::of_vb365(move |seen| script(number(seen, "offset").unwrap_or(0))).await;
    let items = server.vb365(8).list(&OrganizationGet::new()).by_item();
    drained(&server, items).await
}

/// How many items came in how many requests, and how it ended.
async fn drained<T>(
    server: &Server,
    mut items: futures_util::stream::BoxStream<'static, Result<T>>,
) -> (usize, usize, Result<()>) {
    let mut count = 0;
    let end = loop {
        match items.try_next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    (count, server.lines().len(), end)
}

/// So many items came in so many requests, and then an error that says this. The items of the page that it is of came
/// before it: a page is looked at when it is read.
fn ended(case: &str, (items, requests, end): (usize, usize, Result<()>), expected: (usize, usize, &str)) {
    let error = end.expect_err(case).to_string();
    assert!((items, requests) == (expected.0, expected.1), "{case}: {items} items in {requests} requests: {error}");
    assert!(error.contains(expected.2), "{case}: {error}");
}

#[tokio::test]
async fn enterprise_manager() {
    let same = em(|_| em_page(&numbered(1, 3), &[1, 2])).await;
    ended("the position is ignored", same, (2, 2, "the item `urn:1` came again"));
    let mut ids = 0;
    let stuck = em(move |_| {
        ids += 2;
        em_page(&numbered(1, 3), &[ids, ids + 1])
    })
    .await;
    ended("the number stays, the items do not", stuck, (4, 2, "page 1 came after page 1"));
    let back = em(|page| match page {
        1 => em_page(&linked(2, 3, 7), &[1, 2]),
        _ => em_page(&linked(1, 3, 8), &[3, 4]),
    })
    .await;
    ended("the number goes back", back, (4, 2, "page 1 came after page 2"));
    let empty = em(|page| em_page(&numbered(page, 3), if page == 1 { &[1, 2] } else { &[] })).await;
    ended("nothing new", empty, (2, 2, "a page without an item"));
    let fewer = em(|page| em_page(&numbered(page, if page == 1 { 3 } else { 2 }), &[page * 2, page * 2 + 1])).await;
    ended("fewer pages than there were", fewer, (4, 2, "changed meanwhile"));
    let silent = em(|page| if page == 1 { em_page(&numbered(1, 3), &[1]) } else { em_page("", &[2]) }).await;
    ended("a page of no number", silent, (2, 2, "does not say which of them"));
    let other = em(|page| if page == 1 { em_page(&numbered(1, 3), &[1]) } else { xml(200, "<Error Message=\"x\" />") });
    ended("another document", other.await, (1, 2, ""));
    let blank = em(|_| em_page("<PagingInfo PagesCount=\"3\" />", &[1])).await;
    ended("a count without a number", blank, (1, 1, "does not say which of them"));
    let negative = em(|_| em_page(&numbered(1, -2), &[1])).await;
    ended("a count below nothing", negative, (1, 1, "cannot be counted as -2"));
    let none = em(|_| em_page(&numbered(1, 0), &[1])).await;
    ended("a page of none", none, (1, 1, "there are 0 pages"));
    let countless = |items: &'static [i64]| {
        em(move |_| em_page("<PagingInfo PageNum=\"1\" PageSize=\"2\" PagesCount=\"\" />", items))
    };
    ended("a full page of nobody knows how many", countless(&[1, 2]).await, (2, 1, "does not say of how many"));
    let short = countless(&[1]).await;
    assert!(short.0 == 1 && short.2.is_ok());
    // The largest number there is does not wrap.
    let largest = em(|_| em_page(&numbered(i64::from(i32::MAX), i64::from(i32::MAX)), &[1])).await;
    assert!(largest.0 == 1 && largest.2.is_ok());
    let skipped = em(|page| em_page(&numbered(if page == 1 { 1 } else { 3 }, 4), &[page])).await;
    ended("a page is passed over", skipped, (2, 2, "page 3 came after page 1"));
    let beyond = em(|_| em_page(&numbered(7, 3), &[1])).await;
    ended("a page beyond the last", beyond, (1, 1, "page 7 came, of 3"));
    for count in ["92233720368547758072", "many", "2.5"] {
        let body = format!("<PagingInfo PageNum=\"1\" PagesCount=\"{count}\" />");
        let unread = em(move |_| em_page(&body, &[1])).await;
        ended(count, unread, (0, 1, "how far the listing is cannot be told"));
    }
    // A row without a page size is not left out.
    let sizeless = em(|page| em_page(&format!("<PagingInfo PageNum=\"{page}\" PagesCount=\"2\" />"), &[page])).await;
    assert!(sizeless.0 == 2 && sizeless.2.is_ok());
}

/// A row that was inserted moves the last one of a page to the next: that is nobody's lie, and asking again may help.
#[tokio::test]
async fn a_listing_that_changes_while_it_is_read() {
    let unsteady = |case: &str, drained: (usize, usize, Result<()>), expected: (usize, usize, &str)| {
        let error = drained.2.as_ref().expect_err(case);
        assert!(error.is_unsteady() && !error.to_string().contains("circle"), "{case}: {error}");
        ended(case, drained, expected);
    };
    let inserted = |page: i64| em_page(&numbered(page, 3), if page == 1 { &[1, 2] } else { &[2, 3] });
    let says = "the item `urn:2` came again after 2 items: the listing changed while it was read, or its pages overlap: \
                ask again";
    unsteady("a row was inserted", em(inserted).await, (2, 2, says));
    let behind = em(|page| em_page(&numbered(page, 3), if page == 1 { &[1, 2] } else { &[3, 1] })).await;
    unsteady("a row was moved", behind, (3, 2, "the item `urn:1` came again"));
    let fewer = em(|page| em_page(&numbered(page, if page == 1 { 3 } else { 2 }), &[page * 2, page * 2 + 1])).await;
    unsteady("fewer pages than there were", fewer, (4, 2, "now there are 2"));
    for (case, second, says) in [
        ("a smaller total", zones("2", 0..0), "now there are 2"),
        ("an empty page", zones("4", 0..0), "ends at 2 of 4"),
        ("a row was inserted", zones("5", 1..3), "`id-1` came again"),
    ] {
        let drained = zstack(move |start| if start == 0 { zones("4", 0..2) } else { second.clone() }).await;
        unsteady(case, drained, (2, 2, says));
    }
    // A page that comes again whole is another thing, and no repetition helps.
    for (_, _, end) in [em(|_| em_page(&numbered(1, 3), &[1, 2])).await, zstack(|_| zones("4", 0..2)).await] {
        let error = end.unwrap_err();
        assert!(
            !error.is_unsteady() && error.to_string().contains("the pages go in a circle after 2 items"),
            "{error}"
        );
    }
    let server = Server::new(move |seen| inserted(number(seen, "page").unwrap_or(1))).await;
    let pages = server.em().query::<Job>().by_page().unwrap().try_collect::<Vec<_>>().await;
    assert!(pages.unwrap_err().is_unsteady(), "whole pages tell the same");
}

fn zones(total: &str, ids: std::ops::Range<i64>) -> Reply {
    let items: Vec<_> = ids.map(|id| format!(r#"{{"uuid": "id-{id}", "name": "{id}"}}"#)).collect();
    let total = if total.is_empty() { String::new() } else { format!(r#", "total": {total}"#) };
    Reply::new(200, format!(r#"{{"inventories": [{}]{total}}}"#, items.join(",")))
}

#[tokio::test]
async fn zstack_totals() {
    for (total, says) in [
        ("0", "there are 0 items"),
        ("-1", "there are -1 items"),
        ("1", "there are 1 items"),
        ("-9223372036854775808", "there are -9"),
    ] {
        ended(total, zstack(move |_| zones(total, 0..2)).await, (2, 1, says));
    }
    let page_2 = |second: Reply| zstack(move |start| if start == 0 { zones("4", 0..2) } else { second.clone() });
    let empty = page_2(zones("4", 0..0)).await;
    ended("an empty page", empty, (2, 2, "ends at 2 of 4 items"));
    ended("the same page", page_2(zones("4", 0..2)).await, (2, 2, "`id-0` came again"));
    ended("a smaller total", page_2(zones("2", 0..0)).await, (2, 2, "changed meanwhile"));
    ended("no total", page_2(zones("", 2..3)).await, (3, 2, "does not say how many"));
    for (body, says) in [
        ("[]", "not a page of the listing"),
        ("{}", "not a page of the listing"),
        (r#"{"inventory": {"uuid": "x"}}"#, "no member of a Page"),
        (r#"{"success": true}"#, "not a page of the listing"),
    ] {
        ended(body, page_2(Reply::new(200, body)).await, (2, 2, says));
    }
    // Items that were added meanwhile are read, too.
    let grown = zstack(|start| zones(if start == 0 { "3" } else { "4" }, start..start + 2)).await;
    assert!(grown.0 == 4 && grown.2.is_ok());
}

#[tokio::test]
async fn vb365_offsets() {
    let page = |offset: i64, limit: i64, ids: std::ops::Range<i64>, links: &str| {
        let items: Vec<_> = ids.map(|id| format!(r#"{{"type": "Office365", "id": "id-{id}"}}"#)).collect();
        let items = items.join(",");
        Reply::new(
            200,
            format!(r#"{{"offset": {offset}, "limit": {limit}, "results": [{items}], "_links": {{{links}}}}}"#),
        )
    };
    let next = |offset: i64| format!(r#""next": {{"href": "/v8/Organizations?offset={offset}"}}"#);
    let wraps = vb365(move |_| page(i64::MAX, 1, 0..1, "")).await;
    ended("the largest offset", wraps, (1, 1, "leads nowhere"));
    let below = vb365(move |_| page(-5, 2, 0..2, "")).await;
    ended("a negative offset", below, (2, 1, "leads nowhere"));
    let ignored = vb365(move |offset| page(offset, 2, 0..2, &next(offset + 2))).await;
    ended("the position is ignored", ignored, (2, 2, "`id-0` came again"));
    let stuck = vb365(move |offset| page(0, 2, offset..offset + 2, &next(offset + 2))).await;
    ended("the offset stays, the items do not", stuck, (4, 2, "do not move"));
    let skipped = vb365(move |offset| page(offset * 5, 2, offset..offset + 2, &next(offset + 2))).await;
    ended("items are passed over", skipped, (4, 2, "offset 10 came where one at 2"));
    let empty = vb365(move |offset| page(offset, 2, offset..(offset + 2).min(2), &next(offset + 2))).await;
    ended("nothing new", empty, (2, 2, "a page without an item"));
    // A link that leads nowhere does not end the listing where the page is full: the next is asked for.
    let blank = r#""self": {"href": "/v8/Organizations"}, "next": {"href": ""}"#;
    let (items, requests, end) = vb365(move |offset| page(offset, 2, offset..(offset + 2).min(3), blank)).await;
    assert!((items, requests) == (3, 2) && end.is_ok(), "{items} items in {requests} requests: {end:?}");
}

/// No number of the server's may panic: here the life of a token.
#[tokio::test]
async fn a_token_that_never_ends() {
    for lives in ["9223372036854775807", "-9223372036854775808", "0", "1e300"] {
        let body = format!(r#"{{"access_token": "t", "refresh_token": "r", "expires_in": {lives}}}"#);
        let server = Server::open(move |_| Reply::new(200, body.clone())).await;
        let _ = server.vb365(8).client().logon().await;
        let _ = server.vb365(8).client().logon().await;
    }
}

/// An item that is none would be a row of nothing, in a bill perhaps.
#[tokio::test]
async fn an_item_with_nothing_in_it_is_none() {
    for item in ["null", "{}"] {
        let zstack = zstack(move |_| Reply::new(200, format!(r#"{{"inventories": [{item}], "total": 1}}"#))).await;
        ended(item, zstack, (0, 1, "no field of Zone"));
        let vb365 = vb365(move |_| Reply::new(200, format!(r#"{{"results": [{{"id": "1"}}, {item}]}}"#))).await;
        ended(item, vb365, (1, 1, "no field of Organization"));
    }
    ended(
        "no job",
        em(|_| xml(200, "<QueryResult><Entities><Jobs><Job /></Jobs></Entities></QueryResult>")).await,
        (0, 1, "no field of Job"),
    );
}

/// A page of which the list is all that there is, and empty, is no lie.
#[tokio::test]
async fn an_empty_page_need_not_say_anything_of_itself() {
    for body in [r#"{"inventories": []}"#, r#"{"inventories": null}"#, "\u{feff} {\"inventories\": [ ] }"] {
        let (items, requests, end) = zstack(move |_| Reply::new(200, body)).await;
        assert!((items, requests) == (0, 1) && end.is_ok(), "{body}: {end:?}");
    }
    for body in [r#"{"results": []}"#, r#"{"Results": null}"#, "[]"] {
        let (items, requests, end) = vb365(move |_| Reply::new(200, body)).await;
        assert!((items, requests) == (0, 1) && end.is_ok(), "{body}: {end:?}");
    }
    ended("nothing", vb365(|_| Reply::new(200, "{}")).await, (0, 1, "not a page of the listing"));
}
