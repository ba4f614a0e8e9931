//! VB365's change feeds.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use crate::common::{Reply, Server};
use backhaul_models::vb365::{Event, EventType};
use backhaul_transport::vb365::Changes;

fn page(token: &str, results: &str) -> Reply {
    Reply::new(200, format!(r#"{{"nextChangeToken": "{token}", "limit": 30, "results": [{results}]}}"#))
}

const STOPPED: &str = r#"{"eventType": "JobSessionUpdate", "id": "1", "eTag": 4, "jobId": "2", "status": "Stopped", "jobType": "EntireOrganization"}"#;
const UNHEARD: &str = r#"{"eventType": "MoonRises", "id": "1", "eTag": 5}"#;

fn outdated(status: u16) -> Reply {
    Reply::new(status, r#"{"message": "The token is too old.", "errorCode": "OutdatedChangeToken"}"#)
}

fn some<T>(changes: Changes<T>) -> Vec<T> {
    match changes {
        Changes::Some(items) => items,
        Changes::StartOver => panic!("start over"),
    }
}

#[tokio::test]
async fn a_feed_goes_on_where_it_was() {
    let server = Server::of_vb365(|seen| match seen.target.as_str() {
        "/v8/Events?from=latest&limit=2&timeoutSeconds=30" => page("a+1", ""),
        "/v8/Events?from=a%2B1&limit=2&timeoutSeconds=30" => page("a2", &format!("{STOPPED}, {UNHEARD}")),
        "/v8/Events?from=a2&limit=2&timeoutSeconds=30" => page("a2", ""),
        other => Reply::new(500, format!(r#"{{"message": "{other}"}}"#)),
    })
    .await;
    let mut feed = server.vb365(8).events(None).limit(2).wait(30);
    assert_eq!(feed.token(), Some("latest"));
    assert!(some(feed.next().await.unwrap()).is_empty());
    let events = some(feed.next().await.unwrap());
    assert!(
        matches!(&events[0], Event::JobSessionUpdate(event) if event.status.as_ref().unwrap().as_str() == "Stopped")
    );
    assert!(
        matches!(&events[1], Event::Unknown(event) if event.event_type.as_ref().map(EventType::as_str) == Some("MoonRises"))
    );
    // Nothing happened: the token stays, and that is no circle.
    assert!(some(feed.next().await.unwrap()).is_empty());
    assert_eq!(feed.token(), Some("a2"));
}

/// The new place is taken before the caller is told: what happens while everything is listed anew is then in the feed.
#[tokio::test]
async fn a_token_that_is_too_old_starts_the_feed_over() {
    for status in [400, 409, 410] {
        let server = Server::of_vb365(move |seen| match seen.target.as_str() {
            "/v8/Events?from=old&timeoutSeconds=59" => outdated(status),
            "/v8/Events?from=latest&timeoutSeconds=0" => page("new", ""),
            "/v8/Events?from=new&timeoutSeconds=59" => page("newer", STOPPED),
            other => Reply::new(500, format!(r#"{{"message": "{other}"}}"#)),
        })
        .await;
        // Longer than the client waits for an answer is cut to that.
        let mut feed = server.vb365(8).events(Some("old".to_owned())).wait(3600);
        assert!(matches!(feed.next().await.unwrap(), Changes::StartOver));
        assert_eq!(feed.token(), Some("new"));
        assert_eq!(some(feed.next().await.unwrap()).len(), 1);
        assert_eq!(feed.token(), Some("newer"));
    }
    // A server that finds its own newest token too old is not asked for ever.
    let server = Server::of_vb365(|_| outdated(400)).await;
    let error = server.vb365(8).events(None).next().await.unwrap_err();
    assert_eq!((error.code(), server.lines().len()), (Some("OutdatedChangeToken"), 1));
    let error = server.vb365(8).events(Some("old".to_owned())).next().await.unwrap_err();
    assert_eq!((error.code(), server.lines().len()), (Some("OutdatedChangeToken"), 3));
}

#[tokio::test]
async fn an_error_keeps_the_place() {
    let mut count = 0;
    let server = Server::of_vb365(move |_| {
        count += 1;
        if count == 1 { Reply::new(500, r#"{"message": "busy"}"#) } else { page("b", STOPPED) }
    })
    .await;
    let mut feed = server.vb365(8).events(Some("a".to_owned()));
    assert!(feed.next().await.unwrap_err().is_api());
    assert_eq!(feed.token(), Some("a"));
    assert_eq!(some(feed.next().await.unwrap()).len(), 1);
    server.end_session();
    // The same token with something new in it would be told again and again.
    let error = feed.next().await.unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
    assert_eq!(server.sessions(), 2);
}

#[tokio::test]
async fn the_feeds_of_v7() {
    let server = Server::of_vb365(|seen| match seen.target.as_str() {
        "/v7/JobSessions/Changes" => page("s1", r#"{"id": "1", "status": "Success"}"#),
        "/v7/JobSessions/Changes?from=s1" => page("s2", ""),
        "/v7/JobSessions/Changes?from=old" => outdated(400),
        "/v7/RestorePoints/Changes?from=p" => page("q", r#"{"id": "1"}, {"id": "2"}"#),
        "/v7/RestorePoints/Changes?from=old" => outdated(400),
        other => Reply::new(500, format!(r#"{{"message": "{other}"}}"#)),
    })
    .await;
    let vb365 = server.vb365(7);
    let mut runs = vb365.job_session_changes(None).wait(30);
    assert_eq!(some(runs.next().await.unwrap())[0].status.as_ref().unwrap().as_str(), "Success");
    assert!(some(runs.next().await.unwrap()).is_empty());
    let mut runs = vb365.job_session_changes(Some("old".to_owned()));
    assert!(matches!(runs.next().await.unwrap(), Changes::StartOver));
    assert_eq!(runs.token(), Some("s1"));
    assert_eq!(some(vb365.restore_point_changes("p").next().await.unwrap()).len(), 2);
    // Where to begin anew is not known: the caller is told what the server said.
    assert_eq!(vb365.restore_point_changes("old").next().await.unwrap_err().code(), Some("OutdatedChangeToken"));
    // Each version has its own.
    for error in [
        vb365.events(None).next().await.unwrap_err(),
        server.vb365(8).job_session_changes(None).next().await.unwrap_err(),
    ] {
        assert!(error.is_unsupported(), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_feed() {
    for body in ["{}", "[]", r#"{"nextChangeToken": "", "results": []}"#, "<html>Sign in</html>", ""] {
        let server = Server::of_vb365(move |_| Reply::new(200, body)).await;
        let mut feed = server.vb365(8).events(Some("a".to_owned()));
        let error = feed.next().await.unwrap_err();
        assert!(!error.is_api() && feed.token() == Some("a"), "{body}: {error}");
    }
}
