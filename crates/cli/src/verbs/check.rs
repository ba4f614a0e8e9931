//! `backhaul check`: recorded bodies against the schemas.

use crate::args::catalogue::Check;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Check, _console: &Console) -> Outcome {
    Err(Failure::internal("`check` is not built yet"))
}
