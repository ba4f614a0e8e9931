//! Starts a job of Enterprise Manager and waits for the task to end.
//!
//! `cargo run -p backhaul-transport --example wait_for_a_job -- https://em.example.com:9398 admin 'Backup Job 1'`, the
//! password on standard input.

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use backhaul_filter::em::Job;
use backhaul_models::em::operations::PostJobsByIdStart;
use backhaul_transport::em::EmClient;
use backhaul_transport::{Error, Options};
use futures_util::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [server, user, job] = words.as_slice() else {
        return Err("say a server's address, an account and a job".into());
    };
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let em = EmClient::new(Options::new(server, user, password.trim_end())?)?;
    println!("{}", start(&em, job).await?.unwrap_or_else(|| format!("there is no job `{job}`")));
    em.client().logout().await?;
    Ok(())
}

/// What the server says of the task in which a job was started, once it has ended.
pub(crate) async fn start(em: &EmClient, name: &str) -> Result<Option<String>, Error> {
    let job = em.query::<Job>().filter(Job::NAME.eq(name)).by_item()?.try_next().await?;
    let Some(id) = job.and_then(|job| job.uid) else { return Ok(None) };
    // Work that goes on after its call was answered is waited for by a poller, under a policy of its own.
    let done = em.start(&PostJobsByIdStart::new(id.as_str())).await?.until_done().await?;
    Ok(Some(done.message().unwrap_or("done").to_owned()))
}
