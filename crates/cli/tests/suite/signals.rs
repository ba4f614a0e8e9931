//! INT, TERM and HUP: what was begun is cleaned up, the session ended, and the exit code says which it was.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::common::{Home, Ran, Result};

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

const LOGON: &str = r#"<LogonSession xmlns="http://www.veeam.com/ent/v1.0"><SessionId>15a3fc97-0325-4119-b789-5c0367c6c565</SessionId></LogonSession>"#;
const TASK: &str =
    r#"<Task xmlns="http://www.veeam.com/ent/v1.0"><TaskId>task-1</TaskId><State>Running</State></Task>"#;

/// An Enterprise Manager whose task never ends, and the first lines of the requests that it sees.
fn server() -> Result<(String, Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let (seen, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let (mut text, mut part) = (Vec::new(), [0; 1024]);
            while !text.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => text.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            let line = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().to_owned();
            let (status, body) = match line.as_str() {
                line if line.contains("sessionMngr") => (201, LOGON),
                line if line.starts_with("DELETE") => (204, ""),
                _ => (202, TASK),
            };
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
            let _ = seen.send(line);
        }
    });
    Ok((url, requests))
}

fn until(requests: &Receiver<String>, wanted: &str) -> Result {
    while !requests.recv_timeout(PATIENCE)?.contains(wanted) {}
    Ok(())
}

fn interrupted(signal: &str, code: i32) -> Result {
    let home = Home::new()?;
    let (url, requests) = server()?;
    home.add("em", "em", &url, &[])?;
    let folder = home.path("out");
    std::fs::create_dir(&folder)?;
    let to = folder.join("task.json").to_string_lossy().into_owned();
    let mut command = home.unnamed(&["call", "em.PostJobsByIdStop", "--param", "ID=1", "--wait", "--out", &to]);
    let command = command.env("BACKHAUL_CONFIG", home.config()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn()?;
    until(&requests, "GET /api/tasks/task-1")?;
    assert_eq!(std::fs::read_dir(&folder)?.count(), 1, "the file is under way");
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status()?;
    until(&requests, "DELETE /api/logonSessions/")?;
    let ran = Ran::new(child.wait_with_output()?)?.ends(code);
    assert!(ran.err.contains("the work goes on on the server"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(&folder)?.count(), 0, "nothing is left behind");
    Ok(())
}

#[test]
fn an_interrupted_command_cleans_up_and_logs_out() -> Result {
    interrupted("INT", 130)
}

#[test]
fn a_terminated_command_cleans_up_and_logs_out() -> Result {
    interrupted("TERM", 143)
}

#[test]
fn a_command_whose_terminal_hung_up_cleans_up_and_logs_out() -> Result {
    interrupted("HUP", 129)
}

/// At `-vv` each request is a line, without secrets.
#[test]
fn requests_are_told_at_vv() -> Result {
    let home = Home::new()?;
    let (url, _requests) = server()?;
    home.add("em", "em", &url, &[])?;
    let ran = home.run(&["call", "em.PostJobsByIdStop", "--param", "ID=1", "-vv"])?.ends(0);
    for wanted in ["POST ", "/api/sessionMngr/: answered 201 in ", "/api/jobs/1: answered 202 in "] {
        assert!(ran.err.contains(wanted), "{wanted}: {}", ran.err);
    }
    assert!(!ran.err.contains("15a3fc97") && !ran.err.contains("password\n"), "{}", ran.err);
    let quiet = home.run(&["call", "em.PostJobsByIdStop", "--param", "ID=1", "-v"])?.ends(0);
    assert!(!quiet.err.contains("answered 202"), "{}", quiet.err);
    Ok(())
}
