//! What each verb does: one module each, with one `run` that says how it ended.

#[cfg(feature = "store")]
mod billing;
mod call;
mod check;
mod check_usage;
#[cfg(feature = "store")]
mod collect;
mod completions;
mod exporter;
mod filter;
mod ops;
mod profile;
mod profile_test;
mod query;
mod sim;
#[cfg(feature = "store")]
mod store;
mod types;
mod usage;

use std::process::ExitCode;

use crate::args::{Cli, Verb};
use crate::console::Console;
use crate::exit::{Code, Outcome};

pub(crate) use self::check_usage::UNKNOWN;

/// Does what the command line says, and says why it failed.
pub(crate) fn run(cli: &Cli, console: &Console) -> ExitCode {
    if let Verb::CheckUsage(args) = &cli.verb {
        return check_usage::run(args, console);
    }
    let code = outcome(cli, console).unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.code()
    });
    code.into()
}

fn outcome(cli: &Cli, console: &Console) -> Outcome {
    match &cli.verb {
        Verb::Usage(args) => usage::run(args, console),
        #[cfg(feature = "store")]
        Verb::Collect(args) => collect::run(args, console),
        #[cfg(feature = "store")]
        Verb::Billing(args) => billing::run(args, console),
        #[cfg(feature = "store")]
        Verb::Store(args) => store::run(args, console),
        Verb::Exporter(args) => exporter::run(args, console),
        // Its exit codes are others.
        Verb::CheckUsage(_) => Ok(Code::Done),
        Verb::Query(args) => query::run(args, console),
        Verb::Call(args) => call::run(args, console),
        Verb::Ops(args) => ops::run(args, console),
        Verb::Types(args) => types::run(args, console),
        Verb::Check(args) => check::run(args, console),
        Verb::Filter(args) => filter::run(args, console),
        Verb::Sim(args) => sim::run(args, console),
        Verb::Profile(args) => profile::run(args, console),
        Verb::Completions(args) => completions::run(args, console),
    }
}
