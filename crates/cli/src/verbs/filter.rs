//! `backhaul filter`: filters formatted, checked and explained.

use crate::args::filter::Filter;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Filter, _console: &Console) -> Outcome {
    Err(Failure::internal("`filter` is not built yet"))
}
