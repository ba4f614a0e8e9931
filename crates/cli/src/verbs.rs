//! What each verb does: one module each, with one `run` that says how it ended.

mod call;
mod check;
mod completions;
mod filter;
mod ops;
mod profile;
mod profile_test;
mod query;
mod sim;
mod types;
mod usage;

use crate::args::{Cli, Verb};
use crate::console::Console;
use crate::exit::Outcome;

/// Does what the command line says.
pub(crate) fn run(cli: &Cli, console: &Console) -> Outcome {
    match &cli.verb {
        Verb::Usage(args) => usage::run(args, console),
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
