//! Long jobs of ZStack: waited for, cancelled, failed, gone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use crate::common::{Reply, Server};
use backhaul_models::zstack::{LongJob, LongJobState};
use backhaul_transport::poller::Waiting;

const JOB: &str = "5cf4a7dca7f2416a9a6cc2a0a2ba5fe7";

fn quick() -> Waiting {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(2));
    waiting
}

fn submitted() -> LongJob {
    let mut job = LongJob::default();
    job.uuid = Some(JOB.into());
    job.job_name = Some("APIAddImageMsg".to_owned());
    job.state = Some(LongJobState::Waiting);
    job
}

/// Answers queries with these states in turn, each with a result; the last one stays.
async fn server(states: &[(&'static str, &'static str)]) -> Server {
    let mut states: Vec<_> = states.iter().rev().copied().collect();
    Server::of_zstack(move |seen| {
        if seen.method == "PUT" {
            return Reply::new(200, "{}");
        }
        let (state, result) = if states.len() > 1 { states.pop().unwrap() } else { states[0] };
        let found = serde_json::json!([{
            "uuid": JOB, "jobName": "APIAddImageMsg", "state": state, "jobResult": result
        }]);
        let found = if state.is_empty() { serde_json::json!([]) } else { found };
        Reply::new(200, serde_json::json!({ "inventories": found, "schema": {} }).to_string())
    })
    .await
}

#[tokio::test]
async fn a_long_job_is_waited_for_over_every_state() {
    let states = [("Running", ""), ("Suspended", ""), ("Running", ""), ("Succeeded", "{\"uuid\": \"x\"}")];
    let server = server(&states).await;
    let done = server.zstack().long_job(submitted()).waiting(quick()).until_done().await.unwrap();
    assert_eq!(done.job_result.as_deref(), Some("{\"uuid\": \"x\"}"));
    let asked = format!("GET /zstack/v1/longjobs?q=uuid%3D{JOB}");
    assert_eq!(server.lines(), [asked.as_str(), &asked, &asked, &asked]);
}

#[tokio::test]
async fn a_long_job_that_fails_says_why() {
    for (result, says) in [
        (
            r#"{"code": "SYS.1006", "details": "no space", "cause": {"code": "X", "details": "disk full"}}"#,
            "\"no space\"; because of X: \"disk full\"",
        ),
        ("it broke", "it broke"),
        ("", "does not say why"),
    ] {
        let server = server(&[("Failed", result)]).await;
        let error = server.zstack().long_job(submitted()).waiting(quick()).until_done().await.unwrap_err();
        assert!(error.is_task_failed(), "{error}");
        let said = error.to_string();
        assert!(
            said.contains(&format!("the long job {JOB} (APIAddImageMsg) failed: ")) && said.contains(says),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_long_job_can_be_cancelled() {
    let server = server(&[("Canceling", ""), ("Canceled", "")]).await;
    let job = server.zstack().long_job(submitted()).waiting(quick());
    job.work().cancel().await.unwrap();
    let error = job.until_done().await.unwrap_err();
    assert!(error.is_task_failed() && error.to_string().contains("was cancelled"), "{error}");
    let [cancel, ..] = &server.seen()[..] else { panic!("nothing was asked") };
    assert_eq!(cancel.line(), format!("PUT /zstack/v1/longjobs/{JOB}/actions"));
    assert_eq!(cancel.body, r#"{"cancelLongJob":{}}"#);
}

#[tokio::test]
async fn a_long_job_that_is_gone_or_never_ends() {
    let gone = server(&[("Running", ""), ("", "")]).await;
    let error = gone.zstack().long_job(submitted()).waiting(quick()).until_done().await.unwrap_err();
    assert!(
        error.to_string().contains("no longer knows") && error.to_string().contains("last seen Running"),
        "{error}"
    );
    let endless = server(&[("Running", "")]).await;
    let job = endless.zstack().long_job(submitted()).waiting(quick()).deadline(Duration::from_millis(50));
    let error = job.until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("is Running after 0 s"), "{error}");
}
