//! `backhaul ops`: the operations of an API.

use crate::args::catalogue::Ops;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Ops, _console: &Console) -> Outcome {
    Err(Failure::internal("`ops` is not built yet"))
}
