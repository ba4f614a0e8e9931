//! A client of one simulator: a socket, and what must be sent to be let in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use backhaul_sim::{Sim, TlsMode};
use backhaul_wire::System;
use serde_json::Value;
use tokio::runtime::Runtime;

/// An organization of the demo that was backed up, and its own account.
pub(crate) const ORGANIZATION: &str = "cbc52c37-df7f-4b03-98f3-036e7d4b3127";
const OWN_ACCOUNT: &str = "admin@abc.onmicrosoft.com";

pub(crate) struct Client {
    pub(crate) version: u8,
    host: String,
    administrator: String,
    own: String,
    /// What was read once.
    read: RefCell<HashMap<String, Value>>,
    _runtime: Runtime,
    _sim: Sim,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A simulator of its own, and a client of it.
    pub(crate) fn new(version: u8) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sim = runtime.block_on(Sim::builder().vb365("127.0.0.1:0").tls(TlsMode::NoTls).start()).unwrap();
        let host = sim.url(System::Vb365).unwrap().strip_prefix("http://").unwrap().to_owned();
        let mut client = Self {
            version,
            host,
            administrator: String::new(),
            own: String::new(),
            read: RefCell::default(),
            _runtime: runtime,
            _sim: sim,
        };
        client.administrator = client.log_on("admin");
        client.own = client.log_on(OWN_ACCOUNT);
        client
    }

    fn log_on(&self, user: &str) -> String {
        let body = format!("grant_type=password&username={user}&password=password&disable_antiforgery_token=true");
        let answer = self.send("POST", &format!("/v{}/token", self.version), Some(&body), true);
        let token: Value = serde_json::from_slice(&answer.body).unwrap();
        token["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<&str>, form: bool) -> Answer {
        let body = body.unwrap_or_default();
        let kind = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        // What is an organization's own answers to its own account alone.
        let own = path.split('/').nth(2).is_some_and(|first| first.eq_ignore_ascii_case("Organization"));
        let token = if own { &self.own } else { &self.administrator };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).unwrap();
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&raw[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let kind = lines.filter_map(|line| line.split_once(": "));
        let kind =
            kind.filter(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.to_owned());
        Answer { status, content_type: kind.last().unwrap_or_default(), body: raw[end + 4..].to_vec() }
    }

    /// What a path answers, asked for once.
    pub(crate) fn get(&self, path: &str) -> Result<Value, String> {
        if let Some(value) = self.read.borrow().get(path) {
            return Ok(value.clone());
        }
        let answer = self.send("GET", path, None, false);
        if answer.status != 200 {
            return Err(format!("{} at {path}", answer.status));
        }
        let value: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("{error} at {path}"))?;
        self.read.borrow_mut().insert(path.to_owned(), value.clone());
        Ok(value)
    }

    /// What a `POST` answers, sent once.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let key = format!("POST {path} {body}");
        if let Some(value) = self.read.borrow().get(&key) {
            return Ok(value.clone());
        }
        let answer = self.send("POST", path, Some(&body.to_string()), false);
        if answer.status >= 300 {
            return Err(format!("{} at {path}: {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        let value: Value = serde_json::from_slice(&answer.body).map_err(|error| format!("{error} at {path}"))?;
        self.read.borrow_mut().insert(key, value.clone());
        Ok(value)
    }
}
