//! `backhaul completions`: a completion script for a shell.

use clap::CommandFactory;

use crate::args::{Cli, Completions};
use crate::console::Console;
use crate::exit::{Code, Outcome};

/// Prints the script.
pub(crate) fn run(args: &Completions, console: &Console) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "backhaul", &mut script);
    console.write(&script)?;
    Ok(Code::Done)
}
