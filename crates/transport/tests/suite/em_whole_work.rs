//! Work of Enterprise Manager to its end: the task, and the session that it leaves behind.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use crate::common::{OK, Reply, Seen, Server, task, xml};
use backhaul_models::em::operations::{PostBackupServersByIdQuickbackup, PostJobsByIdStart};
use backhaul_transport::em::{Whole, WholePoller};
use backhaul_transport::poller::Waiting;
use backhaul_transport::{Arguments, Error};
use backhaul_wire::{Call, Operation};

const RUN: &str = "d34e76fb-86d6-41e9-b84f-88a87b52e07a";

fn session(state: &str, rest: &str) -> Reply {
    xml(200, &format!("<BackupJobSession Name=\"Job 1\"><State>{state}</State>{rest}</BackupJobSession>"))
}

fn references(ids: &[&str]) -> Reply {
    let refs = ids.iter().map(|id| {
        format!("<Ref Type=\"BackupJobSessionReference\" Href=\"{{server}}/api/backupSessions/{id}\" UID=\"{id}\" />")
    });
    xml(200, &format!("<EntityReferences>{}</EntityReferences>", refs.collect::<String>()))
}

async fn whole(server: &Server, operation: &'static Operation) -> Result<Whole, Error> {
    let arguments = Arguments { params: vec![("ID".to_owned(), "1".to_owned())], body: None };
    let work: WholePoller = server.em().client().start_whole(operation, &arguments).await?.unwrap();
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(2));
    work.waiting(waiting).until_done().await
}

/// A server whose task is done at once, and whose session goes on for a question and ends so.
fn zip(end: Reply) -> impl FnMut(&Seen) -> Reply {
    let mut asked = 0;
    move |seen| match seen.target.as_str() {
        target if target.starts_with("/api/backupSessions/") => {
            asked += 1;
            if asked < 3 { session("Working", "<Progress>40</Progress>") } else { end.clone() }
        }
        _ => {
            let link = format!(
                "<Link Rel=\"Related\" Type=\"BackupJobSession\" Href=\"{{server}}/api/backupSessions/{RUN}?format=Entity\" />"
            );
            task(202, "task-1", "Finished", &format!("{link}|{OK}"))
        }
    }
}

#[tokio::test]
async fn the_session_that_a_task_links_to_is_followed() {
    let server = Server::new(zip(session("Stopped", "<Result>Warning</Result><Progress>100</Progress>"))).await;
    let done = whole(&server, PostBackupServersByIdQuickbackup::OPERATION).await.unwrap();
    let session = done.session.unwrap();
    assert_eq!((session.state(), session.result(), session.progress()), (Some("Stopped"), Some("Warning"), Some(100)));
    assert_eq!(done.task.message(), Some("Ok"));
}

#[tokio::test]
async fn a_session_that_failed_says_why() {
    let why = "<Result>Failed</Result><FailureMessage>No space left\non Vol2</FailureMessage>";
    let server = Server::new(zip(session("Stopped", why))).await;
    let error = whole(&server, PostBackupServersByIdQuickbackup::OPERATION).await.unwrap_err();
    assert!(error.is_task_failed(), "{error}");
    assert!(error.to_string().contains(r#"the run "Job 1" failed: "No space left\non Vol2""#), "{error}");
}

#[tokio::test]
async fn the_run_of_a_job_is_the_one_that_was_not_there_before() {
    let mut started = false;
    let server = Server::new(move |seen| match (seen.method.as_str(), seen.target.as_str()) {
        ("POST", _) => {
            started = true;
            task(202, "task-1", "Finished", OK)
        }
        (_, "/api/jobs/1/backupSessions") if started => references(&["old", "new"]),
        (_, "/api/jobs/1/backupSessions") => references(&["old"]),
        (_, "/api/jobs/1/replicaSessions") => references(&[]),
        (_, "/api/backupSessions/new?format=Entity") => session("Stopped", "<Result>Success</Result>"),
        (_, other) => Reply::new(404, other),
    })
    .await;
    let done = whole(&server, PostJobsByIdStart::OPERATION).await.unwrap();
    assert_eq!(done.session.unwrap().result(), Some("Success"));
}

/// A tenant may start a job and not list its runs, and not every release has a list of them: the task is then all that
/// is known.
#[tokio::test]
async fn without_a_list_of_runs_the_task_is_the_end() {
    let forbidden = xml(403, "<Error Message=\"Forbidden\" StatusCode=\"403\" />");
    for none in [forbidden, Reply::new(404, "not here"), xml(200, "<Jobs />"), Reply::new(200, "<html></html>")] {
        let server = Server::new(move |seen| match seen.method.as_str() {
            "POST" => task(202, "task-1", "Finished", OK),
            _ => none.clone(),
        })
        .await;
        assert!(whole(&server, PostJobsByIdStart::OPERATION).await.unwrap().session.is_none());
    }
}

/// A task that has ended does not go on on the server.
#[tokio::test]
async fn a_run_that_is_not_there_in_time_is_told_as_such() {
    let server = Server::new(|seen| match seen.method.as_str() {
        "POST" => task(202, "task-1", "Finished", OK),
        _ => references(&[]),
    })
    .await;
    let arguments = Arguments { params: vec![("ID".to_owned(), "1".to_owned())], body: None };
    let work = server.em().client().start_whole(PostJobsByIdStart::OPERATION, &arguments).await.unwrap().unwrap();
    let error = work.deadline(Duration::from_millis(900)).until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("no run of the job was seen in 0 s"), "{error}");
}
