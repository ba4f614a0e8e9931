//! The client against servers on loopback.

#![allow(clippy::unwrap_used, clippy::panic)]

mod limits;
mod messages;
mod server;
mod trust;

use std::time::Duration;

use ::http::Method;

use super::*;

/// Options for a server on loopback, whatever the environment says, and without second attempts.
fn options() -> HttpOptions {
    HttpOptions::default().proxies(Proxies::none()).retry(RetryPolicy::never()).request_timeout(Duration::from_secs(20))
}

fn client(options: HttpOptions) -> HttpClient {
    HttpClient::new(options).unwrap()
}

fn get(url: &str) -> Request {
    Request::new(Method::GET, url.parse().unwrap())
}

#[test]
fn what_is_shared_between_tasks_can_be() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send>(_: T) {}
    shared::<(HttpClient, HttpOptions, Request, Response, StreamingResponse, HttpError, Retrying)>();
    let client = client(options());
    sent(client.send(get("http://127.0.0.1:1/")));
    sent(client.open(get("http://127.0.0.1:1/")));
}
