//! The same clients in a program without an asynchronous runtime.
//!
//! `cargo run -p backhaul-transport --features blocking --example blocking -- https://vb365.example.com:4443 admin`,
//! the password on standard input.

#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use backhaul_models::vb365::operations::OrganizationGet;
use backhaul_transport::blocking::Blocking;
use backhaul_transport::vb365::Vb365Client;
use backhaul_transport::{Options, Vb365Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(server), Some(user)) = (words.next(), words.next()) else {
        return Err("say a server's address and an account".into());
    };
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let options = Vb365Options::from(Options::new(&server, &user, password.trim_end())?);
    for name in organizations(&Vb365Client::new(options)?)? {
        println!("{name}");
    }
    Ok(())
}

/// The names of the organizations that a server protects.
pub(crate) fn organizations(vb365: &Vb365Client) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let blocking = Blocking::new()?;
    let mut names = Vec::new();
    for organization in blocking.each(vb365.list(&OrganizationGet::new()).by_item()) {
        names.extend(organization?.name().map(str::to_owned));
    }
    Ok(names)
}
