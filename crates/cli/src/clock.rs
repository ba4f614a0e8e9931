//! What time it is.

use std::time::SystemTime;

use jiff::Timestamp;

/// The variable by which tests hold the time still: filters and the demo go by it.
const VARIABLE: &str = "BACKHAUL_NOW";

/// The present, or what [`VARIABLE`] says it is.
pub(crate) fn now() -> SystemTime {
    let fixed = std::env::var(VARIABLE).ok().and_then(|text| text.parse::<Timestamp>().ok());
    fixed.map_or_else(SystemTime::now, SystemTime::from)
}
