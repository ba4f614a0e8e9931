//! `backhaul query`: the entities of one type.

use crate::args::data::Query;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Query, _console: &Console) -> Outcome {
    Err(Failure::internal("`query` is not built yet"))
}
