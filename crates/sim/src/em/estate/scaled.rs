//! Any number of subtenants, and jobs with sessions.

use backhaul_models::em::{
    BackupServer, CloudSubtenant, CloudSubtenantRepositoryQuota, CloudTenant, CloudTenantRepositoryQuota,
    CloudTenantResource, Repository, RepositoryKind,
};

use super::{EmEstate, Owned, jobs};
use crate::engine::made_up::{amount, guid};

/// Fifty subtenants to a tenant, fifty tenants and four repositories to a backup server.
pub(crate) fn estate(n: usize) -> EmEstate {
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
