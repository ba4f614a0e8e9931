#![allow(clippy::unwrap_used)]

use std::cell::RefCell;

use ::http::header::HeaderValue;
use ::http::Method;
use bytes::Bytes;
use tokio::time::Instant;

use super::*;
use crate::http::error::Kind;

fn request(method: Method) -> Request {
    Request::new(method, "http://em:9399/api/".parse().unwrap())
}

fn refused() -> HttpError {
    HttpError::new(Kind::Connect { why: "refused".into(), proxy: None })
}

fn cut() -> HttpError {
    HttpError::new(Kind::CutBeforeHead)
}

fn answer(status: u16, after: Option<&'static str>) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(after) = after {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(after));
    }
    Response { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::new() }
}

fn decide(request: &Request, outcome: &Result<Response, HttpError>) -> Option<Duration> {
    let outcome = match outcome {
        Ok(answer) => Outcome::Answered(answer.status, &answer.headers),
        Err(error) => Outcome::Failed(error),
    };
    RetryPolicy::default().decide_with(1, request, outcome, 1.0)
}

#[test]
fn what_is_sent_again() {
    let (get, post) = (request(Method::GET), request(Method::POST));
    let timeout = HttpError::new(Kind::Timeout { after: Duration::from_secs(1), received: None });
    let tls = HttpError::new(Kind::Tls("no".into()));
    for (outcome, idempotent, other) in [
        (Err(refused()), true, true),
        (Err(HttpError::new(Kind::ConnectTimeout(Duration::from_secs(1)))), true, true),
        (Err(cut()), true, false),
        (Err(HttpError::new(Kind::CutInBody { received: 1, expected: None })), true, false),
        (Err(timeout), false, false),
        (Err(tls), false, false),
        (Err(HttpError::new(Kind::TooLarge { limit: 1 })), false, false),
        (Ok(answer(200, None)), false, false),
        (Ok(answer(404, None)), false, false),
        (Ok(answer(429, None)), true, false),
        (Ok(answer(500, None)), false, false),
        (Ok(answer(502, None)), true, false),
        (Ok(answer(503, None)), true, false),
        (Ok(answer(504, None)), true, false),
    ] {
        assert_eq!(decide(&get, &outcome).is_some(), idempotent, "GET {outcome:?}");
        assert_eq!(decide(&post, &outcome).is_some(), other, "POST {outcome:?}");
    }
}

#[test]
fn a_503_that_is_an_answer_of_the_api_is_left_alone() {
    let zstack = request(Method::GET).api_error_503(true);
    assert_eq!(decide(&zstack, &Ok(answer(503, Some("1")))), None);
    assert!(decide(&zstack, &Ok(answer(502, None))).is_some());
}

#[test]
fn the_caller_knows_better_than_the_method() {
    assert_eq!(decide(&request(Method::PUT).idempotent(false), &Err(cut())), None);
    assert!(decide(&request(Method::POST).idempotent(true), &Err(cut())).is_some());
}

#[test]
fn waits_double_to_a_limit_and_their_second_half_is_chance() {
    let policy = RetryPolicy::default().max_attempts(100).delays(Duration::from_secs(1), Duration::from_secs(10));
    let error = refused();
    let wait = |attempt, chance| policy.decide_with(attempt, &request(Method::GET), Outcome::Failed(&error), chance).unwrap();
    let full: Vec<_> = (1..=6).map(|attempt| wait(attempt, 1.0).as_secs()).collect();
    assert_eq!(full, [1, 2, 4, 8, 10, 10]);
    assert_eq!(wait(99, 1.0).as_secs(), 10);
    assert_eq!(wait(3, 0.0), Duration::from_secs(2));
    assert!((0..1000).all(|_| (0.0..1.0).contains(&chance())));
}

#[test]
fn retry_after_is_obeyed_or_the_answer_given_up() {
    let get = request(Method::GET);
    assert_eq!(decide(&get, &Ok(answer(429, Some("7")))), Some(Duration::from_secs(7)));
    assert_eq!(decide(&get, &Ok(answer(503, Some(" 0 ")))), Some(Duration::from_millis(500)));
    assert_eq!(decide(&get, &Ok(answer(503, Some("31")))), None);
    assert_eq!(decide(&get, &Ok(answer(503, Some("Wed, 21 Oct 2026 07:28:00 GMT")))), Some(Duration::from_millis(500)));
    assert_eq!(decide(&get, &Ok(answer(502, Some("31")))), Some(Duration::from_millis(500)));
}

/// Runs a layer over attempts that come to the given ends, and says how many were made.
async fn run(layer: &Retrying, request: &Request, ends: Vec<Result<Response, HttpError>>) -> (Result<Response, HttpError>, usize) {
    let total = ends.len();
    let ends = RefCell::new(ends.into_iter());
    let result = layer.run(request, || std::future::ready(ends.borrow_mut().next().unwrap())).await;
    let left = ends.borrow().len();
    (result, total - left)
}

#[tokio::test(start_paused = true)]
async fn attempts_go_on_until_one_succeeds() {
    let layer = Retrying::new(RetryPolicy::default());
    let start = Instant::now();
    let (result, attempts) = run(&layer, &request(Method::GET), vec![Err(refused()), Ok(answer(503, Some("5"))), Ok(answer(200, None))]).await;
    assert_eq!((result.unwrap().status, attempts), (StatusCode::OK, 3));
    let waited = start.elapsed();
    assert!((Duration::from_millis(5250)..Duration::from_millis(5600)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_end_is_given_and_says_how_often_it_was_tried() {
    let layer = Retrying::new(RetryPolicy::default());
    let (result, attempts) = run(&layer, &request(Method::GET), vec![Err(cut()), Err(cut()), Err(refused())]).await;
    let error = result.unwrap_err();
    assert!(error.is_connect() && error.attempts() == 3 && attempts == 3);
    assert!(error.to_string().ends_with("(tried 3 times)"), "{error}");
    let (result, attempts) = run(&layer, &request(Method::GET), vec![Ok(answer(502, None)), Ok(answer(502, None)), Ok(answer(502, None))]).await;
    assert_eq!((result.unwrap().status, attempts), (StatusCode::BAD_GATEWAY, 3));
}

#[tokio::test(start_paused = true)]
async fn never_means_once() {
    let layer = Retrying::new(RetryPolicy::never());
    let (result, attempts) = run(&layer, &request(Method::GET), vec![Err(refused())]).await;
    assert!(result.unwrap_err().attempts() == 1 && attempts == 1);
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_shared_by_all_requests() {
    let layer = Retrying::new(RetryPolicy::default().budget(RetryBudget::new(10, 4)));
    let mut sent = 0;
    for _ in 0..100 {
        let (_, attempts) = run(&layer, &request(Method::GET), vec![Err(refused()), Err(refused()), Err(refused())]).await;
        sent += attempts;
    }
    assert!((112..=115).contains(&sent), "{sent} sent for 100 requests");
}
