//! `sim`: simulated servers.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values;

/// `backhaul sim`
#[derive(Debug, Args)]
#[command(after_help = "\
A system without an address is not started; with no address at all, all three listen on free ports of this machine. \
Enterprise Manager and VB365 speak TLS with a self-signed certificate, ZStack plain HTTP. The account is `admin` with \
the password `password`; each VB365 organization NAME also has `admin@NAME`. Stop it with Ctrl-C.

Examples:
  backhaul sim
  backhaul sim --em 127.0.0.1:9398 --em-release 12
  backhaul sim --vb365 127.0.0.1:0 --zstack 127.0.0.1:0 --http --announce json
  backhaul sim --scale 1000 --faults faults.json")]
pub(crate) struct Sim {
    /// Where Enterprise Manager listens; port 0 takes a free one
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    pub(crate) em: Option<SocketAddr>,

    /// Where VB365 listens
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    pub(crate) vb365: Option<SocketAddr>,

    /// Where ZStack listens
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    pub(crate) zstack: Option<SocketAddr>,

    /// Speak plain HTTP on all
    #[arg(long, conflicts_with = "tls")]
    pub(crate) http: bool,

    /// Speak TLS on all
    #[arg(long)]
    pub(crate) tls: bool,

    /// Once all listen, print where, as one line on stdout
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) announce: Option<Announce>,

    /// The release of Enterprise Manager to be
    #[arg(long, value_name = "N", value_enum, default_value = "13")]
    pub(crate) em_release: EmRelease,

    /// What the servers hold: an estate file
    #[arg(long, value_name = "FILE", conflicts_with = "scale")]
    pub(crate) estate: Option<PathBuf>,

    /// What the servers hold: a made-up estate of so many tenants
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) scale: Option<u32>,

    /// Which requests go wrong, and how
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,

    /// The account's name, in place of admin
    #[arg(long, value_name = "NAME", requires = "password_file")]
    pub(crate) user: Option<String>,

    /// The file that holds the account's password
    #[arg(long, value_name = "FILE", requires = "user")]
    pub(crate) password_file: Option<PathBuf>,
}

/// How the simulator says where it listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Announce {
    /// {"em": URL, "vb365": URL, "zstack": URL, "cert_sha256": ...}
    Json,
}

/// A release of Enterprise Manager: 13 writes JSON in camelCase, 12 in `PascalCase`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmRelease {
    /// JSON in PascalCase
    #[value(name = "12")]
    V12,
    /// JSON in camelCase
    #[value(name = "13")]
    V13,
}
