//! What several verbs take.

use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::values;
use crate::complete;
use crate::output::{Format, LineEnd};

/// How the command speaks to servers.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The API version to speak, in place of the newest that both sides know [em: v1_7, vb365: v8]; servers of other
    /// systems are not touched by it
    #[arg(long, value_name = "V", add = ArgValueCompleter::new(complete::versions))]
    pub(crate) api_version: Option<String>,

    /// The format to ask Enterprise Manager for; other systems speak JSON only
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub(crate) em_format: Option<EmFormat>,

    /// How long one request may take: seconds, or a number with ms, s, m or h
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub(crate) timeout: Option<Duration>,

    /// How long the whole work on one server may take, such as a listing with all its pages, or a wait: as --timeout
    /// [usage, collect: 30m]
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub(crate) deadline: Option<Duration>,

    /// Use the built-in demo servers, whatever the configuration file says
    #[arg(long)]
    pub(crate) demo: bool,

    /// Say on stderr what is going on; twice says more
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What Enterprise Manager is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmFormat {
    /// XML, its own first language
    Xml,
    /// JSON
    Json,
}

/// How rows are printed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// The output's format [default: table on a terminal, else json]
    #[arg(short = 'o', long = "output", value_name = "FMT", value_enum, ignore_case = true)]
    pub(crate) format: Option<Format>,

    /// Print what a program in jq's language makes of the array that -o json prints, such as '.[].name'; not in every
    /// build (feature `jq`)
    #[arg(long, value_name = "PROGRAM", conflicts_with = "count")]
    pub(crate) jq: Option<String>,

    /// Print only how many rows there are
    #[arg(long)]
    pub(crate) count: bool,

    /// Leave out the line of names of a table, CSV or TSV
    #[arg(long)]
    pub(crate) no_header: bool,

    /// How lines of CSV and TSV end
    #[arg(long, value_name = "END", value_enum, ignore_case = true, default_value = "lf")]
    pub(crate) eol: LineEnd,

    /// Put an apostrophe before CSV texts that a spreadsheet would take for formulas (those that begin with = + - @)
    #[arg(long)]
    pub(crate) csv_safe: bool,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Also into a file or a pipe
    Always,
    /// Never
    Never,
}

/// Asking again and again.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Watch {
    /// Ask again after so long, and again, until interrupted; a terminal is cleared before
    #[arg(
        long,
        value_name = "TIME",
        value_parser = values::duration,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "60s"
    )]
    pub(crate) watch: Option<Duration>,
}

/// In which order rows are printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sort {
    /// Sort by a field, smallest first
    #[arg(long, value_name = "F", conflicts_with = "sort_desc", add = ArgValueCompleter::new(complete::filter_fields))]
    pub(crate) sort_asc: Option<String>,

    /// Sort by a field, largest first
    #[arg(long, value_name = "F", add = ArgValueCompleter::new(complete::filter_fields))]
    pub(crate) sort_desc: Option<String>,
}

impl Sort {
    /// The field and whether the largest comes first.
    pub(crate) fn order(&self) -> Option<(&str, bool)> {
        let ascending = self.sort_asc.as_deref().map(|field| (field, false));
        ascending.or_else(|| self.sort_desc.as_deref().map(|field| (field, true)))
    }
}
