//! `backhaul usage`: storage usage, one row per server, repository and tenant.

use crate::args::data::Usage;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Usage, _console: &Console) -> Outcome {
    Err(Failure::internal("`usage` is not built yet"))
}
