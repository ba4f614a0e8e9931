use std::time::Instant;

use super::server::{Reply, Server, ok};
use super::*;

const SHORT: Duration = Duration::from_millis(200);

fn head(rest: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{rest}").into_bytes()
}

fn chunked(pieces: &[&str]) -> Vec<u8> {
    let pieces: String = pieces.iter().map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len())).collect();
    head(&format!("Transfer-Encoding: chunked\r\n\r\n{pieces}"))
}

async fn send(options: HttpOptions, reply: Reply) -> Result<Response, HttpError> {
    let server = Server::plain([reply]).await;
    client(options).send(get(&server.url("/"))).await
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_whole() {
    let pieces = chunked(&["0123", "4567", "89", ""]);
    for reply in [ok("0123456789"), Reply::Keep(pieces)] {
        let answer = send(options().max_body_bytes(10), reply).await.unwrap();
        assert_eq!(answer.body, "0123456789");
    }
    assert!(send(options().max_body_bytes(0), ok("")).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn a_larger_body_is_an_error_that_names_the_limit() {
    let pieces = chunked(&["0123", "4567", "89", ""]);
    // The third promises what never comes: it is refused by its head.
    let promised = Reply::Stall(head("Content-Length: 99999999999\r\n\r\n"));
    for reply in [ok("0123456789"), Reply::Keep(pieces), promised] {
        let error = send(options().max_body_bytes(9), reply).await.unwrap_err();
        assert!(error.is_body_too_large() && error.to_string().contains("9 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_large_one_is_too_large() {
    let reply = || Reply::Keep([head(&format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", ZEROS.len())), ZEROS.to_vec()].concat());
    let answer = send(options(), reply()).await.unwrap();
    assert!(answer.body.len() == 1000 && answer.body.iter().all(|&byte| byte == b'0'));
    let error = send(options().max_body_bytes(999), reply()).await.unwrap_err();
    assert!(error.is_body_too_large(), "{error}");
}

#[tokio::test]
async fn a_body_that_is_cut_is_interrupted() {
    for (reply, count) in [
        (head("Content-Length: 10\r\n\r\n0123"), "4 of 10 bytes"),
        (chunked(&["0123", "45"]), "6 bytes"),
        (head("Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n"), "0 bytes"),
    ] {
        let error = send(options(), Reply::Close(reply)).await.unwrap_err();
        assert!(error.is_interrupted() && error.to_string().contains(count), "{error}");
    }
    let half_of_gzip = [head(&format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", 20)), ZEROS[..20].to_vec()].concat();
    let error = send(options(), Reply::Keep(half_of_gzip)).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
}

#[tokio::test]
async fn a_body_that_is_broken_is_not_interrupted() {
    let reply = head("Transfer-Encoding: chunked\r\n\r\nnonsense\r\n");
    let error = send(options(), Reply::Keep(reply)).await.unwrap_err();
    assert!(!error.is_interrupted() && error.to_string().contains("broken"), "{error}");
}

#[tokio::test]
async fn an_answer_that_does_not_come_times_out() {
    for (reply, text) in [(Vec::new(), "no answer within 200ms"), (head("Content-Length: 10\r\n\r\n0123"), "(4 bytes came)")] {
        let error = send(options().request_timeout(SHORT), Reply::Stall(reply)).await.unwrap_err();
        assert!(error.is_timeout() && !error.is_connect() && error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_does_not_come_times_out_as_such() {
    // Accepts, but never speaks TLS.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let error = client(options().connect_timeout(SHORT)).send(get(&url)).await.unwrap_err();
    assert!(error.is_timeout() && error.is_connect() && error.to_string().contains("200ms"), "{error}");
}

#[tokio::test]
async fn no_timeout_is_allowed() {
    let answer = send(options().request_timeout(None).max_body_bytes(u64::MAX), ok("x")).await.unwrap();
    assert_eq!(answer.body, "x");
    assert_eq!(send(options().request_timeout(Duration::MAX), ok("x")).await.unwrap().body, "x");
}

#[tokio::test]
async fn a_streamed_body_has_no_limit_but_on_its_silence() {
    let server = Server::plain([Reply::Stall(chunked(&["0123", "4567"]))]).await;
    let client = client(options().max_body_bytes(4).request_timeout(SHORT));
    let mut answer = client.open(get(&server.url("/"))).await.unwrap();
    let mut body = Vec::new();
    let error = loop {
        match answer.chunk().await {
            Ok(piece) => body.extend_from_slice(&piece.unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!(body, b"01234567");
    assert!(error.is_timeout() && error.to_string().contains("(8 bytes came)"), "{error}");
}

#[tokio::test]
async fn a_streamed_body_ends() {
    let server = Server::plain([ok("0123456789")]).await;
    let mut answer = client(options()).open(get(&server.url("/"))).await.unwrap();
    assert_eq!(answer.content_length(), Some(10));
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&piece);
    }
    assert_eq!((body.as_slice(), answer.chunk().await.unwrap()), (b"0123456789".as_slice(), None));
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let server = Server::plain([ok("x")]).await;
    let client = client(options().max_in_flight(3));
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let (client, url) = (client.clone(), server.url("/"));
            tokio::spawn(async move { client.send(get(&url)).await.unwrap().body })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "x");
    }
    assert_eq!(server.requests().len(), 40);
    assert!(server.most_at_once() <= 3 && server.connections() <= 3, "{} {}", server.most_at_once(), server.connections());
}

#[tokio::test]
async fn a_streamed_answer_keeps_its_place_until_it_is_dropped() {
    let server = Server::plain([Reply::Stall(chunked(&["x"])), ok("next")]).await;
    let client = client(options().max_in_flight(1));
    let streamed = client.open(get(&server.url("/"))).await.unwrap();
    let next = tokio::time::timeout(SHORT, client.send(get(&server.url("/")))).await;
    assert!(next.is_err() && server.requests().len() == 1);
    drop(streamed);
    assert_eq!(client.send(get(&server.url("/"))).await.unwrap().body, "next");
}

#[tokio::test]
async fn waiting_for_a_place_does_not_count_as_waiting_for_the_server() {
    let server = Server::plain([Reply::Stall(Vec::new()), ok("next")]).await;
    let client = client(options().max_in_flight(1).request_timeout(SHORT));
    let start = Instant::now();
    let (first, second) = tokio::join!(client.send(get(&server.url("/"))), client.send(get(&server.url("/"))));
    assert!(first.unwrap_err().is_timeout() && start.elapsed() >= SHORT);
    assert_eq!(second.unwrap().body, "next");
}

/// A thousand times the digit 0, as gzip.
const ZEROS: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x33, 0x30, 0x18, 0x05, 0xa3, 0x60,
    0x14, 0x0c, 0x77, 0x00, 0x00, 0x83, 0x99, 0x5f, 0xa8, 0xe8, 0x03, 0x00, 0x00,
];
