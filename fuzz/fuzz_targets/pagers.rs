//! A server whose pages lie, for each system: the listing ends, and is never short without an error.
#![no_main]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul_filter::em::Job;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryLongJob;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::{Request, Response};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Options, Policy, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::TryStreamExt;
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

/// What a page says of itself.
#[derive(Debug, Clone, Arbitrary)]
struct Page {
    /// The ids of its items.
    items: Vec<u8>,
    at: Number,
    of: Number,
    size: Number,
    link: Option<Link>,
    is_bare: bool,
}

#[derive(Debug, Clone, Arbitrary)]
enum Number {
    Small(i8),
    Any(i64),
    /// More than 64 bits.
    Huge(u128),
    Missing,
    Text(u8),
}

#[derive(Debug, Clone, Arbitrary)]
enum Link {
    To(u8),
    Elsewhere,
    Any(String),
}

impl Number {
    fn text(&self) -> Option<String> {
        Some(match self {
            Self::Small(number) => number.to_string(),
            Self::Any(number) => number.to_string(),
            Self::Huge(number) => number.to_string(),
            Self::Missing => return None,
            Self::Text(byte) => format!("\"x{byte}\""),
        })
    }

    fn attribute(&self, name: &str) -> String {
        self.text().map_or_else(String::new, |text| format!(" {name}=\"{}\"", text.replace('"', "")))
    }

    fn member(&self, name: &str) -> String {
        self.text().map_or_else(String::new, |text| format!("\"{name}\": {text}, "))
    }
}

impl Link {
    fn text(&self) -> String {
        match self {
            Self::To(page) => format!("/v8/Organizations?offset={page}&amp;page={page}"),
            Self::Elsewhere => "http://192.0.2.1/".to_owned(),
            Self::Any(text) => text.chars().filter(|c| c.is_ascii_graphic() && !"<>\"\\&".contains(*c)).collect(),
        }
    }
}

impl Page {
    fn em(&self) -> String {
        let jobs: String = self.items.iter().map(|id| format!("<Job UID=\"urn:veeam:Job:{id}\" />")).collect();
        let (at, of, size) =
            (self.at.attribute("PageNum"), self.of.attribute("PagesCount"), self.size.attribute("PageSize"));
        let link = self.link.as_ref().map(|link| format!("<Link Rel=\"Next\" Href=\"{}\" />", link.text()));
        let paging = format!("<PagingInfo{at}{of}{size}><Links>{}</Links></PagingInfo>", link.unwrap_or_default());
        let paging = if self.is_bare { String::new() } else { paging };
        format!(
            "<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"><Entities><Jobs>{jobs}</Jobs></Entities>{paging}</QueryResult>"
        )
    }

    fn vb365(&self) -> String {
        let items: Vec<String> = self.items.iter().map(|id| format!(r#"{{"id": "{id}"}}"#)).collect();
        let items = items.join(", ");
        if self.is_bare {
            return format!("[{items}]");
        }
        let link =
            self.link.as_ref().map(|link| format!(r#""next": {{"href": "{}"}}"#, link.text().replace("&amp;", "&")));
        let (at, of, size) = (self.at.member("offset"), self.of.member("totalCount"), self.size.member("limit"));
        format!(r#"{{{at}{of}{size}"results": [{items}], "_links": {{{}}}}}"#, link.unwrap_or_default())
    }

    fn zstack(&self) -> String {
        let items: Vec<String> = self.items.iter().map(|id| format!(r#"{{"uuid": "{id}"}}"#)).collect();
        format!(r#"{{{}"inventories": [{}]}}"#, self.of.member("total"), items.join(", "))
    }
}

/// How many pages a lying server has at most; after its last it begins again.
const PAGES: usize = 32;

fn options() -> Options {
    let mut options = Options::new("http://server.invalid", "admin", "hunter2").expect("an address");
    options.http.retry.base_delay = Duration::ZERO;
    options
}

fn pages(pages: &[Page], body: fn(&Page) -> String) -> (Arc<AtomicUsize>, impl Fn(&Request) -> Response + use<>) {
    let (asked, bodies) = (Arc::new(AtomicUsize::new(0)), pages.iter().map(body).collect::<Vec<_>>());
    let count = Arc::clone(&asked);
    (asked, move |_: &Request| {
        let number = count.fetch_add(1, Ordering::Relaxed);
        Response::new(200, bodies[number % bodies.len()].clone())
    })
}

/// What came must be all of it: no item twice, and none of a page that was asked for left out.
fn check<E>(outcome: Result<Vec<String>, E>, asked: usize, given: &[Page]) {
    // Rows of equal ids end a listing, and there are 256 of those: so do pages without rows that lead on.
    assert!(asked <= 2 * PAGES + 2, "{asked} requests");
    if let Ok(items) = outcome {
        let mut once = items.clone();
        once.sort();
        once.dedup();
        let within: usize = given.iter().map(|page| page.items.len()).sum();
        assert!(items.len() <= within.max(1) * asked, "more came than was sent");
    }
}

fuzz_target!(|given: Vec<Page>| {
    let given: Vec<Page> = given.into_iter().take(PAGES).collect();
    if given.is_empty() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut policy = Policy::default();
    policy.deadline = Some(Duration::from_secs(20));
    runtime.block_on(async {
        let (asked, stub) = pages(&given, Page::em);
        let em = EmClient::from_stub(options(), stub).expect("a client").under(policy.clone());
        let items = em.query::<Job>().by_item().expect("a query").try_collect::<Vec<_>>().await;
        check(
            items.map(|items| items.into_iter().filter_map(|job| Some(job.uid?.into_string())).collect()),
            asked.load(Ordering::Relaxed),
            &given,
        );

        let (asked, stub) = pages(&given, Page::vb365);
        let mut own = Vb365Options::from(options());
        own.version = ApiVersion::new(8);
        let vb365 = Vb365Client::from_stub(own, stub).expect("a client").under(policy.clone());
        let items = vb365.list(&OrganizationGet::new()).by_item().try_collect::<Vec<_>>().await;
        check(
            items.map(|items| items.into_iter().filter_map(|it| Some(it.id()?.as_str().to_owned())).collect()),
            asked.load(Ordering::Relaxed),
            &given,
        );

        let (asked, stub) = pages(&given, Page::zstack);
        let zstack = ZstackClient::from_stub(options(), stub).expect("a client").under(policy);
        let items = zstack.list(&QueryLongJob::new()).by_item().try_collect::<Vec<_>>().await;
        check(
            items.map(|items| items.into_iter().filter_map(|it| Some(it.uuid?.into_string())).collect()),
            asked.load(Ordering::Relaxed),
            &given,
        );
    });
});
