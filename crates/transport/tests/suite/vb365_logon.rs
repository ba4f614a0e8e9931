//! VB365's logons: what proves who it is, and which version is spoken.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::{Reply, Seen, Server};
use backhaul_models::vb365::operations::OrganizationGetCurrentOrganization;
use backhaul_transport::poller::Waiting;
use backhaul_transport::vb365::{DeviceLogon, Vb365Client};
use backhaul_transport::{Assertion, Vb365Logon, Vb365Options};
use backhaul_wire::ApiVersion;

const ORGANIZATION: &str = r#"{"type": "Office365", "id": "1", "name": "abc.onmicrosoft.com"}"#;
const TOKEN: &str = r#"{"access_token": "hunter2", "expires_in": 3599}"#;

fn assertion() -> Assertion {
    Assertion { client_id: "user.tenant".to_owned(), token: TOKEN.into() }
}

fn options(server: &Server, logon: Vb365Logon, version: Option<u8>) -> Vb365Options {
    let mut options = Vb365Options::from(server.options());
    options.logon = logon;
    options.version = version.and_then(ApiVersion::new);
    options
}

#[tokio::test]
async fn a_logon_at_microsoft_is_shown_to_the_server() {
    let operator = "grant_type=operator&client_id=user.tenant&assertion=";
    let jwt = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&client_id=user.tenant&assertion=";
    let token = "%7B%22access_token%22%3A+%22hunter2%22%2C+%22expires_in%22%3A+3599%7D";
    for (logon, version, wanted) in [
        (Vb365Logon::Assertion(assertion()), 4, jwt),
        (Vb365Logon::Assertion(assertion()), 8, jwt),
        (Vb365Logon::Operator(assertion()), 6, operator),
        (Vb365Logon::Operator(assertion()), 7, operator),
    ] {
        let server = Server::of_vb365(|_| Reply::new(200, ORGANIZATION)).await;
        let options = options(&server, logon, Some(version));
        assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
        let vb365 = Vb365Client::new(options).unwrap();
        vb365.call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
        server.end_session();
        vb365.call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
        let forms: Vec<String> = server.logons().into_iter().map(|logon| logon.body).collect();
        let end = if version >= 7 { "&disable_antiforgery_token=true" } else { "" };
        assert_eq!(
            forms,
            [format!("{wanted}{token}{end}"), format!("grant_type=refresh_token&refresh_token=more{end}")]
        );
    }
}

/// How the server of the next test stands.
#[derive(Default)]
struct Stand {
    sessions: u32,
    /// Whether the last session has ended.
    ended: bool,
    /// What logons are answered with meanwhile.
    away: Option<Reply>,
}

/// An operator's logon is good for once: after that there is the refresh token alone.
#[tokio::test]
async fn a_renewal_that_fails_or_is_given_up_does_not_cost_the_refresh_token() {
    let stand = Arc::new(Mutex::new(Stand::default()));
    let held = Arc::clone(&stand);
    let server = Server::open(move |seen| {
        let mut stand = held.lock().unwrap();
        if !seen.target.ends_with("/token") {
            let known = seen.header("authorization") == Some(&format!("Bearer token-{}", stand.sessions));
            return if known && !stand.ended { Reply::new(200, ORGANIZATION) } else { Reply::new(401, "") };
        }
        if let Some(away) = &stand.away {
            return away.clone();
        }
        if stand.sessions > 0 && !seen.body.starts_with("grant_type=refresh_token&refresh_token=more") {
            return Reply::new(400, r#"{"error": "invalid_grant", "error_description": "It was used."}"#);
        }
        (stand.sessions, stand.ended) = (stand.sessions + 1, false);
        let token = format!(r#"{{"access_token": "token-{}", "refresh_token": "more"}}"#, stand.sessions);
        Reply::new(200, token)
    })
    .await;
    let vb365 = Vb365Client::new(options(&server, Vb365Logon::Operator(assertion()), Some(8))).unwrap();
    let call = OrganizationGetCurrentOrganization::new();
    vb365.call(&call).await.unwrap();
    (stand.lock().unwrap().ended, stand.lock().unwrap().away) = (true, Some(Reply::new(503, "")));
    assert!(vb365.call(&call).await.unwrap_err().is_unreachable());
    stand.lock().unwrap().away = Some(Reply::new(200, "").late(Duration::from_secs(60)));
    tokio::time::timeout(Duration::from_millis(200), vb365.call(&call)).await.unwrap_err();
    stand.lock().unwrap().away = None;
    vb365.call(&call).await.unwrap();
    assert_eq!(stand.lock().unwrap().sessions, 2);
}

#[tokio::test]
async fn a_version_without_the_grant_is_told_before_anything_is_sent() {
    let server = Server::of_vb365(|_| Reply::new(200, ORGANIZATION)).await;
    for (logon, version, since) in [
        (Vb365Logon::Assertion(assertion()), 3, "v4 and later"),
        (Vb365Logon::Operator(assertion()), 5, "v6 and later"),
    ] {
        let vb365 = Vb365Client::new(options(&server, logon, Some(version))).unwrap();
        let error = vb365.client().logon().await.unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains(since), "{error}");
    }
    assert!(server.logons().is_empty());
}

/// A server that serves some versions, and logs nobody on.
async fn serving(versions: &'static [&'static str], refusal: Reply) -> Server {
    Server::open(move |seen| {
        let version = seen.target.split('/').nth(1).unwrap_or_default().to_owned();
        match versions.contains(&version.as_str()) {
            true if seen.target.ends_with("/token") => refusal.clone(),
            true => Reply::new(401, ""),
            false => Reply::new(404, ""),
        }
    })
    .await
}

#[tokio::test]
async fn a_refused_logon_says_who_was_refused() {
    for (logon, who) in [
        (Vb365Logon::Password, "(account `admin`)"),
        (Vb365Logon::Operator(assertion()), "application `user.tenant`, which may have ended"),
    ] {
        for body in [r#"{"error": "invalid_grant", "error_description": "Wrong."}"#, r#"{"message": "Wrong."}"#] {
            let server = serving(&["v8"], Reply::new(400, body)).await;
            let error =
                Vb365Client::new(options(&server, logon.clone(), None)).unwrap().client().logon().await.unwrap_err();
            assert!(error.is_logon_refused(), "{error}");
            assert!(error.to_string().contains("\"Wrong\" ") && error.to_string().contains(who), "{error}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}

#[tokio::test]
async fn the_newest_version_that_both_know_is_spoken() {
    for (served, newest) in
        [(&["v3", "v4", "v5"][..], 5), (&["v3"], 3), (&["v6", "v5"], 6), (&["v7", "v9"], 7), (&["v3", "v8"], 8)]
    {
        let server = serving(served, Reply::new(500, "")).await;
        let vb365 = Vb365Client::new(options(&server, Vb365Logon::Password, None)).unwrap();
        assert_eq!(vb365.client().version().await.unwrap(), ApiVersion::new(newest));
        let asked = server.lines();
        let asked_twice = vb365.client().version().await.unwrap();
        assert_eq!((asked_twice, server.lines()), (ApiVersion::new(newest), asked.clone()));
        for line in asked {
            let place = if line.contains("/v8/") || line.contains("/v7/") || line.contains("/v6/") {
                "ServiceInstance"
            } else {
                "Organizations"
            };
            assert!(line.ends_with(place), "{line}");
        }
        assert!(server.seen().iter().all(|seen| seen.header("authorization").is_none()));
    }
}

#[tokio::test]
async fn a_chosen_version_that_is_not_served_is_told_with_the_one_that_is() {
    let server = serving(&["v6", "v5"], Reply::new(500, "")).await;
    let error = server.vb365(8).client().logon().await.unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.to_string().contains("does not serve v8") && error.to_string().contains("v6"), "{error}");
}

/// A proxy that wants a logon of its own refuses every version alike: that is no VB365.
#[tokio::test]
async fn a_proxy_is_no_version() {
    for status in [200, 401, 403, 407] {
        let server = Server::open(move |_| Reply::new(status, "<!DOCTYPE html><html>Sign in</html>")).await;
        let vb365 = Vb365Client::new(options(&server, Vb365Logon::Password, None)).unwrap();
        let error = vb365.client().logon().await.unwrap_err();
        assert!(error.is_wrong_product() && error.to_string().contains("HTML"), "{status}: {error}");
        assert!(server.seen().iter().all(|seen| seen.method == "GET"), "the password went nowhere");
    }
}

/// A 401 without a body renews once, and is then taken as it is.
#[tokio::test]
async fn a_refusal_without_a_body() {
    let mut refused = 1;
    let server = Server::of_vb365(move |_| {
        refused -= 1;
        if refused >= 0 { Reply::new(401, "") } else { Reply::new(200, ORGANIZATION) }
    })
    .await;
    server.vb365(8).call(&OrganizationGetCurrentOrganization::new()).await.unwrap();
    assert_eq!((server.sessions(), server.lines().len()), (2, 2));
    let server = Server::of_vb365(|_| Reply::new(401, "")).await;
    let error = server.vb365(8).call(&OrganizationGetCurrentOrganization::new()).await.unwrap_err();
    assert_eq!((error.status(), server.sessions(), server.lines().len()), (Some(401), 2, 2), "{error}");
}

fn device_logon(server: &Server) -> DeviceLogon {
    DeviceLogon::new("abc.onmicrosoft.com", "app", "openid offline_access").platform(server.url.clone())
}

const CODE: &str = r#"{"device_code": "hunter2", "user_code": "ABC-123", "verification_uri": "https://microsoft.com/devicelogin",
    "message": "Go there and enter ABC-123.", "expires_in": 900, "interval": 1}"#;

fn soon() -> Waiting {
    let mut waiting = Waiting::default();
    (waiting.first, waiting.most) = (Duration::from_millis(1), Duration::from_millis(1));
    waiting
}

/// Microsoft's side: a code, and for each question the next of these.
async fn platform(answers: Vec<Reply>) -> Server {
    let mut answers = answers.into_iter();
    Server::open(move |seen: &Seen| match seen.target.ends_with("/devicecode") {
        true => Reply::new(200, CODE),
        false => answers.next().unwrap_or_else(|| Reply::new(500, "asked too often")),
    })
    .await
}

#[tokio::test]
async fn a_code_that_a_person_enters() {
    let pending = Reply::new(400, r#"{"error": "authorization_pending", "error_description": "AADSTS70016"}"#);
    let server = platform(vec![pending.clone(), pending, Reply::new(200, TOKEN)]).await;
    let waiting = device_logon(&server).start().await.unwrap();
    assert_eq!(waiting.state().message, "Go there and enter ABC-123.");
    assert_eq!(waiting.state().user_code, "ABC-123");
    assert!(!format!("{waiting:?}").contains("hunter2"), "{waiting:?}");
    let got = waiting.waiting(soon()).until_done().await.unwrap();
    assert_eq!((got.client_id.as_str(), got.token.expose()), ("app", TOKEN), "the answer is passed on whole");
    let seen = server.seen();
    assert_eq!(seen[0].line(), "POST /abc.onmicrosoft.com/oauth2/v2.0/devicecode");
    assert_eq!(seen[0].body, "client_id=app&scope=openid+offline_access");
    let tokens = server.logons();
    assert_eq!((seen.len(), tokens.len()), (1, 3));
    assert_eq!(
        tokens[0].body,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app&device_code=hunter2"
    );
}

#[tokio::test]
async fn a_code_that_nobody_enters() {
    for (reply, wanted) in [
        (
            Reply::new(
                400,
                r#"{"error": "authorization_declined", "error_description": "The user said no.\r\nTrace 1"}"#,
            ),
            "\"authorization_declined: The user said no.\"",
        ),
        (
            Reply::new(400, r#"{"error": "bad\u001b[2J", "error_description": "\u202eno\u001b]0;x\u0007"}"#),
            r#""bad\u{1b}[2J: \u{202e}no\u{1b}]0;x\u{7}""#,
        ),
        (Reply::new(400, r#"{"error": "expired_token"}"#), "expired_token"),
        (Reply::new(200, "<html>Sign in to the proxy</html>"), "HTML"),
        (Reply::new(200, r#"{"token_type": "Bearer"}"#), "answer"),
    ] {
        let server = platform(vec![reply]).await;
        let waiting = device_logon(&server).start().await.unwrap().waiting(soon());
        let error = waiting.until_done().await.unwrap_err();
        assert!(error.to_string().contains(wanted) && !error.to_string().contains("hunter2"), "{error}");
    }
    let pending = Reply::new(400, r#"{"error": "authorization_pending"}"#);
    let server = platform(vec![pending; 10_000]).await;
    let waiting = device_logon(&server).start().await.unwrap().waiting(soon()).deadline(Duration::from_millis(100));
    let error = waiting.until_done().await.unwrap_err();
    assert!(error.is_deadline() && error.to_string().contains("nobody entered the code ABC-123"), "{error}");
    let server = Server::open(|_| Reply::new(400, r#"{"error": "invalid_client"}"#)).await;
    let error = device_logon(&server).start().await.unwrap_err();
    assert!(error.is_logon_refused() && error.to_string().contains("invalid_client"), "{error}");
}
