//! The time of day, in the forms in which the systems write it.

use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// `2020-05-29T10:29:05Z`.
pub(crate) fn iso(seconds: i64) -> String {
    let (year, month, day, clock) = civil(seconds);
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `Apr 11, 2018 2:50:54 PM`: Java's format without a zone, as a server at this offset from UTC writes it.
pub(crate) fn java(seconds: i64, offset_seconds: i32) -> String {
    let (year, month, day, clock) = civil(seconds + i64::from(offset_seconds));
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let month = usize::try_from(month - 1).ok().and_then(|month| MONTHS.get(month));
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    let month = month.unwrap_or(&"Jan");
    format!("{month} {day}, {year} {hour}:{minute:02}:{second:02} {half}")
}

/// The days from 1970-01-01 to a date, with the month as `Jan`; `None` when there is no such month or day.
pub(crate) fn days(year: i64, month: &str, day: i64) -> Option<i64> {
    let month = i64::try_from(MONTHS.iter().position(|known| *known == month)? + 1).ok()?;
    if !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    // Howard Hinnant's `days_from_civil`.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month, day and second of the day (Howard Hinnant's `civil_from_days`).
fn civil(seconds: i64) -> (i64, i64, i64, i64) {
    let days = seconds.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let of_year_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_year_era + of_year_era / 4 - of_year_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = of_year_era + era * 400 + i64::from(month <= 2);
    (year, month, day, seconds.rem_euclid(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_590_748_145), "2020-05-29T10:29:05Z");
        assert_eq!(java(1_523_429_454, 8 * 3600), "Apr 11, 2018 2:50:54 PM");
        assert_eq!(java(0, 0), "Jan 1, 1970 12:00:00 AM");
        assert_eq!(java(12 * 3600, 0), "Jan 1, 1970 12:00:00 PM");
        assert_eq!(java(951_827_696, 0), "Feb 29, 2000 12:34:56 PM");
        assert_eq!(days(2000, "Feb", 29), Some(951_827_696 / 86_400));
        assert_eq!((days(1970, "Jan", 1), days(1970, "Jam", 1)), (Some(0), None));
    }
}
