//! The command line, as types.
//!
//! One file per group of verbs; what several verbs take is in [`common`], how a value is read in [`values`]. No flag
//! takes a secret: a process list and a shell history keep what stands on a command line.

pub(crate) mod catalogue;
pub(crate) mod common;
pub(crate) mod data;
pub(crate) mod exporter;
pub(crate) mod filter;
pub(crate) mod jobs;
pub(crate) mod mcp;
#[cfg(feature = "store")]
pub(crate) mod past;
pub(crate) mod profile;
pub(crate) mod sim;
#[cfg(feature = "store")]
pub(crate) mod store;
pub(crate) mod usage;
pub(crate) mod values;

use clap::{Args, Parser, Subcommand};

/// Who uses how much of which backup repository, across Veeam and ZStack
///
/// Speaks to Veeam Backup Enterprise Manager (em), Veeam Backup for Microsoft 365 (vb365) and ZStack (zstack), many
/// servers at once. With no configuration file it speaks to built-in demo servers, so that every example below works.
#[derive(Debug, Parser)]
#[command(name = "backhaul", version, max_term_width = 120, after_long_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: Verb,

    #[command(flatten)]
    pub(crate) global: Global,
}

/// What every verb takes.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long = "color", value_name = "WHEN", value_enum, ignore_case = true, default_value_t, global = true)]
    pub(crate) colour: common::Colour,

    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

const AFTER_HELP: &str = "\
Examples:
  backhaul usage                                       storage usage of the built-in demo servers
  backhaul jobs --failed                               what failed in the last 24 hours, and why
  backhaul profile add prod --system em --url https://em.example.com:9398 --user svc
  backhaul usage -p prod --sort-desc used_bytes        the same, of a server of yours
  backhaul query em.CloudSubtenant --filter 'Disabled==true' -o csv
  backhaul ops vb365 --api-version v8                  what the API can do

Exit codes:
  0  done                             4  not reachable, TLS, or another product
  1  the data say no                  5  the server answered with an error
  2  usage or configuration           6  some servers failed, the others were printed
  3  logon refused                    7  a fault of ours or of the disk

Data goes to stdout, everything else to stderr. Without -o, stdout gets a table when it is a terminal, else JSON.

Environment:
  BACKHAUL_CONFIG        the configuration file (`backhaul profile list -v` says which it is)
  HTTPS_PROXY, NO_PROXY  how to reach the servers
  NO_COLOR               no colours
  BACKHAUL_PAGER, PAGER  what shows a table that is longer than the screen";

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Storage usage: one row per server, repository and tenant
    Usage(usage::Usage),
    /// Keep what usage says now, to be asked later
    #[cfg(feature = "store")]
    Collect(store::Collect),
    /// What tenants owe for a month, from the runs that were kept
    #[cfg(feature = "store")]
    Billing(store::Billing),
    /// Look after the runs that were kept
    #[cfg(feature = "store")]
    Store(store::Store),
    /// Runs of jobs: what failed, and what is running
    Jobs(jobs::Jobs),
    /// Serve what usage says to Prometheus and its like
    Exporter(exporter::Exporter),
    /// Say in one line whether quotas and repositories have room left, for Nagios, Icinga, Checkmk and Zabbix
    CheckUsage(exporter::CheckUsage),
    /// List the entities of one type
    Query(data::Query),
    /// Call one operation of the API
    Call(data::Call),
    /// List the operations of an API
    Ops(catalogue::Ops),
    /// List the types of an API, with their fields and values
    Types(catalogue::Types),
    /// Check recorded bodies against the schemas
    Check(catalogue::Check),
    /// Format, check and explain filters
    Filter(filter::Filter),
    /// Run simulated servers
    Sim(sim::Sim),
    /// Manage the servers that the command knows by name
    Profile(profile::Profile),
    /// Answer the questions of an assistant (Model Context Protocol); not in every build (feature `mcp`)
    Mcp(mcp::Mcp),
    /// Print what a shell needs to complete command lines
    Completions(Completions),
    /// Print the manual
    Man(Man),
}

/// `backhaul completions SHELL`
#[derive(Debug, Args)]
#[command(after_help = "\
The shell then asks the command itself: for verbs and flags, and for your profiles, types, operations, parameters, fields and \
versions.

Examples:
  backhaul completions bash > ~/.local/share/bash-completion/completions/backhaul
  backhaul completions zsh > ~/.zfunc/_backhaul
  backhaul completions fish > ~/.config/fish/completions/backhaul.fish
  backhaul completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `backhaul man`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  backhaul man | man -l -
  backhaul man --dir ~/.local/share/man/man1       a page for each verb, such as backhaul-query(1)")]
pub(crate) struct Man {
    /// Write a page for each verb into a folder, in place of the command's own on stdout
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<std::path::PathBuf>,
}

impl Cli {
    /// How long after its end it is to begin anew; none for once.
    pub(crate) fn watch(&self) -> Option<std::time::Duration> {
        match &self.verb {
            Verb::Usage(args) => args.watch.watch,
            Verb::Jobs(args) => args.watch.watch,
            Verb::Query(args) => args.watch.watch,
            _ => None,
        }
    }

    /// How often `-v` was given.
    pub(crate) fn verbosity(&self) -> u8 {
        match &self.verb {
            Verb::Usage(args) => args.fleet.connection.verbose,
            #[cfg(feature = "store")]
            Verb::Collect(args) => args.fleet.connection.verbose,
            Verb::Jobs(args) => args.connection.verbose,
            Verb::Exporter(args) => args.fleet.connection.verbose,
            Verb::CheckUsage(args) => args.fleet.connection.verbose,
            Verb::Query(args) => args.connection.verbose,
            Verb::Call(args) => args.connection.verbose,
            Verb::Profile(args) => args.verbose,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests;
