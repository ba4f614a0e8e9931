//! `collect`, `store`, `billing`: usage over time.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::common::Output;
use super::usage::Fleet;

/// Where runs are kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Where runs are kept: a folder, or s3://BUCKET/FOLDER in builds that have S3 [default: a folder among the user's
    /// data]
    #[arg(long, value_name = "PLACE", env = "BACKHAUL_STORE", global = true)]
    pub(crate) store: Option<String>,
}

/// `backhaul collect`
#[derive(Debug, Args)]
#[command(after_help = "\
What `usage` would print is kept, so that `usage --since`, `usage --at` and `billing` can be asked later. Each run writes a file per \
system, whole or not at all; collectors may run at the same time.

Examples:
  backhaul collect
  backhaul collect -p berlin -p munich --store /var/lib/backhaul")]
pub(crate) struct Collect {
    #[command(flatten)]
    pub(crate) fleet: Fleet,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// `backhaul store`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  backhaul store list
  backhaul store verify
  backhaul store compact
  backhaul store migrate
  backhaul store prune --keep 400d
  backhaul store delete-tenant 'ABC Company'")]
pub(crate) struct Store {
    /// What to do.
    #[command(subcommand)]
    pub(crate) what: StoreVerb,

    #[command(flatten)]
    pub(crate) place: Place,
}

/// What is done to a store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreVerb {
    /// List the files
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Read every file whole
    Verify,
    /// Bring the files of each past day and system together into one
    Compact,
    /// Write the files of older releases anew, with the columns of this one
    Migrate,
    /// Remove the runs of old days
    Prune {
        /// How many days to keep, such as 400d
        #[arg(long, value_name = "DAYS", value_parser = days)]
        keep: i32,
    },
    /// Remove all rows about a tenant and its subtenants, by name or id
    DeleteTenant {
        /// The tenant
        #[arg(value_name = "TENANT")]
        tenant: String,
    },
}

/// What stands between the whole and the part of a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecimalMark {
    /// 1234.50
    Point,
    /// 1234,50
    Comma,
}

/// `backhaul billing`
#[derive(Debug, Args)]
#[command(after_help = "\
A bill is the integral of what was used over time, in gigabyte-days, at the prices of a file. Between two runs usage is taken to have \
changed evenly; what lies further apart than --longest-gap is a gap: it is told and not billed. A price file:

  currency = \"EUR\"
  unit = \"GiB\"              # or GB
  per = \"month\"             # or day
  decimals = 2              # of each customer's sum
  rounding = \"half-up\"      # or half-even, up, down
  minimum = \"5.00\"
  [[price]]                 # the first that matches counts
  repository = \"Gold*\"
  local = \"0.05\"            # a text: a binary number is no amount
  object_storage = \"0.02\"
  multiplier = \"1.5\"
  [[price]]
  local = \"0.03\"

Examples:
  backhaul billing --month 2026-10 --prices prices.toml
  backhaul billing --month 2026-10 --prices prices.toml --timezone Europe/Berlin -o csv --decimal-mark comma
  backhaul billing --month 2026-10 --prices prices.toml --html bills.html")]
pub(crate) struct Billing {
    /// The month, such as 2026-10
    #[arg(long, value_name = "MONTH", value_parser = month)]
    pub(crate) month: jiff::civil::Date,

    /// The prices
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: PathBuf,

    /// Whose month it is, such as Europe/Berlin; days of 23 and 25 hours count as such
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) timezone: String,

    /// What stands between the whole and the part of amounts, whatever the language of this machine
    #[arg(long, value_name = "MARK", value_enum, ignore_case = true, default_value = "point")]
    pub(crate) decimal_mark: DecimalMark,

    /// How far apart two runs may be for the time between them to be billed
    #[arg(long, value_name = "TIME", value_parser = super::values::duration, default_value = "36h")]
    pub(crate) longest_gap: std::time::Duration,

    /// Write the bills to FILE, or - for standard output, one HTML page that needs nothing else, in place of printing;
    /// each customer begins on a page of paper of their own
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "jq", "count"])]
    pub(crate) html: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) place: Place,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// Reads `400d` or `400`.
pub(crate) fn days(text: &str) -> Result<i32, String> {
    let number = text.trim().trim_end_matches(['d', 'D']).parse().ok();
    number.filter(|days| *days > 0 && *days < 40_000).ok_or_else(|| "write a number of days, such as 30d".to_owned())
}

/// Reads `2026-10`.
fn month(text: &str) -> Result<jiff::civil::Date, String> {
    format!("{text}-01").parse().map_err(|_| "write a year and a month, such as 2026-10".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_read() {
        assert_eq!((days("400d"), days("7")), (Ok(400), Ok(7)));
        assert!(["", "0d", "-1d", "4w", "99999999d"].iter().all(|text| days(text).is_err()));
        assert!(month("2026-10").is_ok_and(|date| date.month() == 10));
        assert!(["2026", "2026-13", "2026-10-01", "october"].iter().all(|text| month(text).is_err()));
    }
}
