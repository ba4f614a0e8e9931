//! Dates to and from other clocks.

use std::time::{Duration, SystemTime};

use super::{DateTime, DateTimeError, DateTimeParts};

const NANOS: i128 = 1_000_000_000;

impl DateTime {
    /// A moment in UTC, such as `2025-08-15T06:00:00.25Z`; `None` before the year 0 and after 9999, which no server
    /// writes.
    #[must_use]
    pub fn from_unix_nanos(nanos: i128) -> Option<Self> {
        let (seconds, nanosecond) = (nanos.div_euclid(NANOS), nanos.rem_euclid(NANOS));
        let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(i64::try_from(days).ok()?)?;
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let fraction = match nanosecond {
            0 => String::new(),
            some => format!(".{some:09}").trim_end_matches('0').to_owned(),
        };
        Some(Self(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")))
    }
}

/// The year, month and day of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(719_468)?;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (0..=9999).contains(&year).then_some((year, month, of_year - (153 * march + 2) / 5 + 1))
}

impl DateTimeParts {
    fn moment(&self, text: &DateTime) -> Result<i128, DateTimeError> {
        self.unix_nanos().ok_or_else(|| DateTimeError::zoneless(text))
    }
}

/// The moment, where the text names its zone; where it does not, [`DateTimeParts::unix_nanos_at`] takes the server's.
impl TryFrom<&DateTime> for SystemTime {
    type Error = DateTimeError;

    fn try_from(text: &DateTime) -> Result<Self, DateTimeError> {
        let nanos = text.parts()?.moment(text)?;
        let (seconds, nanosecond) = ((nanos.unsigned_abs() / 1_000_000_000), (nanos.unsigned_abs() % 1_000_000_000));
        let apart = match (u64::try_from(seconds), u32::try_from(nanosecond)) {
            (Ok(seconds), Ok(nanosecond)) => Duration::new(seconds, nanosecond),
            _ => return Err(DateTimeError::outside()),
        };
        let moment = if nanos < 0 { Self::UNIX_EPOCH.checked_sub(apart) } else { Self::UNIX_EPOCH.checked_add(apart) };
        moment.ok_or_else(DateTimeError::outside)
    }
}

/// The moment in UTC.
impl TryFrom<SystemTime> for DateTime {
    type Error = DateTimeError;

    fn try_from(moment: SystemTime) -> Result<Self, DateTimeError> {
        let nanos = match moment.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i128::try_from(after.as_nanos()),
            Err(before) => i128::try_from(before.duration().as_nanos()).map(|nanos| -nanos),
        };
        nanos.ok().and_then(Self::from_unix_nanos).ok_or_else(DateTimeError::outside)
    }
}

/// The moment, where the text names its zone.
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl TryFrom<&DateTime> for jiff::Timestamp {
    type Error = DateTimeError;

    fn try_from(text: &DateTime) -> Result<Self, DateTimeError> {
        let nanos = text.parts()?.moment(text)?;
        Self::from_nanosecond(nanos).map_err(|_| DateTimeError::outside())
    }
}

/// What the clock on the wall shows, whatever its zone.
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl TryFrom<&DateTime> for jiff::civil::DateTime {
    type Error = DateTimeError;

    fn try_from(text: &DateTime) -> Result<Self, DateTimeError> {
        let parts = text.parts()?;
        let small = |number: u8| i8::try_from(number).unwrap_or(i8::MAX);
        let made = Self::new(
            i16::try_from(parts.year).unwrap_or(i16::MAX),
            small(parts.month),
            small(parts.day),
            small(parts.hour),
            small(parts.minute),
            // jiff counts no leap seconds.
            small(parts.second.min(59)),
            i32::try_from(parts.nanosecond).unwrap_or(i32::MAX),
        );
        made.map_err(|_| DateTimeError::outside())
    }
}

/// The moment in UTC.
#[cfg(feature = "jiff")]
#[cfg_attr(docsrs, doc(cfg(feature = "jiff")))]
impl TryFrom<jiff::Timestamp> for DateTime {
    type Error = DateTimeError;

    fn try_from(moment: jiff::Timestamp) -> Result<Self, DateTimeError> {
        Self::from_unix_nanos(moment.as_nanosecond()).ok_or_else(DateTimeError::outside)
    }
}
