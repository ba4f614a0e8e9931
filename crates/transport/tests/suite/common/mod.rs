//! A scripted server on loopback, of any of the systems: it logs on by itself, and answers the rest as a test says.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, missing_docs)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul_transport::em::EmClient;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::zstack::ZstackClient;
use backhaul_transport::{EmFormat, EmOptions, Options, Vb365Options};
use backhaul_wire::ApiVersion;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Method and target.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: String,
    body: String,
    /// In place of the body, where that is no text.
    bytes: Option<Vec<u8>>,
    /// In place of the body's own length.
    length: Option<&'static str>,
    /// What is sent before the answer.
    before: &'static str,
    /// In place of the first line and the body's length.
    head: Option<&'static str>,
    /// The pause before the answer.
    late: Option<Duration>,
    /// Whether the connection is reset, and not ended, after what was sent.
    resets: bool,
    /// How many bytes of the body are sent before the connection ends, or the server falls silent.
    cut: Option<usize>,
    silent: bool,
    chunked: bool,
    /// Whether the connection ends without a word.
    hangs_up: bool,
    /// The pause before each byte of the body.
    drips: Option<Duration>,
}

impl Reply {
    /// `{server}` in the body stands for the server's address.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: String::new(),
            body: body.into(),
            bytes: None,
            length: None,
            before: "",
            head: None,
            late: None,
            resets: false,
            cut: None,
            silent: false,
            chunked: false,
            hangs_up: false,
            drips: None,
        }
    }

    pub fn header(mut self, line: &str) -> Self {
        self.headers.push_str(line);
        self.headers.push_str("\r\n");
        self
    }

    /// The same header line in place of those that name the same header.
    pub fn only_header(mut self, line: &str) -> Self {
        let name = |line: &str| line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
        let kept: Vec<&str> = self.headers.lines().filter(|known| name(known) != name(line)).collect();
        self.headers = kept.iter().map(|line| format!("{line}\r\n")).collect();
        self.header(line)
    }

    /// Another body, which need not be text.
    pub fn bytes(mut self, bytes: Vec<u8>) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Says that the body is as long as this.
    pub fn said_length(mut self, length: &'static str) -> Self {
        self.length = Some(length);
        self
    }

    /// Sends this before the answer.
    pub fn before(mut self, text: &'static str) -> Self {
        self.before = text;
        self
    }

    /// Sends this in place of the first line and of the header with the body's length.
    pub fn head(mut self, text: &'static str) -> Self {
        self.head = Some(text);
        self
    }

    /// Answers after a pause.
    pub fn late(mut self, pause: Duration) -> Self {
        self.late = Some(pause);
        self
    }

    /// Resets the connection after so many bytes of the body; before the head when there are none.
    pub fn reset(mut self, after: usize) -> Self {
        (self.cut, self.resets) = (Some(after), true);
        self
    }

    pub fn wrap(mut self, around: impl Fn(&str) -> String) -> Self {
        self.body = around(&self.body);
        self
    }

    /// Ends the connection after so many bytes of the body.
    pub fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    /// Sends the body as one chunk, whose length says how long it is: one that is cut ends in the middle of it.
    pub fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Ends the connection without a word.
    pub fn hang_up(mut self) -> Self {
        self.hangs_up = true;
        self
    }

    /// Sends the body byte by byte, with a pause before each.
    pub fn drip(mut self, pause: Duration) -> Self {
        self.drips = Some(pause);
        self
    }

    /// The same answer with another status and body.
    pub fn with(mut self, status: u16, body: impl Into<String>) -> Self {
        (self.status, self.body) = (status, body.into());
        self
    }

    pub fn status(&self) -> u16 {
        self.status
    }

    pub fn body(&self) -> &str {
        &self.body
    }

    /// Falls silent after so many bytes of the body.
    pub fn silent(mut self, after: usize) -> Self {
        (self.cut, self.silent) = (Some(after), true);
        self
    }
}

/// A document in Enterprise Manager's namespace.
pub fn xml(status: u16, body: &str) -> Reply {
    let (name, rest) = body.trim_start_matches('<').split_at(body[1..].find([' ', '>', '/']).unwrap());
    Reply::new(status, format!("<{name} xmlns=\"http://www.veeam.com/ent/v1.0\"{rest}"))
}

pub fn task(status: u16, id: &str, state: &str, rest: &str) -> Reply {
    xml(
        status,
        &format!(
            "<Task Type=\"Task\" Href=\"{{server}}/api/tasks/{id}\"><Links><Link Rel=\"Delete\" Type=\"Task\" \
             Href=\"{{server}}/api/tasks/{id}\" />{}</Links><TaskId>{id}</TaskId><State>{state}</State>\
             <Operation>StartJob</Operation>{}</Task>",
            rest.split_once('|').map_or("", |(links, _)| links),
            rest.split_once('|').map_or(rest, |(_, result)| result),
        ),
    )
}

pub const OK: &str = "<Result Success=\"true\"><Message>Ok</Message></Result>";

/// How a system is logged on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logon {
    Em,
    Vb365,
    /// Accounts and users; calls of jobs and requests that are signed with an access key pass without a session.
    Zstack,
    /// Not by itself.
    Open,
}

impl Logon {
    fn is(self, target: &str) -> bool {
        match self {
            Self::Em => target.starts_with("/api/sessionMngr"),
            Self::Vb365 | Self::Open => target.ends_with("/token"),
            Self::Zstack => target.ends_with("/login"),
        }
    }

    /// The answer to a logon that opens the session with this number.
    fn session(self, number: u32) -> Reply {
        match self {
            Self::Em | Self::Open => {
                xml(201, "<LogonSession><SessionId>15a3fc97-0325-4119-b789-5c0367c6c565</SessionId></LogonSession>")
                    .header(&format!("X-RestSvcSessionId: session-{number}"))
            }
            Self::Vb365 => {
                let token =
                    format!(r#"{{"access_token": "token-{number}", "refresh_token": "more", "expires_in": 3600}}"#);
                Reply::new(200, token)
            }
            Self::Zstack => Reply::new(200, format!(r#"{{"inventory": {{"uuid": "session-{number}"}}}}"#)),
        }
    }

    /// Whether the request is in the session with this number, or needs none.
    fn knows(self, seen: &Seen, number: u32) -> bool {
        let authorization = seen.header("authorization").unwrap_or_default();
        match self {
            Self::Em => seen.header("x-restsvcsessionid") == Some(&format!("session-{number}")),
            Self::Vb365 => authorization == format!("Bearer token-{number}"),
            Self::Zstack => {
                seen.target.contains("/api-jobs/")
                    || authorization.starts_with("ZStack ")
                    || authorization == format!("OAuth session-{number}")
            }
            Self::Open => true,
        }
    }

    fn refusal(self) -> Reply {
        match self {
            Self::Em | Self::Open => xml(401, "<Error Message=\"Unauthorized\" StatusCode=\"401\" />"),
            Self::Vb365 => Reply::new(401, ""),
            Self::Zstack => zstack_error("ID.1001", "Session expired"),
        }
    }
}

/// An error of ZStack's API.
pub fn zstack_error(code: &str, details: &str) -> Reply {
    Reply::new(503, format!(r#"{{"error": {{"code": "{code}", "details": "{details}"}}}}"#))
}

struct Shared {
    system: Logon,
    /// What a logon is answered with; a session when nothing.
    logon: Option<Reply>,
    /// Sessions opened so far; the token of the last one is `session-N`, and no other is known.
    sessions: Mutex<u32>,
    ended: Mutex<bool>,
    seen: Mutex<Vec<Seen>>,
}

#[derive(Clone)]
pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
}

impl Server {
    /// Answers everything but logons as `script` says, and 401 to requests without the session.
    pub async fn new(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::with(Logon::Em, None, script).await
    }

    /// The same as a ZStack.
    pub async fn of_zstack(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::with(Logon::Zstack, None, script).await
    }

    /// Answers every logon with this.
    pub async fn refusing(logon: Reply) -> Self {
        Self::with(Logon::Em, Some(logon), |_| Reply::new(500, "")).await
    }

    /// The same as a ZStack.
    pub async fn zstack_refusing(logon: Reply) -> Self {
        Self::with(Logon::Zstack, Some(logon), |_| Reply::new(500, "")).await
    }

    /// The same as a VB365, whose tokens are `token-N`.
    pub async fn of_vb365(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::with(Logon::Vb365, None, script).await
    }

    /// Answers everything as `script` says, logons and all.
    pub async fn open(script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        Self::with(Logon::Open, None, script).await
    }

    async fn with(system: Logon, logon: Option<Reply>, script: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            system,
            logon,
            sessions: Mutex::new(0),
            ended: Mutex::new(false),
            seen: Mutex::new(Vec::new()),
        });
        let script = Arc::new(Mutex::new(script));
        let server = Self { url: url.clone(), shared: Arc::clone(&shared) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (shared, script, url) = (Arc::clone(&shared), Arc::clone(&script), url.clone());
                tokio::spawn(async move {
                    serve(stream, &shared, |seen| (script.lock().unwrap())(seen), &url).await;
                });
            }
        });
        server
    }

    pub fn options(&self) -> Options {
        let mut options = Options::new(&self.url, "admin", "hunter2").unwrap();
        options.http.retry.base_delay = Duration::from_millis(1);
        options
    }

    pub fn em(&self) -> EmClient {
        EmClient::new(self.options()).unwrap()
    }

    pub fn em_json(&self) -> EmClient {
        let mut options = EmOptions::from(self.options());
        options.format = EmFormat::Json;
        EmClient::new(options).unwrap()
    }

    pub fn zstack(&self) -> ZstackClient {
        ZstackClient::new(self.options()).unwrap()
    }

    pub fn vb365(&self, version: u8) -> Vb365Client {
        let mut options = Vb365Options::from(self.options());
        options.version = ApiVersion::new(version);
        Vb365Client::new(options).unwrap()
    }

    /// Forgets the session, as after 15 idle minutes.
    pub fn end_session(&self) {
        *self.shared.ended.lock().unwrap() = true;
    }

    pub fn sessions(&self) -> u32 {
        *self.shared.sessions.lock().unwrap()
    }

    /// What was asked, logons left out.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.shared.seen.lock().unwrap();
        seen.iter().filter(|seen| !self.shared.system.is(&seen.target)).cloned().collect()
    }

    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }

    pub fn logons(&self) -> Vec<Seen> {
        let seen = self.shared.seen.lock().unwrap();
        seen.iter().filter(|seen| self.shared.system.is(&seen.target)).cloned().collect()
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared, script: impl Fn(&Seen) -> Reply, url: &str) {
    let Some(seen) = read(&mut stream).await else { return };
    shared.seen.lock().unwrap().push(seen.clone());
    let reply = reply(shared, &seen, script);
    if reply.hangs_up {
        return;
    }
    if reply.resets {
        // What is still on its way is dropped with it.
        stream.set_zero_linger().unwrap();
        if reply.cut == Some(0) {
            return;
        }
    }
    if let Some(pause) = reply.late {
        tokio::time::sleep(pause).await;
    }
    let body = reply.bytes.clone().unwrap_or_else(|| reply.body.replace("{server}", url).into_bytes());
    let length = match (reply.chunked, reply.length) {
        (true, _) => "Transfer-Encoding: chunked".to_owned(),
        (false, Some(said)) => format!("Content-Length: {said}"),
        (false, None) => format!("Content-Length: {}", body.len()),
    };
    let first = match reply.head {
        Some(head) => head.to_owned(),
        None => format!("HTTP/1.1 {} X\r\n{length}", reply.status),
    };
    let head = format!("{}{first}\r\nConnection: close\r\n{}\r\n", reply.before, reply.headers);
    let _ = stream.write_all(head.as_bytes()).await;
    if reply.chunked {
        let _ = stream.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await;
    }
    let sent = &body[..reply.cut.unwrap_or(body.len()).min(body.len())];
    match reply.drips {
        None => drop(stream.write_all(sent).await),
        Some(pause) => {
            for byte in sent {
                tokio::time::sleep(pause).await;
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
            }
        }
    }
    if reply.resets {
        // The client shall have read what came before.
        tokio::time::sleep(Duration::from_millis(50)).await;
        return;
    }
    if reply.chunked && reply.cut.is_none() {
        let _ = stream.write_all(b"\r\n0\r\n\r\n").await;
    }
    if reply.silent {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    let _ = stream.shutdown().await;
}

fn reply(shared: &Shared, seen: &Seen, script: impl Fn(&Seen) -> Reply) -> Reply {
    if shared.system.is(&seen.target) && shared.system != Logon::Open {
        if let Some(refusal) = &shared.logon {
            return refusal.clone();
        }
        let mut sessions = shared.sessions.lock().unwrap();
        *sessions += 1;
        *shared.ended.lock().unwrap() = false;
        return shared.system.session(*sessions);
    }
    let known = shared.system.knows(seen, *shared.sessions.lock().unwrap());
    if (*shared.ended.lock().unwrap() && !seen.target.contains("/api-jobs/")) || !known {
        return shared.system.refusal();
    }
    script(seen)
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < end + length {
        more(stream, &mut bytes).await?;
    }
    let body = String::from_utf8(bytes[end..].to_vec()).unwrap();
    Some(Seen { method, target, headers, body })
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut part = [0; 4096];
    let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
    bytes.extend_from_slice(&part[..read]);
    Some(())
}
