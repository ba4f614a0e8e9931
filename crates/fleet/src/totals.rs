//! Sums that count nothing twice.

use std::collections::{HashMap, HashSet};

use backhaul_wire::IdKey;

use crate::row::{Key, Row, percent};

/// What rows are brought together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// The system.
    System,
    /// The server.
    Server,
    /// The server and the repository.
    Repository,
    /// The tenant by name, on whatever servers it is; subtenants are inside their tenant.
    Tenant,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::System, Self::Server, Self::Repository, Self::Tenant];

    /// The name of the column that tells the groups apart.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Server => "server",
            Self::Repository => "repository",
            Self::Tenant => "tenant",
        }
    }
}

/// The sum of some rows. Bytes; the sum of what is known, none when nothing is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Total {
    /// How many rows it is the sum of.
    pub rows: u64,
    /// How many of them do not say what is used, so that `used_bytes` is a lower bound.
    pub unknown_rows: u64,
    /// What is used; a subtenant's part is counted once, in its tenant's.
    pub used_bytes: Option<i64>,
    /// The part in object storage.
    pub object_storage_bytes: Option<i64>,
    /// What caches take.
    pub cache_bytes: Option<i64>,
    /// The quotas of the tenants; those of subtenants are parts of them.
    pub quota_bytes: Option<i64>,
    /// The capacity of the volumes, each repository's once.
    pub capacity_bytes: Option<i64>,
    /// The free space of the volumes, each repository's once.
    pub free_bytes: Option<i64>,
    /// What is used by tenants that have a quota: what `quota_percent` is about.
    limited_bytes: Option<i64>,
    /// Capacity and what is taken of it, for volumes that tell both and hold no mere cache.
    measured: Option<(i64, i64)>,
    /// A number did not fit in 64 bits.
    overflow: bool,
}

impl Total {
    /// How much of the quotas is used, in percent, by the tenants that have one.
    #[must_use]
    pub fn quota_percent(&self) -> Option<f64> {
        percent(self.limited_bytes, self.quota_bytes)
    }

    /// How full the volumes are, in percent: those whose size is known and that are not caches of object storage.
    #[must_use]
    pub fn fill_percent(&self) -> Option<f64> {
        let (taken, capacity) = self.measured?;
        percent(Some(taken), Some(capacity))
    }

    /// Whether a sum did not fit in 64 bits and is left out.
    #[must_use]
    pub fn is_overflown(&self) -> bool {
        self.overflow
    }

    fn add(&mut self, row: &Row, counted: bool, repository: bool) {
        self.rows += 1;
        if row.used_bytes.is_none() {
            self.unknown_rows += 1;
        }
        let overflow = &mut self.overflow;
        let mut add = |sum: &mut Option<i64>, more: Option<i64>| {
            let Some(more) = more else { return };
            match sum.unwrap_or(0).checked_add(more) {
                Some(total) => *sum = Some(total),
                None => *overflow = true,
            }
        };
        if counted {
            add(&mut self.used_bytes, row.used_bytes);
            add(&mut self.object_storage_bytes, row.object_storage_bytes);
            add(&mut self.cache_bytes, row.cache_bytes);
            add(&mut self.quota_bytes, row.quota_bytes);
            if row.quota_bytes.is_some() {
                add(&mut self.limited_bytes, row.used_bytes);
            }
        }
        if repository {
            add(&mut self.capacity_bytes, row.capacity_bytes);
            add(&mut self.free_bytes, row.free_bytes);
            if let (Some(taken), Some(capacity), true) =
                (row.taken_bytes(), row.capacity_bytes, row.object_storage != Some(true))
            {
                let (was_taken, was) = self.measured.unwrap_or_default();
                self.measured = was_taken.checked_add(taken).zip(was.checked_add(capacity)).or(self.measured);
            }
        }
    }
}

/// A group of rows and its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Group {
    /// What the rows have in common, in the order that was asked for; none where the rows have no such thing.
    pub key: Vec<Option<String>>,
    /// The sum.
    pub total: Total,
}

/// What tenants have, to tell what their subtenants have inside of it.
pub(crate) struct Tenants<'r> {
    /// Tenants by name, on each of their repositories.
    parts: HashSet<(&'r str, &'r str, Option<Key>)>,
    /// The same on any, for subtenants of which it is not known where they are.
    names: HashSet<(&'r str, &'r str)>,
    /// Quotas that subtenants have a part of: a tenant that was renamed since keeps them.
    quotas: HashSet<(&'r str, IdKey)>,
}

impl<'r> Tenants<'r> {
    pub(crate) fn of(rows: impl IntoIterator<Item = &'r Row>) -> Self {
        let mut of = Self { parts: HashSet::new(), names: HashSet::new(), quotas: HashSet::new() };
        for row in rows.into_iter().filter(|row| !row.is_subtenant()) {
            let server = row.server.as_str();
            if let Some(name) = row.tenant.as_deref() {
                of.parts.insert((server, name, row.repository_key()));
                of.names.insert((server, name));
            }
            of.quotas.extend(row.quota_id.as_deref().map(|quota| (server, IdKey::from(quota))));
        }
        of
    }

    /// Whether a row is a subtenant's, and what it tells of is inside of a tenant's.
    pub(crate) fn hold(&self, row: &Row) -> bool {
        let server = row.server.as_str();
        let by_name = |parent| match row.repository_key() {
            None => self.names.contains(&(server, parent)),
            some => self.parts.contains(&(server, parent, some)),
        };
        row.is_subtenant()
            && (row.parent_tenant.as_deref().is_some_and(by_name)
                || row.quota_id.as_deref().is_some_and(|quota| self.quotas.contains(&(server, quota.into()))))
    }
}

/// The repositories whose capacity is counted already, by their servers' names.
type Repositories = HashSet<(String, Key)>;

/// The sums of the rows by what they have in common, in the order in which the groups first appear; with nothing
/// asked for, one sum of all.
///
/// A subtenant whose tenant has a row on the same server is inside that row and adds nothing; without that row it
/// counts itself. A repository's capacity counts once in each group.
#[must_use]
pub fn totals(rows: &[Row], by: &[By]) -> Vec<Group> {
    let tenants = Tenants::of(rows);
    let mut groups: Vec<(Group, Repositories)> = Vec::new();
    let mut places: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    if by.is_empty() {
        places.insert(Vec::new(), 0);
        groups.push((Group { key: Vec::new(), total: Total::default() }, HashSet::new()));
    }
    for row in rows {
        let (key, ids): (Vec<_>, Vec<_>) = by.iter().map(|by| key(*by, row)).unzip();
        let place = *places.entry(ids).or_insert_with(|| {
            groups.push((Group { key, total: Total::default() }, HashSet::new()));
            groups.len() - 1
        });
        let Some((group, repositories)) = groups.get_mut(place) else { continue };
        let repository = row.repository_key();
        let first = repository.is_some_and(|repository| repositories.insert((row.server.clone(), repository)));
        group.total.add(row, !tenants.hold(row), first);
    }
    groups.into_iter().map(|(group, _)| group).collect()
}

/// What a group is called, and what tells it from others of that name.
fn key(by: By, row: &Row) -> (Option<String>, Option<String>) {
    match by {
        By::System => (Some(row.system.clone()), Some(row.system.clone())),
        By::Server => (Some(row.server.clone()), Some(row.server.clone())),
        By::Repository => {
            let id = row.repository_id.as_ref().or(row.repository.as_ref());
            (row.repository.clone(), Some(format!("{}\n{}", row.server, id.map_or("", String::as_str))))
        }
        By::Tenant => {
            let tenant = row.parent_tenant.clone().filter(|_| row.is_subtenant()).or_else(|| row.tenant.clone());
            (tenant.clone(), tenant)
        }
    }
}

/// Whether more than so many percent of the quota or of the repository is taken.
#[must_use]
pub fn is_over(row: &Row, percent: f64) -> bool {
    [row.quota_percent(), row.fill_percent()].into_iter().flatten().any(|is| is > percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tenant: &str, parent: Option<&str>, repository: &str, used: Option<i64>) -> Row {
        Row {
            system: "em".to_owned(),
            server: "s".to_owned(),
            tenant: Some(tenant.to_owned()),
            tenant_kind: Some(if parent.is_some() { "subtenant" } else { "tenant" }.to_owned()),
            parent_tenant: parent.map(str::to_owned),
            repository: Some(repository.to_owned()),
            repository_id: Some(repository.to_owned()),
            used_bytes: used,
            quota_bytes: Some(100),
            capacity_bytes: Some(1000),
            free_bytes: Some(400),
            ..Row::default()
        }
    }

    #[test]
    fn nothing_is_counted_twice() {
        let rows = [
            row("a", None, "r1", Some(60)),
            row("a1", Some("a"), "r1", Some(20)),
            row("a2", Some("a"), "r2", Some(5)),
            row("b", None, "r1", None),
        ];
        let all = totals(&rows, &[]);
        let [Group { total, .. }] = all.as_slice() else { unreachable!("one sum") };
        // a2's tenant has no row on r2, so that it counts itself.
        assert_eq!((total.rows, total.unknown_rows, total.used_bytes), (4, 1, Some(65)));
        assert_eq!((total.capacity_bytes, total.free_bytes), (Some(2000), Some(800)));
        assert_eq!(total.fill_percent(), Some(60.0));
        let tenants = totals(&rows, &[By::Tenant]);
        let named: Vec<_> = tenants.iter().map(|group| (group.key[0].as_deref(), group.total.used_bytes)).collect();
        assert_eq!(named, [(Some("a"), Some(65)), (Some("b"), None)]);
        assert_eq!(totals(&[], &[]).len(), 1);
        assert!(totals(&[], &[By::Server]).is_empty());
    }

    #[test]
    fn a_subtenant_is_inside_its_tenant_when_its_place_is_unknown_or_its_tenant_has_another_name() {
        let mut lost = row("a1", Some("a"), "r1", Some(20));
        (lost.repository, lost.repository_id) = (None, None);
        let (mut renamed, mut before) = (row("A Ltd", None, "r1", Some(60)), row("a2", Some("a"), "r1", Some(10)));
        renamed.quota_id = Some("321CBE67-cc8c-474e-ab1e-2694311ef794".to_owned());
        before.quota_id = Some("321cbe67-cc8c-474e-ab1e-2694311ef794".to_owned());
        let sum = |rows: &[Row]| totals(rows, &[]).first().and_then(|group| group.total.used_bytes);
        assert_eq!(sum(&[row("a", None, "r1", Some(60)), lost.clone()]), Some(60));
        assert_eq!(sum(&[renamed.clone(), before]), Some(60));
        assert_eq!(sum(&[renamed, lost]), Some(80), "nothing says whose");
    }

    #[test]
    fn a_sum_beyond_64_bits_is_said_and_not_wrapped() {
        let rows = [row("a", None, "r1", Some(i64::MAX)), row("b", None, "r1", Some(1))];
        assert!(totals(&rows, &[]).iter().all(|group| group.total.is_overflown()));
    }
}
