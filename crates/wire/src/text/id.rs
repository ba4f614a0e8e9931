use std::borrow::Borrow;
use std::fmt;

/// An identifier, kept as it came: a GUID, a 32-hex uuid, a URN such as `urn:veeam:CloudTenant:<guid>`, or joined
/// GUIDs.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
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

    /// The GUID at the end: all of a bare GUID, what is in its braces, the last part of a URN. `None` when there is none.
    ///
    /// ```
    /// use backhaul_wire::Id;
    /// let id = Id::from("urn:veeam:CloudTenant:65f1c495-1942-449b-8317-e877251d0822");
    /// assert_eq!(id.guid(), Some("65f1c495-1942-449b-8317-e877251d0822"));
    /// assert_eq!(Id::from("task-7").guid(), None);
    /// ```
    #[must_use]
    pub fn guid(&self) -> Option<&str> {
        guid(&self.0)
    }

    /// The identifier that an address ends in: `…/jobs/<id>`, `…/jobs/<id>?format=Entity`. `None` of one without a
    /// path.
    ///
    /// ```
    /// use backhaul_wire::Id;
    /// assert_eq!(Id::of_link("/v6/Jobs/task-7/?limit=3"), Some(Id::from("task-7")));
    /// assert_eq!(Id::of_link("/"), None);
    /// ```
    #[must_use]
    pub fn of_link(href: &str) -> Option<Self> {
        let path = href.split(['?', '#']).next()?;
        path.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty()).map(Self::from)
    }

    /// Whether both name the same thing: the GUIDs agree whatever their letter case, or the texts do. [`IdKey`] says
    /// the same of many.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self.guid(), other.guid()) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            _ => self.0.eq_ignore_ascii_case(&other.0),
        }
    }

    /// The key of what it names.
    #[must_use]
    pub fn key(&self) -> IdKey {
        IdKey::from(self.0.as_str())
    }
}

fn guid(text: &str) -> Option<&str> {
    let last = text.rsplit(':').next()?;
    // As .NET's format `B` and Windows' registry write it.
    let last = last.strip_prefix('{').and_then(|last| last.strip_suffix('}')).unwrap_or(last);
    let dashed = last.len() == 36
        && last.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    dashed.then_some(last)
}

/// What an [`Id`] names, as a key of maps and sets: two ids have one key exactly when they are the [`same`](Id::same).
///
/// ```
/// use backhaul_wire::{Id, IdKey};
/// let urn = Id::from("urn:veeam:CloudTenant:65F1C495-1942-449b-8317-e877251d0822");
/// assert_eq!(urn.key(), IdKey::from("65f1c495-1942-449b-8317-e877251d0822"));
/// assert_eq!(urn.key(), IdKey::from("{65f1c495-1942-449b-8317-e877251d0822}"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdKey(String);

impl IdKey {
    /// The GUID, or the text where there is none, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for IdKey {
    fn from(text: &str) -> Self {
        Self(guid(text).unwrap_or(text).to_ascii_lowercase())
    }
}

impl From<&Id> for IdKey {
    fn from(id: &Id) -> Self {
        id.key()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_no_part_of_what_a_guid_names() {
        let (bare, braced) = ("65f1c495-1942-449b-8317-e877251d0822", "{65F1C495-1942-449B-8317-E877251D0822}");
        let urn = format!("urn:veeam:CloudTenant:{braced}");
        for text in [braced, &urn] {
            assert!(Id::from(text).same(&Id::from(bare)), "{text}");
            assert_eq!(IdKey::from(text), IdKey::from(bare));
            assert_eq!(Id::from(text).as_str(), text, "it stays as it came");
        }
        for other in ["{task-7}", "{65f1c495-1942-449b-8317-e877251d0822", "{{65f1c495-1942-449b-8317-e877251d0822}}"] {
            assert_eq!(Id::from(other).guid(), None);
            assert_ne!(IdKey::from(other), IdKey::from(other.trim_matches(['{', '}'])));
        }
    }
}
