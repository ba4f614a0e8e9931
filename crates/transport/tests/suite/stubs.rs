//! Typed clients over a stub: no network, and everything else as with one.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use backhaul_filter::em::Job;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryZone;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::{HttpError, Network, Request, Response, RetryPolicy, Stub, Tower};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{EmFormat, EmOptions, Options, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;

fn options() -> Options {
    let mut options = Options::new("https://server.invalid", "admin", "hunter2").unwrap();
    options.http.retry.base_delay = std::time::Duration::from_millis(1);
    options
}

#[tokio::test]
async fn each_client_has_one() {
    let mut em = EmOptions::from(options());
    em.format = EmFormat::Json;
    let em = EmClient::from_stub(em, |request: &Request| {
        assert!(request.url.as_str().starts_with("https://server.invalid/api/query?type=Job"), "{}", request.url);
        Response::new(
            200,
            r#"{"Entities": {"Jobs": {"Jobs": [{"Name": "Job 1"}]}}, "PagingInfo": {"PageNum": 1, "PagesCount": 1}}"#,
        )
    });
    let jobs: Vec<_> = em.unwrap().query::<Job>().by_item().unwrap().try_collect().await.unwrap();
    assert_eq!(jobs[0].name.as_deref(), Some("Job 1"));

    let mut vb365 = Vb365Options::from(options());
    vb365.version = ApiVersion::new(8);
    let vb365 = Vb365Client::from_stub(vb365, |_: &Request| Response::new(500, r#"{"message": "no"}"#)).unwrap();
    let error = vb365.list(&OrganizationGet::new()).by_item().try_collect::<Vec<_>>().await.unwrap_err();
    assert!(error.is_api() && error.status() == Some(500), "{error}");
}

/// Breaks off the first time.
struct Shaky(Arc<AtomicUsize>);

impl Stub for Shaky {
    fn answer(&self, _: Request) -> BoxFuture<'_, Result<Response, HttpError>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            match first {
                true => Err(HttpError::broken()),
                false => Ok(Response::new(200, r#"{"inventories": [{"name": "zone 1"}]}"#)),
            }
        })
    }
}

#[tokio::test]
async fn what_broke_is_tried_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let zstack = ZstackClient::from_stub(options(), Shaky(Arc::clone(&count))).unwrap();
    let zones = zstack.call(&QueryZone::new()).await.unwrap();
    assert_eq!((zones.inventories.len(), count.load(Ordering::SeqCst)), (1, 2));
}

/// A stack of tower's around a service of a program's own: no more than one request at once, and the logon goes through
/// it, too.
#[tokio::test]
async fn a_stack_of_towers_layers_carries_a_client() {
    let (count, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (under_way, highest) = (Arc::clone(&count), Arc::clone(&most));
    let own = tower::service_fn(move |request: http::Request<bytes::Bytes>| {
        let (under_way, highest) = (Arc::clone(&under_way), Arc::clone(&highest));
        async move {
            highest.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            let body = match request.uri().path() {
                "/zstack/v1/accounts/login" => r#"{"inventory": {"uuid": "session-1"}}"#,
                "/zstack/v1/zones" if request.headers()["authorization"] == "OAuth session-1" => {
                    r#"{"inventories": [{"name": "zone 1"}]}"#
                }
                other => return Err(std::io::Error::other(other.to_owned())),
            };
            Ok(http::Response::new(http_body_util::Full::new(bytes::Bytes::from_static(body.as_bytes()))))
        }
    });
    let stack = tower::ServiceBuilder::new().concurrency_limit(1).service(own);
    let zstack = ZstackClient::over(options(), Tower::new(stack)).unwrap();
    let query = QueryZone::new();
    let calls = (0..8).map(|_| zstack.call(&query));
    for zones in futures_util::future::join_all(calls).await {
        assert_eq!(zones.unwrap().inventories[0].name.as_deref(), Some("zone 1"));
    }
    assert_eq!(most.load(Ordering::SeqCst), 1);
    let error = zstack.client().logout().await.unwrap_err();
    assert!(error.is_unreachable() && error.to_string().contains("was not carried"), "{error}");
}

/// The network is a service, too: what a stack of layers is put around.
#[tokio::test]
async fn the_network_is_a_service() {
    let server = crate::common::Server::of_zstack(|_| {
        crate::common::Reply::new(200, r#"{"inventories": [{"name": "zone 1"}]}"#)
    })
    .await;
    let options = server.options();
    let stack = tower::ServiceBuilder::new().concurrency_limit(2).service(Network::new(&options.http).unwrap());
    let zstack = ZstackClient::over(options, Tower::new(stack)).unwrap();
    assert_eq!(zstack.call(&QueryZone::new()).await.unwrap().inventories.len(), 1);
    assert_eq!((server.sessions(), server.lines()), (1, vec!["GET /zstack/v1/zones".to_owned()]));

    let mut nowhere = Options::new("http://127.0.0.1:1", "admin", "hunter2").unwrap();
    nowhere.http.retry = RetryPolicy::none();
    let stack = Network::new(&nowhere.http).unwrap();
    let zstack = ZstackClient::over(nowhere, Tower::new(stack)).unwrap();
    let error = zstack.call(&QueryZone::new()).await.unwrap_err();
    assert!(
        error.http().is_some_and(|http| http.is_connect()),
        "what the network said comes through the layers: {error}"
    );
}

#[cfg(feature = "blocking")]
#[test]
fn a_program_without_a_runtime_waits() {
    let blocking = backhaul_transport::blocking::Blocking::new().unwrap();
    let zstack = ZstackClient::from_stub(options(), |_: &Request| {
        Response::new(200, r#"{"inventories": [{"uuid": "1", "name": "zone 1"}], "total": 1}"#)
    });
    let names = blocking.each(zstack.unwrap().list(&QueryZone::new()).by_item()).map(|zone| zone.unwrap().name);
    assert_eq!(names.collect::<Vec<_>>(), [Some("zone 1".to_owned())]);
}
