//! VB365's exports and reports: files that are whole or not there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::PathBuf;

use crate::common::{Reply, Seen, Server};
use backhaul_models::vb365::GenericActionBody;
use backhaul_models::vb365::LicenseOverviewOptions;
use backhaul_models::vb365::operations::{
    PostRestoreSessionsByRestoreSessionIdOrganizationMailboxesByMailboxIdItemsAction as ItemsAction,
    ReportsGenerateLicenseOverviewAction, TeamsPostDownloadExportedPosts,
};
use backhaul_transport::Error;
use backhaul_transport::file::Existing;

const BODY: &str = "0123456789abcdefghij";

struct Target {
    folder: tempfile::TempDir,
}

impl Target {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("posts.zip")
    }

    /// What is in the folder, whatever it is called.
    fn content(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }
}

fn export() -> TeamsPostDownloadExportedPosts {
    TeamsPostDownloadExportedPosts::new("session", "team", "export", "code")
}

fn report() -> ReportsGenerateLicenseOverviewAction {
    ReportsGenerateLicenseOverviewAction::new(LicenseOverviewOptions::default())
}

fn file(body: &str) -> Reply {
    Reply::new(200, body).header("Content-Type: application/octet-stream")
}

/// The rest of the body from a byte on.
fn rest(seen: &Seen, tag: &str) -> Option<Reply> {
    let from: usize = seen.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().unwrap();
    let range = format!("Content-Range: bytes {from}-{}/{}", BODY.len() - 1, BODY.len());
    Some(Reply::new(206, &BODY[from..]).header(&range).header(&format!("ETag: {tag}")))
}

async fn fails(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> (Error, Server) {
    let (server, target) = (Server::of_vb365(script).await, Target::new());
    let error = server.vb365(8).download(&export(), target.path(), Existing::Keep).await.unwrap_err();
    assert_eq!(target.content(), [""; 0], "nothing is left");
    (error, server)
}

#[tokio::test]
async fn a_file_is_written_whole() {
    let server = Server::of_vb365(|_| file(BODY)).await;
    let target = Target::new();
    assert_eq!(server.vb365(7).download(&export(), target.path(), Existing::Keep).await.unwrap(), 20);
    assert_eq!(server.vb365(7).download(&report(), target.path(), Existing::Replace).await.unwrap(), 20);
    let error = server.vb365(7).download(&report(), target.path(), Existing::Keep).await.unwrap_err();
    assert!(error.file().is_some(), "{error}");
    assert_eq!(target.content(), [BODY]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2, "a target that shall be kept is noticed before anything is asked for");
    assert_eq!(seen[0].header("accept"), Some("application/octet-stream, application/json"));
}

/// Cut in the middle of a chunk, or before the promised length.
#[tokio::test]
async fn a_cut_file_leaves_nothing() {
    for chunked in [true, false] {
        let (error, server) = fails(move |_| {
            let reply = file(BODY).cut(7);
            if chunked { reply.chunked() } else { reply }
        })
        .await;
        assert!(error.http().is_some_and(|error| error.is_interrupted()), "{error}");
        // Without a validator nobody can say that the rest belongs to the same file.
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_cut_file_is_gone_on_with_where_the_server_allows() {
    for (validator, chunked) in
        [("ETag: \"1\"", true), ("ETag: \"1\"", false), ("Last-Modified: Tue, 01 Oct 2024 10:00:00 GMT", false)]
    {
        let server = Server::of_vb365(move |seen| match seen.header("range") {
            None => {
                let reply = file(BODY).header(validator).cut(7);
                if chunked { reply.chunked() } else { reply }
            }
            // Cut a second time, too.
            Some("bytes=7-") => rest(seen, "\"1\"").unwrap().cut(5),
            Some(_) => rest(seen, "\"1\"").unwrap(),
        })
        .await;
        let target = Target::new();
        let length = server.vb365(8).download(&export(), target.path(), Existing::Keep).await.unwrap();
        assert_eq!((length, target.content()), (20, vec![BODY.to_owned()]), "{validator}");
        let asked: Vec<_> = server.seen().iter().map(|seen| seen.header("range").map(str::to_owned)).collect();
        assert_eq!(asked, [None, Some("bytes=7-".to_owned()), Some("bytes=12-".to_owned())]);
        let value = validator.split_once(": ").unwrap().1;
        assert_eq!(server.seen()[1].header("if-range"), Some(value));
    }
}

#[tokio::test]
async fn a_token_that_ends_meanwhile_is_renewed_for_the_rest() {
    let mut ended = false;
    let server = Server::of_vb365(move |seen| match seen.header("range") {
        None => file(BODY).header("ETag: \"1\"").cut(7),
        Some(_) if !ended => {
            ended = true;
            Reply::new(401, "")
        }
        Some(_) => rest(seen, "\"1\"").unwrap(),
    })
    .await;
    let target = Target::new();
    server.vb365(8).download(&export(), target.path(), Existing::Keep).await.unwrap();
    assert_eq!((target.content(), server.sessions()), (vec![BODY.to_owned()], 2));
}

/// The rest must be the rest, of the same file.
#[tokio::test]
async fn another_rest_is_refused() {
    let cut = || file(BODY).header("ETag: \"1\"").cut(7);
    let (changed, _) = fails(move |seen| rest(seen, "\"2\"").unwrap_or_else(cut)).await;
    assert!(changed.to_string().contains("cut after 7 bytes") && changed.to_string().contains("changed"), "{changed}");
    let (whole, _) = fails(move |seen| if seen.header("range").is_some() { file(BODY) } else { cut() }).await;
    assert!(whole.to_string().contains("changed meanwhile, or the server has no ranges"), "{whole}");
    let (shifted, _) = fails(move |seen| match seen.header("range") {
        None => cut(),
        Some(_) => Reply::new(206, &BODY[5..]).header("Content-Range: bytes 5-19/20").header("ETag: \"1\""),
    })
    .await;
    assert!(shifted.to_string().contains("another part than the rest"), "{shifted}");
    let (gone, _) = fails(move |seen| match seen.header("range") {
        None => cut(),
        Some(_) => Reply::new(404, r#"{"message": "The export was removed."}"#),
    })
    .await;
    assert_eq!(gone.status(), Some(404));
    // A weak tag promises less than equal bytes.
    let (weak, server) = fails(|_| file(BODY).header("ETag: W/\"1\"").cut(7)).await;
    assert!(weak.http().is_some() && server.lines().len() == 1, "{weak}");
    // A server that never gives more is not asked for ever.
    let (stuck, server) = fails(move |seen| match seen.header("range") {
        None => cut(),
        Some(_) => rest(seen, "\"1\"").unwrap().cut(0),
    })
    .await;
    assert!(stuck.http().is_some() && server.lines().len() <= 6, "{stuck}");
}

/// A `POST` that makes the file that it answers is only sent again where the server offers parts.
#[tokio::test]
async fn a_post_is_sent_again_only_where_the_server_offers_it() {
    for offered in [true, false] {
        let server = Server::of_vb365(move |seen| {
            let cut = file(BODY).header("ETag: \"1\"").cut(7);
            let cut = if offered { cut.header("Accept-Ranges: bytes") } else { cut };
            rest(seen, "\"1\"").unwrap_or(cut)
        })
        .await;
        let target = Target::new();
        let result = server.vb365(8).download(&report(), target.path(), Existing::Keep).await;
        assert_eq!((result.is_ok(), server.lines().len()), (offered, if offered { 2 } else { 1 }));
        assert_eq!(target.content().len(), usize::from(offered));
    }
    // An action may restore: it is never sent twice.
    let offered = |_: &Seen| file(BODY).header("ETag: \"1\"").header("Accept-Ranges: bytes").cut(7);
    let (server, target) = (Server::of_vb365(offered).await, Target::new());
    let call = ItemsAction::new("session", "mailbox", GenericActionBody::default());
    server.vb365(5).download(&call, target.path(), Existing::Keep).await.unwrap_err();
    assert_eq!((server.lines().len(), target.content().len()), (1, 0));
}

#[tokio::test]
async fn an_error_or_a_page_of_a_proxy_is_no_file() {
    let (refused, _) = fails(|_| Reply::new(400, r#"{"message": "The export is not ready."}"#)).await;
    assert!(refused.is_api() && refused.to_string().contains("not ready"), "{refused}");
    for (status, kind) in
        [(200, "Content-Type: text/html; charset=utf-8"), (200, "Content-Type: TEXT/HTML"), (404, "X: y")]
    {
        let (page, _) = fails(move |_| Reply::new(status, "<html><body>Sign in</body></html>").header(kind)).await;
        assert!(page.is_wrong_product() && page.to_string().contains("HTML"), "{page}");
    }
}

/// A success without the file, another part, more than all of it, a packed one: what stood in its place stays.
#[tokio::test]
async fn what_is_not_the_file_replaces_nothing() {
    let cut = || file(BODY).header("ETag: \"1\"").cut(7);
    let resumed =
        move |rest: Reply| move |seen: &Seen| if seen.header("range").is_some() { rest.clone() } else { cut() };
    let part = |range: &str, body: &str| {
        Reply::new(206, body).header(&format!("Content-Range: {range}")).header("ETag: \"1\"")
    };
    type Answers = Box<dyn FnMut(&Seen) -> Reply + Send>;
    let cases: Vec<(&str, Answers, &str)> = vec![
        ("an unasked part", Box::new(move |_| part("bytes 5-7/100", "567")), "with a part of the file"),
        ("nothing, 204", Box::new(|_| Reply::new(204, "")), "without a file"),
        ("nothing, 200", Box::new(|_| file("")), "without a file"),
        ("packed", Box::new(|_| file(BODY).header("Content-Encoding: gzip")), "packed"),
        ("too much", Box::new(resumed(part("bytes 7-24/20", "789abcdefghij12345"))), "another part"),
        ("another length", Box::new(resumed(part("bytes 7-24/25", "789abcdefghij12345"))), "another length"),
        ("no range", Box::new(resumed(Reply::new(206, "789abcdefghij"))), "another part"),
        ("backwards", Box::new(resumed(part("bytes 7-5/20", "789"))), "another part"),
        ("largest", Box::new(resumed(part("bytes 7-18446744073709551616/20", "7"))), "another part"),
    ];
    for (case, script, says) in cases {
        let (server, target) = (Server::of_vb365(script).await, Target::new());
        std::fs::write(target.path(), "good").unwrap();
        let outcome = server.vb365(8).download(&export(), target.path(), Existing::Replace).await;
        let error = outcome.expect_err(case).to_string();
        assert!(error.contains(says), "{case}: {error}");
        assert_eq!(target.content(), ["good"], "{case}");
    }
}

/// A byte for each request is no progress, and a `POST` is not sent on and on.
#[tokio::test]
async fn resuming_has_a_bound() {
    let drip = |seen: &Seen| match rest(seen, "\"1\"") {
        Some(reply) => reply.cut(1),
        None => file(BODY).header("ETag: \"1\"").header("Accept-Ranges: bytes").cut(1),
    };
    let (error, server) = fails(drip).await;
    assert!(error.http().is_some() && server.lines().len() <= 3, "{error}: {:?}", server.lines());
    let (server, target) = (Server::of_vb365(drip).await, Target::new());
    server.vb365(8).download(&report(), target.path(), Existing::Keep).await.unwrap_err();
    assert!(server.lines().len() <= 3, "{:?}", server.lines());
}
