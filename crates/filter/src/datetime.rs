//! Moments, as the vendors write them.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::number::Number;

/// A moment, to the nanosecond.
///
/// Reads `2021-06-15`, `2025-08-15T06:00`, `2025-08-15T06:00:00` and `2025-08-15T06:00:00.389954`,
/// with or without an offset (`Z`, `+02:00`, `+0200`, `+02`). Without an offset the time is UTC, as
/// EM takes it; a date alone is its midnight. Digits of a fraction beyond the ninth are dropped.
/// Two spellings of one moment are equal.
///
/// Prints as RFC 3339 in UTC.
///
/// ```
/// use backhaul_filter::DateTime;
///
/// let a: DateTime = "2025-08-15T08:00:00+02:00".parse()?;
/// let b: DateTime = "2025-08-15T06:00:00.0000000".parse()?;
/// assert_eq!(a, b);
/// assert_eq!(a.to_string(), "2025-08-15T06:00:00Z");
/// # Ok::<(), backhaul_filter::InvalidDateTime>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// Since 1970-01-01T00:00:00Z, rounded down.
    seconds: i64,
    nanos: u32,
}

const DAY: i64 = 86_400;

impl DateTime {
    /// Reads a moment; `None` when the text is not one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut rest = Digits(text.as_bytes());
        let year = rest.number(4)?;
        rest.eat(b'-')?;
        let month = rest.number(2).filter(|month| (1..=12).contains(month))?;
        rest.eat(b'-')?;
        let day = rest.number(2).filter(|&day| day >= 1 && day <= days_in(year, month))?;
        let mut seconds = days_since_epoch(year, month, day) * DAY;
        let mut nanos = 0;
        if !rest.0.is_empty() {
            rest.eat(b'T').or_else(|| rest.eat(b't'))?;
            seconds += rest.number(2).filter(|&hour| hour < 24)? * 3600;
            rest.eat(b':')?;
            seconds += rest.number(2).filter(|&minute| minute < 60)? * 60;
            if rest.eat(b':').is_some() {
                seconds += rest.number(2).filter(|&second| second < 60)?;
                if rest.eat(b'.').is_some() {
                    nanos = rest.fraction()?;
                }
            }
            seconds -= rest.offset()?;
        }
        // An offset may lead out of the years that can be written.
        rest.0.is_empty().then(|| Self::of_seconds(seconds, nanos))?
    }
}

impl DateTime {
    /// Seconds since 1970.
    pub(crate) fn to_number(self) -> Option<Number> {
        Number::int(self.seconds).add(Number::int(self.nanos.into()).divide(Number::int(1_000_000_000))?)
    }

    /// The moment of so many seconds since 1970, rounded down to the nanosecond. None beyond the years that can be
    /// written.
    pub(crate) fn of_number(number: Number) -> Option<Self> {
        let nanos = number.multiply(Number::int(1_000_000_000))?.floor()?;
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
        Self::of_seconds(seconds, u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?)
    }

    /// Rounded down to the second.
    pub(crate) fn to_second(self) -> Self {
        Self { nanos: 0, ..self }
    }

    /// None beyond the years that can be written.
    pub(crate) fn of_seconds(seconds: i64, nanos: u32) -> Option<Self> {
        const FIRST: i64 = -62_167_219_200;
        const LAST: i64 = 253_402_300_799;
        (FIRST..=LAST).contains(&seconds).then_some(Self { seconds, nanos })
    }

    /// The moment so many seconds later. None beyond the years 0 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Option<Self> {
        Self::of_seconds(self.seconds.checked_add(seconds)?, self.nanos)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }
}

/// A date and time without an offset as SQL writes it: `2024-01-31 08:00:00`. None when the text names
/// an offset, or is no date.
pub(crate) fn local(text: &str) -> Option<String> {
    DateTime::read(text)?;
    let (date, time) = text.split_at_checked(10)?;
    match time.get(1..) {
        None => Some(date.to_owned()),
        Some(time) if time.contains(['Z', 'z', '+', '-']) => None,
        Some(time) => Some(format!("{date} {time}")),
    }
}

impl DateTime {
    /// Reads a moment in a record: as [`read`](Self::read), and as Java writes it for the United States, which ZStack
    /// does: `Apr 11, 2018 2:50:54 PM`.
    pub(crate) fn of_record(text: &str) -> Option<Self> {
        if text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) { Self::java(text) } else { Self::read(text) }
    }

    fn java(text: &str) -> Option<Self> {
        const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
        let (month, rest) = text.as_bytes().split_at_checked(3)?;
        let month = MONTHS.chunks_exact(3).position(|name| name == month)? as i64 + 1;
        let mut rest = Digits(rest);
        rest.eat(b' ')?;
        let day = rest.one_or_two()?;
        rest.eat(b',')?;
        rest.eat(b' ')?;
        let year = rest.number(4)?;
        // Later versions of Java have a comma here, and a narrow no-break space before the half of the day.
        let _ = rest.eat(b',');
        rest.eat(b' ')?;
        let hour = rest.one_or_two().filter(|hour| (1..=12).contains(hour))?;
        rest.eat(b':')?;
        let minute = rest.number(2).filter(|&minute| minute < 60)?;
        rest.eat(b':')?;
        let second = rest.number(2).filter(|&second| second < 60)?;
        let afternoon = match rest.0.strip_prefix(b" ").or_else(|| rest.0.strip_prefix("\u{202f}".as_bytes()))? {
            b"AM" => 0,
            b"PM" => 12,
            _ => return None,
        };
        if day < 1 || day > days_in(year, month) {
            return None;
        }
        let time = (hour % 12 + afternoon) * 3600 + minute * 60 + second;
        Some(Self { seconds: days_since_epoch(year, month, day) * DAY + time, nanos: 0 })
    }
}

/// The bytes not yet read.
struct Digits<'a>(&'a [u8]);

impl Digits<'_> {
    fn eat(&mut self, byte: u8) -> Option<()> {
        let (&first, rest) = self.0.split_first()?;
        (first == byte).then(|| self.0 = rest)
    }

    /// Exactly `len` digits.
    fn number(&mut self, len: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(len)?;
        let mut number = 0;
        for digit in digits {
            number = number * 10 + i64::from(char::from(*digit).to_digit(10)?);
        }
        self.0 = rest;
        Some(number)
    }

    fn one_or_two(&mut self) -> Option<i64> {
        let two = self.0.get(1).is_some_and(u8::is_ascii_digit);
        self.number(if two { 2 } else { 1 })
    }

    /// One digit or more, as nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let mut scale = 100_000_000;
        let mut nanos = 0;
        let len = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(len);
        for digit in digits {
            nanos += u32::from(digit - b'0') * scale;
            scale /= 10;
        }
        self.0 = rest;
        (len > 0).then_some(nanos)
    }

    /// Seconds east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.first() {
            None => return Some(0),
            Some(b'Z' | b'z') => {
                self.0 = &self.0[1..];
                return Some(0);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.number(2).filter(|&hours| hours < 24)?;
        let colon = self.eat(b':').is_some();
        let minutes = if colon || !self.0.is_empty() { self.number(2).filter(|&minutes| minutes < 60)? } else { 0 };
        Some(sign * (hours * 3600 + minutes * 60))
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant's `days_from_civil`: years start in March, so that the leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse: `civil_from_days`.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

impl FromStr for DateTime {
    type Err = InvalidDateTime;

    fn from_str(text: &str) -> Result<Self, InvalidDateTime> {
        Self::read(text).ok_or_else(|| InvalidDateTime { text: text.to_owned() })
    }
}

impl TryFrom<&str> for DateTime {
    type Error = InvalidDateTime;

    fn try_from(text: &str) -> Result<Self, InvalidDateTime> {
        text.parse()
    }
}

impl From<SystemTime> for DateTime {
    fn from(time: SystemTime) -> Self {
        let (seconds, nanos) = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => (after.as_secs() as i64, after.subsec_nanos()),
            Err(error) => {
                let before = error.duration();
                let up = Duration::from_secs(before.as_secs() + u64::from(before.subsec_nanos() > 0));
                (-(up.as_secs() as i64), (up - before).subsec_nanos())
            }
        };
        Self { seconds, nanos }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.seconds.div_euclid(DAY));
        let second = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanos > 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// A text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDateTime {
    text: String,
}

impl fmt::Display for InvalidDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a date and time such as {}", self.text, FORMS)
    }
}

impl Error for InvalidDateTime {}

/// The forms, for messages.
pub(crate) const FORMS: &str = "2025-08-15T06:00:00Z or 2025-08-15";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> (i64, u32) {
        let moment = DateTime::read(text).unwrap();
        (moment.seconds, moment.nanos)
    }

    #[test]
    fn forms() {
        assert_eq!(at("1970-01-01"), (0, 0));
        assert_eq!(at("2025-08-15T06:00:00Z"), (1_755_237_600, 0));
        for same in [
            "2025-08-15T06:00",
            "2025-08-15t06:00:00z",
            "2025-08-15T08:00:00.000+02:00",
            "2025-08-15T00:30-0530",
            "2025-08-15T07:00+01",
        ] {
            assert_eq!(at(same), (1_755_237_600, 0), "{same}");
        }
        assert_eq!(at("2025-08-14T12:31:30.389954Z").1, 389_954_000);
        assert_eq!(at("2025-08-14T12:31:30.38995401234Z").1, 389_954_012);
        assert_eq!(at("0001-01-01T00:00:00"), (-62_135_596_800, 0));
        assert_eq!(at("9999-12-31T23:59:59.9999999"), (253_402_300_799, 999_999_900));
        assert_eq!(at("2024-02-29").0, at("2024-03-01").0 - DAY);
    }

    #[test]
    fn what_is_not_a_moment() {
        for bad in [
            "",
            "2025",
            "2025-08",
            "2025-8-15",
            "2025-13-01",
            "2025-00-10",
            "2025-02-29",
            "1900-02-29",
            "2025-04-31",
            "2025-08-15T",
            "2025-08-15T6",
            "2025-08-15T24:00",
            "2025-08-15T06:60",
            "2025-08-15T06:00:60",
            "2025-08-15T06:00:00.",
            "2025-08-15T06:00:00.Z",
            "2025-08-15 06:00:00",
            "2025-08-15T06:00:00ZZ",
            "2025-08-15T06:00:00+",
            "2025-08-15T06:00:00+2",
            "2025-08-15T06:00+02:",
            "2025-08-15Z",
            "Apr 11, 2018 2:50:54 PM",
            "+025-08-15",
            "٢٠٢٥-08-15",
            "2025-08-15T06:00:00+24:00",
            "9999-12-31T23:59:59.9999999-23:59",
            "0000-01-01T00:00:00+00:01",
        ] {
            assert_eq!(DateTime::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn moments_in_records() {
        for (text, same) in [
            ("Apr 11, 2018 2:50:54 PM", "2018-04-11T14:50:54"),
            ("Dec 1, 1999 12:00:00 AM", "1999-12-01"),
            ("Feb 29, 2024, 12:59:59\u{202f}PM", "2024-02-29T12:59:59"),
            ("2018-04-11T14:50:54Z", "2018-04-11T14:50:54Z"),
        ] {
            assert_eq!(DateTime::of_record(text), Some(DateTime::read(same).unwrap()), "{text}");
        }
        for bad in [
            "Apr 11, 2018",
            "apr 11, 2018 2:50:54 PM",
            "Apr 31, 2018 2:50:54 PM",
            "Apr 0, 2018 2:50:54 PM",
            "Apr 11, 2018 0:50:54 AM",
            "Apr 11, 2018 13:50:54 PM",
            "Apr 11, 2018 2:60:54 PM",
            "Apr 11, 2018 2:50:60 PM",
            "Apr 11, 2018 2:50:54 pm",
            "Apr 11, 2018 2:50:54",
            "Apr 11, 2018 2:50:54 PMx",
            "Ap",
            "é",
        ] {
            assert_eq!(DateTime::of_record(bad), None, "{bad}");
        }
    }

    #[test]
    fn as_sql_writes_it() {
        assert_eq!(local("2024-01-31").as_deref(), Some("2024-01-31"));
        assert_eq!(local("2024-01-31T08:00:00.5").as_deref(), Some("2024-01-31 08:00:00.5"));
        for none in ["2024-01-31T08:00Z", "2024-01-31t08:00:00+02:00", "2024-01-31T08:00-02", "2024-02-31", ""] {
            assert_eq!(local(none), None, "{none}");
        }
    }

    #[test]
    fn printing_reads_back() {
        for day in (-800_000..2_900_000).step_by(997) {
            let moment = DateTime { seconds: day * DAY + 86_399, nanos: 120_000_000 };
            let text = moment.to_string();
            if text.len() == "2025-08-15T06:00:00.12Z".len() && !text.starts_with('-') {
                assert_eq!(DateTime::read(&text), Some(moment), "{text}");
            }
        }
        assert_eq!(DateTime::from(UNIX_EPOCH).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(DateTime::from(UNIX_EPOCH - Duration::from_millis(1)).to_string(), "1969-12-31T23:59:59.999Z");
    }
}
