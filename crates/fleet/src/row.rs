use std::cmp::Ordering;

use backhaul_filter::{FieldDef, FieldSchema, Kind, Place, QueryDef, Record, Scalar, Source};
use backhaul_wire::IdKey;
use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// How much of a repository a tenant uses. Bytes throughout; unknown is `None`, never 0.
///
/// It serialises as a map of all [`COLUMNS`], those that are computed included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Row {
    /// `em`, `vb365` or `zstack`.
    pub system: String,
    /// The server's name in the fleet.
    pub server: String,
    /// The tenant's name: a cloud tenant or subtenant, an organization, an account; none where the system keeps no
    /// account of users.
    pub tenant: Option<String>,
    /// The tenant's id.
    pub tenant_id: Option<String>,
    /// `tenant`, `subtenant`, `organization` or `account`.
    pub tenant_kind: Option<String>,
    /// The name of the tenant that a subtenant is inside of.
    pub parent_tenant: Option<String>,
    /// The repository's name.
    pub repository: Option<String>,
    /// The repository's id.
    pub repository_id: Option<String>,
    /// What the tenant uses: local plus object storage.
    pub used_bytes: Option<i64>,
    /// The part of `used_bytes` that is in object storage.
    pub object_storage_bytes: Option<i64>,
    /// What the local cache of object storage takes; not part of `used_bytes`.
    pub cache_bytes: Option<i64>,
    /// How much the tenant may use; none where there is no limit.
    pub quota_bytes: Option<i64>,
    /// The size of the repository's volume. Where backups lie in object storage, this is the size of the cache's
    /// volume.
    pub capacity_bytes: Option<i64>,
    /// The free space of the repository's volume.
    pub free_bytes: Option<i64>,
    /// Whether the repository can be used now.
    pub available: Option<bool>,
    /// The id of the quota that the row is about: a tenant may have several on one repository.
    pub quota_id: Option<String>,
    /// `present`, or `removed`: the backups are there, while their organization is no longer on the server.
    pub tenant_state: Option<String>,
    /// The job, computer or image that the row is about, at a finer [`Level`](crate::Level) than tenants.
    pub item: Option<String>,
    /// Its id.
    pub item_id: Option<String>,
    /// `job`, `computer` or `image`; `shared` for files that hold several computers.
    pub item_kind: Option<String>,
    /// Whether `used_bytes` lies in object storage, where capacity and free space of the volume say nothing of how
    /// full it is.
    pub object_storage: Option<bool>,
    /// The limit that the server states for the object storage.
    pub object_storage_limit_bytes: Option<i64>,
    /// What the object storage holds in all, as the server states it.
    pub object_storage_taken_bytes: Option<i64>,
    /// Whether a part of what the server was asked for failed, so that rows or numbers may be missing.
    pub partial: bool,
    /// When the server was asked.
    pub collected_at: Option<Timestamp>,
}

/// One line per column: its name, its kind, the words of an enumeration, and its value.
macro_rules! columns {
    ($($name:literal, $kind:ident, [$($word:literal),*], $row:ident => $value:expr;)*) => {
        /// The columns, in their order: those of the first release, then what came later.
        pub const COLUMNS: [&str; [$($name),*].len()] = [$($name),*];

        /// The fields of a row, for filters and orders.
        pub const ROWS: &QueryDef = &QueryDef {
            name: "usage",
            fields: &[$(FieldDef {
                name: $name,
                kind: Kind::$kind,
                values: &[$($word),*],
                source: Source::Field($name),
            }),*],
        };

        impl Record for Row {
            fn get(&self, place: Place<'_>) -> Scalar<'_> {
                match place {
                    $(Place::Field($name) => { let $row = self; $value.into() })*
                    _ => Scalar::Null,
                }
            }
        }
    };
}

columns! {
    "system", Enum, ["em", "vb365", "zstack"], row => row.system.as_str();
    "server", Text, [], row => row.server.as_str();
    "tenant", Text, [], row => row.tenant.as_deref();
    "tenant_id", Uid, [], row => row.tenant_id.as_deref();
    "tenant_kind", Enum, ["tenant", "subtenant", "organization", "account"], row => row.tenant_kind.as_deref();
    "parent_tenant", Text, [], row => row.parent_tenant.as_deref();
    "repository", Text, [], row => row.repository.as_deref();
    "repository_id", Uid, [], row => row.repository_id.as_deref();
    "used_bytes", Int, [], row => row.used_bytes;
    "object_storage_bytes", Int, [], row => row.object_storage_bytes;
    "cache_bytes", Int, [], row => row.cache_bytes;
    "quota_bytes", Int, [], row => row.quota_bytes;
    "capacity_bytes", Int, [], row => row.capacity_bytes;
    "free_bytes", Int, [], row => row.free_bytes;
    "available", Bool, [], row => row.available;
    "quota_percent", Float, [], row => row.quota_percent();
    "fill_percent", Float, [], row => row.fill_percent();
    "tenant_state", Enum, ["present", "removed"], row => row.tenant_state.as_deref();
    "item", Text, [], row => row.item.as_deref();
    "item_id", Uid, [], row => row.item_id.as_deref();
    "item_kind", Enum, ["job", "computer", "image", "shared"], row => row.item_kind.as_deref();
    "quota_id", Uid, [], row => row.quota_id.as_deref();
    "object_storage_limit_bytes", Int, [], row => row.object_storage_limit_bytes;
    "object_storage_taken_bytes", Int, [], row => row.object_storage_taken_bytes;
    "partial", Bool, [], row => row.partial;
    "collected_at", DateTime, [], row => row.collected_at.map(|at| at.to_string());
}

impl Row {
    /// Orders two rows by a field of [`ROWS`]; rows without a value come first.
    #[must_use]
    pub fn compare(&self, other: &Self, by: &FieldSchema<'_>) -> Ordering {
        backhaul_filter::compare(by, self, other)
    }

    /// How much of the quota is used, in percent.
    #[must_use]
    pub fn quota_percent(&self) -> Option<f64> {
        percent(self.used_bytes, self.quota_bytes)
    }

    /// How full the repository is, in percent: its volume; for object storage what is used there of the limit that
    /// the server states, and unknown without one.
    #[must_use]
    pub fn fill_percent(&self) -> Option<f64> {
        if self.object_storage == Some(true) {
            return percent(self.object_storage_taken_bytes, self.object_storage_limit_bytes);
        }
        percent(self.taken_bytes(), self.capacity_bytes)
    }

    /// What is taken of the repository's volume, backups and other things alike.
    #[must_use]
    pub fn taken_bytes(&self) -> Option<i64> {
        let (capacity, free) = (self.capacity_bytes?, self.free_bytes?);
        capacity.checked_sub(free).filter(|taken| *taken >= 0)
    }

    /// Whether the row is inside the row of another tenant.
    #[must_use]
    pub fn is_subtenant(&self) -> bool {
        self.tenant_kind.as_deref() == Some("subtenant")
    }

    /// Which repository of its server the row is about.
    pub(crate) fn repository_key(&self) -> Option<Key> {
        Key::of(self.repository_id.as_deref(), self.repository.as_deref())
    }
}

/// What a thing is known by: its id, however that is written, or its name where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Id(IdKey),
    Name(String),
}

impl Key {
    pub(crate) fn of(id: Option<&str>, name: Option<&str>) -> Option<Self> {
        id.map(|id| Self::Id(id.into())).or_else(|| name.map(|name| Self::Name(name.to_owned())))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len()))?;
        for name in COLUMNS {
            map.serialize_key(name)?;
            match self.get(Place::Field(name)) {
                Scalar::Null => map.serialize_value(&()),
                Scalar::Bool(value) => map.serialize_value(&value),
                Scalar::Int(value) => map.serialize_value(&value),
                Scalar::Float(value) => map.serialize_value(&value),
                Scalar::Text(value) => map.serialize_value(&value),
            }?;
        }
        map.end()
    }
}

/// A part of a whole in percent, to one place; unknown when the whole is nothing.
#[must_use]
pub fn percent(part: Option<i64>, whole: Option<i64>) -> Option<f64> {
    let (part, whole) = (part?, whole.filter(|whole| *whole > 0)?);
    // In whole numbers: the same percent on every machine, and no exbibyte loses its last digits.
    let tenths = (i128::from(part) * 2000 / i128::from(whole) + 1).div_euclid(2);
    i64::try_from(tenths).ok().map(|tenths| tenths as f64 / 10.0)
}

/// Megabytes as Veeam counts them, 1024².
pub(crate) fn from_mb(mb: Option<i64>) -> Option<i64> {
    mb.filter(|mb| *mb >= 0).and_then(|mb| mb.checked_mul(1 << 20))
}

/// A size that a vendor may give as negative when it does not know it.
pub(crate) fn known(bytes: Option<i64>) -> Option<i64> {
    bytes.filter(|bytes| *bytes >= 0)
}

/// The sum of what is known; `None` when nothing is.
pub(crate) fn sum(parts: [Option<i64>; 2]) -> Option<i64> {
    match parts {
        [Some(a), Some(b)] => a.checked_add(b),
        [one, None] | [None, one] => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_rounded_to_one_place_and_never_divide_by_nothing() {
        assert_eq!(percent(Some(1), Some(3)), Some(33.3));
        assert_eq!(percent(Some(2), Some(3)), Some(66.7));
        assert_eq!(percent(Some(i64::MAX), Some(i64::MAX)), Some(100.0));
        assert_eq!(
            (percent(Some(1), Some(0)), percent(None, Some(1)), percent(Some(0), Some(5))),
            (None, None, Some(0.0))
        );
    }

    #[test]
    fn a_cache_is_no_measure_of_object_storage() {
        let mut row = Row { capacity_bytes: Some(128), free_bytes: Some(28), ..Row::default() };
        assert_eq!(row.fill_percent(), Some(78.1));
        row.object_storage = Some(true);
        row.object_storage_taken_bytes = Some(5000);
        assert_eq!(row.fill_percent(), None);
        row.object_storage_limit_bytes = Some(10_000);
        assert_eq!(row.fill_percent(), Some(50.0));
    }
}
