//! `query`, `call`: the verbs that speak to one API in its own words.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::common::{Connection, Output, Sort, Watch};
use super::values::{self, Qualified};
use crate::complete;
use crate::input::{Expression, Source};

/// `backhaul query`
#[derive(Debug, Args)]
#[command(after_help = "\
TYPE is a listing: a query type of em, the resource of a query of zstack, a collection of vb365. What of the filter \
the server understands is sent to it, the rest is evaluated here; `backhaul filter explain` shows the split. Secrets are \
printed as ***. When several servers are asked, each row begins with its `server`.

Examples:
  backhaul query em.CloudSubtenant
  backhaul query em.CloudTenant --filter 'Enabled==false' --sort-asc Name --limit 20
  backhaul query vb365.BackupRepository --fields name,capacityBytes,freeSpaceBytes -o csv
  backhaul query vb365.UsedRepository --param organizationId=cbc5... -p m365
  backhaul query zstack.BackupStorage --filter 'state==Enabled' -o json")]
pub(crate) struct Query {
    /// What to list, such as em.CloudSubtenant, vb365.Organization, zstack.BackupStorage
    #[arg(value_name = "SYSTEM.TYPE", add = ArgValueCompleter::new(complete::listings))]
    pub(crate) target: Qualified,

    /// The servers to ask; may be repeated [default: all of that system in the configuration file]
    #[arg(short, long = "profile", value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profiles: Vec<String>,

    /// A parameter of the operation, in its path or query; may be repeated
    #[arg(long = "param", value_name = "K=V", value_parser = values::key_value, add = ArgValueCompleter::new(complete::params))]
    pub(crate) params: Vec<(String, String)>,

    /// Which rows to print: a filter, @FILE, or - for standard input
    #[arg(long, value_name = "EXPR", add = ArgValueCompleter::new(complete::filter_fields))]
    pub(crate) filter: Option<Expression>,

    /// Print the requests that would be sent, and what would be evaluated here; send nothing
    #[arg(long)]
    pub(crate) explain: bool,

    #[command(flatten)]
    pub(crate) sort: Sort,

    /// Print no more than so many rows [default: all, on every page]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Which fields to print, in this order [default: all]
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = ArgValueCompleter::new(complete::fields))]
    pub(crate) fields: Vec<String>,

    /// Print members that this release does not know beside --fields, too; -o json prints them with the whole type
    /// anyway
    #[arg(long)]
    pub(crate) unknown: bool,

    /// Send fields that this release does not know to the server as they are written, instead of refusing them
    #[arg(long)]
    pub(crate) raw_filter: bool,

    #[command(flatten)]
    pub(crate) watch: Watch,

    #[command(flatten)]
    pub(crate) output: Output,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `backhaul call`
#[derive(Debug, Args)]
#[command(after_help = "\
`backhaul ops SYSTEM` lists the operations, `backhaul ops SYSTEM.OPERATION` the parameters of one. Upper and lower case do \
not matter, and older names are understood. On a terminal a question is asked before something is destroyed.

Examples:
  backhaul call vb365.Organization_GetById --param organizationId=cbc5... -p m365
  backhaul call zstack.QueryBackupStorage --param 'q=state=Enabled' -o raw
  backhaul call em.GetCloudTenantsById --param ID=9c3a... --param format=Entity --out tenant.xml
  backhaul call em.PostJobsByIdStart --param ID=b04c... --wait --timeout 10m
  backhaul call vb365.Job_StartAction --param jobId=7c2e... --wait
  backhaul call zstack.AddImageStoreBackupStorage --template=required > storage.json
  backhaul call zstack.AddImageStoreBackupStorage --body storage.json --dry-run
  backhaul call zstack.AddImageStoreBackupStorage --body storage.json --wait")]
pub(crate) struct Call {
    /// What to call, such as vb365.Organization_Get
    #[arg(value_name = "SYSTEM.OPERATION", add = ArgValueCompleter::new(complete::operations))]
    pub(crate) target: Qualified,

    /// The server to ask [default: the only one of that system]
    #[arg(short, long, value_name = "PROFILE", add = ArgValueCompleter::new(complete::profiles))]
    pub(crate) profile: Option<String>,

    /// A parameter of the operation, in its path or query; may be repeated
    #[arg(long = "param", value_name = "K=V", value_parser = values::key_value, add = ArgValueCompleter::new(complete::params))]
    pub(crate) params: Vec<(String, String)>,

    /// The request's body: a file, or - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) body: Option<Source>,

    /// Wait for the end of the work that the operation starts, and print it: of em the task, with its session, of vb365
    /// the session, of zstack the job's answer; no longer than --deadline, or an hour
    #[arg(long)]
    pub(crate) wait: bool,

    /// Print a body for the operation, to be filled in, and send nothing; `required` leaves out what need not be there
    #[arg(
        long,
        value_name = "PART",
        value_enum,
        ignore_case = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "all",
        conflicts_with_all = ["body", "wait", "out", "format"]
    )]
    pub(crate) template: Option<Template>,

    /// Print the request, with secrets of its body redacted, and send nothing
    #[arg(long, conflicts_with_all = ["wait", "out", "format"])]
    pub(crate) dry_run: bool,

    /// Ask no question before something is destroyed
    #[arg(long)]
    pub(crate) yes: bool,

    /// Write the answer to a file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// What of the answer to print: the decoded value, or the bytes as they came [default: json, and raw into a file]
    #[arg(short = 'o', long = "output", value_name = "FMT", value_enum, ignore_case = true)]
    pub(crate) format: Option<CallFormat>,

    /// Print members that this release does not know: json always does, as they came
    #[arg(long)]
    pub(crate) unknown: bool,

    /// Send an operation, too, of which it is not known whether the version has it; never one that it lacks
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// What of a body `call --template` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// All fields
    All,
    /// What the server insists on
    Required,
}

/// What `call` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallFormat {
    /// The decoded answer
    Json,
    /// The bytes as they came
    Raw,
}
