use ::http::StatusCode;
use ::http::header::{AUTHORIZATION, HeaderName, LOCATION};

use super::server::{Reply, Server, ok};
use super::*;

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::plain([ok("")]).await;
    let request = Request::new(Method::PUT, server.url("/a%2Fb?q=a%20b+c;d==%22e%22").parse().unwrap())
        .secret_header(HeaderName::from_static("x-restsvcsessionid"), "c2Vzc2lvbg==")
        .body("application/json", r#"{"a":1}"#);
    client(options()).send(request).await.unwrap();
    let [request] = server.requests().try_into().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("PUT /a%2Fb?q=a%20b+c;d==%22e%22 HTTP/1.1\r\n"), "{head}");
    let version = concat!("user-agent: backhaul/", env!("CARGO_PKG_VERSION"));
    for line in ["x-restsvcsessionid: c2Vzc2lvbg==", "content-type: application/json", "content-length: 7", version] {
        assert!(head.lines().any(|given| given.eq_ignore_ascii_case(line)), "{line} not in {head}");
    }
    assert_eq!(body, r#"{"a":1}"#);
}

#[tokio::test]
async fn a_post_without_a_body_says_so() {
    let server = Server::plain([ok("")]).await;
    client(options()).send(Request::new(Method::POST, server.url("/api/sessionMngr/").parse().unwrap())).await.unwrap();
    let [request] = server.requests().try_into().unwrap();
    // Without it, Windows' HTTP.sys answers 411.
    assert!(request.to_ascii_lowercase().contains("content-length: 0\r\n"), "{request}");
    assert!(!request.to_ascii_lowercase().contains("content-type"), "{request}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_credentials_stay() {
    let elsewhere = Server::plain([ok("")]).await;
    let head = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url("/"));
    let server = Server::plain([Reply::Keep(head.into_bytes())]).await;
    let answer = client(options()).send(get(&server.url("/")).header(AUTHORIZATION, "Bearer x")).await.unwrap();
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.headers[LOCATION], elsewhere.url("/"));
    assert_eq!((server.requests().len(), elsewhere.connections()), (1, 0));
}

#[tokio::test]
async fn a_cookie_is_not_kept() {
    let reply = b"HTTP/1.1 200 OK\r\nSet-Cookie: X-RestSvcSessionId=abc\r\nContent-Length: 0\r\n\r\n";
    let server = Server::plain([Reply::Keep(reply.to_vec())]).await;
    let client = client(options());
    for _ in 0..2 {
        let answer = client.send(get(&server.url("/"))).await.unwrap();
        assert!(!format!("{answer:?}").contains("abc"));
    }
    assert!(server.requests().iter().all(|request| !request.to_ascii_lowercase().contains("cookie")));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_error_says_where_without_what_is_secret() {
    let server = Server::plain([Reply::Close(Vec::new())]).await;
    let request = get(&server.url("/api/query?token=abc&type=Job")).header(AUTHORIZATION, "Bearer s3cret");
    let error = client(options()).send(request).await.unwrap_err();
    let mut texts = vec![error.to_string(), format!("{error:?}")];
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        texts.extend([error.to_string(), format!("{error:?}")]);
        source = error.source();
    }
    assert!(texts.len() > 3, "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains("abc") && !text.contains("s3cret")), "{texts:?}");
    assert_eq!(error.address().unwrap(), server.url("/api/query?token=…&type=…"));
    assert_eq!(error.method(), Some(&Method::GET));
    assert!(texts[0].starts_with(&format!("GET {}", server.url("/api/query"))), "{error}");
}

#[tokio::test]
async fn nobody_there_is_told_from_no_such_name() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = client(options()).send(get(&url)).await.unwrap_err();
    assert!(error.is_connect() && error.to_string().to_lowercase().contains("refused"), "{error}");
    let error = client(options()).send(get("http://no-such-host.invalid/")).await.unwrap_err();
    assert!(error.is_connect() && error.to_string().contains("no-such-host.invalid cannot be resolved"), "{error}");
}

#[tokio::test]
async fn what_does_not_speak_http_is_told() {
    let server = Server::plain([Reply::Close(b"220 mail.example.com ESMTP\r\n".to_vec())]).await;
    let error = client(options()).send(get(&server.url("/"))).await.unwrap_err();
    assert!(error.to_string().contains("not HTTP") && !error.is_connect(), "{error}");
}

#[tokio::test]
async fn a_proxy_gets_what_is_not_on_this_machine() {
    let proxy = Server::plain([ok("by proxy")]).await;
    let direct = Server::plain([ok("direct")]).await;
    let url = format!("http://joe:pw@{}", proxy.address());
    let client = client(options().proxies(Proxies::from_vars(|name| (name == "ALL_PROXY").then(|| url.clone()))));
    assert_eq!(client.send(get("http://zstack.invalid:8080/v1")).await.unwrap().body, "by proxy");
    assert_eq!(client.send(get(&direct.url("/"))).await.unwrap().body, "direct");
    let request = proxy.requests().remove(0);
    assert!(request.starts_with("GET http://zstack.invalid:8080/v1 HTTP/1.1\r\n"), "{request}");
    assert!(request.to_ascii_lowercase().contains("proxy-authorization: basic am9lonb3"), "{request}");
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_without_its_account() {
    let refusal = Reply::Close(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_vec());
    let proxy = Server::plain([refusal]).await;
    let url = format!("http://joe:pw@{}", proxy.address());
    let client = client(options().proxies(Proxies::from_vars(|name| (name == "HTTPS_PROXY").then(|| url.clone()))));
    let error = client.send(get("https://em.invalid:9398/api/")).await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    let text = error.to_string();
    assert!(text.contains(&format!("through the proxy http://{}", proxy.address())) && !text.contains("pw"), "{text}");
    assert!(proxy.requests()[0].starts_with("CONNECT em.invalid:9398 HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_where_that_is_safe() {
    let server = Server::plain([Reply::Close(Vec::new()), ok("again")]).await;
    let policy = RetryPolicy::default().delays(Duration::from_millis(1), Duration::from_millis(2));
    let client = client(options().retry(policy));
    assert_eq!(client.send(get(&server.url("/"))).await.unwrap().body, "again");
    assert_eq!(server.requests().len(), 2);
    let server = Server::plain([Reply::Close(Vec::new()), ok("again")]).await;
    let post = Request::new(Method::POST, server.url("/").parse().unwrap());
    assert!(client.send(post).await.unwrap_err().is_interrupted());
    assert_eq!(server.requests().len(), 1);
}
