//! Estates of any size, made up.

use backhaul_models::em::{
    BackupServer, CloudSubtenant, CloudSubtenantRepositoryQuota, CloudTenant, CloudTenantRepositoryQuota,
    CloudTenantResource, Repository, RepositoryKind,
};
use backhaul_models::vb365::{AnyOrganization, BackupRepository, OrganizationType};
use backhaul_models::zstack::{BackupStorageState, BackupStorageStatus, ImageStoreBackupStorage, Zone, ZoneState};

use super::{EmEstate, Estate, Owned, Usage, Vb365Estate, ZstackEstate};

mod jobs;

/// How many repositories an organization uses.
const USED: usize = 4;

pub(super) fn estate(n: usize) -> Estate {
    Estate { em: em(n), vb365: vb365(n), zstack: zstack(n) }
}

/// A GUID that names a kind of thing and its number.
fn guid(kind: u32, number: usize) -> String {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    format!("{kind:08x}-{:04x}-4000-8000-{:012x}", number >> 16 & 0xffff, mixed)
}

/// Numbers that look arbitrary, the same ones every time.
fn amount(seed: usize, below: i64) -> i64 {
    let mixed = (seed as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    i64::try_from((mixed ^ mixed >> 29) % below.unsigned_abs().max(1)).unwrap_or(0)
}

/// Fifty subtenants to a tenant, fifty tenants and four repositories to a backup server.
fn em(n: usize) -> EmEstate {
    let tenants = n.div_ceil(50);
    let servers = tenants.div_ceil(50);
    let id = |kind: u32, number| guid(0xe300_0000 + kind, number);
    let mut estate = EmEstate::default();
    for number in 0..servers {
        let mut it = BackupServer::default();
        it.uid = Some(format!("urn:veeam:BackupServer:{}", id(1, number)).into());
        it.name = Some(format!("backup{number:04}.example.com"));
        it.port = Some(9392);
        it.version = Some("13.0.1.1071".to_owned());
        estate.servers.push(it);
    }
    for number in 0..servers * 4 {
        let mut it = Repository::default();
        it.uid = Some(format!("urn:veeam:Repository:{}", id(2, number)).into());
        it.name = Some(format!("Repository {number:05}"));
        it.capacity = Some(1 << 50);
        it.free_space = Some(amount(number, 1 << 48));
        it.kind = Some(RepositoryKind::LinuxLocal);
        estate.repositories.push(Owned::new(id(1, number / 4), it));
    }
    for number in 0..tenants {
        let server = number / 50;
        let mut quota = CloudTenantRepositoryQuota::default();
        quota.display_name = Some("Cloud repository".to_owned());
        quota.repository_uid = Some(format!("urn:veeam:Repository:{}", id(2, server * 4 + number % 4)).into());
        quota.quota = Some(50 << 20);
        quota.used_quota = Some(0);
        let mut resource = CloudTenantResource::default();
        resource.id = Some(id(3, number).into());
        resource.repository_quota = Some(quota);
        let mut it = CloudTenant::default();
        it.uid = Some(format!("urn:veeam:CloudTenant:{}", id(4, number)).into());
        it.name = Some(format!("tenant-{number:04}"));
        it.enabled = Some(true);
        it.resources = vec![resource];
        estate.tenants.push(Owned::new(id(1, server), it));
    }
    for number in 0..n {
        let tenant = number / 50;
        let mut quota = CloudSubtenantRepositoryQuota::default();
        quota.unlimited = Some(number % 10 == 0);
        quota.display_name = Some(format!("quota-{number:06}"));
        quota.tenant_resource_id = Some(id(3, tenant).into());
        quota.quota_mb = Some(1 << 20);
        quota.used_quota_mb = Some(amount(number, 1 << 20));
        quota.quota_id = Some(id(5, number).into());
        let used = quota.used_quota_mb;
        let mut it = CloudSubtenant::default();
        it.id = Some(id(6, number).into());
        it.name = Some(format!("user-{number:06}"));
        it.enabled = Some(number % 7 != 0);
        it.repository_quota = Some(quota);
        let resources = estate.tenants.get_mut(tenant).map(|it| &mut it.entity.resources);
        // What a tenant uses is what its subtenants use.
        for quota in resources.into_iter().flatten().filter_map(|it| it.repository_quota.as_mut()) {
            quota.used_quota = Some(quota.used_quota.unwrap_or(0) + used.unwrap_or(0));
        }
        estate.subtenants.push(Owned::new(id(4, tenant), it));
    }
    estate.records = jobs::records(n, servers);
    estate
}

fn vb365(n: usize) -> Vb365Estate {
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

fn zstack(n: usize) -> ZstackEstate {
    let zones = n.div_ceil(100).clamp(1, 50);
    let uuid = |kind, number| guid(kind, number).replace('-', "");
    let attached = (0..zones)
        .map(|number| {
            let mut it = Zone::default();
            it.uuid = Some(uuid(0x5a00_0001, number).into());
            it.name = Some(format!("zone-{number:03}"));
            it.state = Some(ZoneState::Enabled);
            it.r#type = Some("zstack".to_owned());
            it
        })
        .collect();
    let backup_storages = (0..n)
        .map(|number| {
            let mut it = ImageStoreBackupStorage::default();
            it.uuid = Some(uuid(0x5a00_0002, number).into());
            it.name = Some(format!("storage-{number:05}"));
            it.state = Some(BackupStorageState::Enabled);
            it.status = Some(BackupStorageStatus::Connected);
            it.hostname = Some(format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255));
            it.total_capacity = Some(1 << 44);
            it.available_capacity = Some(amount(number, 1 << 44));
            it.attached_zone_uuids = vec![uuid(0x5a00_0001, number % zones).into()];
            it.create_date = Some("Jan 1, 2024 12:00:00 AM".into());
            it.last_op_date = Some("Jan 1, 2024 12:00:00 AM".into());
            it.into()
        })
        .collect();
    ZstackEstate { backup_storages, zones: attached, ..ZstackEstate::default() }
}
