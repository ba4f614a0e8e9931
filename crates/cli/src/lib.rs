//! The `backhaul` command: who uses how much of which backup repository, across Veeam and ZStack.
//!
//! The command is [`main`]. For other programs there is [`servers`]: the profiles that a person has named for the command, and
//! clients that are logged on by them.
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
//! | `input` | arguments that stand for a file or standard input |
//! | `console` | the only module that writes to stdout and stderr |
//! | `escape` | a server's text made harmless to a terminal |
//! | `exit` | exit codes, and what a verb that fails says |

mod api_version;
mod args;
mod body;
mod connect;
mod console;
mod escape;
mod exit;
mod expression;
mod fields;
mod input;
mod names;
mod output;
mod profile;
mod secret;
pub mod servers;
mod suggest;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::console::Console;
use crate::exit::Code;

/// Runs the command line; a panic is a fault of ours and ends with the code that says so.
pub fn main() -> ExitCode {
    std::panic::catch_unwind(run).unwrap_or(Code::Internal).into()
}

fn run() -> Code {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return console::print_clap(&error),
    };
    let console = Console::new(cli.verbosity(), cli.global);
    match verbs::run(&cli, &console) {
        Ok(code) => code,
        Err(failure) => {
            console.failure(&failure);
            failure.code()
        }
    }
}
