//! A server that logs anybody on, and answers the rest as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::Result;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// All lines of the head.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// An answer: status, body; XML or JSON by its first character.
pub(crate) type Answer = (u16, String);

pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    /// Answers as `answer` says, which is given the server's own address, too; what it leaves out is a logon, or 404.
    pub(crate) fn new(answer: impl Fn(&Asked, &str) -> Option<Answer> + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (own, seen) = (url.clone(), Arc::clone(&asked));
        // It ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else { continue };
                if let Ok(mut seen) = seen.lock() {
                    seen.push(request.clone());
                }
                let (status, body) = answer(&request, &own).or_else(|| logon(&request)).unwrap_or((404, String::new()));
                write(stream, status, &body);
            }
        });
        Ok(Self { url, asked })
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).ok()? > 2 {}
    for line in head.lines() {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = head.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some(Asked { method, target, head, body: String::from_utf8_lossy(&body).into_owned() })
}

fn write(mut stream: TcpStream, status: u16, body: &str) {
    let kind = if body.starts_with('<') { "application/xml" } else { "application/json; charset=utf-8" };
    let session = "X-RestSvcSessionId: Njk1YTNhNDI=\r\n";
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{session}Connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat());
}

/// What every server of the three systems answers to who comes.
pub(crate) fn logon(asked: &Asked) -> Option<Answer> {
    let path = asked.target.split('?').next()?.to_ascii_lowercase();
    let ns = "xmlns=\"http://www.veeam.com/ent/v1.0\"";
    Some(match (asked.method.as_str(), path.as_str()) {
        ("GET", "/api/") => (
            200,
            format!(
                "<EnterpriseManager {ns}><Links/><SupportedVersions><SupportedVersion Name=\"v1_7\"><Links/>\
                 </SupportedVersion></SupportedVersions></EnterpriseManager>"
            ),
        ),
        ("POST", path) if path.starts_with("/api/sessionmngr") => (
            201,
            format!(
                "<LogonSession {ns} Href=\"http://x/api/logonSessions/1\"><Links><Link Rel=\"Delete\" Type=\"LogonSession\" \
                 Href=\"http://x/api/logonSessions/1\"/></Links><SessionId>695a3a42-1db7-4fdc-8c2c-3bd4a2d1b111</SessionId>\
                 </LogonSession>"
            ),
        ),
        ("DELETE", _) => (204, String::new()),
        ("POST", path) if path.ends_with("/token") => (
            200,
            r#"{"access_token": "a", "token_type": "bearer", "refresh_token": "b", "expires_in": 3600}"#.to_owned(),
        ),
        ("GET", path) if path.ends_with("/serviceinstance") => {
            if asked.head.to_ascii_lowercase().contains("authorization:") {
                (200, r#"{"version": "8.1.0.3503"}"#.to_owned())
            } else {
                (401, String::new())
            }
        }
        ("PUT", "/zstack/v1/accounts/login") => {
            (200, r#"{"inventory": {"uuid": "0f5d5a3c2b7e4f0e9b8a7c6d5e4f3a2b"}}"#.to_owned())
        }
        _ => return None,
    })
}
