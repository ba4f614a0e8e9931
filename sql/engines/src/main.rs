//! `engines fill STORE SERVERS DAYS TENANTS` fills a store; `engines alone|ballista STORE FILE` prints an engine's
//! answer as CSV.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use backhaul_sql_engines::{Cluster, alone, fill};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let begun = Instant::now();
    let answer = match args[..] {
        ["fill", store, servers, days, tenants] => {
            let rows = fill(Path::new(store), servers.parse()?, days.parse()?, tenants.parse()?).await?;
            format!("{rows} rows\n")
        }
        ["alone", store, file] => alone(store, &std::fs::read_to_string(file)?).await?,
        ["ballista", store, file] => Cluster::start(2).await?.answer(store, &std::fs::read_to_string(file)?).await?,
        _ => return Err("engines fill STORE SERVERS DAYS TENANTS | engines alone|ballista STORE FILE".into()),
    };
    std::io::stdout().write_all(answer.as_bytes())?;
    writeln!(std::io::stderr(), "{} s", begun.elapsed().as_secs_f32())?;
    Ok(())
}
