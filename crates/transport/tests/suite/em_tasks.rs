//! Tasks of Enterprise Manager, from the call that starts one to its end.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::Duration;

use crate::common::{OK, Reply, Server, task, xml};
use backhaul_models::em::RestoreSession;
use backhaul_models::em::operations::{PostAgentsAgentRestorePointsByIdMounts, PostJobsByIdStart};
use backhaul_transport::em::TaskPoller;
use backhaul_transport::poller::{Progress, Waiting};
use futures_util::StreamExt;

const JOB: &str = "b04c217b-0538-4650-bec4-19deff4ea1ac";

fn call() -> PostJobsByIdStart {
    PostJobsByIdStart::new(JOB)
}

/// The pauses of a test.
fn soon(poller: TaskPoller) -> TaskPoller {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(1));
    poller.waiting(waiting)
}

/// Answers the start with a running task, and each question with the next of these.
async fn server(answers: Vec<Reply>) -> Server {
    let mut answers = answers.into_iter();
    Server::new(move |seen| match seen.method.as_str() {
        "POST" => task(202, "task-7", "Running", ""),
        _ => answers.next().unwrap_or_else(|| Reply::new(500, "asked too often")),
    })
    .await
}

#[tokio::test]
async fn a_task_is_waited_for_until_its_data_are_there() {
    let server = server(vec![
        task(200, "task-7", "Running", ""),
        task(200, "task-7", "OperationFinished", OK),
        task(200, "task-7", "Finished", OK),
    ])
    .await;
    let poller = soon(server.em().start(&call()).await.unwrap());
    assert_eq!(poller.state().operation.as_deref(), Some("StartJob"));
    let states: Vec<String> = poller
        .into_stream()
        .map(|progress| match progress.unwrap() {
            Progress::Going(task) => task.state.unwrap().as_str().to_owned(),
            Progress::Done(done) => format!("done: {}", done.message().unwrap()),
        })
        .collect()
        .await;
    assert_eq!(states, ["Running", "Running", "OperationFinished", "done: Ok"]);
    let ask = "GET /api/tasks/task-7";
    assert_eq!(server.lines(), [&format!("POST /api/jobs/{JOB}?action=start"), ask, ask, ask]);
}

#[tokio::test]
async fn a_task_that_failed_is_an_error_with_all_that_the_server_says() {
    let failed = "<Result Success=\"false\"><Message>The job is disabled.</Message></Result>";
    let server = server(vec![task(200, "task-7", "Finished", failed)]).await;
    let error = soon(server.em().start(&call()).await.unwrap()).until_done().await.unwrap_err();
    assert!(error.is_task_failed(), "{error}");
    let text = error.to_string();
    assert!(text.contains("task-7 (StartJob) failed: \"The job is disabled.\""), "{text}");
}

#[tokio::test]
async fn a_task_that_never_ends_says_how_far_it_was() {
    let server = Server::new(|seen| task(if seen.method == "POST" { 202 } else { 200 }, "task-7", "Running", "")).await;
    let poller = soon(server.em().start(&call()).await.unwrap()).deadline(Duration::from_millis(300));
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_deadline(), "{error}");
    assert!(error.to_string().contains("task-7 (StartJob) is Running after"), "{error}");
}

#[tokio::test]
async fn a_task_that_the_server_forgot_is_told_as_such() {
    let gone = xml(404, "<Error Message=\"Not found\" StatusCode=\"404\" />");
    let server = server(vec![gone]).await;
    let error = soon(server.em().start(&call()).await.unwrap()).until_done().await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(error.to_string().contains("no longer knows task-7 (StartJob), last seen Running"), "{error}");
}

#[tokio::test]
async fn a_task_is_lost_with_its_session() {
    let server = server(vec![]).await;
    let em = server.em();
    let poller = soon(em.start(&call()).await.unwrap());
    server.end_session();
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_session_lost() && error.to_string().contains("task-7 (StartJob) belongs to a session"), "{error}");
    // Nobody asks for a task of the old session in a new one.
    assert_eq!(server.sessions(), 1);
}

#[tokio::test]
async fn a_task_is_lost_when_another_call_renewed_the_session() {
    let server = Server::new(|seen| match seen.line().as_str() {
        line if line.starts_with("POST") => task(202, "task-7", "Running", ""),
        "GET /api/tasks/task-7" => xml(404, "<Error Message=\"There is no task-7\" StatusCode=\"404\" />"),
        _ => xml(200, "<EnterpriseManager />"),
    })
    .await;
    let em = server.em();
    let poller = soon(em.start(&call()).await.unwrap());
    server.end_session();
    // Any call in between opens the new session.
    let plain = em.call(&backhaul_models::em::operations::GetTasksById::new("task-7")).await.unwrap_err();
    assert_eq!((plain.status(), server.sessions()), (Some(404), 2));
    assert!(plain.to_string().contains("tasks and mounts end with their session"), "{plain}");
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_session_lost(), "{error}");
}

#[tokio::test]
async fn an_error_that_may_pass_is_sat_out() {
    let busy = Reply::new(500, "<Error xmlns=\"http://www.veeam.com/ent/v1.0\" Message=\"busy\" StatusCode=\"500\" />");
    let server = server(vec![busy, task(200, "task-7", "Finished", OK)]).await;
    let done = soon(server.em().start(&call()).await.unwrap()).until_done().await.unwrap();
    assert_eq!(done.task().task_id.as_deref(), Some("task-7"));
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_task() {
    let page = "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>";
    let server = Server::new(move |_| Reply::new(200, page)).await;
    let error = server.em().start(&call()).await.unwrap_err();
    assert!(error.to_string().contains("HTML"), "{error}");

    let mut answers = vec![Reply::new(200, page), task(202, "task-7", "Running", "")];
    let server = Server::new(move |_| answers.pop().unwrap()).await;
    let error = soon(server.em().start(&call()).await.unwrap()).until_done().await.unwrap_err();
    assert!(error.to_string().contains("HTML"), "{error}");
}

#[tokio::test]
async fn what_is_no_task_is_not_waited_for() {
    for body in ["<LogonSession xmlns=\"http://www.veeam.com/ent/v1.0\" />", "{\"UserName\": \"x\"}", "", "certainly"] {
        let server = Server::new(move |_| Reply::new(200, body)).await;
        let error = server.em().start(&call()).await.unwrap_err();
        assert!(error.to_string().contains("no task") || error.decode().is_some(), "{body}: {error}");
    }
}

#[tokio::test]
async fn tasks_read_in_json_and_in_a_list_of_one() {
    let json = "{\"Links\":[],\"TaskId\":\"task-7\",\"State\":\"Finished\",\"Operation\":\"StartJob\",\
                \"Result\":{\"Success\":true,\"Message\":\"Ok\"}}";
    let server = Server::new(move |_| Reply::new(202, json)).await;
    let done = server.em_json().start(&call()).await.unwrap().until_done().await.unwrap();
    assert_eq!(done.message(), Some("Ok"));

    let one = task(202, "task-5", "Finished", OK);
    let list = |one: &str| format!("<Tasks xmlns=\"http://www.veeam.com/ent/v1.0\">{one}</Tasks>");
    let server = Server::new(move |_| one.clone().wrap(list)).await;
    let call = PostAgentsAgentRestorePointsByIdMounts::new(JOB);
    let done = server.em().start(&call).await.unwrap().until_done().await.unwrap();
    assert_eq!(done.task().task_id.as_deref(), Some("task-5"));
}

#[tokio::test]
async fn what_a_task_made_is_got_by_its_link() {
    let related = "<Link Rel=\"Related\" Type=\"RestoreSession\" \
                   Href=\"{server}/api/restoreSessions/b67a3603-81f4-46af-be68-9f2c2307465c?format=Entity\" />";
    let server = Server::new(move |seen| match seen.method.as_str() {
        "POST" => task(202, "task-7", "Finished", &format!("{related}|{OK}")),
        _ => xml(200, "<RestoreSession Name=\"sql01\"><Progress>100</Progress></RestoreSession>"),
    })
    .await;
    let done = server.em().start(&call()).await.unwrap().until_done().await.unwrap();
    let session: RestoreSession = done.created().await.unwrap();
    assert_eq!(session.name.as_deref(), Some("sql01"));
    let error = done.created::<backhaul_models::em::CloudTenant>().await.unwrap_err();
    assert!(error.to_string().contains("links to RestoreSession, and to no `CloudTenant`"), "{error}");
}

#[tokio::test]
async fn a_task_is_stopped_in_its_session() {
    let mut first = true;
    let server =
        Server::new(
            move |_| {
                if std::mem::take(&mut first) { task(202, "task-7", "Running", "") } else { Reply::new(204, "") }
            },
        )
        .await;
    let poller = server.em().start(&call()).await.unwrap();
    poller.work().cancel().await.unwrap();
    assert_eq!(server.lines()[1], "DELETE /api/tasks/task-7");
    server.end_session();
    assert!(poller.work().cancel().await.unwrap_err().is_session_lost());
}

#[tokio::test]
async fn an_answer_of_another_task_is_none() {
    let server = server(vec![task(200, "task-8", "Finished", OK)]).await;
    let error = soon(server.em().start(&call()).await.unwrap()).until_done().await.unwrap_err();
    assert!(error.to_string().contains("task-7 (StartJob) was asked for") && !error.is_transient(), "{error}");
    assert!(error.to_string().contains("\"task-8\""), "{error}");
}
