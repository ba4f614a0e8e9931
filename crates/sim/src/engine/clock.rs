//! Times in the forms in which the systems write them.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// `2020-05-29T10:29:05Z`.
pub(crate) fn iso(seconds: i64) -> String {
    timestamp(seconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `Apr 11, 2018 2:50:54 PM`: Java's format without a zone, as a server at this offset from UTC writes it.
pub(crate) fn java(seconds: i64, offset_seconds: i32) -> String {
    let offset = Offset::from_seconds(offset_seconds).unwrap_or(Offset::UTC);
    offset.to_datetime(timestamp(seconds)).strftime("%b %-d, %Y %-I:%M:%S %p").to_string()
}

/// The days from 1970-01-01 to a date, with the month as `Jan`; `None` when there is no such day.
pub(crate) fn days(year: i16, month: &str, day: i8) -> Option<i64> {
    let date = Date::strptime("%Y %b %d", format!("{year} {month} {day}")).ok()?;
    let since: SignedDuration = date.duration_since(Date::constant(1970, 1, 1));
    Some(since.as_hours() / 24)
}

/// What no calendar reaches becomes its last second.
fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
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
