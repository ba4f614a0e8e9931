//! `usage`: who uses how much.

use std::path::PathBuf;
use std::time::Duration;

use backhaul_wire::System;
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::common::{Connection, Output, Watch};
use super::values;
use crate::complete;
use crate::input::Expression;

/// Which servers a verb about the whole fleet asks, and how.
#[derive(Debug, Args)]
pub(crate) struct Fleet {
    /// The servers to ask; may be repeated [default: all in the configuration file]
    #[arg(short, long = "profile", value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profiles: Vec<String>,

    /// Only servers of one system
    #[arg(long, value_name = "SYSTEM", value_parser = values::system(), ignore_case = true)]
    pub(crate) system: Option<System>,

    /// What rows tell apart where the server does: EM's backups by job or computer, ZStack's images by account or one
    /// by one [default: tenants, and ZStack's storages as a whole]
    #[arg(long, value_name = "LEVEL", value_enum, ignore_case = true)]
    pub(crate) level: Option<Level>,

    /// How many servers to ask at once
    #[arg(long, value_name = "N", default_value_t = backhaul_fleet::Collect::AT_ONCE)]
    pub(crate) at_once: usize,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl Fleet {
    /// How long one server may take in all: half an hour, unless the command line says otherwise.
    pub(crate) fn deadline(&self) -> Duration {
        self.connection.deadline.unwrap_or(Duration::from_secs(30 * 60))
    }
}

/// What rows tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Tenants, organizations, accounts
    Tenant,
    /// Jobs and images
    Job,
    /// Computers and images
    Computer,
}

/// What rows are brought together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// em, vb365, zstack
    System,
    /// Each server
    Server,
    /// Each repository of each server
    Repository,
    /// Each tenant by name, on whatever servers; subtenants are inside their tenant
    Tenant,
}

/// Which rows are shown, and in which order.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// Which rows to print: a filter, @FILE, or - for standard input
    #[arg(long, value_name = "EXPR", add = ArgValueCompleter::new(complete::filter_fields))]
    pub(crate) filter: Option<Expression>,

    /// Only rows of which more than this is taken of the quota or of the repository, such as 80%
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) over: Option<f64>,

    /// Sort by fields, smallest first; `-F` turns one of several around
    #[arg(
        long,
        value_name = "F,G",
        value_delimiter = ',',
        conflicts_with = "sort_desc",
        allow_hyphen_values = true,
        add = ArgValueCompleter::new(complete::fields)
    )]
    pub(crate) sort_asc: Vec<String>,

    /// Sort by fields, largest first; `+F` turns one of several around
    #[arg(
        long,
        value_name = "F,G",
        value_delimiter = ',',
        allow_hyphen_values = true,
        add = ArgValueCompleter::new(complete::fields)
    )]
    pub(crate) sort_desc: Vec<String>,

    /// Print no more than the first N rows; without an order, those with the largest used_bytes
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,

    /// Which columns to print, in this order [default: all]
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = ArgValueCompleter::new(complete::fields))]
    pub(crate) fields: Vec<String>,

    /// Print sums in place of rows; may name several, separated by commas
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',', ignore_case = true)]
    pub(crate) by: Vec<By>,

    /// Print the sum of all rows; with --by, below the other sums
    #[arg(long)]
    pub(crate) total: bool,

    /// Write a report for people to FILE, or - for standard output, one HTML page that needs nothing else, in place of
    /// printing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "jq", "count"])]
    pub(crate) html: Option<PathBuf>,

    /// Print InfluxDB's line protocol: a line per row, in the measurement backhaul_usage
    #[arg(long, conflicts_with_all = ["html", "format", "jq", "count", "fields", "by", "total"])]
    pub(crate) influx: bool,

    #[command(flatten)]
    pub(crate) output: Output,
}

impl Question {
    /// The fields to sort by, and whether the largest comes first.
    pub(crate) fn order(&self) -> Vec<(&str, bool)> {
        let (fields, largest_first) =
            if self.sort_asc.is_empty() { (&self.sort_desc, true) } else { (&self.sort_asc, false) };
        let one = |field: &'_ String| match field.split_at_checked(1) {
            Some(("-", _)) => (1, true),
            Some(("+", _)) => (1, false),
            _ => (0, largest_first),
        };
        fields
            .iter()
            .map(|field| (one(field), field))
            .map(|((from, largest), field)| (&field[from..], largest))
            .collect()
    }
}

/// `backhaul usage`
#[derive(Debug, Args)]
#[command(after_help = "\
A row's used_bytes is its backups on local and on object storage. Unknown is null (`-` in a table), never 0. \
A subtenant's usage is inside its tenant's, and a repository's capacity stands on each of its rows: --by and --total \
count each once. fill_percent is about the repository's volume; where backups lie in object storage, about the limit that is \
set for it, and null without one.

Examples:
  backhaul usage
  backhaul usage -p berlin -p munich --sort-desc used_bytes
  backhaul usage --over 80% --fields server,tenant,quota_percent,fill_percent
  backhaul usage --by tenant --top 10
  backhaul usage --level job --sort-desc server,used_bytes
  backhaul usage --html usage.html
  backhaul usage --save && backhaul usage --since 30d --top 10
  backhaul usage --filter 'used_bytes>1000000000000' -o csv > usage.csv
  backhaul usage --filter @big-tenants.txt -o ndjson")]
pub(crate) struct Usage {
    #[command(flatten)]
    pub(crate) fleet: Fleet,

    #[command(flatten)]
    pub(crate) question: Question,

    #[command(flatten)]
    pub(crate) watch: Watch,

    #[cfg(feature = "store")]
    #[command(flatten)]
    pub(crate) past: super::past::Past,
}

/// Reads `80%` or `80`.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>();
    number
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0)
        .ok_or_else(|| "write a percent, such as 80%".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_may_have_their_sign() {
        assert_eq!((percent("80%"), percent("99.5"), percent(" 7 % ")), (Ok(80.0), Ok(99.5), Ok(7.0)));
        assert!(["", "%", "-1", "nan", "inf", "eighty"].iter().all(|text| percent(text).is_err()));
    }
}
