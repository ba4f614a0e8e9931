//! The `backhaul` command: who uses how much of which backup repository, across Veeam and ZStack.
//!
//! The command is [`main`]. For other programs there is [`servers`]: the profiles that a person has named for the
//! command, and clients that are logged on by them.
//!
//! | module | one idea |
//! | --- | --- |
//! | `args` | the command line, as types |
//! | `verbs` | what each verb does |
//! | `names`, `fields`, `expression`, `body` | types, operations, filters and bodies, as a person gives them |
//! | `connect` | clients of the servers that a command speaks to |
//! | `profile`, [`servers`] | the servers a person has named, and which of them a command speaks to |
//! | `secret` | passwords, and where they come from |
//! | `output` | rows as a table, JSON, CSV and so on |
//! | `report` | tables and charts as one HTML page |
//! | `input` | arguments that stand for a file or standard input |
//! | `console` | the only module that writes to stdout and stderr |
//! | `stdout` | standard output that may have been closed |
//! | `when` | points in time, as a person names them |
//! | `complete` | what a shell offers while a command line is typed |
//! | `escape` | a server's text made harmless to a terminal |
//! | `exit` | exit codes, and what a verb that fails says |

mod api_version;
mod args;
mod body;
mod complete;
mod connect;
mod console;
mod drift;
mod escape;
mod exit;
mod expression;
mod fields;
mod input;
mod interrupt;
mod left_out;
mod names;
mod output;
mod page;
mod profile;
mod report;
mod secret;
pub mod servers;
mod stdout;
mod suggest;
mod verbs;
mod when;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;

use crate::args::Cli;
use crate::console::Console;
use crate::exit::Code;

/// Runs the command line; a panic is a fault of ours and ends with the code that says so.
pub fn main() -> ExitCode {
    // A shell that asks what to offer is answered, and the process ends.
    CompleteEnv::with_factory(Cli::command).var(verbs::COMPLETE).complete();
    std::panic::catch_unwind(run).unwrap_or(Code::Internal.into())
}

fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let mut console = Console::new(cli.verbosity(), cli.global);
    if verbs::ends_by_itself(&cli.verb) {
        console = console.with_signals();
    }
    interrupt::outlive_file_limits();
    connect::tell_requests(&console);
    verbs::run(&cli, &console)
}

/// Says what is wrong with the command line; to what runs monitoring plugins, 2 would mean that something is critical.
fn refused(error: &clap::Error) -> ExitCode {
    let code = console::print_clap(error);
    let is_plugin = std::env::args_os().nth(1).is_some_and(|verb| verb == "check-usage");
    if code == Code::Usage && is_plugin { verbs::UNKNOWN.into() } else { code.into() }
}
