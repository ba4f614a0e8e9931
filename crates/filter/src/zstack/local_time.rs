//! Moments as ZStack keeps them: in the server's own time zone, which it does not tell.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::ast::Value;
use crate::build::IntoValue;
use crate::datetime::{self, DateTime};
use crate::field::kind;

/// A date and time as the server's clock shows it, such as a field of an answer holds it.
///
/// A moment in another zone ([`DateTime`](crate::DateTime), `SystemTime`) must be brought to the server's first, and
/// whoever does it must know the server's zone.
///
/// ```
/// use backhaul_filter::zstack::{LocalTime, inventories::Volume};
///
/// let since: LocalTime = "Apr 11, 2018 2:50:54 PM".parse()?;
/// assert_eq!(since, "2018-04-11 14:50:54".parse()?);
/// assert_eq!(Volume::CREATE_DATE.ge(since).to_string(), "createDate>=\"2018-04-11 14:50:54\"");
/// assert!("2018-04-11T14:50:54Z".parse::<LocalTime>().is_err());
/// # Ok::<(), backhaul_filter::zstack::InvalidLocalTime>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalTime(String);

impl FromStr for LocalTime {
    type Err = InvalidLocalTime;

    /// Reads `2018-04-11 14:50:54`, with a `T` or a blank and with or without the time, and what the server writes:
    /// `Apr 11, 2018 2:50:54 PM`.
    fn from_str(text: &str) -> Result<Self, InvalidLocalTime> {
        let iso = text.replacen(' ', "T", 1);
        let written = datetime::local(&iso).or_else(|| {
            let read =
                DateTime::of_record(text).filter(|_| text.starts_with(|first: char| first.is_ascii_alphabetic()))?;
            datetime::local(read.to_string().trim_end_matches('Z'))
        });
        written.map(Self).ok_or_else(|| InvalidLocalTime { text: text.to_owned() })
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl IntoValue<kind::LocalTime> for LocalTime {
    fn into_value(self) -> Value {
        Value::new(self.0)
    }
}

impl IntoValue<kind::LocalTime> for &LocalTime {
    fn into_value(self) -> Value {
        Value::from(&*self.0)
    }
}

/// A text that is no moment of a server's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidLocalTime {
    text: String,
}

impl fmt::Display for InvalidLocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a date and time as the server's clock shows it, such as 2024-01-31 10:00:00: it must have no offset",
            self.text
        )
    }
}

impl Error for InvalidLocalTime {}
