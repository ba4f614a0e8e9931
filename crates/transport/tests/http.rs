//! The HTTP layer against a server that says exactly what a test wants.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backhaul_transport::http::{HttpClient, HttpOptions, Request, RetryPolicy, TlsChoice, parse_pin};
use http::Method;
use http::header::AUTHORIZATION;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// A server that gives its answers one after the other, the last one again and again; counts the requests that it read.
async fn server(answers: &[&str]) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/api/", listener.local_addr().unwrap())).unwrap();
    let (answers, seen): (Vec<String>, _) =
        (answers.iter().map(|a| (*a).to_owned()).collect(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            // A TLS greeting (22) gets its answer too, as from any server that speaks plain HTTP only.
            while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.first() != Some(&22) {
                let mut part = [0; 1024];
                match stream.read(&mut part).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&part[..read]),
                }
            }
            let number = count.fetch_add(1, Ordering::SeqCst);
            let answer = &answers[number.min(answers.len() - 1)];
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, seen)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}", body.len())
}

fn client(change: impl FnOnce(&mut HttpOptions)) -> HttpClient {
    let mut options = HttpOptions::default();
    options.tls = TlsChoice::Insecure;
    options.retry.base_delay = Duration::from_millis(1);
    change(&mut options);
    HttpClient::new(options).unwrap()
}

fn get(url: &Url) -> Request {
    Request::new(Method::GET, url.clone())
}

#[tokio::test]
async fn a_busy_server_is_asked_again_where_503_means_that() {
    let (busy, fine) = (answer("503 Busy", "", ""), answer("200 OK", "", "fine"));
    let (url, seen) = server(&[&busy, &fine]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().body, "fine");
    assert_eq!(seen.load(Ordering::SeqCst), 2);

    let (url, seen) = server(&[&busy, &fine]).await;
    let mut request = get(&url);
    request.retry_503 = false;
    assert_eq!(client(|_| {}).send(request).await.unwrap().status, 503);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_the_server_read_is_not_posted_twice() {
    let (url, seen) = server(&[""]).await;
    let error = client(|_| {}).send(Request::new(Method::POST, url).body("text/plain", "once")).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_and_then_told() {
    let (url, seen) = server(&["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"]).await;
    let error = client(|_| {}).send(get(&url)).await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(seen.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn retries_have_a_budget() {
    let (url, seen) = server(&[&answer("503 Busy", "", "")]).await;
    let client = client(|options| options.retry.budget_percent = 0);
    for _ in 0..20 {
        assert_eq!(client.send(get(&url)).await.unwrap().status, 503);
    }
    // Twenty requests, and the ten repeats that a new client may make.
    assert_eq!(seen.load(Ordering::SeqCst), 30);
}

#[tokio::test]
async fn a_server_that_wants_a_long_pause_is_left_alone() {
    let (url, seen) = server(&[&answer("429 Slow", "Retry-After: 3600\r\n", "")]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().status, 429);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (url, seen) = server(&[&answer("302 Found", "Location: http://192.0.2.1/\r\n", "")]).await;
    assert_eq!(client(|_| {}).send(get(&url)).await.unwrap().status, 302);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_large_answer_is_refused_and_never_cut() {
    let (url, _) = server(&[&answer("200 OK", "", &"x".repeat(2000))]).await;
    let error = client(|options| options.max_body_bytes = 1999).send(get(&url)).await.unwrap_err();
    assert!(error.is_body_too_large(), "{error}");
    assert!(error.to_string().contains("1999 bytes"), "{error}");
    let whole = client(|options| options.max_body_bytes = 2000).send(get(&url)).await.unwrap();
    assert_eq!(whole.body.len(), 2000);
}

#[tokio::test]
async fn silence_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let client = client(|options| options.timeout = Some(Duration::from_millis(50)));
    let error = client.send(get(&url)).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = client(|options| options.retry = RetryPolicy::none()).send(get(&url)).await.unwrap_err();
    assert!(error.is_connect() && !error.is_tls(), "{error}");
}

#[tokio::test]
async fn a_port_without_tls_is_told_from_an_untrusted_one() {
    let (url, _) = server(&[&answer("400 Bad Request", "", "plain HTTP here")]).await;
    let url = Url::parse(&url.as_str().replace("http://", "https://")).unwrap();
    let error = client(|_| {}).send(get(&url)).await.unwrap_err();
    assert!(error.is_tls() && error.fingerprint().is_none(), "{error}");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

#[tokio::test]
async fn secrets_are_in_no_text() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://user:hunter2@{}/zstack/v1/accounts/sessions/hunter2?token=hunter2",
        listener.local_addr().unwrap()
    );
    drop(listener);
    let request = Request::new(Method::DELETE, Url::parse(&url).unwrap()).secret_header(AUTHORIZATION, "OAuth hunter2");
    assert!(!format!("{request:?}").contains("hunter2"), "{request:?}");
    let error = client(|options| options.retry = RetryPolicy::none()).send(request).await.unwrap_err();
    assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
    let bad = get(&Url::parse("http://127.0.0.1:1/").unwrap()).secret_header(AUTHORIZATION, "hunter2\n");
    let error = client(|_| {}).send(bad).await.unwrap_err();
    assert!(error.to_string().contains("authorization") && !error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn pins_are_read_in_the_forms_that_tools_print() {
    let plain = "ab".repeat(32);
    let colons = vec!["AB"; 32].join(":");
    assert_eq!(parse_pin(&plain), Ok([0xab; 32]));
    assert_eq!(parse_pin(&colons), Ok([0xab; 32]));
    for wrong in ["", "ab", &"xy".repeat(32), &"ab".repeat(33), &"é".repeat(32)] {
        assert!(parse_pin(wrong).is_err(), "{wrong}");
    }
}
