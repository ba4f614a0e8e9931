//! Sends one request and says what came of it, to try how a server's TLS is met:
//! `cargo run -p backhaul-transport --example tls -- https://em.example.com:9398/api/ pin=SHA256`.
//!
//! Words: `pin=SHA256`, `ca=FILE`, `insecure`, `client=FILE` (certificate and key in PEM), `platform` (with the feature
//! `platform-tls`).
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use backhaul_transport::net::{ClientCertificate, HttpClient, HttpOptions, Request, RetryPolicy, TlsChoice};
use http::Method;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let url = words.next().ok_or("an address is missing")?.parse()?;
    let mut options = HttpOptions::default();
    options.retry = RetryPolicy::none();
    for word in words {
        match word.split_once('=').unwrap_or((&word, "")) {
            ("pin", pin) => options.tls = TlsChoice::Pin(pin.parse()?),
            ("ca", path) => options.tls = TlsChoice::Ca(std::fs::read(path)?),
            ("insecure", _) => options.tls = TlsChoice::Insecure,
            ("client", path) => {
                options.client_certificate = Some(ClientCertificate::from_pem(std::fs::read_to_string(path)?));
            }
            #[cfg(feature = "platform-tls")]
            ("platform", _) => options.tls_backend = backhaul_transport::net::TlsBackend::Platform,
            _ => return Err(format!("`{word}` is no word of this").into()),
        }
    }
    Ok(match HttpClient::new(options)?.send(Request::new(Method::GET, url)).await {
        Ok(answer) => {
            println!("{}, {} bytes", answer.status, answer.body.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    })
}
