mod convert;

use std::fmt;

/// A date, a time of day or both, kept as it came.
///
/// [`DateTime::parts`] reads every form that the three vendors write: ISO 8601 with none to nine fraction digits, with
/// `Z`, an offset or no zone; a date alone; `yyyy-MM-dd HH:mm:ss.SSS` and `yyyy.MM.dd HH:mm:ss`; and ZStack's `Apr 11,
/// 2018 2:50:54 PM`, which is in the server's own zone.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct DateTime(String);

/// A date and time taken apart. Months and days count from 1; without a zone `offset_seconds` is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTimeParts {
    /// The year, 0 to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day, 1 to 31.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 60.
    pub second: u8,
    /// The fraction of the second, in nanoseconds.
    pub nanosecond: u32,
    /// The offset from UTC in seconds, east positive; `None` when the text names no zone.
    pub offset_seconds: Option<i32>,
}

/// A text is no date, or not the date that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateTimeError(Wrong);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wrong {
    /// None of the vendors' forms.
    Form(String),
    Zoneless(String),
    Outside,
}

impl DateTimeError {
    fn form(text: &str) -> Self {
        Self(Wrong::Form(text.chars().take(60).collect()))
    }

    fn zoneless(text: &DateTime) -> Self {
        Self(Wrong::Zoneless(text.0.chars().take(60).collect()))
    }

    fn outside() -> Self {
        Self(Wrong::Outside)
    }
}

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Wrong::Form(text) => {
                write!(f, "`{}` is not a date and time in any form that the servers write", text.escape_debug())
            }
            Wrong::Zoneless(text) => {
                write!(
                    f,
                    "`{}` names no zone: say the server's with `DateTimeParts::unix_nanos_at`",
                    text.escape_debug()
                )
            }
            Wrong::Outside => f.write_str("the moment lies outside of the years that can be told: 0 to 9999"),
        }
    }
}

impl std::error::Error for DateTimeError {}

impl DateTime {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, without a copy.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// Takes the text apart.
    ///
    /// ```
    /// use backhaul_wire::DateTime;
    /// let parts = DateTime::from("2020-05-29T10:29:05.5413083Z").parts()?;
    /// assert_eq!((parts.year, parts.nanosecond, parts.offset_seconds), (2020, 541_308_300, Some(0)));
    /// let parts = DateTime::from("Apr 11, 2018 2:50:54 PM").parts()?;
    /// assert_eq!((parts.month, parts.hour, parts.offset_seconds), (4, 14, None));
    /// # Ok::<(), backhaul_wire::text::DateTimeError>(())
    /// ```
    ///
    /// # Errors
    /// When the text is in none of the known forms, or names a day that does not exist.
    pub fn parts(&self) -> Result<DateTimeParts, DateTimeError> {
        let text = self.0.trim();
        let parts = if text.as_bytes().first().is_some_and(u8::is_ascii_digit) { iso(text) } else { us(text) };
        parts.filter(DateTimeParts::exists).ok_or_else(|| DateTimeError::form(&self.0))
    }
}

impl DateTimeParts {
    /// Nanoseconds since 1970-01-01T00:00:00Z, when the zone is known.
    #[must_use]
    pub fn unix_nanos(&self) -> Option<i128> {
        self.offset_seconds.map(|offset| self.unix_nanos_at(offset))
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z, taking `offset_seconds` where the text names no zone.
    #[must_use]
    pub fn unix_nanos_at(&self, offset_seconds: i32) -> i128 {
        let clock = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        let seconds = self.days() * 86_400 + clock - i64::from(self.offset_seconds.unwrap_or(offset_seconds));
        i128::from(seconds) * 1_000_000_000 + i128::from(self.nanosecond)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's `days_from_civil`).
    fn days(&self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    fn exists(&self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let last = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return false,
        };
        (1..=last).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second <= 60
    }
}

/// `2025-08-15`, `2025-08-15T06:00:00.1234567+02:00`, `2025-08-15 06:00:00.123`, `2025.08.15 06:00:00`.
fn iso(text: &str) -> Option<DateTimeParts> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut fields = date.split(['-', '.']);
    let mut parts = DateTimeParts {
        year: digits(fields.next()?, 4)?,
        month: u8::try_from(digits(fields.next()?, 2)?).ok()?,
        day: u8::try_from(digits(fields.next()?, 2)?).ok()?,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        offset_seconds: None,
    };
    if fields.next().is_some() {
        return None;
    }
    if let Some(time) = time {
        let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
        clock(&time[..zone], &mut parts)?;
        parts.offset_seconds = offset(&time[zone..])?;
    }
    Some(parts)
}

/// `Apr 11, 2018 2:50:54 PM`, with or without a comma before the time, with any blank before `PM`.
fn us(text: &str) -> Option<DateTimeParts> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let month = words.next()?;
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))?;
    let day: u8 = words.next()?.parse().ok()?;
    let year = digits(words.next()?, 4)?;
    let mut parts = DateTimeParts {
        year,
        month: u8::try_from(month + 1).ok()?,
        day,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        offset_seconds: None,
    };
    clock(words.next()?, &mut parts)?;
    if !(1..=12).contains(&parts.hour) {
        return None;
    }
    let half = words.next()?;
    parts.hour %= 12;
    if half.eq_ignore_ascii_case("PM") {
        parts.hour += 12;
    } else if !half.eq_ignore_ascii_case("AM") {
        return None;
    }
    words.next().is_none().then_some(parts)
}

/// `6:00`, `06:00:00`, `06:00:00.1234567`.
fn clock(text: &str, parts: &mut DateTimeParts) -> Option<()> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut fields = clock.split(':');
    let mut next = |required: bool| match fields.next() {
        Some(text) if (1..=2).contains(&text.len()) => digits(text, text.len()).and_then(|n| u8::try_from(n).ok()),
        None if !required => Some(0),
        _ => None,
    };
    (parts.hour, parts.minute, parts.second) = (next(true)?, next(true)?, next(false)?);
    if let Some(fraction) = fraction {
        let shown = fraction.get(..9).unwrap_or(fraction);
        if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let scale = 10_u32.pow(9 - u32::try_from(shown.len()).ok()?);
        parts.nanosecond = shown.parse::<u32>().ok()? * scale;
    }
    fields.next().is_none().then_some(())
}

/// Nothing, `Z`, `+02:00`, `-0700`, `+02`.
fn offset(text: &str) -> Option<Option<i32>> {
    let sign = match text.as_bytes().first() {
        None => return Some(None),
        Some(b'Z' | b'z') => return (text.len() == 1).then_some(Some(0)),
        Some(b'+') => 1,
        _ => -1,
    };
    let packed: String = text[1..].chars().filter(|&c| c != ':').collect();
    let (hours, minutes) = match packed.len() {
        2 => (digits(&packed, 2)?, 0),
        4 => (digits(packed.get(..2)?, 2)?, digits(packed.get(2..)?, 2)?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| Some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)))
}

fn digits(text: &str, width: usize) -> Option<u16> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<str> for DateTime {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn moments_go_to_other_clocks_and_back() {
        use std::time::{Duration, SystemTime};
        for (text, seconds, nanosecond) in [
            ("2020-05-29T10:29:05.5413083Z", 1_590_748_145_i64, 541_308_300),
            ("1970-01-01T00:00:00Z", 0, 0),
            ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
            ("2024-02-29T12:00:00Z", 1_709_208_000, 0),
        ] {
            let nanos = i128::from(seconds) * 1_000_000_000 + nanosecond;
            let date = DateTime::from_unix_nanos(nanos).unwrap();
            assert_eq!(date.as_str(), text);
            assert_eq!(date.parts().unwrap().unix_nanos(), Some(nanos), "{text}");
            let moment = SystemTime::try_from(&date).unwrap();
            assert_eq!(DateTime::try_from(moment), Ok(date));
        }
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_560_722_400);
        assert_eq!(SystemTime::try_from(&DateTime::from("2019-06-16T15:00:00-07:00")), Ok(moment));
        assert_eq!(DateTime::from_unix_nanos(253_402_300_800_000_000_000), None);
        assert_eq!(DateTime::from_unix_nanos(i128::MIN), None);
        let zoneless = SystemTime::try_from(&DateTime::from("Apr 11, 2018 2:50:54 PM")).unwrap_err();
        assert!(zoneless.to_string().contains("names no zone"), "{zoneless}");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_agrees() {
        for text in ["2020-05-29T10:29:05.5413083Z", "1969-12-31T23:59:59.5Z", "2019-06-16T22:00:00Z"] {
            let (date, theirs) = (DateTime::from(text), text.parse::<jiff::Timestamp>().unwrap());
            assert_eq!(jiff::Timestamp::try_from(&date), Ok(theirs));
            assert_eq!(DateTime::try_from(theirs), Ok(date));
        }
        let wall = jiff::civil::DateTime::try_from(&DateTime::from("Apr 11, 2018 2:50:54 PM"));
        assert_eq!(wall, Ok(jiff::civil::date(2018, 4, 11).at(14, 50, 54, 0)));
        assert!(jiff::Timestamp::try_from(&DateTime::from("2025-08-15 06:00:00")).is_err());
    }

    fn nanos(text: &str) -> Option<i128> {
        DateTime::from(text).parts().ok().map(|parts| parts.unix_nanos_at(0))
    }

    #[test]
    fn every_documented_form_reads() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2018-06-02T02:00:00Z", 1_527_904_800),
            ("2019-06-16T15:00:00-07:00", 1_560_722_400),
            ("2021-09-20T00:00:00", 1_632_096_000),
            ("2021-06-15", 1_623_715_200),
            ("2025-08-15 06:00:00", 1_755_237_600),
            ("2025.08.15 06:00:00", 1_755_237_600),
            ("Apr 11, 2018 2:50:54 PM", 1_523_458_254),
            ("Jan 1, 2017 12:31:06 AM", 1_483_230_666),
            ("Jun 1, 2015, 3:42:26\u{202f}PM", 1_433_173_346),
        ] {
            assert_eq!(nanos(text), Some(seconds * 1_000_000_000), "{text}");
        }
        assert_eq!(nanos("2017-06-29T07:42:21.191694Z").map(|n| n % 1_000_000_000), Some(191_694_000));
    }

    #[test]
    fn nonsense_is_refused_and_never_panics() {
        for text in [
            "",
            "null",
            "2025-13-01",
            "2025-02-29",
            "2025-08-15T25:00:00Z",
            "Apr 31, 2018 2:50:54 PM",
            "é",
            "2025-08-15T06:00:00é",
            "Apr 11, 2018 14:50:54 PM",
            "2025-08-15T06:00:00+",
            "20250815",
            "T",
            "2025-08-15T1:2:3:4",
        ] {
            assert!(DateTime::from(text).parts().is_err(), "{text}");
        }
    }
}
