#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::net::HttpError;

/// A connection to `url` through the proxy of this kind, and the proxy's own end of it.
async fn through<T>(
    scheme: &str,
    url: &str,
    serve: impl AsyncFnOnce(&mut TcpStream) -> T,
) -> (Result<SendRequest<Full<Bytes>>, Cause>, T) {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("{scheme}://me:secret@{}", proxy.local_addr().unwrap());
    let named = |name: &str| (name == "ALL_PROXY").then(|| address.clone());
    let connector = Connector::new(&HttpOptions::default(), named).ok().unwrap();
    let url = url.parse().unwrap();
    let (made, (served, _open)) = tokio::join!(connector.connect(&url), async {
        let mut stream = proxy.accept().await.unwrap().0;
        (serve(&mut stream).await, stream)
    });
    (made, served)
}

async fn bytes(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut read = vec![0; count];
    stream.read_exact(&mut read).await.unwrap();
    read
}

async fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(text).unwrap()
}

/// The greeting of SOCKS 5, its account, and where it is to connect to.
async fn socks5(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let greeting = bytes(stream, 2).await;
    let methods = bytes(stream, greeting[1].into()).await;
    assert!(greeting[0] == 5 && methods.contains(&2), "{greeting:?} {methods:?}");
    stream.write_all(&[5, 2]).await.unwrap();
    assert_eq!(bytes(stream, 11).await, b"\x01\x02me\x06secret");
    stream.write_all(&[1, 0]).await.unwrap();
    let asked = bytes(stream, length).await;
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await.unwrap();
    asked
}

#[tokio::test]
async fn socks_5_is_told_the_name_and_looks_it_up_itself() {
    let (made, asked) =
        through("socks5h", "http://em.example.invalid:9399/api", async |stream| socks5(stream, 25).await).await;
    assert!(made.is_ok());
    assert_eq!(asked, [&b"\x05\x01\x00\x03\x12em.example.invalid"[..], &9399_u16.to_be_bytes()].concat());
}

#[tokio::test]
async fn socks_5_is_told_the_address() {
    let (made, asked) = through("socks5", "http://10.9.8.7/api", async |stream| socks5(stream, 10).await).await;
    assert!(made.is_ok());
    assert_eq!(asked, [5, 1, 0, 1, 10, 9, 8, 7, 0, 80]);
}

#[tokio::test]
async fn a_name_that_is_looked_up_here_must_be_found() {
    let named = |name: &str| (name == "ALL_PROXY").then(|| "socks5://127.0.0.1:9".to_owned());
    let connector = Connector::new(&HttpOptions::default(), named).ok().unwrap();
    let proxy = Proxies::read(named).ok().unwrap();
    let url = "http://em.example.invalid/".parse().unwrap();
    assert!(by_socks(proxy.of(&url).unwrap(), &url).await.is_err());
    let refused = HttpError::new(connector.connect(&url).await.err().unwrap(), None);
    assert!(refused.is_connect() && !refused.is_tls(), "{refused}");
}

#[tokio::test]
async fn socks_4_is_told_the_name_behind_an_address_that_is_none() {
    let (made, asked) = through("socks4a", "http://em.example.invalid/api", async |stream| {
        let asked = bytes(stream, 8 + 1 + 19).await;
        stream.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).await.unwrap();
        asked
    })
    .await;
    assert!(made.is_ok());
    assert_eq!(asked, b"\x04\x01\x00\x50\x00\x00\x00\xff\x00em.example.invalid\x00");
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_way_before_the_handshake() {
    let (made, (asked, first)) = through("http", "https://em.example.invalid:9398/api", async |stream| {
        let asked = head(stream).await;
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        let first = stream.read_u8().await.unwrap();
        stream.shutdown().await.unwrap();
        (asked, first)
    })
    .await;
    assert!(asked.starts_with("CONNECT em.example.invalid:9398 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("proxy-authorization: basic bwu6c2vjcmv0\r\n"), "{asked}");
    assert_eq!(first, 22, "a record of TLS");
    let cut = HttpError::new(made.err().unwrap(), None);
    assert!(cut.is_connect(), "{cut}");
}

#[tokio::test]
async fn a_proxy_that_wants_another_account_is_told_of_without_it() {
    let (made, ()) = through("http", "https://em.example.invalid/api", async |stream| {
        head(stream).await;
        stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
    })
    .await;
    let text = HttpError::new(made.err().unwrap(), None).to_string();
    assert!(text.contains("proxy authorization required") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn what_takes_too_long_to_connect_is_a_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = HttpOptions { connect_timeout: Duration::from_millis(50), ..HttpOptions::default() };
    let connector = Connector::new(&options, |_| None).ok().unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap()).parse().unwrap();
    let late = HttpError::new(connector.connect(&url).await.err().unwrap(), None);
    assert!(late.is_timeout() && late.is_connect(), "{late}");
    assert!(late.to_string().contains("there is no connection after 50ms"), "{late}");
}

/// Whether it is seen before a request is on it or with that, it is what may be tried again.
#[tokio::test]
async fn a_connection_that_is_closed_at_once_is_one_that_was_cut() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", server.local_addr().unwrap()).parse().unwrap();
    let connector = Connector::new(&HttpOptions::default(), |_| None).ok().unwrap();
    for _ in 0..20 {
        let (made, _) = tokio::join!(connector.connect(&url), async { drop(server.accept().await.unwrap()) });
        let cause = match made {
            Err(cause) => cause,
            Ok(mut sender) => {
                let sent = sender.try_send_request(http::Request::new(Full::default())).await;
                Cause::of(sent.err().unwrap().into_error(), "http")
            }
        };
        let cut = HttpError::new(cause, None);
        assert!(cut.is_interrupted(), "{cut}");
    }
}
