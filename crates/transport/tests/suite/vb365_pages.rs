//! VB365's pages and bare arrays, from servers that do not behave.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};

use crate::common::{Reply, Seen, Server};
use crate::http::Listener;
use backhaul_models::vb365::operations::{
    AccountGetAccounts, ExchangeMailboxSearchByOptions, OrganizationGet, OrganizationGetStorageSpaceUsage,
    OrganizationUserGet, ProxyGetProxies,
};
use backhaul_models::vb365::{Organization, Page, SearchOptions, User, VERSIONS};
use backhaul_transport::{Arguments, Result};
use backhaul_wire::reflect::View;
use backhaul_wire::{Call as _, Drift, Struct};
use futures_util::TryStreamExt;

/// The value of a parameter in a request's address.
fn param(seen: &Seen, name: &str) -> Option<String> {
    let (_, query) = seen.target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
}

fn number(seen: &Seen, name: &str) -> Option<usize> {
    param(seen, name)?.parse().ok()
}

fn items(from: usize, to: usize) -> String {
    let items: Vec<_> =
        (from..to).map(|n| format!(r#"{{"type": "Office365", "id": "id-{n}", "name": "{n}"}}"#)).collect();
    items.join(", ")
}

fn page(offset: usize, limit: usize, items: &str, links: &str) -> Reply {
    Reply::new(200, format!(r#"{{"offset": {offset}, "limit": {limit}, "results": [{items}], "_links": {{{links}}}}}"#))
}

fn next(link: &str) -> String {
    format!(r#""self": {{"href": "/v8/x"}}, "next": {{"href": "{link}"}}"#)
}

async fn organizations(server: &Server, version: u8) -> Result<Vec<Organization>> {
    server.vb365(version).list(&OrganizationGet::new()).by_item().try_collect().await
}

/// The same page by page, as a caller that knows the operation by its name alone.
async fn page_by_page(server: &Server) -> Result<Vec<usize>> {
    let mut pages = server.vb365(8).client().pages(OrganizationGet::OPERATION, Arguments::default());
    let mut found = Vec::new();
    loop {
        let mut page = Page::<Organization>::default();
        let Some(raw) = pages.next_into(&mut page, None).await? else { return Ok(found) };
        assert_eq!(raw.operation.name, OrganizationGet::OPERATION.name);
        found.extend(names(&page.results));
    }
}

fn names(organizations: &[Organization]) -> Vec<usize> {
    organizations.iter().map(|it| it.name().unwrap().parse().unwrap()).collect()
}

/// 250 items from a server that gives 100 at most, whatever it is asked for.
#[tokio::test]
async fn a_limit_that_the_server_caps() {
    let all: Vec<usize> = (0..250).collect();
    // As it should be: the link goes on where the page ended.
    let server = Server::of_vb365(|seen| {
        let from = number(seen, "offset").unwrap_or(0);
        let to = (from + 100).min(250);
        let more = if to < 250 { next(&format!("/v8/Organizations?limit=1000&offset={to}")) } else { String::new() };
        page(from, 100, &items(from, to), &more)
    })
    .await;
    assert_eq!(names(&organizations(&server, 8).await.unwrap()), all);
    assert_eq!(server.lines().len(), 3);
    assert_eq!(number(&server.seen()[0], "limit"), Some(1000), "a page of a useful size is asked for");
    // The link counts on from the limit that was asked for: 900 items would be passed over.
    let server = Server::of_vb365(|seen| {
        let from = number(seen, "offset").unwrap_or(0);
        let to = (from + 100).min(250);
        let link = format!("/v8/Organizations?limit=1000&offset={}", from + 1000);
        let more = if to < 250 { next(&link) } else { String::new() };
        page(from, 100, &items(from, to), &more)
    })
    .await;
    assert_eq!(names(&organizations(&server, 8).await.unwrap()), all);
    // No link at all: a full page does not say that it is the last.
    let server = Server::of_vb365(|seen| {
        let from = number(seen, "offset").unwrap_or(0);
        let to = (from + 50).min(250);
        Reply::new(200, format!(r#"{{"offset": {from}, "limit": 50, "results": [{}]}}"#, items(from, to)))
    })
    .await;
    assert_eq!(names(&organizations(&server, 8).await.unwrap()), all);
    // Five full pages and the one that is empty.
    assert_eq!(server.lines().len(), 6);
    // A server that knows no pages gives the same again, or refuses.
    for status in [200, 400, 404] {
        let server = Server::of_vb365(move |seen| match number(seen, "offset") {
            Some(_) if status != 200 => Reply::new(status, r#"{"message": "There is no such page."}"#),
            _ => Reply::new(200, format!(r#"{{"offset": 0, "limit": 2, "results": [{}]}}"#, items(0, 2))),
        })
        .await;
        assert_eq!(names(&organizations(&server, 8).await.unwrap()), [0, 1], "{status}");
        assert_eq!(server.lines().len(), 2);
        assert_eq!(page_by_page(&server).await.unwrap(), [0, 1], "{status}");
    }
    // Any other refusal leaves open whether there is more: the listing does not end as if it were whole.
    let server = Server::of_vb365(move |seen| match number(seen, "offset") {
        Some(_) => Reply::new(403, r#"{"message": "Not now."}"#),
        None => Reply::new(200, format!(r#"{{"offset": 0, "limit": 2, "results": [{}]}}"#, items(0, 2))),
    })
    .await;
    let error = organizations(&server, 8).await.unwrap_err();
    assert_eq!(error.status(), Some(403), "{error}");
}

/// Links without a next one end the listing, whatever a total says.
#[tokio::test]
async fn totals_are_not_trusted() {
    for total in [1, 2, 5000] {
        let server = Server::of_vb365(move |_| {
            let body = format!(r#"{{"offset": 0, "limit": 2, "totalCount": {total}, "results": [{}]"#, items(0, 2));
            Reply::new(200, format!(r#"{body}, "_links": {{"self": {{"href": "/v7/Organizations"}}}}}}"#))
        })
        .await;
        assert_eq!(organizations(&server, 7).await.unwrap().len(), 2, "{total}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_next_link_may_name_another_version_and_be_whole_or_relative() {
    for link in ["/v7/organizations?offset=2", "{server}/v7/Organizations?offset=2", "?offset=2"] {
        let server = Server::of_vb365(move |seen| match number(seen, "offset") {
            None => page(0, 2, &items(0, 2), &next(link)),
            Some(_) => page(2, 2, &items(2, 3), ""),
        })
        .await;
        assert_eq!(names(&organizations(&server, 8).await.unwrap()), [0, 1, 2], "{link}");
    }
}

#[tokio::test]
async fn a_next_link_to_another_host_is_refused() {
    for link in
        ["https://elsewhere.example/v8/Organizations?offset=2", "//elsewhere.example/v8", "http://127.0.0.1:1/v8"]
    {
        let server = Server::of_vb365(move |_| page(0, 2, &items(0, 2), &next(link))).await;
        let error = organizations(&server, 8).await.unwrap_err();
        assert!(error.is_link_refused() && error.to_string().contains("another server"), "{error}");
    }
}

#[tokio::test]
async fn pages_that_go_in_a_circle() {
    // To itself, at once.
    let server = Server::of_vb365(|_| page(0, 2, &items(0, 2), &next("/v8/Organizations?offset=0"))).await;
    let mut listing = server.vb365(8).list(&OrganizationGet::new()).by_item();
    let mut came = Vec::new();
    let error = loop {
        match listing.try_next().await {
            Ok(item) => came.push(item.unwrap()),
            Err(error) => break error,
        }
    };
    let said = error.to_string();
    assert!(said.contains("circle after 2 items") && said.contains(OrganizationGet::OPERATION.name), "{said}");
    assert_eq!(names(&came), [0, 1], "no item comes twice");
    // Between two pages.
    let server = Server::of_vb365(|seen| match number(seen, "offset") {
        Some(2) => page(2, 2, &items(2, 4), &next("/v8/Organizations?offset=0&limit=1000")),
        _ => page(0, 2, &items(0, 2), &next("/v8/Organizations?offset=2")),
    })
    .await;
    let error = organizations(&server, 8).await.unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
    assert!(server.lines().len() <= 4, "{:?}", server.lines());
    // The same page under ever new links.
    let count = Arc::new(Mutex::new(0));
    let server = Server::of_vb365(move |_| {
        *count.lock().unwrap() += 1;
        page(0, 2, &items(0, 2), &next(&format!("/v8/Organizations?n={}", count.lock().unwrap())))
    })
    .await;
    let error = organizations(&server, 8).await.unwrap_err();
    assert!(error.to_string().contains("the item `id-0` came again"), "{error}");
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_token_that_ends_between_two_pages_is_renewed_and_nothing_is_lost() {
    let ended = Arc::new(Mutex::new(None::<Server>));
    let shared = Arc::clone(&ended);
    let server = Server::of_vb365(move |seen| {
        let from = number(seen, "offset").unwrap_or(0);
        if let Some(server) = shared.lock().unwrap().as_ref() {
            server.end_session();
        }
        let more = if from < 6 { next(&format!("/v8/Organizations?offset={}", from + 2)) } else { String::new() };
        assert!(from <= 6, "a page without links ends a listing that had some");
        page(from, 2, &items(from, from + 2), &more)
    })
    .await;
    let client = server.vb365(8);
    *ended.lock().unwrap() = Some(server.clone());
    let all: Vec<Organization> = client.list(&OrganizationGet::new()).by_item().try_collect().await.unwrap();
    assert_eq!(names(&all), (0..8).collect::<Vec<_>>());
    let logons = server.logons();
    assert_eq!(logons.len(), 4);
    assert!(logons[0].body.starts_with("grant_type=password&username=admin&password=hunter2"), "{}", logons[0].body);
    assert!(logons[1].body.starts_with("grant_type=refresh_token&refresh_token=more"), "{}", logons[1].body);
    assert!(logons.iter().all(|logon| logon.body.ends_with("disable_antiforgery_token=true")));
}

/// A server whose set of results is kept under an id wants it back.
#[tokio::test]
async fn the_set_is_carried_on() {
    let set = "0b0f7c2e-0000-4000-8000-000000000009";
    let user = |n: usize| format!(r#"{{"id": "{n}"}}"#);
    let body = move |from: usize, links: &str| {
        let items = [user(from), user(from + 1)].join(",");
        Reply::new(200, format!(r#"{{"offset": {from}, "limit": 2, "setId": "{set}", "results": [{items}]{links}}}"#))
    };
    for linked in [true, false] {
        let server = Server::of_vb365(move |seen| {
            let from = number(seen, "offset").unwrap_or(0);
            let link = format!(
                r#", "_links": {{"next": {{"href": "/v8/Organizations/1/Users?offset={}&limit=2"}}}}"#,
                from + 2
            );
            match from {
                0 => body(0, if linked { &link } else { "" }),
                2 if linked => body(2, r#", "_links": {"self": {"href": "x"}}"#),
                2 => body(2, ""),
                _ => Reply::new(200, r#"{"offset": 4, "limit": 2, "results": []}"#),
            }
        })
        .await;
        let users: Vec<User> =
            server.vb365(8).list(&OrganizationUserGet::new("1")).by_item().try_collect().await.unwrap();
        assert_eq!(users.len(), 4);
        assert_eq!(param(&server.seen()[0], "setId"), None);
        assert_eq!(param(&server.seen()[1], "setId").as_deref(), Some(set), "linked: {linked}");
    }
    // The nil id stands for none.
    let server = Server::of_vb365(|seen| match number(seen, "offset") {
        None => Reply::new(
            200,
            r#"{"offset": 0, "limit": 1, "setId": "00000000-0000-0000-0000-000000000000", "results": [{"id": "1"}],
                "_links": {"next": {"href": "/v8/Organizations/1/Users?offset=1"}}}"#,
        ),
        Some(_) => Reply::new(200, r#"{"offset": 1, "limit": 1, "results": []}"#),
    })
    .await;
    let users: Vec<User> = server.vb365(8).list(&OrganizationUserGet::new("1")).by_item().try_collect().await.unwrap();
    assert_eq!((users.len(), param(&server.seen()[1], "setId")), (1, None));
}

/// A search says what it looks for in its body, on every page.
#[tokio::test]
async fn a_search_is_posted_for_each_page() {
    let path = "/v8/RestoreSessions/session/organization/mailboxes/search";
    let server = Server::of_vb365(move |seen| {
        let item = |n: usize| format!(r#"{{"id": "{n}", "itemClass": "IPM.Note", "subject": "s"}}"#);
        match number(seen, "offset") {
            None => page(0, 1, &item(0), &next(&format!("{path}?offset=1&limit=1"))),
            Some(_) => page(1, 1, &item(1), ""),
        }
    })
    .await;
    let mut options = SearchOptions::default();
    options.query = Some("subject:x".to_owned());
    let call = ExchangeMailboxSearchByOptions::new("session", options);
    let found: Vec<_> = server.vb365(8).list(&call).by_item().try_collect().await.unwrap();
    assert_eq!(found.len(), 2);
    let seen = server.seen();
    assert_eq!(seen[1].line(), format!("POST {path}?offset=1&limit=1"));
    assert!(seen[0].body.contains("subject:x") && seen[1].body == seen[0].body, "{seen:?}");
}

/// A listing whose items have another type in the version is not read as if they had this one.
#[tokio::test]
async fn a_listing_of_another_versions_form_is_refused() {
    let server = Server::of_vb365(|_| Reply::new(200, "[]")).await;
    let list = server.vb365(7).list(&AccountGetAccounts::new()).by_item();
    let error = list.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn bare_arrays_and_pages_read_alike_in_every_version() {
    for version in VERSIONS {
        for body in
            ["[{\"id\": \"1\"}]", " \u{feff}[]", "{\"results\": [{\"id\": \"1\"}], \"offset\": 0, \"limit\": 30}"]
        {
            let body = body.trim_start().to_owned();
            let empty = body.ends_with("[]");
            let server = Server::of_vb365(move |_| Reply::new(200, body.clone())).await;
            let found: Vec<_> =
                server.vb365(version).list(&ProxyGetProxies::new()).by_item().try_collect().await.unwrap();
            assert_eq!(found.len(), usize::from(!empty), "v{version}");
        }
    }
}

/// Neither a page nor an array: a listing that is another document is an error and no empty listing.
#[tokio::test]
async fn what_is_no_page_is_told_as_such() {
    for body in ["{}", "{\"id\": \"x\"}", "<html><body>Sign in</body></html>", "", "\"certainly\""] {
        let server = Server::of_vb365(move |_| Reply::new(200, body)).await;
        let call = OrganizationGetStorageSpaceUsage::new("1");
        let error = server.vb365(6).list(&call).by_item().try_collect::<Vec<_>>().await.unwrap_err();
        assert!(!error.is_api(), "{body}: {error}");
    }
}

/// What does not fit its field is left out of the page, and told: to the caller that asks for it, else in the log.
#[tokio::test]
async fn what_was_left_out_is_told_once() {
    let item = r#"{"type": "Office365", "id": "id-0", "name": "0", "isBackedup": "perhaps"}"#;
    let server = Server::of_vb365(move |_| page(0, 2, item, r#""self": {"href": "/v8/x"}"#)).await;
    let listener = Listener::default();
    let _guard = tracing::subscriber::set_default(listener.clone());
    let told = || {
        let lines = std::mem::take(&mut *listener.0.lock().unwrap());
        lines.into_iter().filter(|line| line.contains("left out of an answer")).collect::<Vec<_>>()
    };
    let pages = || server.vb365(8).client().pages(OrganizationGet::OPERATION, Arguments::default());
    let (mut page, mut drift) = (Page::<Organization>::default(), Drift::default());
    pages().next_into(&mut page, Some(&mut drift)).await.unwrap().unwrap();
    assert_eq!((drift.misfits.len(), told().len()), (1, 0), "{drift:?}");
    pages().next_into(&mut page, None).await.unwrap().unwrap();
    let lines = told();
    assert!(lines.len() == 1 && lines[0].contains("isBackedup"), "{lines:?}");
}

/// A page in parts costs one part: as many items as asked for at most, and none goes beyond its page.
#[tokio::test]
async fn pages_come_in_parts() {
    let server = Server::of_vb365(|seen| match number(seen, "offset").unwrap_or(0) {
        0 => page(0, 5, &items(0, 5), &next("/v8/Organizations?offset=5")),
        5 => page(5, 5, &items(5, 9), &next("/v8/Organizations?offset=9")),
        _ => Reply::new(500, r#"{"message": "No more."}"#),
    })
    .await;
    let pages = server.vb365(8).client().pages(OrganizationGet::OPERATION, Arguments::default());
    let empty = || Some(Box::new(Page::<Organization>::default()) as Box<dyn Struct>);
    let mut parts = pages.parts("results", 2, empty);
    let mut sizes = Vec::new();
    let error = loop {
        match parts.next(&mut Drift::default()).await {
            Ok(None) => panic!("the listing ends with an error"),
            Ok(Some(part)) => {
                let View::Structs(list) = part.view(part.shape().index_of("results").unwrap()) else { panic!() };
                sizes.push(list.len());
            }
            Err(error) => break error,
        }
    };
    // What was read before the error is not lost to it.
    assert_eq!((sizes.as_slice(), error.status()), (&[2, 2, 1, 2, 2][..], Some(500)), "{error}");
    assert!(parts.next(&mut Drift::default()).await.unwrap().is_none());
}
