//! What operations do beyond reading, creating, editing and deleting: a map from operation to effect.

mod actions;
mod jobs;
mod organizations;
mod repositories;
mod restore;

use backhaul_models::registry::listed_in;
use backhaul_wire::Operation;
use backhaul_wire::operation::Response;
use backhaul_wire::shape::Shape;

pub(in crate::vb365) use self::restore::browsed_organization;
use super::{Handler, feeds, files, resources, token, usage};

/// How an operation is carried out: by what stands here, or else as all of its kind are.
pub(in crate::vb365) fn handler(operation: &Operation) -> Handler {
    if let Some((_, handler)) = EFFECTS.iter().find(|(name, _)| *name == operation.name) {
        return *handler;
    }
    let path = operation.path.to_ascii_lowercase();
    let lists = listed_in(operation.response).is_some();
    let array = operation.request.is_some_and(is_array);
    match operation.method {
        _ if path.ends_with("/action") => actions::act,
        _ if matches!(operation.response, Response::Bytes) => files::download,
        "GET" if lists => resources::list,
        "GET" if path.ends_with('}') => resources::get,
        "GET" => resources::document,
        "PUT" if array => resources::append,
        "PUT" if path.ends_with('}') => resources::edit,
        "PUT" => resources::edit_document,
        "DELETE" => resources::delete,
        _ if array => resources::append,
        _ if path.contains("/organization/") && path.starts_with("/restoresessions") => restore::below(&path, lists),
        _ if is_collection(operation.path) => resources::create,
        _ => resources::act,
    }
}

/// Whether a request of this type is an array.
fn is_array(shape: &'static Shape) -> bool {
    shape.written_bare
}

/// Whether what stands at a path is listed, and can be added to.
fn is_collection(path: &str) -> bool {
    use backhaul_models::vb365::operations::OPERATIONS;
    let lists = |row: &&Operation| row.method == "GET" && listed_in(row.response).is_some();
    OPERATIONS.iter().filter(lists).any(|row| row.path == path)
}

const EFFECTS: &[(&str, Handler)] = &[
    ("ServiceInstance_Get", resources::service_instance),
    ("logout", token::log_out),
    // Organizations.
    ("Organization_GetCurrentOrganization", organizations::current),
    ("Organization_GetStorageSpaceUsage", usage::of_organization),
    ("Organization_Add", organizations::add),
    ("Organization_Remove", organizations::remove),
    ("OrganizationSync_GetState", organizations::sync_state),
    ("OrganizationSync_Start", organizations::sync),
    ("OrganizationAudit_ExecuteRemove", organizations::remove_audit_items),
    // Repositories and proxies.
    ("BackupRepository_GetRepositoryStorageUsage", usage::of_repository),
    ("BackupRepository_Add", repositories::add),
    ("BackupRepository_Remove", repositories::remove),
    ("BackupRepository_StartSynchronizeAction", repositories::synchronize),
    ("RepositorySynchronizeSessions_StopSynchronizeAction", repositories::stop_synchronizing),
    ("BackupRepository_ChangeOwner", repositories::change_owner),
    ("RepositoryOwnerChangeSessions_StopAction", repositories::stop_changing_owner),
    ("ProxyPool_Add", repositories::add_pool),
    ("Proxy_RemoveAction", repositories::remove_proxy),
    ("Proxy_EnableMaintenanceAction", repositories::enable_maintenance),
    ("Proxy_DisableMaintenanceAction", repositories::disable_maintenance),
    // Jobs and their sessions.
    ("Job_Add", jobs::add),
    ("Job_AddV7", jobs::add),
    ("Job_Remove", jobs::remove),
    ("Job_StartAction", jobs::start),
    ("Job_StopAction", jobs::stop),
    ("Job_EnableAction", jobs::enable),
    ("Job_DisableAction", jobs::disable),
    ("Job_GetCopyJobByBackupJob", jobs::copy_of),
    ("CopyJob_Create", jobs::add),
    ("CopyJob_Delete", jobs::remove),
    ("CopyJob_Start", jobs::start),
    ("CopyJob_Stop", jobs::stop),
    ("CopyJob_Enable", jobs::enable),
    ("CopyJob_Disable", jobs::disable),
    ("CopyJob_GetBackupJobByCopyJob", jobs::copied_by),
    ("JobSessionChanges_Get", feeds::job_sessions),
    ("RestorePoint_GetChanges", feeds::restore_points),
    ("Events_Get", feeds::events),
    // Restore sessions.
    ("Organization_Explore", restore::explore_organization),
    ("RestoreSession_ExploreAction", restore::explore_own),
    ("RestoreSession_OperatorExploreAction", restore::explore_own),
    ("Job_ExploreAction", restore::explore_job),
    ("BackupRepository_Explore", restore::explore_repository),
    ("DataRetrieval_ExploreAction", restore::explore_retrieval),
    ("RestoreSession_StopAction", restore::stop),
    ("RestoreSession_GetRestoreStatistics", restore::statistics),
    ("BackupOrganization_GetByRestoreSessionId", restore::organization),
    ("TeamsChannel_OperatorStartExportTask", files::start_export),
    ("TeamsPost_OperatorStartExportTask", files::start_export),
    ("TeamsChannel_DownloadExportedPosts", files::download_export),
    ("TeamsPost_DownloadExportedPosts", files::download_export),
];

#[cfg(test)]
mod tests {
    use backhaul_models::vb365::operations::OPERATIONS;

    use super::*;

    #[test]
    fn every_effect_is_an_operations() {
        for (name, _) in EFFECTS {
            assert!(OPERATIONS.iter().any(|operation| operation.name == *name), "{name}");
        }
    }
}
