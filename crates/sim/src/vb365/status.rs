//! With which status an operation succeeds, where it is not the usual one.

use backhaul_wire::Operation;
use http::StatusCode;

/// From v6 to v7 these answer 204; the other operations without a body 200, but for DELETE.
const EMPTY_204: [&str; 20] = [
    "AzureServiceAccounts_Update",
    "CopyJob_Disable",
    "CopyJob_Enable",
    "CopyJob_Start",
    "CopyJob_Stop",
    "CopyJob_Update",
    "Job_AddExcludedItems",
    "Job_AddSelectedItems",
    "Job_DisableAction",
    "Job_EnableAction",
    "Job_StartAction",
    "Job_StopAction",
    "Job_Update",
    "Job_UpdateExcludedItems",
    "Job_UpdateSelectedItems",
    "Organization_Update",
    "RbacRole_AddExcludedItems",
    "RbacRole_AddOperators",
    "RbacRole_AddSelectedItems",
    "RbacRole_Update",
];

/// These answer 201 from the version on that stands here.
const CREATED: [(&str, u8); 21] = [
    ("Account_AddAccount", 6),
    ("AmazonS3CompatibleObjectStorage_AddFolder", 8),
    ("AmazonS3ObjectStorage_AddFolder", 8),
    ("AzureObjectStorage_AddFolder", 8),
    ("BackupRepository_Add", 8),
    ("BackupRepository_Explore", 8),
    ("CopyJob_Create", 8),
    ("DataRetrieval_Create", 6),
    ("DataRetrieval_ExploreAction", 8),
    ("EncryptionKey_AddEncryptionKey", 8),
    ("Job_Add", 8),
    ("Job_ExploreAction", 8),
    ("OrganizationBackupAccounts_SetAccountPool", 8),
    ("Organization_Add", 8),
    ("Organization_Explore", 8),
    ("Proxy_Add", 8),
    ("ProxyPool_Add", 8),
    ("RbacRole_Add", 8),
    ("RestoreSession_ExploreAction", 8),
    ("RestoreSession_OperatorExploreAction", 8),
    ("post_Organization_Action", 3),
];

/// The status of an answer with a body, or without.
pub(in crate::vb365) fn of(operation: &Operation, version: u8, body: bool) -> StatusCode {
    let created = CREATED.iter().any(|(name, since)| *name == operation.name && version >= *since);
    let created = created || operation.name == "post_Organizations_by_organizationId_Action";
    match (version, body) {
        // v6 and v7 created these items and told nothing of them.
        (6..=7, false) if operation.name == "OrganizationAudit_Post" => StatusCode::CREATED,
        (_, true) if created => StatusCode::CREATED,
        (..=5, _) | (_, true) => StatusCode::OK,
        (6..=7, false) if operation.method == "DELETE" || EMPTY_204.contains(&operation.name) => StatusCode::NO_CONTENT,
        (6..=7, false) => StatusCode::OK,
        _ => StatusCode::NO_CONTENT,
    }
}

#[cfg(test)]
mod tests {
    use backhaul_models::vb365::operations::OPERATIONS;

    use super::*;

    #[test]
    fn every_name_is_an_operation() {
        for name in EMPTY_204.iter().chain(CREATED.iter().map(|(name, _)| name)) {
            assert!(OPERATIONS.iter().any(|operation| operation.name == *name), "{name}");
        }
    }
}
