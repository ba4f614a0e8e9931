//! The API versions in which a type, field, value or operation exists.

use std::fmt;
use std::num::NonZeroU8;

/// The number of an API version, as VB365 has it in its paths: 8 for `/v8`.
///
/// Where one is optional, `None` means a system that numbers no versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiVersion(NonZeroU8);

impl ApiVersion {
    /// The version with this number; `None` for 0, which none has.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        match NonZeroU8::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

/// `v8`
impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// A closed range of API versions, open at an end that is `None`.
///
/// Only VB365 numbers its REST API in the path (v3 to v8); the other systems' ranges are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Versions {
    /// The first version that has it; `None` when it was there from the start.
    pub since: Option<ApiVersion>,
    /// The last version that has it; `None` when it is still there.
    pub until: Option<ApiVersion>,
}

impl Versions {
    /// Every version.
    pub const ALL: Self = Self { since: None, until: None };

    /// A range from `since` to `until`, both included.
    #[must_use]
    pub const fn new(since: Option<ApiVersion>, until: Option<ApiVersion>) -> Self {
        Self { since, until }
    }

    /// Whether `version` lies in the range; without a version, whether it goes back to the start.
    #[must_use]
    pub fn contains(self, version: Option<ApiVersion>) -> bool {
        // `None` comes before every version, as a system without numbers comes before one that began to count.
        version >= self.since && (self.until.is_none() || version <= self.until)
    }
}

/// `v6 and later`, `v3 to v5`, `v4`, `every version`.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (None, None) => f.write_str("every version"),
            (None, Some(until)) => write!(f, "up to {until}"),
            (Some(since), None) => write!(f, "{since} and later"),
            (Some(since), Some(until)) if since == until => write!(f, "{since}"),
            (Some(since), Some(until)) => write!(f, "{since} to {until}"),
        }
    }
}
