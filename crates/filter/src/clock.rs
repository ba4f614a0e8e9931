//! Moments that people name by the clock: `yesterday`, `now-24h`.

use std::fmt;

use crate::datetime::DateTime;
use crate::number::{Number, duration};

const DAY: i64 = 86_400;

/// What time it is, and where.
///
/// | written | moment |
/// | --- | --- |
/// | `now` | this one |
/// | `today`, `yesterday`, `tomorrow` | the midnight at which the day begins |
/// | `now-24h`, `now+90m`, `-1d` | so much later or earlier; a day is 24 hours |
/// | `today-7d`, `yesterday+6h` | so many days of the calendar, whatever the clocks did meanwhile, and then so many hours |
///
/// Lengths are of `s`, `m` or `min`, `h`, `d` and `w`, one after the other (`1h30m`); letters in any case.
///
/// ```
/// use backhaul_filter::{Clock, DateTime};
///
/// let now: DateTime = "2026-03-30T08:00:00Z".parse()?;
/// // Summer time began the day before, at one o'clock.
/// let summer: DateTime = "2026-03-29T01:00:00Z".parse()?;
/// let berlin = |at| if at < summer { 3600 } else { 7200 };
/// let clock = Clock::new(now, &berlin);
/// let moment = |text| clock.moment(text).map(|moment| moment.to_string());
/// assert_eq!(moment("today").as_deref(), Some("2026-03-29T22:00:00Z"));
/// assert_eq!(moment("yesterday").as_deref(), Some("2026-03-28T23:00:00Z"));
/// assert_eq!(moment("now-24h").as_deref(), Some("2026-03-29T08:00:00Z"));
/// assert_eq!(moment("soon"), None);
/// # Ok::<(), backhaul_filter::InvalidDateTime>(())
/// ```
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    now: DateTime,
    offset_at: &'a dyn Fn(DateTime) -> i64,
    local: bool,
}

impl<'a> Clock<'a> {
    /// A clock of a place: `offset_at` says how many seconds it is ahead of UTC at a moment.
    #[must_use]
    pub fn new(now: DateTime, offset_at: &'a dyn Fn(DateTime) -> i64) -> Self {
        Self { now, offset_at, local: false }
    }

    /// A clock that shows UTC.
    #[must_use]
    pub fn utc(now: DateTime) -> Self {
        Self { now, offset_at: &|_| 0, local: false }
    }

    /// The clock of a server that tells its own time without a zone, as ZStack does: moments are written as this clock
    /// shows them, so it must be of the server's place.
    #[must_use]
    pub fn of_server(self) -> Self {
        Self { local: true, ..self }
    }

    pub(crate) fn is_of_server(&self) -> bool {
        self.local
    }

    /// The moment that a text names by the clock. None when it names none, or one beyond the year 9999.
    #[must_use]
    pub fn moment(&self, text: &str) -> Option<DateTime> {
        let text = text.to_ascii_lowercase();
        let (base, mut rest) = text.split_at(text.find(['+', '-']).unwrap_or(text.len()));
        let day = match base {
            "now" => None,
            "" if rest.len() > 1 => None,
            "today" => Some(0),
            "yesterday" => Some(-1),
            "tomorrow" => Some(1),
            _ => return None,
        };
        let (mut days, mut seconds) = (0_i64, 0_i64);
        while !rest.is_empty() {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let length = &rest[1..];
            let end = length.find(['+', '-']).unwrap_or(length.len());
            let whole = duration(&length[..end])?.multiply(Number::int(sign))?.floor()?;
            let whole = i64::try_from(whole).ok()?;
            // Days of the calendar: nobody says `today-48h` for them.
            if day.is_some() && length[..end].ends_with(['d', 'w']) && whole % DAY == 0 {
                days = days.checked_add(whole / DAY)?;
            } else {
                seconds = seconds.checked_add(whole)?;
            }
            rest = &length[end..];
        }
        let base = match day {
            None => self.now,
            Some(day) => self.midnight(days.checked_add(day)?)?,
        };
        base.plus_seconds(seconds)
    }

    /// Where the day begins that is so many days from today.
    fn midnight(&self, days: i64) -> Option<DateTime> {
        let today = self.now.unix_seconds().checked_add((self.offset_at)(self.now))?.div_euclid(DAY);
        let shown = DateTime::of_seconds(today.checked_add(days)?.checked_mul(DAY)?, 0)?;
        // The offset that holds there is not known before the moment is.
        let guess = shown.plus_seconds(-(self.offset_at)(shown))?;
        let better = shown.plus_seconds(-(self.offset_at)(guess))?;
        if (self.offset_at)(better) == (self.offset_at)(guess) { Some(better) } else { Some(guess.max(better)) }
    }

    /// A moment as a filter writes it.
    pub(crate) fn write(&self, moment: DateTime) -> String {
        if !self.local {
            return moment.to_string();
        }
        let shown = moment.plus_seconds((self.offset_at)(moment)).unwrap_or(moment);
        shown.to_string().trim_end_matches('Z').to_owned()
    }
}

impl fmt::Debug for Clock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now).field("local", &self.local).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn moments() {
        let clock = Clock::utc("2026-11-29T17:00:00.25Z".parse().unwrap());
        for (text, moment) in [
            ("now", Some("2026-11-29T17:00:00.25Z")),
            ("NOW-24h", Some("2026-11-28T17:00:00.25Z")),
            ("-1d", Some("2026-11-28T17:00:00.25Z")),
            ("+1h30m", Some("2026-11-29T18:30:00.25Z")),
            ("Today", Some("2026-11-29T00:00:00Z")),
            ("yesterday+6h", Some("2026-11-28T06:00:00Z")),
            ("tomorrow", Some("2026-11-30T00:00:00Z")),
            ("today-1w+90m", Some("2026-11-22T01:30:00Z")),
            ("today-1.5d", Some("2026-11-27T12:00:00Z")),
            ("", None),
            ("-", None),
            ("now-", None),
            ("now-24", None),
            ("nows", None),
            ("2026-11-29", None),
            ("1h", None),
            ("now-99999999999999999999d", None),
            ("now+9999w9999w", Some("2410-03-07T17:00:00.25Z")),
            ("now+999999w", None),
        ] {
            assert_eq!(clock.moment(text).map(|moment| moment.to_string()).as_deref(), moment, "{text}");
        }
    }

    #[test]
    fn midnights_of_places() {
        let ahead = |_| 10 * 3600;
        let clock = Clock::new("2026-11-29T17:00:00Z".parse().unwrap(), &ahead);
        let moment = clock.moment("today").unwrap();
        assert_eq!(moment.to_string(), "2026-11-29T14:00:00Z");
        assert_eq!(clock.of_server().write(moment), "2026-11-30T00:00:00");
        // Clocks go from midnight to one: the day begins at one.
        let change: DateTime = "2026-03-29T00:00:00Z".parse().unwrap();
        let gap = |at| if at < change { 0 } else { 3600 };
        let clock = Clock::new("2026-03-29T12:00:00Z".parse().unwrap(), &gap);
        assert_eq!(clock.moment("today"), Some(change));
        assert_eq!(clock.moment("tomorrow").unwrap().to_string(), "2026-03-29T23:00:00Z");
    }
}
