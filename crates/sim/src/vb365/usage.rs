//! How much of which repository organizations use.

use std::collections::HashMap;

use backhaul_models::vb365::{BackupRepositoryStorageUsageInfo, OrganizationStorageSpaceUsage};
use backhaul_wire::{Id, IdKey};
use serde_json::Value;

use super::estate::Usage;
use super::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::project::project;

/// The rows, found from both sides.
#[derive(Debug, Default)]
pub(in crate::vb365) struct Usages {
    rows: Vec<Usage>,
    by_organization: HashMap<IdKey, Vec<usize>>,
    by_repository: HashMap<IdKey, Vec<usize>>,
    /// What organizations that are no more were called: their backups stay.
    names: HashMap<IdKey, String>,
}

impl Usages {
    pub(in crate::vb365) fn new(rows: &[Usage]) -> Self {
        let mut usages = Self::default();
        rows.iter().for_each(|row| usages.push(row.clone()));
        usages
    }

    fn push(&mut self, row: Usage) {
        let at = self.rows.len();
        self.by_organization.entry(row.organization_id.key()).or_default().push(at);
        if let Some(id) = &row.space.repository_id {
            self.by_repository.entry(id.key()).or_default().push(at);
        }
        self.rows.push(row);
    }

    fn of<'u>(&'u self, index: &'u HashMap<IdKey, Vec<usize>>, id: &str) -> Vec<&'u Usage> {
        let places = index.get(&IdKey::from(id)).into_iter().flatten();
        places.filter_map(|at| self.rows.get(*at)).collect()
    }

    /// The rows of an organization.
    pub(in crate::vb365) fn of_organization(&self, id: &str) -> Vec<&Usage> {
        self.of(&self.by_organization, id)
    }

    /// The rows of a repository.
    pub(in crate::vb365) fn of_repository(&self, id: &str) -> Vec<&Usage> {
        self.of(&self.by_repository, id)
    }

    /// Adds to what an organization uses of a repository.
    pub(in crate::vb365) fn grow(&mut self, organization: &str, repository: &str, bytes: i64) {
        let here = |row: &Usage| row.space.repository_id.as_ref().is_some_and(|id| id.same(&repository.into()));
        let places = self.by_organization.get(&IdKey::from(organization)).into_iter().flatten();
        let found = places.copied().find(|at| self.rows.get(*at).is_some_and(here));
        let at = found.unwrap_or_else(|| {
            let mut space = OrganizationStorageSpaceUsage::default();
            space.repository_id = Some(repository.into());
            space.local_cache_used_space_bytes = Some(0);
            space.object_storage_used_space_bytes = Some(0);
            space.is_available = Some(true);
            space.details = Some(String::new());
            self.push(Usage { organization_id: organization.into(), space });
            self.rows.len() - 1
        });
        if let Some(row) = self.rows.get_mut(at) {
            let used = row.space.used_space_bytes.unwrap_or_default();
            row.space.used_space_bytes = Some(used.saturating_add(bytes));
        }
    }

    /// Forgets what was in a repository that is no more.
    pub(in crate::vb365) fn forget_repository(&mut self, id: &str) {
        let gone = Id::from(id);
        let kept = self.rows.iter().filter(|row| !row.space.repository_id.as_ref().is_some_and(|id| id.same(&gone)));
        let kept: Vec<Usage> = kept.cloned().collect();
        *self = Self { names: std::mem::take(&mut self.names), ..Self::new(&kept) };
    }

    /// Remembers what an organization was called whose backups stay.
    pub(in crate::vb365) fn remember(&mut self, id: &str, name: &str) {
        self.names.insert(id.into(), name.to_owned());
    }
}

/// `GET /Organizations/{id}/usedRepositories`.
pub(super) fn of_organization(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let address = call.address()?;
    call.check_owners(&address)?;
    let rows = call.backend.usages.of_organization(call.path.first());
    Ok(call.list(rows.len(), |at| call.organization_usage(rows[at])))
}

/// `GET /BackupRepositories/{id}/backedupOrganizations`.
pub(super) fn of_repository(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let address = call.address()?;
    call.check_owners(&address)?;
    call.backend.top("organizations");
    let rows = call.backend.usages.of_repository(call.path.first());
    Ok(call.list(rows.len(), |at| call.repository_usage(rows[at])))
}

impl Call<'_> {
    fn organization_usage(&self, usage: &Usage) -> Value {
        let mut space = usage.space.clone();
        if let Some(id) = &space.repository_id {
            let href = self.href(&format!("backuprepositories/{id}"));
            space.links.insert("backupRepository".to_owned(), super::links::link(href));
        }
        let mut value = project(&space, self.version).unwrap_or_default();
        if self.version == 3 {
            texts(&mut value, &["usedSpaceBytes", "isAvailable"]);
            if let Value::Object(members) = &mut value
                && let Some(details) = members.remove("details")
            {
                members.insert("Details".to_owned(), details);
            }
        }
        value
    }

    fn repository_usage(&self, usage: &Usage) -> Value {
        let id = usage.organization_id.as_str();
        let mut info = BackupRepositoryStorageUsageInfo::default();
        let there = self.backend.store.get("organizations", id).map(|it| it.text("name").to_owned());
        info.name = there.or_else(|| self.backend.usages.names.get(&IdKey::from(id)).cloned());
        info.id = Some(usage.organization_id.clone());
        info.used_space_bytes = usage.space.used_space_bytes;
        info.local_cache_used_space_bytes = usage.space.local_cache_used_space_bytes;
        info.object_storage_used_space_bytes = usage.space.object_storage_used_space_bytes;
        let mut value = project(&info, self.version).unwrap_or_default();
        if self.version == 3 {
            texts(&mut value, &["usedSpaceBytes"]);
        }
        value
    }
}

/// Writes members as text, as v3's documents print them.
fn texts(value: &mut Value, names: &[&str]) {
    for name in names {
        if let Some(member) = value.get_mut(name)
            && !member.is_string()
        {
            *member = Value::String(member.to_string());
        }
    }
}
