//! `exporter`, `check-usage`: usage for monitoring.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::usage::{Fleet, percent};
use super::values;
use crate::input::Expression;

/// `backhaul exporter`
#[derive(Debug, Args)]
#[command(after_help = "\
GET /metrics answers in Prometheus' text format or OpenMetrics, as the scraper asks, from the last collection: servers \
are asked once per interval, however often it is scraped. What a server that failed said before is not shown again; \
backhaul_up says so. GET /healthz answers 200 as long as collections come to an end.

Examples:
  backhaul exporter
  backhaul exporter --listen 0.0.0.0:9947 --interval 15m --tls-cert cert.pem --tls-key key.pem --token-file token")]
pub(crate) struct Exporter {
    /// The address to listen at; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9947")]
    pub(crate) listen: SocketAddr,

    /// How often the servers are asked: seconds, or a number with ms, s, m or h
    #[arg(long, value_name = "TIME", value_parser = values::duration, default_value = "5m")]
    pub(crate) interval: Duration,

    /// Answer only to scrapers that send the token in this file as `Authorization: Bearer`; /healthz needs none
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Speak TLS with the certificate chain in this PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The certificate's key, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Also tell how backup jobs of EM and VB365 ended last, and when, within eight days
    #[arg(long)]
    pub(crate) jobs: bool,

    #[command(flatten)]
    pub(crate) fleet: Fleet,
}

/// What is measured against the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Of {
    /// Quotas and repositories
    Both,
    /// What tenants use of their quotas
    Quota,
    /// How full repositories are
    Repository,
}

/// `backhaul check-usage`
#[derive(Debug, Args)]
#[command(after_help = "\
Prints one line with performance data, and ends as monitoring plugins do: 0 ok, 1 warning, 2 critical, 3 unknown. \
A server that does not answer makes it unknown, unless something else is critical.

Examples:
  backhaul check-usage -p em1
  backhaul check-usage -p em1 --of repository --warning 85% --critical 95%
  backhaul check-usage --filter 'tenant==\"ABC Company\"' --of quota")]
pub(crate) struct CheckUsage {
    /// From how many percent on it is a warning
    #[arg(short, long, value_name = "PERCENT", value_parser = percent, default_value = "80%")]
    pub(crate) warning: f64,

    /// From how many percent on it is critical
    #[arg(short, long, value_name = "PERCENT", value_parser = percent, default_value = "90%")]
    pub(crate) critical: f64,

    /// What is measured
    #[arg(long, value_name = "WHAT", value_enum, ignore_case = true, default_value = "both")]
    pub(crate) of: Of,

    /// Which rows count: a filter, @FILE, or - for standard input
    #[arg(long, value_name = "EXPR")]
    pub(crate) filter: Option<Expression>,

    #[command(flatten)]
    pub(crate) fleet: Fleet,
}
