//! Asks a fleet as a stream, keeps what it says, and sums it.
//!
//! The servers are simulated: `cargo run -p backhaul-fleet --features store --example collect`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it finds")]
#![allow(missing_docs, unreachable_pub, reason = "a test runs it as a module")]

use std::time::Duration;

use backhaul_fleet::store::Store;
use backhaul_fleet::{By, Collect, Server, totals};
use backhaul_sim::Sim;
use backhaul_transport::net::TlsChoice;
use backhaul_transport::{Client, Options};
use backhaul_wire::System;
use futures_util::StreamExt;
use jiff::Timestamp;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Runs the example.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> Result {
    let sim = Sim::builder().em("127.0.0.1:0").vb365("127.0.0.1:0").zstack("127.0.0.1:0").start().await?;
    let folder = tempfile::tempdir()?;
    let store = Store::create(&folder.path().to_string_lossy())?;

    // Clients are made when their server's turn comes: the iterator is asked for 16 at a time.
    let servers = System::ALL.into_iter().filter_map(|system| server(&sim, system).ok());
    let collect = Collect::new().at_once(16).deadline(Duration::from_secs(300));
    let mut answers = std::pin::pin!(collect.stream(servers));
    let (mut run, mut rows) = (store.run(Timestamp::now()), Vec::new());
    while let Some(answer) = answers.next().await {
        answer.problems.iter().for_each(|problem| eprintln!("{}: {problem}", answer.server));
        run.push(&answer.rows)?;
        rows.extend(answer.rows);
    }
    println!("{} rows are kept in {}", run.finish().await?, store.name());

    for group in totals(&rows, &[By::System]) {
        println!("{:?}: {:?} bytes used, {:?} % full", group.key, group.total.used_bytes, group.total.fill_percent());
    }
    Ok(())
}

fn server(sim: &Sim, system: System) -> Result<Server> {
    let url = sim.url(system).ok_or("not running")?;
    let mut options = Options::new(url, "admin", "password")?;
    // The simulator's certificate is its own; a real server's is trusted by a pin or an authority.
    options.http.tls = TlsChoice::Insecure;
    Ok(Server { name: format!("{system}1"), client: Client::new(system, options)? })
}
