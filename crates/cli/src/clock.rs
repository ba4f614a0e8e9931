//! What time it is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// The variable by which tests hold the time still: filters and the demo go by it.
const VARIABLE: &str = "BACKHAUL_NOW";

/// The present, or what [`VARIABLE`] says it is.
pub(crate) fn now() -> SystemTime {
    let fixed = std::env::var(VARIABLE).ok().and_then(|text| text.parse::<Timestamp>().ok());
    let seconds = fixed.and_then(|time| u64::try_from(time.as_second()).ok());
    seconds.map_or_else(SystemTime::now, |seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}
