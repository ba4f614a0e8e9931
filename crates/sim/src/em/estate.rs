//! What Enterprise Manager holds before anything changes.

pub(crate) mod demo;
pub(crate) mod file;
mod jobs;
pub(crate) mod scaled;

use std::fmt;
use std::sync::Arc;

use backhaul_models::em::{BackupServer, CloudSubtenant, CloudTenant, Repository};
use backhaul_wire::reflect::{Model, Scalar};
use backhaul_wire::{Id, Struct};

/// What Enterprise Manager holds. `Href`, `Type` and `Links` of the entities are made for every answer: what stands
/// there does not count.
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
    /// Everything else.
    pub records: Vec<EmRecord>,
    /// The files that every mounted restore point shows.
    pub guest_files: Vec<GuestFile>,
}

impl EmEstate {
    /// The identifiers of all records.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id> {
        let servers = self.servers.iter().map(|it| it.uid.clone());
        let repositories = self.repositories.iter().map(|it| it.entity.uid.clone());
        let tenants = self.tenants.iter().map(|it| it.entity.uid.clone());
        let subtenants = self.subtenants.iter().map(|it| it.entity.id.clone());
        let records = self.records.iter().map(EmRecord::own_id);
        servers.chain(repositories).chain(tenants).chain(subtenants).chain(records).flatten()
    }
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

/// A record of any type of Enterprise Manager that is a resource: a job, a session, a restore point, an account.
///
/// ```
/// use backhaul_models::em::Job;
/// use backhaul_sim::{EmRecord, Estate};
///
/// let mut job = Job::default();
/// job.uid = Some("urn:veeam:Job:0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d".into());
/// job.name = Some("Nightly".into());
/// let mut estate = Estate::demo();
/// let server = estate.em.servers[0].uid.clone().unwrap();
/// estate.em.records.push(EmRecord::new(job).belongs_to(server));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct EmRecord {
    /// What it belongs to, or is otherwise tied to: UIDs, or GUIDs. The links `Up` and `Related` lead there.
    pub belongs_to: Vec<Id>,
    /// The identifier, for types that carry none; else that in the entity counts.
    pub id: Option<Id>,
    entity: Arc<dyn Struct>,
}

impl EmRecord {
    /// A record that belongs to nothing.
    #[must_use]
    pub fn new<T: Model>(entity: T) -> Self {
        Self { belongs_to: Vec::new(), id: None, entity: Arc::new(entity) }
    }

    pub(crate) fn boxed(entity: Box<dyn Struct>) -> Self {
        Self { belongs_to: Vec::new(), id: None, entity: entity.into() }
    }

    /// Its identifier: that which it was given, or that in the entity.
    pub(crate) fn own_id(&self) -> Option<Id> {
        let text = |name: &str| match self.entity.field(name).scalar() {
            Some(Scalar::Text(text)) => Some(Id::from(text)),
            _ => None,
        };
        self.id.clone().or_else(|| text("UID")).or_else(|| text("Id"))
    }

    /// Adds something that it belongs to.
    #[must_use]
    pub fn belongs_to(mut self, owner: impl Into<Id>) -> Self {
        self.belongs_to.push(owner.into());
        self
    }

    /// Gives it an identifier, which types without one of their own need.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The entity.
    #[must_use]
    pub fn entity(&self) -> &dyn Struct {
        self.entity.as_ref()
    }

    pub(crate) fn shared(&self) -> Arc<dyn Struct> {
        self.entity.clone()
    }
}

impl fmt::Debug for EmRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { belongs_to, id, entity } = self;
        f.debug_struct("EmRecord").field("belongs_to", belongs_to).field("id", id).field("entity", entity).finish()
    }
}

/// A file on the guests that restore points hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuestFile {
    /// Its path with `/` between the names, such as `C:/Documents/Invoice1.docx`.
    pub path: String,
    /// Its size in bytes. What the bytes are follows from path and place: the same ones every time.
    pub size: u64,
    /// Who owns it.
    pub owner: String,
    /// When it was last changed, such as `2013-08-14T17:13:36Z`.
    pub modified: String,
}

impl GuestFile {
    /// A file of the administrators'.
    #[must_use]
    pub fn new(path: impl Into<String>, size: u64) -> Self {
        Self {
            path: path.into(),
            size,
            owner: "Administrators".to_owned(),
            modified: "2025-08-14T17:13:36Z".to_owned(),
        }
    }
}
