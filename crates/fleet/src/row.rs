use std::cmp::Ordering;

use backhaul_filter::{FieldDef, Kind, Place, QueryDef, Record, Scalar, Source};
use serde::{Deserialize, Serialize};

/// How much of a repository a tenant uses. Bytes throughout; unknown is `None`, never 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Row {
    /// `em`, `vb365` or `zstack`.
    pub system: String,
    /// The server's name in the fleet.
    pub server: String,
    /// The tenant's name: a cloud tenant or subtenant, an organization; none where the system keeps no account of users.
    pub tenant: Option<String>,
    /// The tenant's id.
    pub tenant_id: Option<String>,
    /// `tenant`, `subtenant` or `organization`.
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
    /// The repository's size.
    pub capacity_bytes: Option<i64>,
    /// The repository's free space.
    pub free_bytes: Option<i64>,
    /// Whether the repository can be used now.
    pub available: Option<bool>,
}

/// The columns, in the order of the contract.
pub const COLUMNS: [&str; 15] = [
    "system",
    "server",
    "tenant",
    "tenant_id",
    "tenant_kind",
    "parent_tenant",
    "repository",
    "repository_id",
    "used_bytes",
    "object_storage_bytes",
    "cache_bytes",
    "quota_bytes",
    "capacity_bytes",
    "free_bytes",
    "available",
];

const fn field(name: &'static str, kind: Kind, values: &'static [&'static str]) -> FieldDef {
    FieldDef { name, kind, values, source: Source::Field(name) }
}

/// The fields of a row, for filters and orders.
pub const ROWS: &QueryDef = &QueryDef {
    name: "usage",
    fields: &[
        field("system", Kind::Enum, &["em", "vb365", "zstack"]),
        field("server", Kind::Text, &[]),
        field("tenant", Kind::Text, &[]),
        field("tenant_id", Kind::Uid, &[]),
        field("tenant_kind", Kind::Enum, &["tenant", "subtenant", "organization"]),
        field("parent_tenant", Kind::Text, &[]),
        field("repository", Kind::Text, &[]),
        field("repository_id", Kind::Uid, &[]),
        field("used_bytes", Kind::Int, &[]),
        field("object_storage_bytes", Kind::Int, &[]),
        field("cache_bytes", Kind::Int, &[]),
        field("quota_bytes", Kind::Int, &[]),
        field("capacity_bytes", Kind::Int, &[]),
        field("free_bytes", Kind::Int, &[]),
        field("available", Kind::Bool, &[]),
    ],
};

impl Record for Row {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        let Place::Field(name) = place else { return Scalar::Null };
        match name {
            "system" => self.system.as_str().into(),
            "server" => self.server.as_str().into(),
            "tenant" => self.tenant.as_deref().into(),
            "tenant_id" => self.tenant_id.as_deref().into(),
            "tenant_kind" => self.tenant_kind.as_deref().into(),
            "parent_tenant" => self.parent_tenant.as_deref().into(),
            "repository" => self.repository.as_deref().into(),
            "repository_id" => self.repository_id.as_deref().into(),
            "used_bytes" => self.used_bytes.into(),
            "object_storage_bytes" => self.object_storage_bytes.into(),
            "cache_bytes" => self.cache_bytes.into(),
            "quota_bytes" => self.quota_bytes.into(),
            "capacity_bytes" => self.capacity_bytes.into(),
            "free_bytes" => self.free_bytes.into(),
            "available" => self.available.into(),
            _ => Scalar::Null,
        }
    }
}

impl Row {
    /// Orders two rows by a field of [`ROWS`]; rows without a value come first.
    #[must_use]
    pub fn compare(&self, other: &Self, by: &FieldDef) -> Ordering {
        backhaul_filter::compare(by, self, other)
    }
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
