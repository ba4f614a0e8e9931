//! `backhaul profile test`: a logon to a profile's server, and what answered.

use crate::console::Console;
use crate::exit::{Failure, Outcome};
use crate::profile::Server;

/// Runs the verb.
pub(crate) fn run(_server: &Server, _console: &Console) -> Outcome {
    Err(Failure::internal("`profile test` is not built yet"))
}
