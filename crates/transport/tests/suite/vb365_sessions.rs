//! VB365's sessions, from the call that starts one to its end.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::{Reply, Seen, Server};
use backhaul_models::vb365::operations::{
    BackupRepositoryChangeOwner, BackupRepositoryStartSynchronizeAction, ExchangeMailboxRestoreMailboxAction,
    JobExploreAction, PostJobsByJobIdAction, PostOrganizationsByOrganizationIdAction,
};
use backhaul_models::vb365::{
    DataRetrievalSession, ExploreOptions, JobActionBody, JobSession, OrganizationActionBody, RestoreToOriginalLocation,
    StartJobOptions,
};
use backhaul_transport::poller::{Poller, Progress, Waiting, Work};
use backhaul_transport::vb365::{Kind, Started, starts};
use backhaul_transport::{Arguments, Error};
use backhaul_wire::{Call, Edit};
use futures_util::StreamExt;

const JOB: &str = "b04c217b-0538-4650-bec4-19deff4ea1ac";
const RUN: &str = "0b0f7c2e-0000-4000-8000-000000000001";

/// The pauses of a test.
fn soon<W: Work>(poller: Poller<W>) -> Poller<W> {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(1));
    poller.waiting(waiting)
}

fn run(status: &str, rest: &str) -> String {
    format!(r#"{{"id": "{RUN}", "status": "{status}", "creationTime": "2024-05-29T10:29:05.5413083Z"{rest}}}"#)
}

/// Answers each question with the next of these; the last one again and again.
fn each(answers: Vec<Reply>) -> impl FnMut() -> Reply {
    let mut at = 0;
    move || {
        at += 1;
        answers[(at - 1).min(answers.len() - 1)].clone()
    }
}

fn ok(body: impl Into<String>) -> Reply {
    Reply::new(200, body)
}

/// A server of v8: a start is answered with a run, and questions about it with these.
async fn server(answers: Vec<Reply>) -> Server {
    let mut answers = each(answers);
    Server::of_vb365(move |seen| match seen.method.as_str() {
        "POST" => ok(run("Queued", "")),
        _ => answers(),
    })
    .await
}

async fn fails(answers: Vec<Reply>) -> Error {
    let vb365 = server(answers).await.vb365(8);
    soon(vb365.start_job(JOB, StartJobOptions::default()).await.unwrap()).until_done().await.unwrap_err()
}

#[tokio::test]
async fn a_job_is_waited_for_and_its_progress_told() {
    let going = ok(run("Running", r#", "progress": 15"#));
    let server = server(vec![going, ok(run("Warning", r#", "progress": 40, "details": "2 were skipped""#))]).await;
    let mut options = StartJobOptions::default();
    options.full = Some(true);
    let poller = soon(server.vb365(8).start_job(JOB, options).await.unwrap());
    let states: Vec<String> = poller
        .into_stream()
        .map(|progress| match progress.unwrap() {
            Progress::Going(now) => format!("{} {:?}", now.status.unwrap().as_str(), now.progress),
            Progress::Done(done) => format!("done: {}", done.details.unwrap()),
        })
        .collect()
        .await;
    assert_eq!(states, ["Queued None", "Running Some(15)", "done: 2 were skipped"]);
    let ask = format!("GET /v8/JobSessions/{RUN}");
    assert_eq!(server.lines(), [format!("POST /v8/Jobs/{JOB}/start"), ask.clone(), ask]);
    assert_eq!(server.seen()[0].body, r#"{"full":true}"#);
}

#[tokio::test]
async fn a_run_that_ends_badly_is_an_error_that_says_how() {
    for (status, wanted) in [
        ("Failed", "failed: \"The mailbox is gone.\""),
        ("Stopped", "was stopped: \"The mailbox is gone.\""),
        ("NotConfigured", "not configured"),
        ("Disconnected", "disconnected"),
    ] {
        let error = fails(vec![ok(run(status, r#", "details": "The mailbox is gone.""#))]).await;
        assert!(error.is_task_failed(), "{error}");
        let text = error.to_string();
        assert!(text.contains(wanted) && text.contains(&format!("the job session {RUN}")), "{text}");
    }
    // A state that is not known here ends when the server says that it ended.
    let ended = run("Perfect", r#", "endTime": "2024-05-29T11:29:05Z""#);
    let vb365 = server(vec![ok(run("Pondering", "")), ok(ended)]).await.vb365(8);
    let done = soon(vb365.start_job(JOB, StartJobOptions::default()).await.unwrap()).until_done().await.unwrap();
    assert_eq!(done.status.unwrap().as_str(), "Perfect");
}

#[tokio::test]
async fn a_run_that_never_ends_says_how_far_it_is() {
    let vb365 = server(vec![ok(run("Running", r#", "progress": 7"#))]).await.vb365(8);
    let poller = soon(vb365.start_job(JOB, StartJobOptions::default()).await.unwrap());
    let error = poller.deadline(Duration::from_millis(200)).until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("is Running (progress 7) after"), "{error}");
}

#[tokio::test]
async fn a_run_that_the_server_forgot_or_does_not_tell_is_told_as_such() {
    let gone = Reply::new(404, r#"{"message": "Job session not found.", "errorCode": "ResourceNotFound"}"#);
    let error = fails(vec![gone]).await;
    assert_eq!(error.status(), Some(404));
    assert!(error.to_string().contains("no longer knows the job session"), "{error}");
    for body in ["{}", "[]", "<html>Sign in</html>", ""] {
        let error = fails(vec![ok(body)]).await;
        assert!(!error.is_task_failed() && !error.is_deadline(), "{body}: {error}");
    }
    let server = Server::of_vb365(|_| ok("{}")).await;
    let error = server.vb365(8).start_job(JOB, StartJobOptions::default()).await.unwrap_err();
    assert!(error.to_string().contains("names no job session"), "{error}");
}

/// A session is the server's, and not the token's: nothing is lost with it.
#[tokio::test]
async fn a_token_that_ends_while_a_run_is_waited_for() {
    let server = server(vec![ok(run("Running", "")), ok(run("Success", ""))]).await;
    let mut poller = soon(server.vb365(8).start_job(JOB, StartJobOptions::default()).await.unwrap());
    poller.next().await.unwrap();
    server.end_session();
    poller.until_done().await.unwrap();
    assert_eq!(server.sessions(), 2);
}

/// Up to v7 a start is answered with nothing: the run is found as the one that was not there before.
#[tokio::test]
async fn older_versions_do_not_say_which_run_they_started() {
    for version in 3..=7 {
        let started = Arc::new(Mutex::new(0));
        let server = Server::of_vb365(move |seen| {
            let old = r#"{"id": "OLD", "status": "Success", "creationTime": "2024-05-28T10:00:00Z"}"#;
            let mut started = started.lock().unwrap();
            let list = match *started {
                // The server takes its time.
                0..=2 => old.to_owned(),
                _ => format!("{old}, {}", run("Running", "")),
            };
            let listing = seen.target.split('?').next().unwrap().ends_with("essions");
            match (seen.method.as_str(), listing) {
                ("POST", _) => {
                    *started = 1;
                    Reply::new(if version < 6 { 200 } else { 204 }, "")
                }
                (_, true) => {
                    *started += u32::from(*started > 0);
                    if version < 5 {
                        ok(format!("[{list}]"))
                    } else {
                        ok(format!(r#"{{"offset": 0, "results": [{list}]}}"#))
                    }
                }
                _ => ok(run("Success", "")),
            }
        })
        .await;
        let poller = server.vb365(version).start_job(JOB, StartJobOptions::default()).await.unwrap();
        assert_eq!(poller.work().id(), None);
        let done = soon(poller).until_done().await.unwrap();
        assert_eq!(done.id.unwrap().as_str(), RUN, "v{version}");
        let seen = server.seen();
        let start = seen.iter().position(|seen| seen.method == "POST").unwrap();
        assert_eq!(start, 1, "the runs that are there are looked at before");
        let (line, body) = match version {
            3..=5 => (format!("POST /v{version}/Jobs/{JOB}/Action"), r#"{"start":null}"#),
            _ => (format!("POST /v{version}/Jobs/{JOB}/start"), "{}"),
        };
        assert_eq!((seen[start].line(), seen[start].body.as_str()), (line, body));
        let listed = seen[0].target.split('?').next().unwrap().to_owned();
        let wanted =
            if version < 7 { format!("/v{version}/Jobs/{JOB}/JobSessions") } else { "/v7/JobSessions".to_owned() };
        assert_eq!(listed, wanted);
        assert_eq!(seen[0].target.contains(&format!("jobId={JOB}")), version == 7, "{}", seen[0].target);
    }
}

#[tokio::test]
async fn what_a_version_cannot_be_asked_is_not_sent() {
    let server = Server::of_vb365(|_| ok("")).await;
    let mut full = StartJobOptions::default();
    full.full = Some(false);
    let error = server.vb365(5).start_job(JOB, full).await.unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("v6 and later"), "{error}");
    let error = server.vb365(5).start_copy_job(JOB).await.unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("it is in v6 and later"), "{error}");
    let error = server.vb365(7).start(&BackupRepositoryChangeOwner::new("r")).await.unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("it is in v8 and later"), "{error}");
    let call = PostJobsByJobIdAction::new(JOB, JobActionBody::default());
    let error = server.vb365(6).call(&call).await.unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("it is in up to v5"), "{error}");
    assert!(server.lines().is_empty(), "{:?}", server.lines());
}

#[tokio::test]
async fn actions_are_answered_with_a_session_or_with_nothing() {
    let session = format!(r#"{{"id": "{RUN}", "type": "Vex", "state": "Working"}}"#);
    let server = Server::of_vb365(move |seen| match seen.body.as_str() {
        body if body.contains("explore") => Reply::new(201, session.clone()),
        _ => ok(""),
    })
    .await;
    let vb365 = server.vb365(4);
    let mut body = JobActionBody::default();
    body.disable = Edit::NULL;
    assert!(vb365.call(&PostJobsByJobIdAction::new(JOB, body)).await.unwrap().id.is_none());
    let mut body = OrganizationActionBody::default();
    body.explore = Some(ExploreOptions::default());
    let opened = vb365.start(&PostOrganizationsByOrganizationIdAction::new("o", body)).await.unwrap();
    assert_eq!(soon(opened).until_done().await.unwrap().id.unwrap().as_str(), RUN);
    vb365.stop_restore_session(RUN).await.unwrap();
    vb365.stop_job(JOB).await.unwrap();
    let bodies: Vec<String> = server.seen().into_iter().map(|seen| format!("{} {}", seen.target, seen.body)).collect();
    assert_eq!(
        bodies,
        [
            &format!(r#"/v4/Jobs/{JOB}/Action {{"disable":null}}"#),
            r#"/v4/Organizations/o/Action {"explore":{}}"#,
            &format!(r#"/v4/RestoreSessions/{RUN}/Action {{"stop":null}}"#),
            &format!(r#"/v4/Jobs/{JOB}/Action {{"stop":null}}"#),
        ]
    );
}

fn restore_session(state: &str, rest: &str) -> Reply {
    ok(format!(r#"{{"id": "{RUN}", "type": "Vex", "state": "{state}"{rest}}}"#))
}

/// A restore session is there to be browsed in: what is waited for is that it is open.
#[tokio::test]
async fn a_restore_session_is_opened_and_closed() {
    let mut states =
        each(vec![restore_session("Starting", ""), restore_session("Working", r#", "result": "Success""#)]);
    let server = Server::of_vb365(move |seen| match seen.line() {
        line if line.ends_with("/Stop") => Reply::new(204, ""),
        _ => states(),
    })
    .await;
    let vb365 = server.vb365(6);
    let poller = vb365.start(&JobExploreAction::new(JOB, ExploreOptions::default())).await.unwrap();
    let session = soon(poller).until_done().await.unwrap();
    vb365.stop_restore_session(session.id.unwrap()).await.unwrap();
    let stop = format!("POST /v6/RestoreSessions/{RUN}/Stop");
    assert_eq!(server.lines().last(), Some(&stop));
    // One that is closed before it was open.
    let refused = Server::of_vb365(|_| restore_session("Stopped", r#", "reason": "No proxy is online.""#)).await;
    let poller = refused.vb365(7).start(&JobExploreAction::new(JOB, ExploreOptions::default())).await.unwrap();
    let error = poller.until_done().await.unwrap_err();
    assert!(error.is_task_failed() && error.to_string().contains("was stopped: \"No proxy is online.\""), "{error}");
}

/// v8 answers a restore with the id of its session.
#[tokio::test]
async fn a_restore_is_followed_to_its_end() {
    for (result, fails) in [("Success", false), ("Warning", false), ("Failed", true)] {
        let end = format!(r#", "result": "{result}", "details": "1 of 3""#);
        let mut states = each(vec![restore_session("Working", ""), restore_session("Stopped", &end)]);
        let server = Server::of_vb365(move |seen| match seen.method.as_str() {
            "POST" if seen.target.ends_with("/Stop") => Reply::new(204, ""),
            "POST" => ok(format!(r#"{{"sessionId": "{RUN}"}}"#)),
            _ if seen.target.contains("/open/Events") => ok(r#"{"offset": 0, "results": [], "_links": {"self": {}}}"#),
            _ => states(),
        })
        .await;
        let call = ExchangeMailboxRestoreMailboxAction::new("open", "mailbox", RestoreToOriginalLocation::default());
        let poller = soon(server.vb365(8).start(&call).await.unwrap());
        assert_eq!(poller.state().state.as_ref().unwrap().as_str(), "Working");
        poller.work().cancel().await.unwrap();
        let done = poller.until_done().await;
        match fails {
            false => assert_eq!(done.unwrap().result.unwrap().as_str(), result),
            true => assert!(
                done.unwrap_err()
                    .to_string()
                    .contains("the restore session 0b0f7c2e-0000-4000-8000-000000000001 failed: \"1 of 3\"")
            ),
        }
        let lines = server.lines();
        assert_eq!(lines[2], format!("GET /v8/RestoreSessions/{RUN}"));
        assert_eq!(lines[3], format!("POST /v8/RestoreSessions/{RUN}/Stop"));
    }
    // Up to v7 the answer is the end, and the call that promises more is not sent.
    let server = Server::of_vb365(|_| ok("{}")).await;
    let call = ExchangeMailboxRestoreMailboxAction::new("open", "mailbox", RestoreToOriginalLocation::default());
    let error = server.vb365(7).start(&call).await.unwrap_err();
    assert!(error.is_unsupported() && server.lines().is_empty(), "{error}");
}

/// Where the restore runs in the session that is browsed, which stays open, the log tells when it is done.
#[tokio::test]
async fn a_restore_within_an_open_session() {
    let event = |id: u32, status: &str| {
        format!(r#"{{"id": "{id}", "status": "{status}", "message": "1 of 1 items", "order": {id}}}"#)
    };
    for (end, fails) in [("Success", false), ("Skipped", false), ("Failed", true)] {
        let page = |events: &[String]| {
            ok(format!(r#"{{"offset": 0, "results": [{}], "_links": {{"self": {{}}}}}}"#, events.join(",")))
        };
        let old = event(1, "Failed");
        let logs =
            [vec![], vec![], vec![event(2, "Running"), event(3, "Success")], vec![event(2, end), event(3, "Success")]];
        let mut logs = each(logs.map(|new| page(&[vec![old.clone()], new].concat())).into());
        let server = Server::of_vb365(move |seen| match seen.method.as_str() {
            "POST" => ok(format!(r#"{{"sessionId": "{}"}}"#, RUN.to_uppercase())),
            _ if seen.target.contains("/Events") => logs(),
            _ => restore_session("Working", ""),
        })
        .await;
        let call = ExchangeMailboxRestoreMailboxAction::new(RUN, "mailbox", RestoreToOriginalLocation::default());
        let poller = soon(server.vb365(8).start(&call).await.unwrap());
        assert!(poller.work().cancel().await.unwrap_err().to_string().contains("open for more than that"));
        let done = poller.until_done().await;
        match fails {
            false => assert_eq!(done.unwrap().state.unwrap().as_str(), "Working"),
            true => assert!(done.unwrap_err().to_string().contains("has a restore that failed: \"1 of 1 items\"")),
        }
        assert_eq!(server.lines().iter().filter(|line| line.contains("/Events")).count(), 4);
    }
}

#[tokio::test]
async fn the_sessions_of_repositories_and_retrievals() {
    let session = |state: &str| ok(format!(r#"{{"id": "{RUN}", "state": "{state}", "error": "The bucket is gone."}}"#));
    let mut states = each(vec![session("Synchronizing"), session("Synchronizing"), session("None")]);
    let server = Server::of_vb365(move |seen| match seen.target.ends_with("/StopSynchronize") {
        true => Reply::new(204, ""),
        false => states(),
    })
    .await;
    let poller = soon(server.vb365(6).start(&BackupRepositoryStartSynchronizeAction::new("r")).await.unwrap());
    poller.work().cancel().await.unwrap();
    poller.until_done().await.unwrap();
    let place = format!("/v6/RepositorySynchronizeSessions/{RUN}");
    assert_eq!(server.lines()[1..3], [format!("POST {place}/StopSynchronize"), format!("GET {place}")]);
    let server = Server::of_vb365(move |_| session("Failed")).await;
    let poller = server.vb365(8).start(&BackupRepositoryStartSynchronizeAction::new("r")).await.unwrap();
    assert!(poller.until_done().await.unwrap_err().to_string().contains("failed: \"The bucket is gone.\""));

    let mut states = each(
        ["Waiting", "Running", "Succeeded"]
            .map(|status| ok(format!(r#"{{"id": "{RUN}", "status": "{status}", "repositoryIds": []}}"#)))
            .into(),
    );
    let server = Server::of_vb365(move |seen| match seen.target.ends_with("/Stop") {
        true => Reply::new(204, ""),
        false => states(),
    })
    .await;
    let poller = soon(server.vb365(8).start(&BackupRepositoryChangeOwner::new("r")).await.unwrap());
    poller.work().cancel().await.unwrap();
    poller.until_done().await.unwrap();
    assert_eq!(server.lines()[1], format!("POST /v8/RepositoryOwnerChangeSessions/{RUN}/Stop"));

    let mut states = each(["Running", "Success"].map(|status| ok(run(status, ""))).into());
    let server = Server::of_vb365(move |_| states()).await;
    let poller = soon(server.vb365(8).follow::<DataRetrievalSession>(RUN).await.unwrap());
    poller.until_done().await.unwrap();
    assert_eq!(
        server.lines(),
        [format!("GET /v8/DataRetrievalSessions/{RUN}"), format!("GET /v8/DataRetrievalSessions/{RUN}")]
    );
}

/// A run that something else started is stopped by its job.
#[tokio::test]
async fn a_run_is_stopped_by_its_job() {
    for (kind, path) in [("Backup", "Jobs"), ("Copy", "CopyJobs")] {
        let server = Server::of_vb365(move |seen| match seen.method.as_str() {
            "POST" => Reply::new(204, ""),
            _ => ok(run("Running", &format!(r#", "jobId": "{JOB}", "jobType": "{kind}""#))),
        })
        .await;
        let poller = server.vb365(8).follow::<JobSession>(RUN).await.unwrap();
        poller.work().cancel().await.unwrap();
        assert_eq!(server.lines()[1], format!("POST /v8/{path}/{JOB}/stop"));
    }
    // Before v8 a run does not say whose it is.
    let server = Server::of_vb365(|_: &Seen| ok(run("Running", ""))).await;
    let error = server.vb365(6).follow::<JobSession>(RUN).await.unwrap().work().cancel().await.unwrap_err();
    assert!(error.is_invalid_call() && error.to_string().contains("stop the job"), "{error}");
}

/// The form for callers that learn the operation at run time.
#[tokio::test]
async fn by_name() {
    let find = |name| backhaul_models::registry::find_operation(backhaul_wire::System::Vb365, name).unwrap();
    for (name, version, body, kind) in [
        ("Job_StartAction", 8, "{}", Some(Kind::Job)),
        ("Job_StartAction", 6, "{}", Some(Kind::Job)),
        ("CopyJob_Start", 7, "", Some(Kind::Job)),
        ("post_Jobs_by_jobId_Action", 5, r#"{"start": null}"#, Some(Kind::Job)),
        ("post_Jobs_by_jobId_Action", 5, r#"{"Explore": {}}"#, Some(Kind::Explore)),
        ("post_Jobs_by_jobId_Action", 5, r#"{"stop": null}"#, None),
        ("post_RestoreSessions_by_restoreSessionId_Action", 5, r#"{"stop": null}"#, None),
        ("Organization_Explore", 7, "{}", Some(Kind::Explore)),
        ("TeamsTeam_Restore", 8, "{}", Some(Kind::Restore)),
        ("TeamsTeam_Restore", 7, "{}", None),
        ("TeamsPost_OperatorRestore", 7, "{}", Some(Kind::Restore)),
        ("BackupRepository_StartSynchronizeAction", 6, "", Some(Kind::Synchronize)),
        ("BackupRepository_ChangeOwner", 8, "", Some(Kind::ChangeOwner)),
        ("JobSession_GetById", 8, "", None),
        ("Job_StopAction", 8, "", None),
    ] {
        assert_eq!(
            starts(find(name), backhaul_wire::ApiVersion::new(version), Some(body.as_bytes())),
            kind,
            "{name} v{version} {body}"
        );
    }
    let server = Server::of_vb365(|_| ok("{}")).await;
    let given = Arguments { params: vec![("jobId".to_owned(), JOB.to_owned())], body: Some("{\"stop\": null}".into()) };
    let started = server.vb365(3).client().start_session(PostJobsByJobIdAction::OPERATION, &given).await.unwrap();
    assert!(matches!(started, Started::Done(_)));
}

#[tokio::test]
async fn an_answer_of_another_session_is_none() {
    // The same id in other letters is no other.
    for (answered, is_right) in [(RUN.to_uppercase(), true), (JOB.to_owned(), false)] {
        let body = format!(r#"{{"id": "{answered}", "status": "Success"}}"#);
        let server = Server::of_vb365(move |_| Reply::new(200, body.clone())).await;
        let outcome = server.vb365(8).follow::<DataRetrievalSession>(RUN).await;
        let told = outcome.as_ref().err().map(Error::to_string).unwrap_or_default();
        assert_eq!(outcome.is_ok(), is_right, "{told}");
        assert!(is_right || told.contains(&format!("the answer is of another, \"{JOB}\"")), "{told}");
    }
}
