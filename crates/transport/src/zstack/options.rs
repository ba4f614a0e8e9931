//! How to speak to ZStack.

use std::fmt;

use backhaul_wire::Secret;

use crate::options::{Options, OptionsError};

/// Everything a client of ZStack needs to know. [`Options`] alone make the rest as by default.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ZstackOptions {
    /// Where the server is, and who logs on.
    pub common: Options,
    /// What the user and the password are.
    pub logon: ZstackLogon,
    /// How far the server's clock is ahead of UTC. Only requests signed with an access key tell the time: by default
    /// the server compares what its own clock shows, whatever zone a request names.
    pub utc_offset: UtcOffset,
}

impl From<Options> for ZstackOptions {
    fn from(common: Options) -> Self {
        Self { common, logon: ZstackLogon::default(), utc_offset: UtcOffset::default() }
    }
}

impl ZstackOptions {
    /// A server at `url`, with an access key; the rest as by default. A server whose clock is not at UTC needs
    /// [`utc_offset`](ZstackOptions::utc_offset) as well.
    ///
    /// ```
    /// use backhaul_transport::zstack::{UtcOffset, ZstackOptions};
    ///
    /// # fn options(secret: &str) -> Result<ZstackOptions, backhaul_transport::OptionsError> {
    /// let mut options = ZstackOptions::access_key("http://10.0.0.5:8080", "BVnIRxvR4iXMrZIgvQKj", secret)?;
    /// options.utc_offset = UtcOffset::parse("+08:00")?;
    /// # Ok(options)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn access_key(url: &str, id: impl Into<String>, secret: impl Into<Secret>) -> Result<Self, OptionsError> {
        Ok(Self { logon: ZstackLogon::AccessKey, ..Options::new(url, id, secret)?.into() })
    }

    /// A server at `url`, with a user of an account; the rest as by default.
    ///
    /// # Errors
    /// As [`Options::new`].
    pub fn user(
        url: &str,
        account: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Result<Self, OptionsError> {
        Ok(Self { logon: ZstackLogon::User(account.into()), ..Options::new(url, user, password)?.into() })
    }
}

/// What logs on to ZStack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ZstackLogon {
    /// An account: its name and its password, for a session.
    #[default]
    Account,
    /// A user of the account with this name: the user's name and password, for a session.
    User(String),
    /// An access key: its id and its secret. There is no session: each request is signed, and says when it was made.
    AccessKey,
}

/// How far a clock is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UtcOffset {
    minutes: i16,
}

impl UtcOffset {
    /// Reads `+08:00`, `-03:30` or `Z`.
    ///
    /// # Errors
    /// When the text is none of these, or further from UTC than any place is (18 hours).
    pub fn parse(text: &str) -> Result<Self, OptionsError> {
        let wrong = || OptionsError::offset(text);
        if text.eq_ignore_ascii_case("z") {
            return Ok(Self::default());
        }
        let (sign, digits) = match text.split_at_checked(1) {
            Some(("+", digits)) => (1, digits),
            Some(("-", digits)) => (-1, digits),
            _ => return Err(wrong()),
        };
        let number = |part: &str| match part.as_bytes() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(i16::from(tens - b'0') * 10 + i16::from(ones - b'0')),
            _ => None,
        };
        let parts = digits.split_once(':').and_then(|(hours, minutes)| number(hours).zip(number(minutes)));
        match parts {
            Some((hours @ 0..=17, minutes @ 0..=59)) => Ok(Self { minutes: sign * (hours * 60 + minutes) }),
            Some((18, 0)) => Ok(Self { minutes: sign * 18 * 60 }),
            _ => Err(wrong()),
        }
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_written() {
        let read = |text: &str| UtcOffset::parse(text).map(|offset| (offset.seconds(), offset.to_string())).ok();
        for (text, seconds) in [("+08:00", 28_800), ("-03:30", -12_600), ("+00:00", 0), ("-18:00", -64_800)] {
            assert_eq!(read(text), Some((seconds, text.to_owned())));
        }
        assert_eq!(read("z"), Some((0, "+00:00".to_owned())));
        for wrong in
            ["", "+", "8", "+8:00", "+0800", "+18:01", "+08:60", "+19:00", "08:00", "+\u{b2}8:00", "GMT", "+-1:00"]
        {
            assert!(UtcOffset::parse(wrong).is_err_and(|error| error.to_string().contains("+08:00")), "{wrong}");
        }
    }
}
