//! `backhaul call`: one operation of the API.

use crate::args::data::Call;
use crate::console::Console;
use crate::exit::{Failure, Outcome};

/// Runs the verb.
pub(crate) fn run(_args: &Call, _console: &Console) -> Outcome {
    Err(Failure::internal("`call` is not built yet"))
}
