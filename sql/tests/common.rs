//! Simulated servers, and a database of them.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use backhaul_fleet::Server;
use backhaul_sim::{Estate, Sim, TlsMode};
use backhaul_sql::{Fleet, Sql};
use backhaul_transport::{Client, Options};
use backhaul_wire::System;
use datafusion::arrow::util::pretty::pretty_format_batches;

/// A simulator of all three systems without TLS.
pub async fn sim(estate: Estate) -> Sim {
    Sim::builder().tls(TlsMode::NoTls).estate(estate).start().await.unwrap()
}

pub fn server(sim: &Sim, system: System, name: &str) -> Server {
    let options = Options::new(sim.url(system).unwrap(), "admin", "password").unwrap();
    Server { name: name.to_owned(), client: Client::new(system, options).unwrap() }
}

/// One server of each system, named after it.
pub fn fleet(sim: &Sim) -> Fleet {
    Fleet::new(System::ALL.map(|system| server(sim, system, system.name())))
}

/// The rows as a table, without the order that servers answer in.
pub async fn rows(sql: &Sql, text: &str) -> Vec<String> {
    let batches = match sql.query(text).await {
        Ok(rows) => rows.collect().await,
        Err(problem) => panic!("{text}\n{problem}"),
    };
    let batches = batches.unwrap_or_else(|error| panic!("{text}\n{error}"));
    let text = pretty_format_batches(&batches).unwrap().to_string();
    let cells = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join("|");
    let mut rows: Vec<String> = text.lines().filter(|line| line.starts_with('|')).skip(1).map(cells).collect();
    rows.iter_mut().for_each(|row| *row = row.trim_matches('|').to_owned());
    rows
}

/// The paths of the listings that the simulator was asked for, logons left out.
pub fn listings(sim: &Sim) -> Vec<String> {
    let asked = sim.requests().into_iter().filter(|request| request.method == "GET");
    asked.map(|request| request.path_and_query).collect()
}
