//! Backup servers of a provider and of a branch, tenants of every kind, subtenants with and without quotas.
//! `172.24.31.67`, `ABC Company`, `User01` and the identifiers around them are those of Veeam's documents.

use backhaul_models::em::{
    ActiveDirectoryDomain, ActiveDirectoryTenant, BackupServer, CloudSubtenant, CloudSubtenantRepositoryQuota,
    CloudTenant, CloudTenantKind, CloudTenantLeaseOptions, CloudTenantRepositoryQuota, CloudTenantResource,
    OperationResult, Repository, RepositoryKind, StandaloneTenant, TenantCredentials, ThrottlingSpeedUnit,
    VCloudTenant,
};
use backhaul_wire::Secret;

use super::{EmEstate, Owned};
use crate::engine::night::Night;

const GIB: i64 = 1 << 30;
const TIB: i64 = 1 << 40;

const PROVIDER: &str = "ca19249e-e638-421a-ab22-68cb89b9009a";
const SECOND: &str = "ce15a8c7-aa49-495e-b05b-ee3398c91018";
const BRANCH: &str = "ffa6d4ef-ea63-4fb3-88a1-84706c2430e1";

const SCALE_OUT: &str = "003a6ffe-b9f5-4e37-9aa8-27c468d827da";
const FAST: &str = "b609c947-dd30-4295-8b57-cc880329dbd6";
const VOLUME: &str = "bffeb9f5-1bdd-4bbd-9299-6fcb7c37bdf6";
const NAS: &str = "5d0c1f6e-3b7a-4e82-9c14-6f2a8b0d7e35";
const ARCHIVE: &str = "1e7a9c50-8d2b-4f63-a0e9-4b5c6d7f8a92";

const ABC: &str = "e38a8692-6816-443e-9052-7fa71ee7fd65";
const SMITH: &str = "9c3aad22-3d96-43fe-ab25-6e1800b0dda0";
const CONTOSO: &str = "65f1c495-1942-449b-8317-e877251d0822";
const UMLAUT: &str = "4f90635a-7ecc-49fe-beb6-60b37eb4bd89";
const DIRECTOR: &str = "0b6d2c9e-71f4-4a58-8e3d-5c9a1f7b2e60";
const GONE: &str = "d8e4f7a1-2b3c-4d5e-9f60-718293a4b5c6";

/// A resource of the ABC Company's, which its subtenants' quotas are parts of.
const ABC_MAIN: &str = "502686fc-44ea-4f8b-b5f6-7c11a90aa12d";
const ABC_FAST: &str = "11c59670-23df-448c-a4b3-74c42669633e";
const SMITH_MAIN: &str = "6022432d-375f-46a8-bea4-b28ab2ad8bd5";
const CONTOSO_MAIN: &str = "a7d3e1f0-5c4b-4a39-8287-7665544332b1";
const UMLAUT_MAIN: &str = "3c2b1a09-f8e7-4d6c-95b4-a3928170f6e5";
const DIRECTOR_MAIN: &str = "7e6f5d4c-3b2a-4190-8f7e-6d5c4b3a2910";
const GONE_MAIN: &str = "90817263-5443-4526-9718-09fadbecdbca";

/// Mebibytes in a gibibyte.
const GB: i64 = 1024;

/// Jobs, sessions, backups, restore points, replicas, agents, file shares, what a provider has, accounts, and guests'
/// files, in the form of estate files; a test sees to it that they can be read.
const MORE: &str = include_str!("demo.json");

pub(crate) fn estate(night: Night) -> EmEstate {
    let more = super::file::records_alone(&night.moved(MORE)).unwrap_or_default();
    EmEstate {
        servers: vec![
            server(PROVIDER, "172.24.31.67", "Cloud Connect, data centre 1", "13.0.1.1071"),
            server(SECOND, "srv02.tech.local", "", "12.3.2.3617"),
            server(BRANCH, "backup-köln.tech.local", "Branch \"Köln\" & surroundings", "13.0.0.1420"),
        ],
        repositories: repositories(),
        tenants: tenants(),
        subtenants: subtenants(),
        records: more.records,
        guest_files: more.guest_files,
    }
}

fn server(id: &str, name: &str, description: &str, version: &str) -> BackupServer {
    let mut it = BackupServer::default();
    it.uid = Some(format!("urn:veeam:BackupServer:{id}").into());
    it.name = Some(name.to_owned());
    it.description = Some(description.to_owned());
    it.port = Some(9392);
    it.version = Some(version.to_owned());
    it
}

fn repositories() -> Vec<Owned<Repository>> {
    let repository = |server: &str, id: &str, name: &str, [capacity, free]: [i64; 2], kind: RepositoryKind| {
        let mut it = Repository::default();
        it.uid = Some(format!("urn:veeam:Repository:{id}").into());
        it.name = Some(name.to_owned());
        it.capacity = Some(capacity);
        it.free_space = Some(free);
        it.kind = Some(kind);
        Owned::new(server, it)
    };
    vec![
        repository(
            PROVIDER,
            SCALE_OUT,
            "Scale-out Backup Repository 1",
            [120 * TIB, 74 * TIB],
            RepositoryKind::Extendable,
        ),
        repository(PROVIDER, FAST, "Backups Vol2", [30 * TIB, 11 * TIB + 300 * GIB], RepositoryKind::LinuxLocal),
        repository(
            SECOND,
            VOLUME,
            "Backup Volume 01",
            [1_079_639_011_328, 881_812_750_336],
            RepositoryKind::WindowsLocal,
        ),
        repository(SECOND, ARCHIVE, "Archiv <2019", [8 * TIB, 96 * GIB], RepositoryKind::CifsShare),
        repository(BRANCH, NAS, "NAS Köln", [16 * TIB, 5 * TIB], RepositoryKind::Nfs),
    ]
}

/// A resource: its identifier, the repository, its name, quota and used quota in MB.
type Resource<'a> = (&'a str, &'a str, &'a str, i64, i64);

fn resources(list: &[Resource<'_>]) -> Vec<CloudTenantResource> {
    let resource = |&(id, repository, name, quota_mb, used_mb): &Resource<'_>| {
        let mut quota = CloudTenantRepositoryQuota::default();
        quota.display_name = Some(name.to_owned());
        quota.repository_uid = Some(format!("urn:veeam:Repository:{repository}").into());
        quota.quota = Some(quota_mb);
        quota.used_quota = Some(used_mb);
        let mut it = CloudTenantResource::default();
        it.id = Some(id.into());
        it.repository_quota = Some(quota);
        it
    };
    list.iter().map(resource).collect()
}

fn standalone(user: &str) -> CloudTenantKind {
    let mut credentials = TenantCredentials::default();
    credentials.username = Some(user.to_owned());
    credentials.password = Some(Secret::from(""));
    let mut tenant = StandaloneTenant::default();
    tenant.tenant_credentials = Some(credentials);
    let mut kind = CloudTenantKind::default();
    kind.standalone_tenant = Some(tenant);
    kind
}

fn directory(domain: &str, account: &str) -> CloudTenantKind {
    let mut it = ActiveDirectoryDomain::default();
    it.domain_name = Some(domain.to_owned());
    it.domain_account = Some("f1b5f006-5e29-4702-8aaa-7653d30af191".to_owned());
    it.port = Some(389);
    let mut tenant = ActiveDirectoryTenant::default();
    tenant.domain = Some(it);
    tenant.account = Some(account.to_owned());
    let mut kind = CloudTenantKind::default();
    kind.ad_tenant_type = Some(tenant);
    kind
}

fn director(name: &str) -> CloudTenantKind {
    let mut tenant = VCloudTenant::default();
    tenant.organization_name = Some(name.to_owned());
    let reference = "urn:vCloud:Organization:2d6b6c64-4f6b-4d1d-8f0c-3b2a19087f6e.urn:vcloud:org:5e4d3c2b-1a09-48f7-96e5-d4c3b2a19080";
    tenant.organization_ref = Some(reference.into());
    let mut kind = CloudTenantKind::default();
    kind.v_cloud_tenant = Some(tenant);
    kind
}

fn tenants() -> Vec<Owned<CloudTenant>> {
    let mut smith = tenant(
        [PROVIDER, SMITH, "tech\\john.smith", "Tenant account for AD user"],
        directory("tech.local", "tech\\john.smith"),
        &[(SMITH_MAIN, SCALE_OUT, "AD User Cloud Repository", 30_720, 4_096)],
        [0, 1, 0],
    );
    smith.entity.throttling_enabled = Some(true);
    smith.entity.throttling_speed_limit = Some(10);
    smith.entity.throttling_speed_unit = Some(ThrottlingSpeedUnit::MBps);
    let mut gone = tenant(
        [SECOND, GONE, "Former Customer Ltd.", "Left in 2025; data kept until the lease ends"],
        standalone("Former Customer Ltd."),
        &[(GONE_MAIN, ARCHIVE, "Archive", 512 * GB, 507 * GB)],
        [4, 0, 0],
    );
    gone.entity.enabled = Some(false);
    gone.entity.last_result = Some(OperationResult::Failed);
    let mut lease = CloudTenantLeaseOptions::default();
    lease.enabled = Some(true);
    lease.lease_expiration_date = Some("2026-12-31T22:59:59Z".into());
    gone.entity.lease_options = Some(lease);
    let mut umlaut = tenant(
        [BRANCH, UMLAUT, "Müller & Söhne \"Bau\" GmbH", ""],
        standalone("mueller"),
        &[(UMLAUT_MAIN, NAS, "Köln", 4 * 1024 * GB, 1024 * GB + 77)],
        [12, 3, 1],
    );
    umlaut.entity.last_result = Some(OperationResult::Warning);
    vec![
        tenant(
            [PROVIDER, ABC, "ABC Company", "Created by SRV12\\Administrator at 7/19/2019 9:05 PM."],
            standalone("ABC Company"),
            &[
                (ABC_MAIN, SCALE_OUT, "ABC Cloud Repository", 20 * 1024 * GB, 6 * 1024 * GB + 120 * GB),
                (ABC_FAST, FAST, "ABC fast", 2 * 1024 * GB, 731 * GB),
            ],
            [31, 9, 6],
        ),
        smith,
        tenant(
            [PROVIDER, CONTOSO, "Contoso", "Workstations of the sales force"],
            directory("contoso.com", "contoso\\svc-backup"),
            &[(CONTOSO_MAIN, FAST, "Contoso", 1024 * GB, 388 * GB)],
            [8, 140, 4],
        ),
        umlaut,
        tenant(
            [PROVIDER, DIRECTOR, "org-northwind", "Organization of Cloud Director"],
            director("org-northwind"),
            &[(DIRECTOR_MAIN, SCALE_OUT, "Northwind", 5 * 1024 * GB, 2 * 1024 * GB)],
            [17, 0, 5],
        ),
        gone,
    ]
}

fn tenant(
    [server, id, name, description]: [&str; 4],
    kind: CloudTenantKind,
    list: &[Resource<'_>],
    [backups, workstations, servers]: [i64; 3],
) -> Owned<CloudTenant> {
    let mut lease = CloudTenantLeaseOptions::default();
    lease.enabled = Some(false);
    let mut it = CloudTenant::default();
    it.uid = Some(format!("urn:veeam:CloudTenant:{id}").into());
    it.name = Some(name.to_owned());
    it.description = Some(description.to_owned());
    it.enabled = Some(true);
    it.lease_options = Some(lease);
    it.resources = resources(list);
    it.last_result = Some(OperationResult::Success);
    it.throttling_enabled = Some(false);
    it.throttling_speed_limit = Some(1);
    it.throttling_speed_unit = Some(ThrottlingSpeedUnit::MBps);
    it.public_ip_count = Some(0);
    it.backup_count = Some(backups);
    it.replica_count = Some(0);
    it.max_concurrent_tasks = Some(1);
    it.work_station_backup_count = Some(workstations);
    it.server_backup_count = Some(servers);
    it.backup_protection_enabled = Some(true);
    it.backup_protection_period = Some(1);
    it.tenant_type = Some(kind);
    Owned::new(server, it)
}

fn subtenants() -> Vec<Owned<CloudSubtenant>> {
    let user03 = "Created by SRV12\\Administrator at 7/31/2019 9:28 PM.";
    let user2 = "Created by SRV13\\Administrator at 7/19/2019 9:11 PM.";
    let mut all = vec![
        unlimited(subtenant(ABC, ABC_MAIN, "5f6a393a-e80b-4b20-91f0-db47b6a7dcbe", "User01", 1024, 0), "User01"),
        unlimited(
            subtenant(ABC, ABC_MAIN, "9e924fbb-54d5-4bab-82e0-68216d45b096", "User03", 10_240, 0),
            "User03 Quota",
        ),
        unlimited(subtenant(ABC, ABC_MAIN, "24fd5279-060e-48c5-9ad2-070d823bc705", "User2", 10_240, 0), "Quota"),
        subtenant(ABC, ABC_MAIN, "4da30260-581d-4b94-8a56-61c117819dcc", "ABC Company PC User", 200 * GB, 163 * GB),
        subtenant(ABC, ABC_MAIN, "d0f1e2a3-b4c5-4d67-8901-23456789abcd", "Zoë O'Brien", 500 * GB, 499 * GB + 1023),
        subtenant(ABC, ABC_FAST, "0c1d2e3f-4051-4627-8394-a5b6c7d8e9fa", "build \"server\" <ci>", 300 * GB, 12 * GB),
        subtenant(ABC, ABC_FAST, "13579bdf-2468-4ace-8bdf-02468acefdb9", "Ärzte;Praxis,2 (alt)", 100 * GB, 88 * GB),
        subtenant(SMITH, SMITH_MAIN, "2b4d6f81-93a5-4c7e-90b1-d3f507192b3d", "tech\\anna.berg", 10 * GB, 3 * GB),
        subtenant(SMITH, SMITH_MAIN, "3c5e7092-a4b6-4d8f-81c2-e40618293c4e", "tech\\li.wei", 10 * GB, GB),
        subtenant(CONTOSO, CONTOSO_MAIN, "4d6f81a3-b5c7-4e90-92d3-f5172a3b4c5f", "sales-laptop-001", 64 * GB, 41 * GB),
        subtenant(CONTOSO, CONTOSO_MAIN, "5e7092b4-c6d8-4fa1-83e4-06283b4c5d60", "sales-laptop-002", 64 * GB, 66 * GB),
        subtenant(CONTOSO, CONTOSO_MAIN, "6f81a3c5-d7e9-40b2-94f5-17394c5d6e71", "营业部 笔记本", 64 * GB, 0),
        subtenant(
            UMLAUT,
            UMLAUT_MAIN,
            "7092b4d6-e8fa-41c3-a506-284a5d6e7f82",
            "Baustelle 7 + Büro",
            512 * GB,
            310 * GB,
        ),
        unlimited(
            subtenant(UMLAUT, UMLAUT_MAIN, "81a3c5e7-f90b-42d4-b617-395b6e7f8093", "Geschäftsführung", 0, 77),
            "Geschäftsführung",
        ),
        subtenant(GONE, GONE_MAIN, "92b4d6f8-0a1c-43e5-8728-4a6c7f8091a4", "old-user", 256 * GB, 255 * GB),
    ];
    let describe = |it: &mut Owned<CloudSubtenant>, text: &str| it.entity.description = Some(text.to_owned());
    describe(&mut all[1], user03);
    describe(&mut all[2], user2);
    for at in [8, 10, 14] {
        all[at].entity.enabled = Some(false);
    }
    let quotas = [
        "52a1705e-cb79-481c-9209-245b12e17089",
        "321cbe67-cc8c-474e-ab1e-2694311ef794",
        "4f8d70ba-6434-4f47-9883-67874b8f334f",
    ];
    for (it, id) in all.iter_mut().zip(quotas) {
        if let Some(quota) = &mut it.entity.repository_quota {
            quota.quota_id = Some(id.into());
        }
    }
    all
}

fn subtenant(tenant: &str, resource: &str, id: &str, name: &str, quota_mb: i64, used_mb: i64) -> Owned<CloudSubtenant> {
    let mut quota = CloudSubtenantRepositoryQuota::default();
    quota.unlimited = Some(false);
    quota.display_name = Some(name.to_owned());
    quota.tenant_resource_id = Some(resource.into());
    quota.quota_mb = Some(quota_mb);
    quota.used_quota_mb = Some(used_mb);
    // The subtenant's own identifier with the halves of its first part exchanged.
    quota.quota_id = Some(format!("{}{}{}", &id[4..8], &id[..4], &id[8..]).into());
    let mut it = CloudSubtenant::default();
    it.id = Some(id.into());
    it.name = Some(name.to_owned());
    it.description = Some(String::new());
    it.password = Some(Secret::from(""));
    it.enabled = Some(true);
    it.repository_quota = Some(quota);
    Owned::new(tenant, it)
}

fn unlimited(mut it: Owned<CloudSubtenant>, name: &str) -> Owned<CloudSubtenant> {
    if let Some(quota) = &mut it.entity.repository_quota {
        quota.unlimited = Some(true);
        quota.display_name = Some(name.to_owned());
    }
    it
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_records_can_be_read() {
        let more = crate::em::estate::file::records_alone(MORE).unwrap();
        assert!(more.records.len() > 100 && more.guest_files.len() > 100);
    }

    #[test]
    fn every_owner_is_there() {
        let all = crate::Estate::demo().em;
        let known: Vec<_> = all.ids().collect();
        for record in &all.records {
            for owner in &record.belongs_to {
                assert!(known.iter().any(|id| id.same(owner)), "{owner} of {record:?}");
            }
        }
    }
}
