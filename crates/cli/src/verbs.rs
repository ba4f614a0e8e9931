//! What each verb does: one module each, with one `run` that says how it ended.

#[cfg(feature = "store")]
mod billing;
mod call;
mod check;
#[cfg(feature = "store")]
mod collect;
mod completions;
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

pub(crate) use self::completions::VARIABLE as COMPLETE;
pub(crate) use self::query::Listing;
use crate::args::{Cli, Verb};
use crate::console::Console;
use crate::exit::Outcome;

/// Does what the command line says.
pub(crate) fn run(cli: &Cli, console: &Console) -> Outcome {
    match &cli.verb {
        Verb::Usage(args) => usage::run(args, console),
        #[cfg(feature = "store")]
        Verb::Collect(args) => collect::run(args, console),
        #[cfg(feature = "store")]
        Verb::Billing(args) => billing::run(args, console),
        #[cfg(feature = "store")]
        Verb::Store(args) => store::run(args, console),
        Verb::Jobs(args) => jobs::run(args, console),
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
        Verb::Man(args) => man::run(args, console),
    }
}
