//! VB365 by name, in each of its versions.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::common::{Home, Result};
use serde_json::Value;

/// How many operations each version has.
const COUNTS: [(&str, usize); 6] = [("v3", 124), ("v4", 163), ("v5", 205), ("v6", 429), ("v7", 457), ("v8", 487)];

/// The place of v6 among them, the first with a document of the vendor's own.
const FIRST_DOCUMENT: usize = 3;

fn listed(version: &str) -> Result<Vec<Value>> {
    let rows = Home::new()?.run(&["ops", "vb365", "--api-version", version, "-o", "json"])?.ends(0).json()?;
    Ok(rows.as_array().ok_or("no array")?.clone())
}

#[test]
fn each_version_has_its_own_operations() -> Result {
    for (version, count) in COUNTS {
        assert_eq!(listed(version)?.len(), count, "{version}");
    }
    let answer = |version, name: &str| -> Result<Value> {
        let rows = listed(version)?;
        Ok(rows.iter().find(|row| row["operation"] == name).ok_or("not listed")?["response"].clone())
    };
    assert_eq!(answer("v8", "Job_StartAction")?, "JobSession");
    assert_eq!(answer("v7", "Job_StartAction")?, Value::Null);
    assert_eq!(answer("v7", "Account_GetAccounts")?, "PageOfCredential");
    Ok(())
}

/// Method and path, as two documents can be compared by: letter case and the names of placeholders do not count.
fn place(method: &str, path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    format!("{method} {}", segments.collect::<Vec<_>>().join("/")).to_ascii_lowercase()
}

/// Everything that the vendor's documents have, and nothing more but what is known from older pages: `v3` to `v5` have
/// no documents of the vendor's own, so what those leave out stands in `additions.json`.
#[test]
#[ignore = "reads the vendors' documents: set BACKHAUL_FACTS, or lay them beside the workspace"]
fn the_operations_are_those_of_the_documents() -> Result {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts");
    let documents = std::env::var_os("BACKHAUL_FACTS").map_or(beside, PathBuf::from).join("vb365");
    let read = |name: &str| -> Result<Value> {
        Ok(serde_json::from_slice(&std::fs::read(documents.join(name)).map_err(|error| format!("{name}: {error}"))?)?)
    };
    let additions = read("additions.json")?;
    let mut told = Vec::new();
    for (version, _) in COUNTS {
        let document = read(&format!("{version}.openapi.json"))?;
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().ok_or("no paths")? {
            let path = path.trim_start_matches(&format!("/{version}"));
            documented.extend(methods.as_object().into_iter().flatten().map(|(method, _)| place(method, path)));
        }
        told.push((version, documented, added(&additions, version)));
    }
    let has = |(_, documented, added): &(&str, BTreeSet<String>, BTreeSet<String>), place: &String| {
        documented.contains(place) || added.contains(place)
    };
    for (at, (version, documented, _)) in told.iter().enumerate() {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let found: BTreeSet<_> =
            listed(version)?.iter().map(|row| place(&text(row, "method"), &text(row, "path"))).collect();
        assert_eq!(documented.difference(&found).collect::<Vec<_>>(), [""; 0], "{version} lacks these");
        // What an older and a newer version have, one between them without a document of the vendor's has as well.
        let between = |place: &String| {
            at < FIRST_DOCUMENT
                && told[..at].iter().any(|it| has(it, place))
                && told[at..].iter().any(|it| has(it, place))
        };
        let unknown = |place: &&String| !has(&told[at], place) && !between(place);
        assert_eq!(found.iter().filter(unknown).collect::<Vec<_>>(), [""; 0], "nothing says that {version} has these");
    }
    Ok(())
}

/// The operations that `additions.json` gives `version`.
fn added(additions: &Value, version: &str) -> BTreeSet<String> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = additions["operations"].as_array().into_iter().flatten();
    let of_version =
        |row: &&Value| row["versions"].as_array().is_some_and(|versions| versions.contains(&version.into()));
    rows.filter(of_version).map(|row| place(&text(row, "method"), &text(row, "path"))).collect()
}

/// A server of one version that logs on by itself, and answers the rest as it is told; keeps what it was asked.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
    logons: Arc<Mutex<Vec<String>>>,
}

struct Reply {
    status: u16,
    headers: &'static str,
    body: String,
    /// How many bytes of the body come.
    cut: usize,
}

fn reply(status: u16, body: &str) -> Reply {
    Reply { status, headers: "", body: body.to_owned(), cut: body.len() }
}

impl Server {
    fn new(version: u8, answer: impl Fn(&str, &str) -> Reply + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let logons = Arc::new(Mutex::new(Vec::new()));
        let forms = Arc::clone(&logons);
        // It ends with the test program.
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(&mut stream);
                let (mut head, mut length) = (String::new(), 0);
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                for line in head.lines() {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
                let at = format!("/v{version}/");
                let reply = match () {
                    () if !line.contains(&at) => reply(404, ""),
                    () if line.ends_with("/token") => {
                        if let Ok(mut forms) = forms.lock() {
                            forms.push(String::from_utf8_lossy(&body).into_owned());
                        }
                        reply(200, r#"{"access_token": "a", "refresh_token": "b"}"#)
                    }
                    () if !head.to_ascii_lowercase().contains("authorization: bearer a") => reply(401, ""),
                    () => {
                        let body = String::from_utf8_lossy(&body);
                        if let Ok(mut seen) = kept.lock() {
                            seen.push(format!("{line} {body}"));
                        }
                        answer(&line, &head)
                    }
                };
                let Reply { status, headers, body, cut } = reply;
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
                let _ = stream.write_all(&[head.as_bytes(), &body.as_bytes()[..cut]].concat());
            }
        });
        Ok(Self { url, seen, logons })
    }

    fn logons(&self) -> Vec<String> {
        self.logons.lock().map(|logons| logons.clone()).unwrap_or_default()
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().map(|seen| seen.clone()).unwrap_or_default()
    }
}

const RUN: &str = r#"{"id": "run-1", "status": "STATUS", "progress": 7, "details": "The mailbox is gone."}"#;

#[test]
fn a_job_is_waited_for() -> Result {
    for (status, code) in [("Success", 0), ("Warning", 0), ("Failed", 5), ("Stopped", 5)] {
        let server = Server::new(8, move |line, _| {
            let status = if line.starts_with("POST") { "Running" } else { status };
            reply(200, &RUN.replace("STATUS", status))
        })?;
        let home = Home::new()?;
        home.add("m365", "vb365", &server.url, &[])?;
        let call = ["call", "vb365.Job_StartAction", "--param", "jobId=job-1", "--wait", "-v"];
        let ran = home.run(&call)?.ends(code);
        assert!(ran.err.contains("the job session run-1 is Running, progress 7"), "{}", ran.err);
        if code == 0 {
            assert_eq!(ran.json()?["status"], status);
        } else {
            assert!(ran.out.is_empty() && ran.err.contains("The mailbox is gone."), "{}", ran.err);
        }
        assert_eq!(server.seen(), ["POST /v8/Jobs/job-1/start {}", "GET /v8/JobSessions/run-1 "]);
    }
    Ok(())
}

/// The oldest form of the same: an action, and a run that has to be found.
#[test]
fn a_job_of_v3_is_waited_for() -> Result {
    let started = Arc::new(Mutex::new(false));
    let server = Server::new(3, move |line, _| {
        let mut started = started.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match line {
            line if line.starts_with("POST") => {
                *started = true;
                reply(200, "")
            }
            line if line.ends_with("/Jobs/job-1/JobSessions") && *started => {
                reply(200, &format!("[{}]", RUN.replace("STATUS", "Running")))
            }
            line if line.ends_with("/Jobs/job-1/JobSessions") => reply(200, "[]"),
            _ => reply(200, &RUN.replace("STATUS", "Success")),
        }
    })?;
    let home = Home::new()?;
    home.add("m365", "vb365", &server.url, &["--api-version", "v3"])?;
    let body = home.file("start.json", r#"{"start": null}"#)?;
    let call = ["call", "vb365.post_Jobs_by_jobId_Action", "--param", "jobId=job-1", "--body", &body];
    let ran = home.run(&[&call[..], &["--wait"]].concat())?.ends(0);
    assert_eq!(ran.json()?["status"], "Success");
    assert!(server.seen().contains(&r#"POST /v3/Jobs/job-1/Action {"start": null}"#.to_owned()), "{:?}", server.seen());
    // Without waiting nothing is looked for, and an answer without a body is none.
    assert!(home.run(&call)?.ends(0).out.is_empty());
    Ok(())
}

#[test]
fn an_operation_that_the_version_lacks_is_2_and_not_sent() -> Result {
    let server = Server::new(5, |_, _| reply(200, "[]"))?;
    let home = Home::new()?;
    home.add("m365", "vb365", &server.url, &[])?;
    let ran = home.run(&["call", "vb365.Job_StartAction", "--param", "jobId=job-1", "--wait"])?.ends(2);
    assert!(ran.err.contains("not known in v5 of the API: it is in v6 and later"), "{}", ran.err);
    let ran = home.run(&["query", "vb365.CopyJob", "--api-version", "v5"])?.ends(2);
    assert!(ran.err.contains("v6 and later"), "{}", ran.err);
    let ran = home.run(&["query", "vb365.CopyJob"])?.ends(2);
    assert!(ran.err.contains("v6 and later"), "{}", ran.err);
    assert_eq!(server.seen(), [""; 0]);
    // A version that the server does not serve.
    let ran = home.run(&["query", "vb365.Organization", "--api-version", "v8"])?.ends(2);
    assert!(ran.err.contains("does not serve v8") && ran.err.contains("v5"), "{}", ran.err);
    Ok(())
}

#[test]
fn a_file_that_is_cut_leaves_nothing_or_is_gone_on_with() -> Result {
    const BODY: &str = "0123456789";
    for resumable in [true, false] {
        let server = Server::new(8, move |_, head| {
            let head = head.to_ascii_lowercase();
            let from =
                head.split_once("range: bytes=").and_then(|(_, rest)| rest.split('-').next()?.parse::<usize>().ok());
            match from {
                Some(from) => {
                    Reply { headers: "Content-Range: bytes 4-9/10\r\nETag: \"1\"\r\n", ..reply(206, &BODY[from..]) }
                }
                None => Reply { headers: if resumable { "ETag: \"1\"\r\n" } else { "" }, cut: 4, ..reply(200, BODY) },
            }
        })?;
        let home = Home::new()?;
        home.add("m365", "vb365", &server.url, &[])?;
        let to = home.path("posts.zip");
        let file = to.to_string_lossy().into_owned();
        let mut call = vec!["call", "vb365.TeamsPost_DownloadExportedPosts", "--out", &file];
        for param in ["restoreSessionId=1", "teamId=2", "requestExportId=3", "authCode=4"] {
            call.extend(["--param", param]);
        }
        let ran = home.run(&call)?.ends(if resumable { 0 } else { 4 });
        assert!(ran.out.is_empty());
        let left: Vec<_> = std::fs::read_dir(to.parent().ok_or("no folder")?)?.flatten().collect();
        let left: Vec<_> = left.iter().filter(|it| it.file_name().to_string_lossy().contains("backhaul-")).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(std::fs::read_to_string(&to).ok().as_deref(), resumable.then_some(BODY));
    }
    Ok(())
}

/// A profile may say that an answer of Microsoft's stands in place of the password.
#[test]
fn a_profile_may_log_on_with_a_token_of_microsofts() -> Result {
    let server = Server::new(8, |_, _| reply(200, r#"{"type": "Office365", "id": "1", "name": "abc"}"#))?;
    let home = Home::new()?;
    let assertion = home.file("assertion", "{\"access_token\": \"hunter2\"}\n")?;
    crate::common::set_mode(Path::new(&assertion), 0o600)?;
    let config = format!(
        "[profiles.m365]\nsystem = \"vb365\"\nurl = \"{}\"\nlogon = \"operator\"\nclient_id = \"user.tenant\"\n\
         password_file = \"{assertion}\"\n",
        server.url
    );
    std::fs::write(home.config(), config)?;
    let shown = home.run(&["profile", "show", "m365", "-o", "json"])?.ends(0);
    assert_eq!((&shown.json()?["logon"], &shown.json()?["client_id"]), (&"operator".into(), &"user.tenant".into()));
    assert!(!shown.out.contains("hunter2"));
    let ran = home.run(&["call", "vb365.Organization_GetCurrentOrganization"])?.ends(0);
    assert_eq!(ran.json()?["name"], "abc");
    assert!(server.logons().iter().all(|form| {
        form.starts_with(
            "grant_type=operator&client_id=user.tenant&assertion=%7B%22access_token%22%3A+%22hunter2%22%7D",
        )
    }));
    assert_eq!(server.logons().len(), 1);
    Ok(())
}

/// v7 lists credentials where v8 lists accounts.
#[test]
fn a_listing_has_the_type_of_its_version() -> Result {
    let server = Server::new(7, |_, _| reply(200, r#"[{"id": "1"}]"#))?;
    let home = Home::new()?;
    home.add("m365", "vb365", &server.url, &[])?;
    let ran = home.run(&["query", "vb365.Credential", "-o", "json"])?.ends(0);
    assert_eq!(ran.column("id")?, ["1"]);
    let ran = home.run(&["query", "vb365.Account"])?.ends(2);
    assert!(ran.err.contains("v7 of the API lists Credential where others list Account"), "{}", ran.err);
    assert_eq!(server.seen().len(), 1, "what would be misread is not asked for");
    Ok(())
}

/// Recorded answers of every version are read as that version has them.
#[test]
fn recorded_bodies_are_checked_in_each_version() -> Result {
    let home = Home::new()?;
    let session = home.file("session.json", r#"{"sessionId": "0b0f7c2e-0000-4000-8000-000000000001"}"#)?;
    let statistics = home.file("statistics.json", r#"{"createdItemsCount": 1, "mergedItemsCount": 0}"#)?;
    let empty = home.file("empty", "")?;
    let listing = home.file("listing.json", r#"[{"id": "1"}]"#)?;
    let restore = "POST /VERSION/RestoreSessions/1/organization/mailboxes/2/restore";
    for (request, file, kind) in [
        (restore.replace("VERSION", "v8"), &session, Value::from("AsyncRestoreResponse")),
        (restore.replace("VERSION", "v6"), &statistics, Value::from("FoldersRestoreStatistics")),
        ("POST /v3/Jobs/1/Action".to_owned(), &empty, Value::Null),
        ("POST /v7/Jobs/1/start".to_owned(), &empty, Value::Null),
        ("GET /v3/Jobs/1/JobSessions".to_owned(), &listing, Value::from("PageOfJobSession")),
        ("GET /v7/Accounts".to_owned(), &listing, Value::from("PageOfCredential")),
        ("GET /V8/accounts".to_owned(), &listing, Value::from("PageOfAccount")),
    ] {
        let ran = home.run(&["check", "vb365", "--request", &request, file, "-o", "json"])?.ends(0);
        assert_eq!((&ran.json()?[0]["type"], &ran.json()?[0]["ok"]), (&kind, &Value::Bool(true)), "{request}");
    }
    let ran = home.run(&["check", "vb365", "--request", "GET /v8/Jobs/1/JobSessions", &listing])?.ends(2);
    assert!(ran.err.contains("not in v8 of the API: it is in up to v6"), "{}", ran.err);
    home.run(&["check", "vb365", "--request", "POST /v8/Jobs/1/start", &empty])?.ends(1);
    Ok(())
}
