//! The API versions in which a type, field, value or operation exists.

use std::fmt;

/// A closed range of API versions; 0 leaves an end open.
///
/// Only VB365 numbers its REST API in the path (v3 to v8); the other systems' ranges are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Versions {
    /// The first version that has it, 0 when it was there from the start.
    pub since: u8,
    /// The last version that has it, 0 when it is still there.
    pub until: u8,
}

impl Versions {
    /// Every version.
    pub const ALL: Self = Self { since: 0, until: 0 };

    /// A range from `since` to `until`, both included; 0 leaves an end open.
    #[must_use]
    pub const fn new(since: u8, until: u8) -> Self {
        Self { since, until }
    }

    /// Whether `version` lies in the range.
    #[must_use]
    pub const fn contains(self, version: u8) -> bool {
        version >= self.since && (self.until == 0 || version <= self.until)
    }
}

/// `v6 and later`, `v3 to v5`, `v4`, `every version`.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (0, 0) => f.write_str("every version"),
            (0, until) => write!(f, "up to v{until}"),
            (since, 0) => write!(f, "v{since} and later"),
            (since, until) if since == until => write!(f, "v{since}"),
            (since, until) => write!(f, "v{since} to v{until}"),
        }
    }
}
