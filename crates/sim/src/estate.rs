//! What the servers hold: the three systems' estates together.

use std::time::SystemTime;

#[cfg(feature = "em")]
use crate::em::EmEstate;
use crate::engine::form::{FormError, Object, parse};
use crate::engine::night::Night;
#[cfg(feature = "vb365")]
use crate::vb365::Vb365Estate;
#[cfg(feature = "zstack")]
use crate::zstack::ZstackEstate;

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
    #[cfg(feature = "em")]
    pub em: EmEstate,
    /// What VB365 holds.
    #[cfg(feature = "vb365")]
    pub vb365: Vb365Estate,
    /// What ZStack holds.
    #[cfg(feature = "zstack")]
    pub zstack: ZstackEstate,
}

impl Estate {
    /// A small company's servers: the estate of the demo, with the values of the vendors' documents among it.
    #[must_use]
    pub fn demo() -> Self {
        Self::demo_at(SystemTime::now())
    }

    /// As [`Estate::demo`], for a simulator whose clock starts at some time: what happened last night happened in the
    /// night before it.
    #[must_use]
    pub fn demo_at(time: SystemTime) -> Self {
        let night = Night::before(time);
        Self {
            #[cfg(feature = "em")]
            em: crate::em::demo(night),
            #[cfg(feature = "vb365")]
            vb365: crate::vb365::demo(night),
            #[cfg(feature = "zstack")]
            zstack: crate::zstack::demo(night),
        }
    }

    /// About `n` subtenants, `n` job sessions of `n / 10` jobs, `n` rows of VB365 usage and `n` backup storages, the
    /// same ones for the same `n`.
    #[must_use]
    pub fn scaled(n: usize) -> Self {
        Self {
            #[cfg(feature = "em")]
            em: crate::em::scaled(n),
            #[cfg(feature = "vb365")]
            vb365: crate::vb365::scaled(n),
            #[cfg(feature = "zstack")]
            zstack: crate::zstack::scaled(n),
        }
    }

    /// Reads the file form, which `docs/simulator.md` describes. A system whose feature is off is unknown in it.
    ///
    /// # Errors
    /// When the text is not JSON or not of that form; the error says where.
    pub fn from_json(text: &str) -> Result<Self, FormError> {
        let mut root = Object::new("", parse(text)?)?;
        let estate = Self {
            #[cfg(feature = "em")]
            em: root.object("em")?.map(crate::em::read_estate).transpose()?.unwrap_or_default(),
            #[cfg(feature = "vb365")]
            vb365: root.object("vb365")?.map(crate::vb365::read_estate).transpose()?.unwrap_or_default(),
            #[cfg(feature = "zstack")]
            zstack: root.object("zstack")?.map(crate::zstack::read_estate).transpose()?.unwrap_or_default(),
        };
        root.finish()?;
        Ok(estate)
    }
}
