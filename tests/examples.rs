//! The examples of the crates, run: against a simulated server where they want one.
#![allow(clippy::unwrap_used, dead_code, reason = "an example's `main` asks the terminal")]

use std::collections::BTreeSet;

use backhaul_sim::{Estate, Sim, TlsMode};
use backhaul_transport::Options;
use backhaul_wire::System;

type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[path = "../crates/transport/examples/blocking.rs"]
mod blocking;
#[path = "../crates/filter/examples/filter_only.rs"]
mod filter_only;
#[path = "../crates/sim/examples/in_a_test.rs"]
mod in_a_test;
#[path = "../crates/transport/examples/list_tenants.rs"]
mod list_tenants;
#[path = "../crates/models/examples/own_http_stack.rs"]
mod own_http_stack;
#[path = "../crates/wire/examples/reflection.rs"]
mod reflection;
#[path = "../crates/transport/examples/stub.rs"]
mod stub;
#[path = "../crates/transport/examples/wait_for_a_job.rs"]
mod wait_for_a_job;

async fn plain() -> Sim {
    Sim::builder().tls(TlsMode::NoTls).start().await.unwrap()
}

fn options(sim: &Sim, system: System) -> Options {
    Options::new(sim.url(system).unwrap(), "admin", "password").unwrap()
}

fn em(sim: &Sim) -> backhaul_transport::em::EmClient {
    backhaul_transport::em::EmClient::new(options(sim, System::Em)).unwrap()
}

#[test]
fn those_that_want_no_server() -> Result {
    filter_only::main()?;
    reflection::main()?;
    stub::main()?;
    in_a_test::main()
}

#[tokio::test]
async fn tenants_are_listed() -> Result {
    let sim = plain().await;
    let listed = list_tenants::tenants(&em(&sim)).await?;
    let enabled = Estate::demo().em.tenants.into_iter().filter(|it| it.entity.enabled == Some(true));
    let names: BTreeSet<String> = enabled.filter_map(|it| it.entity.name).collect();
    let found: BTreeSet<String> =
        listed.iter().filter_map(|it| it.rsplit_once(": ")).map(|it| it.0.to_owned()).collect();
    assert_eq!(found, names);
    // The models alone, over a socket, find the same.
    let server = sim.url(System::Em).unwrap().trim_start_matches("http://").to_owned();
    let own = tokio::task::spawn_blocking(move || {
        own_http_stack::tenants(&server, "admin", "password").map_err(|error| error.to_string())
    });
    let own: Vec<String> = own.await??.into_iter().map(|(name, used)| format!("{name}: {used} MB")).collect();
    assert_eq!(own, listed);
    Ok(())
}

#[tokio::test]
async fn a_job_is_waited_for() -> Result {
    let sim = plain().await;
    let em = em(&sim);
    assert_eq!(wait_for_a_job::start(&em, "no such job").await?, None);
    let done = wait_for_a_job::start(&em, "DB Backup").await?.unwrap();
    assert!(!done.is_empty());
    Ok(())
}

#[test]
fn a_program_without_a_runtime_of_its_own() -> Result {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let sim = runtime.block_on(plain());
    let options = backhaul_transport::Vb365Options::from(options(&sim, System::Vb365));
    let names = blocking::organizations(&backhaul_transport::vb365::Vb365Client::new(options)?)?;
    assert!(names.iter().any(|name| name.contains("onmicrosoft.com")), "{names:?}");
    Ok(())
}
