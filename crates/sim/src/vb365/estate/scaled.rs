//! Any number of rows of usage.

use backhaul_models::vb365::{AnyOrganization, BackupRepository, OrganizationType};

use super::{Usage, Vb365Estate};
use crate::engine::made_up::{amount, guid};

/// How many repositories an organization uses.
const USED: usize = 4;

pub(crate) fn estate(n: usize) -> Vb365Estate {
    let mut vb365 = Vb365Estate::default();
    let organizations = n.div_ceil(USED);
    let repositories = organizations.div_ceil(8).max(USED);
    vb365.repositories = (0..repositories)
        .map(|number| {
            let mut it = BackupRepository::default();
            it.id = Some(guid(0x3650_0002, number).into());
            it.name = Some(format!("Repository {number:05}"));
            it.path = Some(format!("D:\\Repository{number:05}"));
            it.capacity_bytes = Some(1 << 44);
            it.free_space_bytes = Some(1 << 43);
            it
        })
        .collect();
    vb365.organizations = (0..organizations)
        .map(|number| {
            let mut it = AnyOrganization::default();
            it.id = Some(guid(0x3650_0001, number).into());
            it.name = Some(format!("org{number:05}.onmicrosoft.com"));
            it.office_name = Some(format!("Organization {number}"));
            it.r#type = Some(OrganizationType::Office365);
            it.is_exchange_online = Some(true);
            it.is_backedup = Some(true);
            it
        })
        .collect();
    for row in 0..n {
        let organization = row / USED;
        // Neighbours, so that no organization meets a repository twice.
        let repository = (organization * USED + row % USED) % repositories;
        let (Some(organization), Some(repository)) =
            (vb365.organizations.get(organization), vb365.repositories.get(repository))
        else {
            continue;
        };
        let mut usage = Usage::of(organization, repository);
        usage.space.used_space_bytes = Some(amount(row, 1 << 34));
        usage.space.protected_objects_count = Some(amount(row, 500));
        vb365.usage.push(usage);
    }
    vb365
}
