//! `backhaul sim`: simulated servers.

use crate::args::sim::Sim;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Sim, _console: &Console) -> Outcome {
    Err(Failure::internal("`sim` is not built yet"))
}
