//! The enabled tenants of Enterprise Manager, all pages of them, and what they use.
//!
//! `cargo run -p backhaul-transport --example list_tenants -- https://em.example.com:9398 admin`, the password on
//! standard input.

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use backhaul_filter::em::CloudTenant;
use backhaul_transport::em::EmClient;
use backhaul_transport::{Error, Options};
use futures_util::TryStreamExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(server), Some(user)) = (words.next(), words.next()) else {
        return Err("say a server's address and an account".into());
    };
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let em = EmClient::new(Options::new(&server, &user, password.trim_end())?)?;
    for line in tenants(&em).await? {
        println!("{line}");
    }
    em.client().logout().await?;
    Ok(())
}

/// A line for each tenant that is enabled, by name.
pub(crate) async fn tenants(em: &EmClient) -> Result<Vec<String>, Error> {
    let query = em.query::<CloudTenant>().filter(CloudTenant::ENABLED.eq(true)).sort(CloudTenant::NAME.asc());
    let mut items = query.by_item()?;
    let mut out = Vec::new();
    while let Some(tenant) = items.try_next().await? {
        let quotas = tenant.resources.iter().filter_map(|resource| resource.repository_quota.as_ref());
        let used: i64 = quotas.filter_map(|quota| quota.used_quota).sum();
        out.push(format!("{}: {used} MB", tenant.name.as_deref().unwrap_or("?")));
    }
    Ok(out)
}
