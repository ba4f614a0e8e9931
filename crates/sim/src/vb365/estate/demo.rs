//! Organizations of every kind over repositories of every kind. `abc.onmicrosoft.com` and the numbers of its usage are
//! those of Veeam's documents.

use backhaul_models::vb365::{
    AnyObjectStorage, AnyOrganization, BackupRepository, BackupRepositoryRetentionType, ExchangeSettings,
    ObjectStorageType, Office365ConnectionSettings, OrganizationRegion, OrganizationType, SharepointSettings,
};

use super::{Usage, Vb365Estate};
use crate::engine::night::Night;

const GIB: i64 = 1 << 30;
const TIB: i64 = 1 << 40;

const PROXY: &str = "8c1f5a1e-2d7b-4c0b-9d7a-3e5f0a6b1c2d";

pub(crate) fn estate(night: Night) -> Vb365Estate {
    let mut estate = Vb365Estate::default();
    let [abc, fabrikam, northwind, tailspin, uspace] = organizations(night);
    let repositories = repositories();
    let [cached, object, local, archive, lost, unlimited] = &repositories;

    let mut add = |organization: &AnyOrganization, repository: &BackupRepository, space: [i64; 3], count: i64| {
        let [used, cache, object] = space;
        let mut usage = Usage::of(organization, repository);
        usage.space.used_space_bytes = Some(used);
        usage.space.local_cache_used_space_bytes = Some(cache);
        usage.space.object_storage_used_space_bytes = Some(object);
        usage.space.protected_objects_count = Some(count);
        if repository.capacity_bytes.is_some_and(|capacity| capacity < 0) {
            usage.space.is_available = Some(false);
            usage.space.details = Some(LOST.to_owned());
        }
        estate.usage.push(usage);
    };
    add(&abc, cached, [0, 3_473_408, 2_499_432_773], 12);
    add(&abc, object, [0, 0, 2_348_310_138], 12);
    add(&abc, local, [9_559_506_944, 0, 0], 31);
    add(&fabrikam, local, [734 * GIB + 12_566_568, 0, 0], 412);
    add(&fabrikam, cached, [0, 48 * GIB, 3 * TIB + 217 * GIB], 412);
    add(&fabrikam, archive, [0, 0, 5 * TIB], 388);
    add(&northwind, local, [1_132_135, 0, 0], 3);
    add(&northwind, lost, [211 * GIB, 0, 0], 96);
    add(&tailspin, unlimited, [87 * GIB, 0, 0], 140);
    add(&tailspin, object, [0, 0, 640 * GIB], 140);
    add(&uspace, unlimited, [19 * GIB + 1, 0, 0], 25);

    // Its contract ended, its backups have not.
    let mut gone = Usage::of(&AnyOrganization::default(), local);
    gone.organization_id = "3f2b8f0e-64a1-4c0d-9a43-6a1c2f7d9e58".into();
    gone.space.used_space_bytes = Some(96 * GIB);
    estate.removed = vec![(gone.organization_id.clone(), "woodgrove.onmicrosoft.com".to_owned())];
    estate.usage.push(gone);

    estate.organizations = vec![abc, fabrikam, northwind, tailspin, uspace];
    estate.repositories = repositories.into();
    estate
}

fn organizations(night: Night) -> [AnyOrganization; 5] {
    use OrganizationType::{Hybrid, Office365, OnPremises};
    let organization = |names, kind, [first, last]: [&str; 2]| organization(names, kind, [first, &night.moved(last)]);
    [
        organization(
            ["cbc52c37-df7f-4b03-98f3-036e7d4b3127", "abc.onmicrosoft.com", "ABC Company"],
            Office365,
            ["2020-05-29T10:29:05.5413083Z", "2020-05-29T10:29:05.5413083Z"],
        ),
        organization(
            ["7b2b1ae1-7bbb-4651-b479-bda7edc7838b", "fabrikam.onmicrosoft.com", "Fabrikam"],
            Office365,
            ["2021-02-11T22:00:04.191694Z", "2025-10-18T22:07:42Z"],
        ),
        organization(
            ["5a905bb5-9071-433c-9d2f-f805d4da2cf4", "north.local", "Northwind Traders"],
            OnPremises,
            ["2019-06-16T15:00:00.0402129-07:00", "2025-10-19T16:55:00Z"],
        ),
        organization(
            ["7665cf30-ee89-4d0d-a343-2776da77ed79", "tailspintoys.com", "Tailspin Toys"],
            Hybrid,
            ["2022-09-01T01:00:00Z", "2025-10-17T01:12:09.25Z"],
        ),
        organization(
            ["b9898108-e785-4f8f-8f0d-b05a38880f05", "großhändler.onmicrosoft.com", "Großhändler & Söhne"],
            Office365,
            ["2024-01-31T20:15:30.1234567Z", "2025-10-18T20:18:44Z"],
        ),
    ]
}

fn organization([id, name, office]: [&str; 3], kind: OrganizationType, [first, last]: [&str; 2]) -> AnyOrganization {
    let mut it = AnyOrganization::default();
    it.id = Some(id.into());
    it.name = Some(name.to_owned());
    it.office_name = Some(office.to_owned());
    it.description = Some(format!("{office}, added by SRV12\\Administrator"));
    it.is_backedup = Some(true);
    it.first_backuptime = Some(first.into());
    it.last_backuptime = Some(last.into());
    it.backed_up_organization_id = Some(id.into());
    if kind != OrganizationType::OnPremises {
        it.region = Some(OrganizationRegion::Worldwide);
        it.is_exchange_online = Some(true);
        it.is_share_point_online = Some(true);
        it.is_teams_online = Some(true);
        it.is_teams_chats_online = Some(false);
        let mut settings = Office365ConnectionSettings::default();
        settings.account = Some(format!("backup@{name}"));
        settings.grant_admin_access = Some(true);
        settings.use_mfa = Some(false);
        settings.use_custom_veeam_aad_application = Some(true);
        settings.office_organization_name = Some(name.to_owned());
        it.exchange_online_settings = Some(settings.clone());
        it.share_point_online_settings = Some(settings);
        it.msid = Some(complement(id).into());
    }
    if kind != OrganizationType::Office365 {
        let user = format!("{}\\svc-backup", name.split('.').next().unwrap_or(name));
        let mut exchange = ExchangeSettings::default();
        exchange.server_name = Some(format!("exch01.{name}"));
        exchange.username = Some(user.clone());
        exchange.use_ssl = Some(true);
        it.is_exchange = Some(true);
        it.exchange_settings = Some(exchange);
        let mut sharepoint = SharepointSettings::default();
        sharepoint.server_name = Some(format!("sp01.{name}"));
        sharepoint.username = Some(user);
        sharepoint.server_port = Some(5985);
        it.is_sharepoint = Some(true);
        it.sharepoint_settings = Some(sharepoint);
    }
    it.r#type = Some(kind);
    it
}

/// Another GUID for each GUID.
fn complement(id: &str) -> String {
    let digit = |c: char| c.to_digit(16).and_then(|digit| char::from_digit(15 - digit, 16));
    id.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

const LOST: &str = "The network path was not found.";

/// With cache and object storage; object storage alone; local; archive; out of reach; without a known capacity.
fn repositories() -> [BackupRepository; 6] {
    use ObjectStorageType::{AmazonS3, AzureBlob, WasabiCloud};
    let cached = repository(
        ["cfe34111-3331-45c0-babf-0be32e030444", "Azure Blob with cache", "E:\\Cache\\Azure"],
        Some([512 * GIB, 463 * GIB]),
    );
    let object = repository(
        ["880cb276-127e-4da1-96c1-0d97ecdecd4d", "Amazon S3", "E:\\Cache\\S3"],
        Some([256 * GIB, 255 * GIB]),
    );
    let local = repository(
        ["e412ad5a-a100-462b-8fca-85d7c6415f06", "Default Backup Repository", "D:\\VeeamRepository"],
        Some([2 * TIB, 2 * TIB - 856 * GIB]),
    );
    let mut archive = repository(
        ["21f3c0a4-6f0c-4c53-9d5f-0e4a5b1f7a90", "Wasabi archive", "E:\\Cache\\Wasabi"],
        Some([128 * GIB, 128 * GIB]),
    );
    archive.is_long_term = Some(true);
    archive.retention_type = Some(BackupRepositoryRetentionType::SnapshotBased);
    let mut lost = repository(
        ["4f2b8d6e-9a1c-4e57-b3d0-7c6a5e4f3b21", "Branch office (SMB)", "\\\\nas-branch\\m365"],
        Some([-1, -1]),
    );
    lost.is_out_of_order = Some(true);
    lost.out_of_order_reason = Some(LOST.to_owned());
    let mut unlimited =
        repository(["9d3e7f10-5b2a-4c8e-8a6f-1f0e2d3c4b5a", "Scale-out \"cold\" share", "\\\\sofs\\m365"], None);
    unlimited.description = Some("The file server reports no size".to_owned());
    [
        extended(
            cached,
            AzureBlob,
            "f3b7d1c0-1a2b-4c3d-8e4f-5a6b7c8d9e0f",
            2_499_432_773 + 3 * TIB + 217 * GIB,
            Some(10_240),
        ),
        extended(object, AmazonS3, "0c9d8e7f-6a5b-4c3d-9e2f-1a0b9c8d7e6f", 2_348_310_138 + 640 * GIB, None),
        local,
        extended(archive, WasabiCloud, "6e5d4c3b-2a19-4087-a6b5-c4d3e2f1a0b9", 5 * TIB, Some(8192)),
        lost,
        unlimited,
    ]
}

fn repository([id, name, path]: [&str; 3], space: Option<[i64; 2]>) -> BackupRepository {
    let mut it = BackupRepository::default();
    it.id = Some(id.into());
    it.name = Some(name.to_owned());
    it.description = Some(String::new());
    it.path = Some(path.to_owned());
    it.capacity_bytes = space.map(|[capacity, _]| capacity);
    it.free_space_bytes = space.map(|[_, free]| free);
    it.retention_type = Some(BackupRepositoryRetentionType::ItemLevel);
    it.proxy_id = Some(PROXY.into());
    it.is_long_term = Some(false);
    it.is_outdated = Some(false);
    it.is_out_of_sync = Some(false);
    it.is_indexed = Some(true);
    it.is_out_of_order = Some(false);
    it
}

/// A repository that object storage extends.
fn extended(
    mut it: BackupRepository,
    kind: ObjectStorageType,
    id: &str,
    used: i64,
    limit_gb: Option<i64>,
) -> BackupRepository {
    let mut storage = AnyObjectStorage::default();
    storage.id = Some(id.into());
    storage.r#type = Some(kind);
    storage.used_space_bytes = Some(used);
    storage.size_limit_enabled = Some(limit_gb.is_some());
    storage.size_limit_gb = limit_gb;
    storage.free_space_bytes = limit_gb.map(|limit| limit * GIB - used);
    it.object_storage_id = storage.id.clone();
    it.object_storage_cache_path = it.path.clone();
    it.object_storage_encryption_enabled = Some(true);
    it.object_storage = Some(storage.into());
    it
}
