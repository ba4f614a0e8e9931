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
mod jobs;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod ops;
mod profile;
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
pub(crate) use self::completions::VARIABLE as COMPLETE;
pub(crate) use self::query::Listing;

/// Does what the command line says, and says why it failed.
pub(crate) fn run(cli: &Cli, console: &Console) -> ExitCode {
    if let Verb::CheckUsage(args) = &cli.verb {
        return check_usage::run(args, console);
    }
    loop {
        let (code, nobody_reads) = match outcome(cli, console) {
            Ok(code) => (code, false),
            Err(failure) => {
                console.failure(&failure);
                (failure.code(), failure.message().is_empty())
            }
        };
        // A command line that is wrong is wrong the next time, too.
        let code = console.interrupt().code(code);
        let again = code != Code::Usage && !nobody_reads && !console.interrupt().is_on();
        let Some(pause) = cli.watch().filter(|_| again) else { return code.into() };
        console.interrupt().at_once(|| std::thread::sleep(pause));
        console.clear();
    }
}

/// Whether a verb ends when its work is done, and earlier only by a signal: those that serve end in their own way.
pub(crate) fn ends_by_itself(verb: &Verb) -> bool {
    !matches!(verb, Verb::Exporter(_) | Verb::Sim(_))
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
        Verb::Jobs(args) => jobs::run(args, console),
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
        #[cfg(feature = "mcp")]
        Verb::Mcp(args) => mcp::run(args, console),
        #[cfg(not(feature = "mcp"))]
        Verb::Mcp(_) => Err(crate::exit::Failure::not_built("`backhaul mcp`", "mcp")),
        Verb::Man(args) => man::run(args, console),
    }
}
