//! With which status an operation succeeds, where it is not the usual one.

use backhaul_models::vb365::operations as calls;
use backhaul_wire::Operation;
use backhaul_wire::operation::Call;
use http::StatusCode;

const fn name<C: Call>() -> &'static str {
    C::OPERATION.name
}

/// From v6 to v7 these answer 204; the other operations without a body 200, but for DELETE.
const EMPTY_204: [&str; 20] = [
    name::<calls::AzureServiceAccountsUpdate>(),
    name::<calls::CopyJobDisable>(),
    name::<calls::CopyJobEnable>(),
    name::<calls::CopyJobStart>(),
    name::<calls::CopyJobStop>(),
    name::<calls::CopyJobUpdate>(),
    name::<calls::JobAddExcludedItems>(),
    name::<calls::JobAddSelectedItems>(),
    name::<calls::JobDisableAction>(),
    name::<calls::JobEnableAction>(),
    name::<calls::JobStartAction>(),
    name::<calls::JobStopAction>(),
    name::<calls::JobUpdate>(),
    name::<calls::JobUpdateExcludedItems>(),
    name::<calls::JobUpdateSelectedItems>(),
    name::<calls::OrganizationUpdate>(),
    name::<calls::RbacRoleAddExcludedItems>(),
    name::<calls::RbacRoleAddOperators>(),
    name::<calls::RbacRoleAddSelectedItems>(),
    name::<calls::RbacRoleUpdate>(),
];

/// These answer 201 from the version on that stands here.
const CREATED: [(&str, u8); 22] = [
    (name::<calls::AccountAddAccount>(), 6),
    (name::<calls::AmazonS3CompatibleObjectStorageAddFolder>(), 8),
    (name::<calls::AmazonS3ObjectStorageAddFolder>(), 8),
    (name::<calls::AzureObjectStorageAddFolder>(), 8),
    (name::<calls::BackupRepositoryAdd>(), 8),
    (name::<calls::BackupRepositoryExplore>(), 8),
    (name::<calls::CopyJobCreate>(), 8),
    (name::<calls::DataRetrievalCreate>(), 6),
    (name::<calls::DataRetrievalExploreAction>(), 8),
    (name::<calls::EncryptionKeyAddEncryptionKey>(), 8),
    (name::<calls::JobAdd>(), 8),
    (name::<calls::JobExploreAction>(), 8),
    (name::<calls::OrganizationBackupAccountsSetAccountPool>(), 8),
    (name::<calls::OrganizationAdd>(), 8),
    (name::<calls::OrganizationExplore>(), 8),
    (name::<calls::ProxyAdd>(), 8),
    (name::<calls::ProxyPoolAdd>(), 8),
    (name::<calls::RbacRoleAdd>(), 8),
    (name::<calls::RestoreSessionExploreAction>(), 8),
    (name::<calls::RestoreSessionOperatorExploreAction>(), 8),
    (name::<calls::PostOrganizationAction>(), 3),
    (name::<calls::PostOrganizationsByOrganizationIdAction>(), 3),
];

/// The status of an answer with a body, or without.
pub(in crate::vb365) fn of(operation: &Operation, version: u8, body: bool) -> StatusCode {
    let created = CREATED.iter().any(|(name, since)| *name == operation.name && version >= *since);
    match (version, body) {
        // v6 and v7 created these items and told nothing of them.
        (6..=7, false) if operation.name == name::<calls::OrganizationAuditPost>() => StatusCode::CREATED,
        (_, true) if created => StatusCode::CREATED,
        (..=5, _) | (_, true) => StatusCode::OK,
        (6..=7, false) if operation.method == "DELETE" || EMPTY_204.contains(&operation.name) => StatusCode::NO_CONTENT,
        (6..=7, false) => StatusCode::OK,
        _ => StatusCode::NO_CONTENT,
    }
}
