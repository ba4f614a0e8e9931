//! What goes over the wire to ZStack: logons, signed requests, jobs, wrapped bodies, ZQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use backhaul_filter::{parse, zstack::zql};
use backhaul_models::zstack::operations::{
    AddImageStoreBackupStorage, AttachBackupStorageToZone, DeleteBackupStorage, QueryBackupStorage,
    ReconnectBackupStorage, UpdateBackupStorage,
};
use backhaul_models::zstack::{AddImageStoreBackupStorageRequest, UpdateBackupStorageRequest};
use backhaul_transport::zstack::{Zql, ZstackClient, ZstackOptions};
use backhaul_wire::Call;
use common::{Canned, Recorder, fixture};
use futures_util::TryStreamExt;

const SESSION: &str = "00d038b699b74e76a01705918d48d939";
const STORAGE: &str = "33a35f75885f45ab96ea2626ce9c05a6";
const JOB: &str = "5cf4a7dca7f2416a9a6cc2a0a2ba5fe7";
const SECRET: &str = "fpoTf9BVHyPRaZIAXZOF2iyYHnbUCPxfUPUFrRYs";

fn logon() -> Canned {
    Canned::new(200, fixture("zstack/log_in_by_account.json"))
}

fn job() -> [Canned; 2] {
    let place = format!(r#"{{"location": "http://10.0.0.5:8080/zstack/v1/api-jobs/{JOB}", "apiTimeout": 259200000}}"#);
    [Canned::new(202, place), Canned::new(200, format!(r#"{{"inventory": {{"uuid": "{STORAGE}"}}}}"#))]
}

/// What was sent, secrets replaced by what they are, and what a clock makes by what it is.
fn shown(server: &Recorder) -> String {
    let text = server.shown();
    assert!(!text.contains("pass word") && !text.contains(SECRET), "a secret stands somewhere: {text}");
    let lines = text.replace(SESSION, "[session]");
    let lines = lines.lines().map(|line| match line.split_once(": ZStack BVnIRxvR4iXMrZIgvQKj:") {
        Some((name, _)) => format!("{name}: ZStack BVnIRxvR4iXMrZIgvQKj:[signature]"),
        None if line.starts_with("date: ") => "date: [the time in GMT]".to_owned(),
        None if line.starts_with("x-job-uuid: ") => "x-job-uuid: [32 digits]".to_owned(),
        None if line.starts_with("{\"logIn") => digest(line),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The line without the SHA-512 of a password, which is 128 digits.
fn digest(line: &str) -> String {
    match line.split_once("\"password\":\"") {
        Some((before, rest)) => {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            assert_eq!(rest.len() - after.len(), 128, "{line}");
            format!("{before}\"password\":\"[sha512 of the password]{after}")
        }
        None => line.to_owned(),
    }
}

fn client(server: &Recorder) -> ZstackClient {
    ZstackClient::new(server.options()).unwrap()
}

#[tokio::test]
async fn a_user_logs_on() {
    let server = Recorder::new(vec![logon()]);
    let options = ZstackOptions::user(&server.url(), "tenant", "alice", "pass word&1").unwrap();
    ZstackClient::new(options).unwrap().client().logon().await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn an_access_key_signs_calls_and_questions_about_their_jobs() {
    let server = Recorder::new(job().into());
    let options = ZstackOptions::access_key(&server.url(), "BVnIRxvR4iXMrZIgvQKj", SECRET).unwrap();
    let zstack = ZstackClient::new(options).unwrap();
    zstack.call(&ReconnectBackupStorage::new(STORAGE)).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

/// An action stands in the body under its own name, even when it says nothing.
#[tokio::test]
async fn actions_and_their_job() {
    let server = Recorder::new([vec![logon()], job().into(), job().into()].concat());
    let zstack = client(&server);
    let mut update = UpdateBackupStorage::new(STORAGE, UpdateBackupStorageRequest::default());
    update.body.name = Some("O'Brien & <sons>".to_owned());
    update.user_tags = vec!["backup::nightly".to_owned()];
    zstack.call(&update).await.unwrap();
    zstack.call(&ReconnectBackupStorage::new(STORAGE)).await.unwrap();
    insta::assert_snapshot!(shown(&server));
}

#[tokio::test]
async fn what_is_added_attached_and_deleted() {
    let mut answers = vec![logon()];
    answers.extend((0..3).flat_map(|_| job()));
    let server = Recorder::new(answers);
    let zstack = client(&server);
    let request = AddImageStoreBackupStorageRequest::new("10.0.0.7", "root", "s3cret", "/zstack_bs", "store");
    let mut add = AddImageStoreBackupStorage::new(request);
    add.system_tags = vec!["backupStorageNetworkCidr::10.0.0.0/24".to_owned()];
    zstack.call(&add).await.unwrap();
    zstack.call(&AttachBackupStorageToZone::new("b7b6e2bf3c6a4bd4a5a0e4c3b5f5a3d1", STORAGE)).await.unwrap();
    zstack.call(&DeleteBackupStorage::new(STORAGE)).await.unwrap();
    insta::assert_snapshot!(shown(&server).replace("s3cret", "[password of the host]"));
}

#[tokio::test]
async fn a_query_in_zql() {
    let page = r#"{"results": [{"inventories": [{"uuid": "a", "type": "Ceph"}], "total": 1}]}"#;
    let server = Recorder::new(vec![logon(), Canned::new(200, page)]);
    let filter = parse(r#"(name=="O'Brien & co",totalCapacity>=1024);state==Enabled"#).unwrap();
    let condition = zql(filter.expr(), |field| field != "totalCapacity").unwrap();
    let query = Zql::all(QueryBackupStorage::OPERATION).unwrap().filter(condition).order("name desc").page_size(50);
    let items = client(&server).list_zql::<QueryBackupStorage>(query).by_item();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap().len(), 1);
    insta::assert_snapshot!(shown(&server));
}
