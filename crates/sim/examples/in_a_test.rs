//! A simulated server in a test of your own: it starts on a free port, fails when you say so, and remembers what it was
//! asked.
//!
//! `cargo run -p backhaul-sim --example in_a_test`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use backhaul_sim::{Effect, Fault, Faults, Sim, System, TlsMode};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    // The first request to the zones is answered by a server that is busy.
    let faults = Faults::new().with(Fault::new(Effect::status(503, "busy")).path("*/zones").times(1));
    let sim = Sim::builder().tls(TlsMode::NoTls).faults(faults).start().await?;
    let url = sim.url(System::Zstack).ok_or("no ZStack was started")?;
    let server = url.trim_start_matches("http://").to_owned();

    // What your own program would do.
    let answers = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<String>> {
        (0..2).map(|_| get(&server, "/zstack/v1/zones")).collect()
    });
    for answer in answers.await?? {
        println!("{}", answer.lines().next().unwrap_or_default());
    }
    for request in sim.requests() {
        println!("asked: {} {}", request.method, request.path_and_query);
    }
    Ok(())
}

fn get(server: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nhost: {server}\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
