//! Logons to ZStack: accounts, users of accounts, access keys and their clocks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, SystemTime};

use crate::common::{Reply, Seen, Server, zstack_error};
use backhaul_models::zstack::operations::QueryBackupStorage;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{UtcOffset, ZstackOptions};

const SECRET: &str = "fpoTf9BVHyPRaZIAXZOF2iyYHnbUCPxfUPUFrRYs";

fn key(server: &Server) -> ZstackOptions {
    let mut options = ZstackOptions::access_key(&server.url, "BVnIRxvR4iXMrZIgvQKj", SECRET).unwrap();
    options.common.http.retry.base_delay = Duration::from_millis(1);
    options
}

fn client(options: impl Into<ZstackOptions>) -> ZstackClient {
    let options = options.into();
    let shown = format!("{options:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    let client = ZstackClient::new(options).unwrap();
    assert!(!format!("{client:?}").contains(SECRET));
    client
}

fn page() -> Reply {
    Reply::new(200, r#"{"inventories": [], "total": 0}"#)
}

/// A server that refuses what is more than 15 minutes from its clock, which is so many seconds ahead of ours; its wall
/// clock is so many ahead of UTC.
async fn at(ahead: i64, offset: i64) -> Server {
    Server::of_zstack(move |seen: &Seen| {
        let now =
            |seconds: i64| SystemTime::UNIX_EPOCH + Duration::from_secs((unix(SystemTime::now()) + seconds) as u64);
        let date = seen.header("date").unwrap();
        // The zone is passed over.
        let shown = httpdate::parse_http_date(&format!("{} GMT", &date[..25])).unwrap();
        if (unix(shown) - unix(now(ahead + offset))).abs() > 900 {
            let date = httpdate::fmt_http_date(now(ahead));
            return Reply::new(403, "requestTimeTooSkewed").header(&format!("Date: {date}"));
        }
        page()
    })
    .await
}

fn unix(moment: SystemTime) -> i64 {
    moment.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64
}

#[tokio::test]
async fn a_user_names_its_account() {
    let server = Server::of_zstack(|_| page()).await;
    let options = ZstackOptions::user(&server.url, "tenant", "alice", "hunter2").unwrap();
    let zstack = client(options);
    zstack.call(&QueryBackupStorage::new()).await.unwrap();
    zstack.client().logout().await.unwrap();
    let [logon] = &server.logons()[..] else { panic!("{:?}", server.logons()) };
    assert_eq!(logon.line(), "PUT /zstack/v1/accounts/users/login");
    let body: serde_json::Value = serde_json::from_str(&logon.body).unwrap();
    let user = &body["logInByUser"];
    assert_eq!((&user["accountName"], &user["userName"]), (&"tenant".into(), &"alice".into()));
    assert!(user["password"].as_str().is_some_and(|digest| digest.len() == 128 && digest.starts_with("6b97ed68d14eb")));
    assert_eq!(server.lines()[1], "DELETE /zstack/v1/accounts/sessions/session-1");
}

#[tokio::test]
async fn who_was_refused_is_told() {
    let refused = || zstack_error("ID.1000", "wrong account name or password");
    let server = Server::zstack_refusing(refused()).await;
    let error = client(ZstackOptions::user(&server.url, "tenant", "alice", "hunter2").unwrap());
    let error = error.client().logon().await.unwrap_err();
    assert!(error.is_logon_refused());
    assert!(error.to_string().contains("user `alice` of the account `tenant`"), "{error}");
}

#[tokio::test]
async fn a_session_that_is_unknown_is_renewed() {
    let server = Server::of_zstack(|_| page()).await;
    let zstack = server.zstack();
    zstack.call(&QueryBackupStorage::new()).await.unwrap();
    server.end_session();
    zstack.call(&QueryBackupStorage::new()).await.unwrap();
    assert_eq!((server.sessions(), server.lines().len()), (2, 3));
}

#[tokio::test]
async fn an_access_key_signs_and_opens_no_session() {
    let server = at(0, 0).await;
    let zstack = client(key(&server));
    zstack.client().logon().await.unwrap();
    zstack.call(&QueryBackupStorage::new()).await.unwrap();
    zstack.client().logout().await.unwrap();
    assert_eq!(server.lines(), ["GET /zstack/v1/zones?count=true", "GET /zstack/v1/backup-storage"]);
    assert!(server.logons().is_empty());
    for seen in server.seen() {
        let signed = seen.header("authorization").unwrap().strip_prefix("ZStack BVnIRxvR4iXMrZIgvQKj:").unwrap();
        assert_eq!(signed.len(), 28, "{signed}");
        assert!(seen.header("date").unwrap().ends_with(" GMT"));
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_learned_once_for_all_calls() {
    for ahead in [7200, -7200] {
        let server = at(ahead, 0).await;
        let zstack = client(key(&server));
        for _ in 0..2 {
            zstack.call(&QueryBackupStorage::new()).await.unwrap();
        }
        assert_eq!(server.lines().len(), 3, "{ahead}");
    }
}

#[tokio::test]
async fn a_server_in_another_zone_wants_its_own_time() {
    let server = at(0, 8 * 3600).await;
    let error = client(key(&server)).call(&QueryBackupStorage::new()).await.unwrap_err();
    assert!(error.is_logon_refused());
    let said = error.to_string();
    assert_eq!(said.matches(" GMT`").count(), 3, "{said}");
    assert!(said.contains("checkTimeZone") && said.contains("+08:00") && !said.contains(SECRET), "{said}");
    // The clocks agree: another try would say the same.
    assert_eq!(server.lines().len(), 1);

    let mut options = key(&server);
    options.utc_offset = UtcOffset::parse("+08:00").unwrap();
    client(options).call(&QueryBackupStorage::new()).await.unwrap();
    assert!(server.seen()[1].header("date").unwrap().ends_with(" GMT+08:00"));
}

#[tokio::test]
async fn a_wrong_secret_is_a_refused_logon() {
    let server = Server::of_zstack(|_| zstack_error("ID.1001", "wrong accessKey signature")).await;
    let error = client(key(&server)).call(&QueryBackupStorage::new()).await.unwrap_err();
    assert!(error.is_logon_refused() && !error.to_string().contains(SECRET), "{error}");
    assert!(error.to_string().contains("`BVnIRxvR4iXMrZIgvQKj`"), "{error}");
    assert_eq!(server.lines().len(), 1);
}
