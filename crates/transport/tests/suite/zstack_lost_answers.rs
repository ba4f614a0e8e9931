//! A call of ZStack whose answer was lost: its job is followed, and nothing is sent twice.
#![allow(clippy::unwrap_used, missing_docs)]

use crate::common::{Reply, Seen, Server};
use backhaul_models::zstack::operations::ReconnectBackupStorage;

const STORAGE: &str = "6ef9b2b4f2f14e7fa4d1ee25fb0f7f6c";

/// A server that takes the work on and breaks the connection; of the job it says this.
async fn server(job: Reply) -> Server {
    Server::of_zstack(move |seen: &Seen| match seen.method.as_str() {
        "GET" => job.clone(),
        _ => Reply::new(202, r#"{"location": "http://10.0.0.5:8080/zstack/v1/api-jobs/x"}"#).cut(5),
    })
    .await
}

#[tokio::test]
async fn the_job_is_asked_for_by_the_id_that_was_sent() {
    let server = server(Reply::new(200, format!(r#"{{"inventory": {{"uuid": "{STORAGE}"}}}}"#))).await;
    let reply = server.zstack().call(&ReconnectBackupStorage::new(STORAGE)).await.unwrap();
    assert!(reply.inventory.unwrap().uuid().is_some_and(|uuid| uuid.as_str() == STORAGE));
    let seen = server.seen();
    let id = seen[0].header("x-job-uuid").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
    let lines: Vec<String> = seen.iter().map(Seen::line).collect();
    assert_eq!(lines[1..], [format!("GET /zstack/v1/api-jobs/{id}")]);
}

#[tokio::test]
async fn a_job_that_is_not_known_is_not_begun_again() {
    let server = server(Reply::new(404, "unable to find the job")).await;
    let error = server.zstack().call(&ReconnectBackupStorage::new(STORAGE)).await.unwrap_err();
    assert!(error.http().is_some_and(|http| http.is_interrupted()), "{error}");
    assert_eq!(server.seen().iter().filter(|seen| seen.method != "GET").count(), 1);
}
