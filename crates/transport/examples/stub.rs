//! A typed client over a stub: your own code is tested without a network, and without a server.
//!
//! `cargo run -p backhaul-transport --example stub`

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use backhaul_models::vb365::operations::BackupRepositoryGetRepositories;
use backhaul_transport::net::{Request, Response};
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Options, Vb365Options};
use backhaul_wire::ApiVersion;
use futures_util::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Vb365Options::from(Options::new("https://vb365.example.com:4443", "admin", "password")?);
    options.version = ApiVersion::new(8);
    // The whole of what your code sees of a server: it is asked with requests, and gives answers.
    let vb365 = Vb365Client::from_stub(options, |request: &Request| {
        assert_eq!(request.url.path(), "/v8/BackupRepositories");
        Response::new(200, r#"{"results": [{"name": "Archive", "capacityBytes": 1099511627776}]}"#)
    })?;
    let all: Vec<_> = vb365.list(&BackupRepositoryGetRepositories::new()).by_item().try_collect().await?;
    println!("{} repository: {:?}", all.len(), all[0].name);
    Ok(())
}
