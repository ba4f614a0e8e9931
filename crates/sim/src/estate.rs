//! What the servers hold.

mod demo;
mod em;
mod file;
mod scaled;
mod vb365;
mod zstack;

pub use self::em::{EmEstate, EmRecord, GuestFile, Owned};
pub use self::vb365::{Usage, Vb365Estate, Vb365Record};
pub use self::zstack::{ZstackEstate, ZstackRecord};

use crate::form::FormError;

/// What the servers hold: records in the types of `backhaul-models`, of no version of an API in particular.
///
/// ```
/// use backhaul_sim::{Estate, Usage};
/// use backhaul_models::vb365::{AnyOrganization, BackupRepository};
///
/// let mut estate = Estate::default();
/// let mut organization = AnyOrganization::default();
/// organization.id = Some("cbc52c37-df7f-4b03-98f3-036e7d4b3127".into());
/// organization.name = Some("abc.onmicrosoft.com".into());
/// let mut repository = BackupRepository::default();
/// repository.id = Some("cfe34111-3331-45c0-babf-0be32e030444".into());
/// let mut usage = Usage::of(&organization, &repository);
/// usage.space.used_space_bytes = Some(2499432773);
/// estate.vb365.organizations.push(organization);
/// estate.vb365.repositories.push(repository);
/// estate.vb365.usage.push(usage);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Estate {
    /// What Enterprise Manager holds.
    pub em: EmEstate,
    /// What VB365 holds.
    pub vb365: Vb365Estate,
    /// What ZStack holds.
    pub zstack: ZstackEstate,
}

impl Estate {
    /// A small company's servers: the estate of the demo, with the values of the vendors' documents among it.
    #[must_use]
    pub fn demo() -> Self {
        demo::estate()
    }

    /// About `n` subtenants, `n` job sessions of `n / 10` jobs, `n` rows of VB365 usage and `n` backup storages, the same ones
    /// for the same `n`.
    #[must_use]
    pub fn scaled(n: usize) -> Self {
        scaled::estate(n)
    }

    /// Reads the file form, which `docs/simulator.md` describes.
    ///
    /// # Errors
    /// When the text is not JSON or not of that form; the error says where.
    pub fn from_json(text: &str) -> Result<Self, FormError> {
        file::read(text)
    }
}
