use backhaul_models::em::{BackupServer, CloudSubtenant, CloudTenant, Repository};
use backhaul_wire::Id;

/// What Enterprise Manager holds. `Href`, `Type` and `Links` of the entities are made for every answer: what stands there
/// does not count.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct EmEstate {
    /// The backup servers, identified by their UID.
    pub servers: Vec<BackupServer>,
    /// The repositories, each of a backup server.
    pub repositories: Vec<Owned<Repository>>,
    /// The tenants, each of a backup server.
    pub tenants: Vec<Owned<CloudTenant>>,
    /// The subtenants, each of a tenant and identified by their `Id`.
    pub subtenants: Vec<Owned<CloudSubtenant>>,
}

/// An entity, and what it belongs to.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Owned<T> {
    /// The identifier of what it belongs to: a UID, or the GUID in it.
    pub owner: Id,
    /// The entity.
    pub entity: T,
}

impl<T> Owned<T> {
    /// An entity of this owner.
    #[must_use]
    pub fn new(owner: impl Into<Id>, entity: T) -> Self {
        Self { owner: owner.into(), entity }
    }
}
