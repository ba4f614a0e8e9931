//! Jobs of ZStack: every end, and every way in which there is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::{Reply, Seen, Server, zstack_error};
use backhaul_models::zstack::operations::{
    ChangeBackupStorageState, DeleteBackupStorage, QueryBackupStorage, ReconnectBackupStorage,
};
use backhaul_transport::poller::Progress;
use backhaul_transport::zstack::ZstackClient;

const JOB: &str = "5cf4a7dca7f2416a9a6cc2a0a2ba5fe7";
const STORAGE: &str = "6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c";

/// The answer that starts a job: under the name by which the server knows itself.
fn accepted(job: &str) -> Reply {
    Reply::new(
        202,
        format!(r#"{{"location": "http://10.0.0.5:8080/zstack/v1/api-jobs/{job}", "apiTimeout": 1800000}}"#),
    )
}

fn running() -> Reply {
    Reply::new(202, "{}")
}

fn storage() -> Reply {
    Reply::new(
        200,
        format!(r#"{{"inventory": {{"uuid": "{STORAGE}", "name": "bs", "type": "ImageStoreBackupStorage"}}}}"#),
    )
}

/// A server whose job is asked about as often as there are answers; the last one stays.
async fn server(answers: Vec<Reply>) -> Server {
    let mut answers = answers.into_iter().peekable();
    Server::of_zstack(move |seen: &Seen| {
        if !seen.target.contains("/api-jobs/") {
            return accepted(JOB);
        }
        let answer = answers.next().unwrap();
        if answers.peek().is_none() {
            let last = answer.clone();
            answers = vec![last].into_iter().peekable();
        }
        answer
    })
    .await
}

fn quick() -> backhaul_transport::poller::Waiting {
    let mut waiting = backhaul_transport::poller::Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(2));
    waiting
}

/// Starts the job and waits for its end.
async fn reconnected(zstack: &ZstackClient) -> Result<Option<String>, backhaul_transport::Error> {
    let call = ReconnectBackupStorage::new(STORAGE);
    let reply = zstack.start(&call).await?.waiting(quick()).until_done().await?;
    Ok(reply.inventory.and_then(|storage| storage.name().map(str::to_owned)))
}

#[tokio::test]
async fn a_job_is_asked_for_at_the_address_that_was_given() {
    let server = server(vec![running(), running(), storage()]).await;
    let zstack = server.zstack();
    let call = ReconnectBackupStorage::new(STORAGE);
    let mut job = zstack.start(&call).await.unwrap().waiting(quick());
    assert_eq!((job.state().id(), job.state().limit()), (Some(JOB), Some(Duration::from_secs(1800))));
    let mut going = 0;
    let reply = loop {
        match job.next().await.unwrap() {
            Progress::Going(state) => going += u32::from(state.is_running()),
            Progress::Done(reply) => break reply,
        }
    };
    assert_eq!((going, reply.inventory.unwrap().name()), (3, Some("bs")));
    let poll = format!("GET /zstack/v1/api-jobs/{JOB}");
    let start = format!("PUT /zstack/v1/backup-storage/{STORAGE}/actions");
    assert_eq!(server.lines(), [start.as_str(), &poll, &poll, &poll]);
    assert!(server.seen().iter().all(|seen| seen.header("authorization") == Some("OAuth session-1")));
}

#[tokio::test]
async fn below_a_gateways_path_as_well() {
    let server = server(vec![storage()]).await;
    let mut options = server.options();
    options.url = format!("{}/cloud/", server.url).parse().unwrap();
    assert_eq!(reconnected(&ZstackClient::new(options).unwrap()).await.unwrap().as_deref(), Some("bs"));
    assert_eq!(server.lines()[1], format!("GET /cloud/zstack/v1/api-jobs/{JOB}"));
}

#[tokio::test]
async fn an_answer_at_once_is_the_end_at_once() {
    let server = Server::of_zstack(|_| storage()).await;
    let call = ReconnectBackupStorage::new(STORAGE);
    let job = server.zstack().start(&call).await.unwrap();
    assert!(!job.state().is_running() && job.state().id().is_none());
    let reply = job.until_done().await.unwrap();
    assert_eq!(reply.inventory.unwrap().name(), Some("bs"));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_call_waits_for_its_job() {
    let server = server(vec![Reply::new(200, "{}")]).await;
    server.zstack().call(&DeleteBackupStorage::new(STORAGE)).await.unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_job_that_fails_is_the_apis_error_with_its_causes() {
    let body = r#"{"error": {"code": "SYS.1006", "description": "An operation failed", "details": "cannot connect to it",
        "cause": {"code": "HOST.1000", "details": "no route to 10.0.0.9"}}}"#;
    let server = server(vec![running(), Reply::new(503, body)]).await;
    let error = reconnected(&server.zstack()).await.unwrap_err();
    assert!(error.is_api() && error.is_task_failed() && !error.is_transient());
    assert_eq!((error.status(), error.code()), (Some(503), Some("SYS.1006")));
    let whole = error.zstack().unwrap();
    assert_eq!(whole.description.as_deref(), Some("An operation failed"));
    assert_eq!(whole.cause.as_ref().unwrap().code.as_deref(), Some("HOST.1000"));
    let text = format!(
        "ReconnectBackupStorage: {}: the job {JOB} failed (SYS.1006): \"cannot connect to it\"; because of HOST.1000: \"no route to \
         10.0.0.9\"",
        server.url
    );
    assert_eq!(error.to_string(), text);
    // Asked twice: an error of the API is not sat out.
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn an_error_at_once_reads_alike_and_is_not_tried_again() {
    let server = Server::of_zstack(|_| zstack_error("SYS.1007", "no such field")).await;
    let error = server.zstack().call(&QueryBackupStorage::new()).await.unwrap_err();
    assert!(error.is_api() && !error.is_task_failed() && !error.is_transient());
    let text = format!("QueryBackupStorage: {} answered with an error (503, SYS.1007): \"no such field\"", server.url);
    assert_eq!(error.to_string(), text);
    assert_eq!(server.lines().len(), 1);
    let server = Server::of_zstack(|_| zstack_error("SYS.1012", "away")).await;
    assert!(server.zstack().call(&QueryBackupStorage::new()).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn a_503_of_a_proxy_is_a_busy_server() {
    let page = Reply::new(503, "<html>Service Unavailable</html>");
    let server = server(vec![running(), page.clone(), page, storage()]).await;
    assert_eq!(reconnected(&server.zstack()).await.unwrap().as_deref(), Some("bs"));
    assert_eq!(server.lines().len(), 5);
}

#[tokio::test]
async fn a_job_that_vanishes_may_have_been_carried_out() {
    for text in ["", "not found", "unable to find the job, it has expired or never existed"] {
        let server = server(vec![running(), Reply::new(404, text)]).await;
        let error = reconnected(&server.zstack()).await.unwrap_err();
        assert_eq!(error.status(), Some(404), "{error}");
        let said = error.to_string();
        assert!(said.starts_with("ReconnectBackupStorage: ") && said.contains(JOB), "{said}");
        assert!(said.contains("may have been carried out"), "{said}");
    }
    // A proxy that does not find the server says nothing of the job.
    let server = server(vec![Reply::new(404, "<!DOCTYPE html><html></html>")]).await;
    assert!(reconnected(&server.zstack()).await.unwrap_err().is_wrong_product());
}

#[tokio::test]
async fn a_job_that_never_ends() {
    let server = server(vec![running()]).await;
    let job = server.zstack().start(&ReconnectBackupStorage::new(STORAGE)).await.unwrap();
    let error = job.waiting(quick()).deadline(Duration::from_millis(60)).until_done().await.unwrap_err();
    assert!(error.is_deadline());
    assert!(error.to_string().contains(&format!("the job {JOB} is running after 0 s")), "{error}");
    assert!(error.to_string().contains("the server gives it 1800 s"), "{error}");
}

#[tokio::test]
async fn a_place_that_is_no_job_is_not_followed() {
    for place in ["http://evil.example.com/zstack/v1/zones", "/zstack/v1/api-jobs/../accounts/sessions/x", "x"] {
        let body = format!(r#"{{"location": "{place}"}}"#);
        let server = Server::of_zstack(move |_| Reply::new(202, body.clone())).await;
        let error = reconnected(&server.zstack()).await.unwrap_err();
        assert!(error.is_link_refused() && error.to_string().contains("is no job"), "{error}");
        assert_eq!(server.lines().len(), 1, "{place}");
    }
    let server = Server::of_zstack(|_| Reply::new(202, "{}")).await;
    let error = reconnected(&server.zstack()).await.unwrap_err();
    assert!(error.to_string().contains("does not say where to ask"), "{error}");
}

/// The host in a job's place is never spoken to, credentials or not.
#[tokio::test]
async fn another_host_in_the_place_is_never_asked() {
    let other = Server::of_zstack(|_| storage()).await;
    let place = format!("{}/zstack/v1/api-jobs/{JOB}", other.url);
    let server = Server::of_zstack(move |seen| {
        let here = seen.target.contains("/api-jobs/");
        if here { storage() } else { Reply::new(202, format!(r#"{{"location": "{place}"}}"#)) }
    })
    .await;
    assert_eq!(reconnected(&server.zstack()).await.unwrap().as_deref(), Some("bs"));
    assert!(other.seen().is_empty() && other.logons().is_empty());
    assert_eq!(server.lines().len(), 2);
}

/// An unknown session is told by the job: nothing was done, so the call is sent again in a new session, once.
#[tokio::test]
async fn a_session_that_proves_unknown_is_renewed_and_the_call_sent_again() {
    let begun = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&begun);
    let server = Server::of_zstack(move |seen| {
        if seen.target.ends_with("/api-jobs/job1") {
            return zstack_error("ID.1001", "Session expired");
        }
        if seen.target.contains("/api-jobs/") {
            return storage();
        }
        accepted(&format!("job{}", count.fetch_add(1, Ordering::SeqCst) + 1))
    })
    .await;
    assert_eq!(reconnected(&server.zstack()).await.unwrap().as_deref(), Some("bs"));
    assert_eq!((server.sessions(), begun.load(Ordering::SeqCst)), (2, 2));

    // Where it is said again, it is the end.
    let server = self::server(vec![zstack_error("ID.1001", "Session expired")]).await;
    let error = reconnected(&server.zstack()).await.unwrap_err();
    assert_eq!(error.code(), Some("ID.1001"));
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("PUT")).count(), 2);
}

/// A server that asks for a session when a job is asked about gets a new one, and the job goes on.
#[tokio::test]
async fn a_session_that_ends_while_a_job_runs() {
    let server = Server::of_zstack(|seen| match (seen.target.contains("/api-jobs/"), seen.header("authorization")) {
        (false, _) => accepted(JOB),
        (true, Some("OAuth session-1")) => zstack_error("ID.1001", "Session expired"),
        (true, _) => storage(),
    })
    .await;
    assert_eq!(reconnected(&server.zstack()).await.unwrap().as_deref(), Some("bs"));
    assert_eq!((server.sessions(), server.lines().len()), (2, 3));
}

#[tokio::test]
async fn steps_of_a_job_can_be_asked_for() {
    let server = Server::of_zstack(|seen| {
        if seen.target.contains("/task-progresses/") {
            return Reply::new(200, r#"{"inventories": [{"taskName": "ping", "content": "40%", "type": "Progress"}]}"#);
        }
        accepted(JOB)
    })
    .await;
    let call =
        ChangeBackupStorageState::new(STORAGE, backhaul_models::zstack::ChangeBackupStorageStateRequest::default());
    let job = server.zstack().start(&call).await.unwrap();
    let steps = job.work().progress().await.unwrap();
    assert_eq!(steps[0].content.as_deref(), Some("40%"));
    assert_eq!(server.lines()[1], format!("GET /zstack/v1/task-progresses/{JOB}"));
}
