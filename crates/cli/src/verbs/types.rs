//! `backhaul types`: the types of an API, with their fields and values.

use crate::args::catalogue::Types;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Types, _console: &Console) -> Outcome {
    Err(Failure::internal("`types` is not built yet"))
}
