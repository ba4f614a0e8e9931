//! Other names of one server: its links by such a name are followed, at the address that was given, and by no other.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::common::{Reply, Server, xml};
use backhaul_filter::em::Job;
use backhaul_models::em::{EntityReferences, Link};
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_transport::em::EmClient;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Error, Options, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::TryStreamExt;

/// A name that no address stands behind: a request that went there would fail.
const INSIDE: &str = "https://em.internal.invalid:9398";

/// An Enterprise Manager whose links name it so.
async fn em_named(name: &'static str) -> Server {
    Server::new(move |seen| {
        if !seen.target.contains("/query") {
            return xml(200, "<EntityReferences />");
        }
        let page = if seen.target.contains("page=2") { 2 } else { 1 };
        let next = format!("<Link Rel=\"Next\" Href=\"{name}/api/query?type=Job&amp;page=2\" />");
        let links = if page == 1 { next } else { String::new() };
        xml(
            200,
            &format!(
                "<QueryResult><Entities><Jobs><Job UID=\"urn:{page}\" /></Jobs></Entities>\
                 <PagingInfo PageNum=\"{page}\" PageSize=\"1\" PagesCount=\"2\"><Links>{links}</Links></PagingInfo></QueryResult>"
            ),
        )
    })
    .await
}

fn known_as(server: &Server, names: &[&str]) -> Options {
    names.iter().fold(server.options(), |options, name| options.also_known_as(name).unwrap())
}

async fn jobs(options: Options) -> Result<usize, Error> {
    EmClient::new(options)?.query::<Job>().by_item()?.try_collect::<Vec<_>>().await.map(|jobs| jobs.len())
}

#[tokio::test]
async fn links_by_another_name_are_followed_at_the_address_that_was_given() {
    let server = em_named(INSIDE).await;
    assert_eq!(jobs(known_as(&server, &["http://first.invalid", INSIDE])).await.unwrap(), 2);
    assert_eq!(server.lines()[1], "GET /api/query?type=Job&page=2");
    // Letter case and a trailing slash are no other name.
    assert_eq!(jobs(known_as(&server, &["HTTPS://EM.Internal.INVALID:9398/"])).await.unwrap(), 2);

    let em = EmClient::new(known_as(&server, &[INSIDE])).unwrap();
    let mut link = Link::default();
    link.href = Some(format!("{INSIDE}/api/jobs"));
    em.follow::<EntityReferences>(&link).await.unwrap();
    assert_eq!(server.lines().last().unwrap(), "GET /api/jobs");
}

#[tokio::test]
async fn the_same_of_vb365() {
    let server = Server::of_vb365(|seen| {
        let second = seen.target.contains("offset=1");
        let next = format!(r#""next": {{"href": "{INSIDE}/v8/Organizations?offset=1"}}"#);
        let (offset, links) = if second { (1, "") } else { (0, next.as_str()) };
        Reply::new(
            200,
            format!(r#"{{"offset": {offset}, "limit": 1, "results": [{{"id": "{offset}"}}], "_links": {{{links}}}}}"#),
        )
    })
    .await;
    for (names, works) in [(&[INSIDE][..], true), (&[], false)] {
        let mut options = Vb365Options::from(known_as(&server, names));
        options.version = ApiVersion::new(8);
        let list = Vb365Client::new(options).unwrap().list(&OrganizationGet::new());
        let outcome = list.by_item().try_collect::<Vec<_>>().await.map(|all| all.len());
        assert_eq!(outcome.as_ref().ok(), works.then_some(&2), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_name_that_nobody_gave_is_another_server() {
    for (given, name) in [
        (&[][..], INSIDE),
        // Scheme, host and port are the name.
        (&["https://em.internal.invalid"], INSIDE),
        (&["http://em.internal.invalid:9398"], INSIDE),
        (&["https://internal.invalid:9398"], INSIDE),
        (&[INSIDE], "https://em.internal.invalid:9398@evil.invalid"),
        (&[INSIDE], "https://em.internal.invalid.evil.invalid:9398"),
        (&[INSIDE], "//evil.invalid:9398"),
    ] {
        let server = em_named(name).await;
        let error = jobs(known_as(&server, given)).await.unwrap_err();
        assert!(error.is_link_to_elsewhere(), "{given:?} {name}: {error}");
        assert!(error.to_string().contains("also_known_as"), "{error}");
        assert_eq!(server.lines().len(), 1, "{given:?} {name}");
    }
}

#[test]
fn what_is_no_name_of_a_server_is_refused() {
    for wrong in ["em.internal", "ftp://em.internal", "https://a:hunter2@em.internal", "https://em.internal?x", ""] {
        let refused = Options::new("https://em.example.com:9398", "admin", "").unwrap().also_known_as(wrong);
        let told = refused.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!told.is_empty() && !told.contains("hunter2"), "{wrong}: {told}");
    }
}
