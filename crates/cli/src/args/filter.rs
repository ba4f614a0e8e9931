//! `filter`: the verbs that work on filters.

use clap::{Args, Subcommand};
use clap_complete::ArgValueCompleter;

use super::common::{Connection, Output, Sort};
use super::values::Qualified;
use crate::complete;
use crate::input::Expression;

/// `backhaul filter`
#[derive(Debug, Args)]
#[command(after_help = "\
A filter compares fields with values: == != < <= > >=, joined by `;` (and) and `,` (or), grouped by \
parentheses. Text with spaces or signs stands in double quotes; outside of them `*` and `?` are wildcards and `null` is no \
value. Dates may be `yesterday`, `today` or `now-24h`, numbers sizes such as `1.5TiB`; `Name in (a,b)`, `!(...)` and \
`used_bytes > 0.8 * quota_bytes` are taken, too. What a server cannot be asked is evaluated here: `explain` says which. \
`check` takes exactly that; everywhere else what people paste is taken as well \
(`Name = \u{201c}User 01\u{201d} and Disabled==true`), and what was read otherwise is said on stderr.

Examples:
  backhaul filter fmt '(disabled==true;name==\"User01\")'
  backhaul filter check 'Enabled==false' --type em.CloudTenant
  backhaul filter check 'Mood==7' --type em.Repository -p em1
  backhaul filter explain @filter.txt --type vb365.BackupRepository
  backhaul filter explain 'CreationTime>=yesterday;JobName==web*' --type em.BackupJobSession
  backhaul filter url 'Name==\"ABC Company\"' --type em.CloudSubtenant")]
pub(crate) struct Filter {
    /// What to do with it.
    #[command(subcommand)]
    pub(crate) verb: FilterVerb,
}

/// What to do with a filter.
#[derive(Debug, Subcommand)]
pub(crate) enum FilterVerb {
    /// Print the filter in its one plain spelling
    Fmt(Subject),
    /// Say what is wrong with the filter: exit 1 on errors, 0 on warnings alone
    Check(Check),
    /// Say what the server evaluates and what is evaluated here
    Explain(Explain),
    /// Print the filter encoded for a URL
    Url(Subject),
}

/// The filter, and what it is about.
#[derive(Debug, Args)]
pub(crate) struct Subject {
    /// The filter, @FILE, or - for standard input
    #[arg(value_name = "EXPR")]
    pub(crate) expression: Expression,

    /// What the filter is about, such as em.CloudSubtenant
    #[arg(long = "type", value_name = "SYSTEM.TYPE", add = ArgValueCompleter::new(complete::listings))]
    pub(crate) target: Option<Qualified>,
}

/// `backhaul filter check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) subject: Subject,

    /// Ask this server as well: what it says of a field counts more than what this release knows. It is sent one query
    #[arg(short, long, value_name = "PROFILE", requires = "target")]
    pub(crate) profile: Option<String>,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl Check {
    /// Whether a server is asked.
    pub(crate) fn asks(&self) -> bool {
        self.profile.is_some() || self.connection.demo
    }
}

/// `backhaul filter explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) subject: Subject,

    #[command(flatten)]
    pub(crate) sort: Sort,

    /// Also say who makes the limit
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    #[command(flatten)]
    pub(crate) output: Output,
}
