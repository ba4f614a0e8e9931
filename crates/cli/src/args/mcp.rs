//! `mcp`: the questions for an assistant.

use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::values;
use crate::complete;

/// `backhaul mcp`
#[derive(Debug, Args)]
#[cfg_attr(not(feature = "mcp"), allow(dead_code, reason = "read by builds that have it"))]
#[command(after_help = "\
An assistant starts it and speaks to it on standard input and output. It offers usage, jobs, query, explain, types and \
operations, about the servers that are named here; nothing that changes anything.

Examples:
  backhaul mcp --demo
  backhaul mcp -p @berlin --max-rows 200")]
pub(crate) struct Mcp {
    /// The servers that may be asked; may be repeated [default: all in the configuration file]
    #[arg(short, long = "profile", value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profiles: Vec<String>,

    /// Use the built-in demo servers, whatever the configuration file says
    #[arg(long)]
    pub(crate) demo: bool,

    /// Hand on no more than so many rows of one answer
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) max_rows: usize,

    /// How long one question may take: seconds, or a number with ms, s, m or h
    #[arg(long, value_name = "TIME", value_parser = values::duration, default_value = "5m")]
    pub(crate) patience: Duration,
}
