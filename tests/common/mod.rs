//! A server on loopback that answers what it is told to, in order, and keeps what it was asked.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use backhaul_transport::Options;

/// An answer.
#[derive(Clone)]
pub struct Canned {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Canned {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub struct Recorder {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    /// Answers one request with each of these; further ones get a 500 that says so.
    pub fn new(answers: Vec<Canned>) -> Self {
        Self::with(move |at, _| answers.get(at).cloned())
    }

    /// Answers the request with this number and head as `answer` says.
    pub fn with(answer: impl Fn(usize, &str) -> Option<Canned> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        // The thread ends with the test program: there is nothing to wait for.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &seen, &answer);
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Options for this server, with an account whose parts are easy to find in what was sent.
    pub fn options(&self) -> Options {
        Options::new(&self.url(), "admin", "pass word&1").unwrap()
    }

    /// What was asked, in order: the request line, the headers in the order of their names, the body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The same as one text, without the port and the version of the client.
    pub fn shown(&self) -> String {
        let text = self.requests().join("\n----\n");
        text.replace(&self.address, "[server]").replace(env!("CARGO_PKG_VERSION"), "[version]")
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &(impl Fn(usize, &str) -> Option<Canned> + Send + 'static),
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers.push(line.to_owned());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    headers.sort();
    let mut text = format!("{}\n{}", first.trim_end(), headers.join("\n"));
    if !body.is_empty() {
        text.push_str("\n\n");
        text.push_str(&String::from_utf8(body).unwrap());
    }
    let at = {
        let mut seen = seen.lock().unwrap();
        seen.push(text);
        seen.len() - 1
    };
    let canned = answer(at, first.trim_end()).unwrap_or_else(|| Canned::new(500, "no answer is left"));
    let mut head =
        format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n", canned.status, canned.body.len());
    for (name, value) in &canned.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // A client may be content with less than the whole answer, and go.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(b"\r\n"))
        .and_then(|()| stream.write_all(&canned.body));
}
