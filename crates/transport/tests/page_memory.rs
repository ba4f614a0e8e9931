//! What a page costs in memory: its text and one item, however many items it has.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use backhaul_filter::em::Job;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryZone;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::{Request, Response};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Error, Options, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::{Stream, TryStreamExt};

const PAGE: usize = 512 << 10;

/// A number of the process's own, in bytes.
fn status(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// How many items come, and by how much the most memory of the process so far rises over what it has now.
async fn costs<T>(items: impl Stream<Item = Result<T, Error>>) -> (usize, usize) {
    let before = status("VmRSS");
    let count = items.try_fold(0, |count, _| std::future::ready(Ok(count + 1))).await.unwrap();
    (count, status("VmHWM").saturating_sub(before))
}

fn options() -> Options {
    Options::new("http://server.invalid", "admin", "hunter2").unwrap()
}

/// One test of its own in its own process: the most memory of a process never falls.
#[tokio::test]
async fn a_page_of_nearly_empty_objects_costs_no_more_than_eight_times_its_text() {
    let empty = vec![r#"{"name":""}"#; PAGE / 12].join(",");
    let zones = format!(r#"{{"inventories": [{empty}]}}"#);
    let organizations = format!(r#"{{"offset": 0, "limit": 1, "results": [{empty}], "_links": {{"self": {{}}}}}}"#);
    let jobs = format!(
        "<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"><Entities><Jobs>{}</Jobs></Entities>\
         <PagingInfo PageNum=\"1\" PageSize=\"1\" PagesCount=\"1\"><Links /></PagingInfo></QueryResult>",
        "<Job Name=\"\"/>".repeat(PAGE / 14)
    );
    let most = 8 * PAGE + (16 << 20);
    let answer = |body: String| move |_: &Request| Response::new(200, body.clone());

    let mut call = QueryZone::new();
    call.limit = Some(10_000_000);
    let zstack = ZstackClient::from_stub(options(), answer(zones)).unwrap();
    let (count, cost) = costs(zstack.list(&call).by_item()).await;
    assert!(count == PAGE / 12 && cost <= most, "{count} zones for {cost} bytes, at most {most}");

    let mut vb365 = Vb365Options::from(options());
    vb365.version = ApiVersion::new(8);
    let vb365 = Vb365Client::from_stub(vb365, answer(organizations)).unwrap();
    let (count, cost) = costs(vb365.list(&OrganizationGet::new()).by_item()).await;
    assert!(count == PAGE / 12 && cost <= most, "{count} organizations for {cost} bytes, at most {most}");

    let em = EmClient::from_stub(options(), answer(jobs)).unwrap();
    let (count, cost) = costs(em.query::<Job>().by_item().unwrap()).await;
    assert!(count == PAGE / 14 && cost <= most, "{count} jobs for {cost} bytes, at most {most}");
}
