//! `backhaul completions`: the lines by which a shell asks the command what to offer.

use clap_complete::env::Shells;

use crate::args::Completions;
use crate::console::Console;
use crate::exit::{Code, Failure, Outcome};

/// The variable by which a shell asks.
pub(crate) const VARIABLE: &str = "COMPLETE";

/// Prints the lines.
pub(crate) fn run(args: &Completions, console: &Console) -> Outcome {
    let shells = Shells::builtins();
    let shell = shells
        .completer(&args.shell.to_string())
        .ok_or_else(|| Failure::internal(format!("{} is a shell that nobody knows how to ask", args.shell)))?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "backhaul", "backhaul", "backhaul", &mut script)
        .map_err(|error| Failure::internal(error.to_string()))?;
    console.write(&script)?;
    Ok(Code::Done)
}
