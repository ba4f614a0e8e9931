//! What is sent to VB365 to start, stop, follow, search and download, version by version, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::time::Duration;

use backhaul_models::vb365::operations::{
    BackupRepositoryStartSynchronizeAction, ExchangeItemExportItemsToPstAction, ExchangeMailboxSearchByOptions,
    JobExploreAction, OrganizationUserGet, PostJobsByJobIdAction,
};
use backhaul_models::vb365::{
    ExploreOptions, ExploreOptionsType, JobActionBody, SearchOptions, SeveralItemsExportOptions, StartJobOptions, User,
};
use backhaul_transport::file::Existing;
use backhaul_transport::poller::{Poller, Waiting, Work};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Assertion, Vb365Logon, Vb365Options};
use backhaul_wire::ApiVersion;
use common::{Canned, Recorder};
use futures_util::TryStreamExt;

const JOB: &str = "7c2e8b1b-0000-4000-8000-000000000001";
const RUN: &str = r#"{"id": "0b0f7c2e-0000-4000-8000-000000000001", "status": "Running"}"#;
const DONE: &str = r#"{"id": "0b0f7c2e-0000-4000-8000-000000000001", "status": "Success"}"#;

/// Everything that was asked, the secrets replaced by what they are.
fn shown(server: &Recorder) -> String {
    let mut text = server.shown();
    for (secret, marker) in [
        ("pass+word%261", "[password, form-encoded]"),
        ("access-1", "[access token]"),
        ("refresh-1", "[refresh token]"),
    ] {
        text = text.replace(secret, marker);
    }
    assert!(!text.contains("pass word"), "the password stands somewhere: {text}");
    text
}

fn token() -> Canned {
    Canned::new(200, r#"{"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600}"#)
}

fn vb365(server: &Recorder, version: u8) -> Vb365Client {
    let mut options = Vb365Options::from(server.options());
    options.version = ApiVersion::new(version);
    Vb365Client::new(options).unwrap()
}

/// A server that logs on and then gives these.
fn server(answers: &[(u16, &str)]) -> Recorder {
    let answers = answers.iter().map(|(status, body)| Canned::new(*status, *body));
    Recorder::new(std::iter::once(token()).chain(answers).collect())
}

fn soon<W: Work>(poller: Poller<W>) -> Poller<W> {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(1));
    poller.waiting(waiting)
}

#[tokio::test]
async fn a_job_of_v8_is_started_followed_and_stopped() {
    let server = server(&[(200, RUN), (204, ""), (200, DONE)]);
    let mut options = StartJobOptions::default();
    options.full = Some(true);
    let poller = soon(vb365(&server, 8).start_job(JOB, options).await.unwrap());
    poller.work().cancel().await.unwrap();
    poller.until_done().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

/// Nothing says which run was started: the runs are looked at before and after.
#[tokio::test]
async fn a_job_of_v7_is_started_and_found() {
    let page =
        |items: &str| format!(r#"{{"offset": 0, "limit": 1000, "results": [{items}], "_links": {{"self": {{}}}}}}"#);
    let (none, one) = (page(""), page(RUN));
    let server = server(&[(200, &none), (204, ""), (200, &one), (200, DONE)]);
    soon(vb365(&server, 7).start_job(JOB, StartJobOptions::default()).await.unwrap()).until_done().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_job_of_v3_is_started_and_found() {
    let one = format!("[{RUN}]");
    let server = server(&[(200, "[]"), (200, ""), (200, &one), (200, DONE)]);
    soon(vb365(&server, 3).start_job(JOB, StartJobOptions::default()).await.unwrap()).until_done().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

/// Before v6 a job is asked to explore as to anything else, by what the body names.
#[tokio::test]
async fn backups_are_opened_for_restore_in_v5_and_in_v8() {
    const OPEN: &str = r#"{"id": "0b0f7c2e-0000-4000-8000-000000000002", "type": "Vex", "state": "Working"}"#;
    let mut options = ExploreOptions::default();
    options.date_time = Some("2020-05-29T10:29:05.5413083Z".into());
    options.r#type = Some(ExploreOptionsType::Vex);
    let older = server(&[(201, OPEN), (200, "")]);
    let mut body = JobActionBody::default();
    body.explore = Some(options.clone());
    let v5 = vb365(&older, 5);
    let session = v5.start(&PostJobsByJobIdAction::new(JOB, body)).await.unwrap().until_done().await.unwrap();
    v5.stop_restore_session(session.id.unwrap()).await.unwrap();
    insta::assert_snapshot!("explore_v5", shown(&older));
    let newer = server(&[(201, OPEN), (204, "")]);
    let v8 = vb365(&newer, 8);
    let session = v8.start(&JobExploreAction::new(JOB, options)).await.unwrap().until_done().await.unwrap();
    v8.stop_restore_session(session.id.unwrap()).await.unwrap();
    insta::assert_snapshot!("explore_v8", shown(&newer));
}

#[tokio::test]
async fn a_repository_is_synchronised() {
    let server = server(&[
        (200, r#"{"id": "0b0f7c2e-0000-4000-8000-000000000003", "state": "Synchronizing", "progressPercent": 3}"#),
        (200, r#"{"id": "0b0f7c2e-0000-4000-8000-000000000003", "state": "None"}"#),
    ]);
    let call = BackupRepositoryStartSynchronizeAction::new("repository");
    soon(vb365(&server, 6).start(&call).await.unwrap()).until_done().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_search_over_two_pages_and_an_export_of_what_it_found() {
    let first = r#"{"offset": 0, "limit": 1, "setId": "0b0f7c2e-0000-4000-8000-000000000009",
        "results": [{"id": "a", "itemClass": "IPM.Note"}],
        "_links": {"next": {"href": "/v8/RestoreSessions/session/organization/mailboxes/search?offset=1&limit=1"}}}"#;
    let second = r#"{"offset": 1, "limit": 1, "results": [{"id": "b", "itemClass": "IPM.Note"}], "_links": {}}"#;
    let server = server(&[(200, first), (200, second), (200, "PST")]);
    let client = vb365(&server, 8);
    let mut options = SearchOptions::default();
    options.query = Some("subject:\"offer\"".to_owned());
    let found = client.list(&ExchangeMailboxSearchByOptions::new("session", options)).by_item();
    assert_eq!(found.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let call = ExchangeItemExportItemsToPstAction::new("session", "mailbox", SeveralItemsExportOptions::default());
    assert_eq!(client.download(&call, folder.path().join("a.pst"), Existing::Keep).await.unwrap(), 3);
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn users_over_two_pages_of_one_set() {
    let first = r#"{"offset": 0, "limit": 1, "setId": "0b0f7c2e-0000-4000-8000-000000000009", "results": [{"id": "a"}],
        "_links": {"next": {"href": "/v6/Organizations/1/Users?offset=1&limit=1"}}}"#;
    let server = server(&[(200, first), (200, r#"{"offset": 1, "limit": 1, "results": [{"id": "b"}], "_links": {}}"#)]);
    let users: Vec<User> =
        vb365(&server, 6).list(&OrganizationUserGet::new("1")).by_item().try_collect().await.unwrap();
    assert_eq!(users.len(), 2);
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn events_from_now_on() {
    let server = server(&[
        (200, r#"{"nextChangeToken": "a+1", "limit": 30, "results": []}"#),
        (400, r#"{"message": "Too old.", "errorCode": "OutdatedChangeToken"}"#),
        (200, r#"{"nextChangeToken": "b", "limit": 30, "results": []}"#),
    ]);
    let mut feed = vb365(&server, 8).events(None).wait(30);
    feed.next().await.unwrap();
    feed.next().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn a_logon_at_microsoft() {
    let server = server(&[(200, RUN)]);
    let mut options = Vb365Options::from(server.options());
    options.version = ApiVersion::new(8);
    let assertion = Assertion { client_id: "user.tenant".to_owned(), token: r#"{"access_token": "access-1"}"#.into() };
    options.logon = Vb365Logon::Operator(assertion);
    Vb365Client::new(options).unwrap().client().logon().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}
