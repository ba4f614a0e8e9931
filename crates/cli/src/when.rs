//! Points in time as people name them, by this machine's clock and zone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backhaul_filter::{Clock, DateTime};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::exit::Failure;

/// The variable by which tests hold the time still: filters and the demo go by it.
const VARIABLE: &str = "BACKHAUL_NOW";

/// What time it is, and where.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    now: SystemTime,
    zone: TimeZone,
}

impl Present {
    /// Of this machine, or what [`VARIABLE`] says.
    pub(crate) fn now() -> Self {
        let fixed = std::env::var(VARIABLE).ok().and_then(|text| text.parse::<Timestamp>().ok());
        let seconds = fixed.and_then(|time| u64::try_from(time.as_second()).ok());
        let now = seconds.map_or_else(SystemTime::now, |seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        Self { now, zone: TimeZone::system() }
    }

    pub(crate) fn time(&self) -> SystemTime {
        self.now
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// How far the zone is ahead of UTC at a time, in seconds.
    pub(crate) fn offset_at(&self, at: DateTime) -> i64 {
        let at = Timestamp::from_second(at.unix_seconds()).unwrap_or_default();
        i64::from(self.zone.to_offset(at).seconds())
    }

    /// `24h` or `7d` before now, `yesterday`, `today`, `now-90m`, a day, or a date and time.
    pub(crate) fn since(&self, text: &str) -> Result<Timestamp, Failure> {
        let text = text.trim();
        let offset_at = |at| self.offset_at(at);
        let clock = Clock::new(self.now.into(), &offset_at);
        let span = || clock.moment(&format!("now-{text}")).filter(|_| text.starts_with(|c: char| c.is_ascii_digit()));
        let moment = clock.moment(text).or_else(span).and_then(|at| Timestamp::from_second(at.unix_seconds()).ok());
        let day = || self.zone.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
        moment.or_else(|| text.parse().ok()).or_else(day).ok_or_else(|| {
            Failure::usage(format!("`{}` is no point in time", text.escape_debug()))
                .with_help("write 24h, 7d, yesterday, 2026-11-20 or 2026-11-20T22:00:00Z")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_are_named_in_several_ways() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_212_000);
        let present = Present { now, zone: TimeZone::UTC };
        for (text, meant) in [
            ("24h", "2026-11-19T22:00:00Z"),
            ("7d", "2026-11-13T22:00:00Z"),
            ("yesterday", "2026-11-19T00:00:00Z"),
            ("now-90m", "2026-11-20T20:30:00Z"),
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("2026-11-01T03:00:00+01:00", "2026-11-01T02:00:00Z"),
        ] {
            assert_eq!(present.since(text).map(|at| at.to_string()), Ok(meant.to_owned()), "{text}");
        }
        for wrong in ["", "soon", "24", "2026-02-30"] {
            assert!(present.since(wrong).is_err(), "{wrong}");
        }
    }
}
