//! No number and no date of a server's ends in a panic or in work without end: each place where one is reckoned with is
//! given any.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul_filter::em::Job;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::{QueryZone, ReconnectBackupStorage};
use backhaul_transport::em::EmClient;
use backhaul_transport::net::{HttpClient, HttpOptions, Request, Response};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{Options, Policy, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::TryStreamExt;
use http::{HeaderValue, Method, header};
use proptest::prelude::*;

/// As a server writes a number: mostly at the ends of what some type holds, sometimes none at all.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        (0_u32..70, -2_i128..3).prop_map(|(bits, near)| ((1_i128 << bits) + near).to_string()),
        (0_u32..70, -2_i128..3).prop_map(|(bits, near)| (near - (1_i128 << bits)).to_string()),
        (-3_i64..4).prop_map(|number| number.to_string()),
        prop::sample::select(vec!["1e400", "-1e400", "1.5", "\"soon\"", "null", "true", "{}", "\"\"", "-0"])
            .prop_map(str::to_owned),
    ]
}

fn options() -> Options {
    let mut options = Options::new("https://server.invalid", "admin", "hunter2").unwrap();
    options.http.retry.base_delay = Duration::from_millis(1);
    options.http.retry.max_delay = Duration::from_millis(2);
    options
}

/// A policy that ends, so that the clock of the runtime, which stands still until nobody has anything to do, can go on.
fn ending() -> Policy {
    let mut policy = Policy::default();
    policy.deadline = Some(Duration::from_secs(3600));
    policy
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(work)
}

/// How many requests a listing may cost whose pages all say the same.
const MOST: usize = 4;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_pages_of_enterprise_manager(page in number(), size in number(), count in number()) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let [page, size, count] = [page, size, count].map(|text| text.replace('"', ""));
        let em = EmClient::from_stub(options(), move |_: &Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            Response::new(200, format!(
                "<QueryResult xmlns=\"http://www.veeam.com/ent/v1.0\"><Entities><Jobs><Job UID=\"urn:veeam:Job:1\" /></Jobs></Entities>\
                 <PagingInfo PageNum=\"{page}\" PageSize=\"{size}\" PagesCount=\"{count}\"><Links /></PagingInfo></QueryResult>"
            ))
        }).unwrap().under(ending());
        let _ = wait(em.query::<Job>().by_item().unwrap().try_collect::<Vec<_>>());
        prop_assert!(asked.load(Ordering::SeqCst) <= MOST);
    }

    #[test]
    fn in_pages_of_vb365(offset in number(), limit in number(), total in number()) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let mut options = Vb365Options::from(options());
        options.version = ApiVersion::new(8);
        let vb365 = Vb365Client::from_stub(options, move |_: &Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            Response::new(200, format!(
                r#"{{"offset": {offset}, "limit": {limit}, "totalCount": {total}, "results": [{{"id": "1"}}],
                    "_links": {{}}}}"#
            ))
        }).unwrap().under(ending());
        let _ = wait(vb365.list(&OrganizationGet::new()).by_item().try_collect::<Vec<_>>());
        prop_assert!(asked.load(Ordering::SeqCst) <= MOST);
    }

    #[test]
    fn in_pages_of_zstack(total in number()) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let zstack = ZstackClient::from_stub(options(), move |_: &Request| {
            counted.fetch_add(1, Ordering::SeqCst);
            Response::new(200, format!(r#"{{"inventories": [{{"uuid": "1"}}], "total": {total}}}"#))
        }).unwrap().under(ending());
        let _ = wait(zstack.list(&QueryZone::new()).by_item().try_collect::<Vec<_>>());
        prop_assert!(asked.load(Ordering::SeqCst) <= MOST);
    }

    #[test]
    fn in_a_token_and_in_the_time_that_a_job_is_given(lives in number(), limit in number()) {
        let mut own = Vb365Options::from(options());
        own.version = ApiVersion::new(8);
        let vb365 = Vb365Client::over(own, move |_: &Request| {
            Response::new(200, format!(r#"{{"access_token": "token", "refresh_token": "more", "expires_in": {lives}}}"#))
        }).unwrap().under(ending());
        let _ = wait(async { (vb365.client().logon().await, vb365.client().logon().await) });

        let zstack = ZstackClient::from_stub(options(), move |request: &Request| match request.method {
            Method::GET => Response::new(202, ""),
            _ => Response::new(202, format!(
                r#"{{"location": "http://z/zstack/v1/api-jobs/5cf4a7dca7f2416a9a6cc2a0a2ba5fe7", "apiTimeout": {limit}}}"#
            )),
        }).unwrap().under(ending());
        let waited = wait(async { zstack.start(&ReconnectBackupStorage::new("1")).await?.until_done().await });
        prop_assert!(waited.is_err());
    }

    #[test]
    fn in_headers(number in number(), date in "[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT") {
        for text in [number.replace('"', ""), date] {
            let busy = move |_: &Request| {
                let mut answer = Response::new(503, "");
                let value = HeaderValue::from_str(&text).unwrap();
                for name in [header::RETRY_AFTER, header::DATE, header::CONTENT_LENGTH, header::CONTENT_RANGE] {
                    answer.headers.insert(name, value.clone());
                }
                answer
            };
            let http = HttpClient::from_stub(HttpOptions::default(), busy);
            let mut request = Request::new(Method::GET, "http://server.invalid/".parse().unwrap());
            let answer = wait(async {
                request.deadline = tokio::time::Instant::now().checked_add(Duration::from_secs(60));
                http.send(request).await
            });
            prop_assert!(answer.is_ok_and(|answer| answer.status == 503));
        }
    }
}
