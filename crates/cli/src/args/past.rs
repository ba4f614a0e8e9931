//! `usage` over time.

use clap::Args;
use jiff::civil::Date;

use super::store::{Place, days};

/// What `usage` does with the runs that are kept.
#[derive(Debug, Args)]
#[command(next_help_heading = "Over time")]
pub(crate) struct Past {
    /// Keep what is printed, before filters, to be asked later
    #[arg(long, conflicts_with_all = ["since", "at"])]
    pub(crate) save: bool,

    /// Print how usage changed in the last days, and when quotas and repositories will be full; asks no server
    #[arg(long, value_name = "DAYS", value_parser = days, conflicts_with_all = ["at", "by", "total", "influx"])]
    pub(crate) since: Option<i32>,

    /// Print the last run of a past day, such as 2026-10-31; asks no server
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<Date>,

    /// Whose day --at is, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) timezone: String,

    #[command(flatten)]
    pub(crate) place: Place,
}
