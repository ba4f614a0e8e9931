//! What VB365 holds before anything changes.

pub(crate) mod demo;
pub(crate) mod file;
pub(crate) mod scaled;

use backhaul_models::vb365::{AnyOrganization, BackupRepository, OrganizationStorageSpaceUsage};
use backhaul_wire::Id;
use serde_json::Value;

/// What VB365 holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Vb365Estate {
    /// The installation.
    pub installation_id: Id,
    /// The product's build.
    pub build: String,
    /// The organizations; each NAME has an account `admin@NAME` of its own.
    pub organizations: Vec<AnyOrganization>,
    /// The backup repositories.
    pub repositories: Vec<BackupRepository>,
    /// Which organization uses how much of which repository; both listings of usage are cut from it.
    pub usage: Vec<Usage>,
    /// Organizations that were removed, and what they were called: repositories still tell of their backups.
    pub removed: Vec<(Id, String)>,
    /// What other collections hold. Where nothing is said of a collection, jobs, sessions, proxies and restore points
    /// follow from the above, and the rest is made up.
    pub records: Vec<Vb365Record>,
}

/// A record of any collection, or a document that stands alone, such as settings.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Vb365Record {
    /// Its collection or its own path, without version and in lower case, such as `jobs` or `organizations/{id}/users`.
    pub at: String,
    /// Its members, by the names that v8 gives them.
    pub body: Value,
}

impl Vb365Record {
    /// A record of the collection at this path.
    #[must_use]
    pub fn new(at: &str, body: Value) -> Self {
        Self { at: at.trim_matches('/').to_ascii_lowercase(), body }
    }

    pub(crate) fn is_at(&self, key: &str) -> bool {
        self.at == key
    }
}

/// How much of one repository an organization uses.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Usage {
    /// The organization.
    pub organization_id: Id,
    /// The rest, with the repository.
    pub space: OrganizationStorageSpaceUsage,
}

impl Usage {
    /// An organization that uses nothing of a repository, yet.
    #[must_use]
    pub fn of(organization: &AnyOrganization, repository: &BackupRepository) -> Self {
        let mut space = OrganizationStorageSpaceUsage::default();
        space.repository_id = repository.id.clone();
        space.used_space_bytes = Some(0);
        space.local_cache_used_space_bytes = Some(0);
        space.object_storage_used_space_bytes = Some(0);
        space.is_available = Some(true);
        space.details = Some(String::new());
        Self { organization_id: organization.id.clone().unwrap_or_default(), space }
    }
}

impl Default for Vb365Estate {
    fn default() -> Self {
        Self {
            installation_id: "d1a5b5d6-6f4a-4f0e-9c5e-7c5b4b0e9a11".into(),
            build: "8.1.0.3503".to_owned(),
            organizations: Vec::new(),
            repositories: Vec::new(),
            usage: Vec::new(),
            removed: Vec::new(),
            records: Vec::new(),
        }
    }
}
