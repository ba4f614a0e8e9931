//! `jobs`: what ran, what failed and what is running.

use backhaul_wire::System;
use clap::Args;
use clap_complete::ArgValueCompleter;

use super::common::{Connection, Output, Sort, Watch};
use super::values;
use crate::complete;
use crate::input::Expression;

/// `backhaul jobs`
#[derive(Debug, Args)]
#[command(after_help = "\
One row per run of a job: EM's sessions of backup and replication jobs, VB365's of backup and copy jobs, ZStack's long jobs. \
`result` is Success, Warning or Failed on all systems. What is running is told whenever it began.

Examples:
  backhaul jobs --failed                        what failed in the last 24 hours, and why
  backhaul jobs --since yesterday --sort-desc ended
  backhaul jobs --running
  backhaul jobs --since 7d --filter 'result!=Success;job==\"DB*\"' -o csv")]
pub(crate) struct Jobs {
    /// The servers to ask; may be repeated [default: all in the configuration file]
    #[arg(short, long = "profile", value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profiles: Vec<String>,

    /// Only servers of one system
    #[arg(long, value_name = "SYSTEM", value_parser = values::system(), ignore_case = true)]
    pub(crate) system: Option<System>,

    /// Only runs that failed
    #[arg(long, conflicts_with = "running")]
    pub(crate) failed: bool,

    /// Only what is running
    #[arg(long)]
    pub(crate) running: bool,

    /// Runs that began since: a span such as 24h or 7d, a date, or `yesterday`
    #[arg(long, value_name = "WHEN", default_value = "24h")]
    pub(crate) since: String,

    /// Which rows to print: a filter, @FILE, or - for standard input
    #[arg(long, value_name = "EXPR", add = ArgValueCompleter::new(complete::filter_fields))]
    pub(crate) filter: Option<Expression>,

    #[command(flatten)]
    pub(crate) sort: Sort,

    /// Which columns to print, in this order [default: all]
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = ArgValueCompleter::new(complete::fields))]
    pub(crate) fields: Vec<String>,

    /// How many servers to ask at once
    #[arg(long, value_name = "N", default_value_t = backhaul_fleet::Collect::AT_ONCE)]
    pub(crate) at_once: usize,

    #[command(flatten)]
    pub(crate) watch: Watch,

    #[command(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) connection: Connection,
}
