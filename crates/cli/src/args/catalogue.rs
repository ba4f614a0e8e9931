//! `ops`, `types`, `check`: the verbs that ask the schemas alone.

use clap::Args;
use clap_complete::ArgValueCompleter;

use super::common::Output;
use super::values::{RequestLine, Target};
use crate::complete;
use crate::exit::Failure;
use crate::input::Source;

/// `backhaul ops`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  backhaul ops vb365 --api-version v6
  backhaul ops vb365 usage                      operations with that word in their name, path or types
  backhaul ops em.PostJobsByIdStart             one operation, with its parameters
  backhaul ops em --jq '.[] | select(.long_running) | .operation'")]
pub(crate) struct Ops {
    /// The system; or one operation, such as vb365.Job_StartAction
    #[arg(value_name = "SYSTEM[.OPERATION]", add = ArgValueCompleter::new(complete::systems_and_operations))]
    pub(crate) target: Target,

    /// Only operations with all of these words, whatever their letter case
    #[arg(value_name = "WORD")]
    pub(crate) words: Vec<String>,

    /// Only what this API version has, such as v8 [default: all versions]
    #[arg(long, value_name = "V", add = ArgValueCompleter::new(complete::versions))]
    pub(crate) api_version: Option<String>,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// `backhaul types`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  backhaul types zstack
  backhaul types em.CloudTenant                 the fields of one type
  backhaul types vb365 quota                    types with that word in their name or in a field's
  backhaul types vb365.BackupRepository --api-version v8 --jq '.[].fields[].wire'")]
pub(crate) struct Types {
    /// The system; or one type, such as em.CloudTenant
    #[arg(value_name = "SYSTEM[.TYPE]", add = ArgValueCompleter::new(complete::systems_and_types))]
    pub(crate) target: Target,

    /// Only types with all of these words, whatever their letter case
    #[arg(value_name = "WORD")]
    pub(crate) words: Vec<String>,

    /// Only what this API version has, such as v8 [default: all versions]
    #[arg(long, value_name = "V", add = ArgValueCompleter::new(complete::versions))]
    pub(crate) api_version: Option<String>,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// `backhaul check`
#[derive(Debug, Args)]
#[command(
    override_usage = "backhaul check [OPTIONS] <SYSTEM.TYPE> <FILE|->...\n       \
                      backhaul check [OPTIONS] <SYSTEM> --request 'METHOD PATH[?QUERY]' <FILE|->...\n       \
                      backhaul check [OPTIONS] <SYSTEM> --har <FILE|->",
    after_help = "\
XML or JSON is told from the body. With --request the operation is found by method and path, and its answer is \
checked, or its error when --status or the body says that it is one. Exit code 1 when a body does not decode.

Examples:
  backhaul check em.CloudTenant tenant.xml
  backhaul check vb365 --request 'GET /v6/BackupRepositories' recorded/*.json
  backhaul check zstack --request 'GET /zstack/v1/backup-storage' --status 503 error.json
  curl -s ... | backhaul check vb365.Organization --strict -
  backhaul check vb365 --strict --har traffic.har"
)]
pub(crate) struct Check {
    /// The type of the bodies; or a system, with --request
    #[arg(value_name = "SYSTEM.TYPE", add = ArgValueCompleter::new(complete::systems_and_types))]
    pub(crate) target: Target,

    /// Recorded bodies; - for standard input
    #[arg(value_name = "FILE|-", required_unless_present_any = ["body", "har"])]
    pub(crate) files: Vec<Source>,

    /// A body that the request of --request sends; may be given several times
    #[arg(long, value_name = "FILE|-", requires = "request")]
    pub(crate) body: Vec<Source>,

    /// The request that the bodies answer
    #[arg(long, value_name = "METHOD PATH")]
    pub(crate) request: Option<RequestLine>,

    /// Recorded traffic (an HTTP archive of a browser or proxy), each body by its own request
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["files", "body", "request", "status"])]
    pub(crate) har: Option<Source>,

    /// The API version that the bodies come from [default: the path's, else the newest]
    #[arg(long, value_name = "V", add = ArgValueCompleter::new(complete::versions))]
    pub(crate) api_version: Option<String>,

    /// The HTTP status of the answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=599))]
    pub(crate) status: Option<u16>,

    /// Fail on fields and values that the schemas do not know, or that the version lacks, too
    #[arg(long)]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) output: Output,
}

/// What the bodies of `check` are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Checked<'a> {
    /// Values of one type.
    Type(&'a str),
    /// Answers to one request.
    Request(&'a RequestLine),
}

impl Check {
    /// A type or a request: one of the two, and standard input at most once.
    pub(crate) fn checked(&self) -> Result<Checked<'_>, Failure> {
        if self.files.iter().chain(&self.body).filter(|file| **file == Source::Stdin).count() > 1 {
            return Err(Failure::usage("standard input can be read only once: give `-` once"));
        }
        match (&self.target.name, &self.request) {
            (Some(name), None) => Ok(Checked::Type(name)),
            (None, Some(request)) => Ok(Checked::Request(request)),
            (Some(name), Some(_)) => Err(Failure::usage(format!(
                "--request says the type already: write `{}` instead of `{}.{name}`",
                self.target.system, self.target.system
            ))),
            (None, None) => Err(Failure::usage("neither a type nor a request is given").with_help(format!(
                "write {}.TYPE, or add --request 'METHOD PATH'; the types are listed by `backhaul types {}`",
                self.target.system, self.target.system
            ))),
        }
    }
}
