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

/// The text with its dates such as `2025-10-19` moved by so many days, those from `first` on; older ones stay.
pub(crate) fn moved(text: &str, first: &str, days: i64) -> String {
    const FORM: &[u8] = b"0000-00-00";
    let fits = |place: &[u8]| {
        place.iter().zip(FORM).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    let mut moved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.as_bytes().windows(FORM.len()).position(fits) {
        let (before, from) = rest.split_at(at);
        let (date, after) = from.split_at(FORM.len());
        let day = date.parse::<Date>().ok().filter(|_| date >= first);
        let day = day.and_then(|day| day.checked_add(SignedDuration::from_hours(days.saturating_mul(24))).ok());
        moved.push_str(before);
        moved.push_str(&day.map_or_else(|| date.to_owned(), |day| day.to_string()));
        rest = after;
    }
    moved + rest
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
        let text = "D2025-10-19T052252 of 2014-10-18, then 2025-10-31";
        assert_eq!(moved(text, "2025-10-01", 30), "D2025-11-18T052252 of 2014-10-18, then 2025-11-30");
        assert_eq!(days(2000, "Feb", 29), Some(951_827_696 / 86_400));
        assert_eq!((days(1970, "Jan", 1), days(1970, "Jam", 1)), (Some(0), None));
    }
}
