//! What operations do beyond reading, creating, editing and deleting: a map from operation to effect.

mod actions;
mod jobs;
mod organizations;
mod repositories;
mod restore;

use backhaul_models::registry::listed_in;
use backhaul_models::vb365::operations as calls;
use backhaul_wire::Operation;
use backhaul_wire::operation::Call;
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

/// What an operation does, by its name.
const fn on<C: Call>(handler: Handler) -> (&'static str, Handler) {
    (C::OPERATION.name, handler)
}

const EFFECTS: &[(&str, Handler)] = &[
    on::<calls::ServiceInstanceGet>(resources::service_instance),
    on::<calls::Logout>(token::log_out),
    // Organizations.
    on::<calls::OrganizationGetCurrentOrganization>(organizations::current),
    on::<calls::OrganizationGetStorageSpaceUsage>(usage::of_organization),
    on::<calls::OrganizationAdd>(organizations::add),
    on::<calls::OrganizationRemove>(organizations::remove),
    on::<calls::OrganizationSyncGetState>(organizations::sync_state),
    on::<calls::OrganizationSyncStart>(organizations::sync),
    on::<calls::OrganizationAuditExecuteRemove>(organizations::remove_audit_items),
    // Repositories and proxies.
    on::<calls::BackupRepositoryGetRepositoryStorageUsage>(usage::of_repository),
    on::<calls::BackupRepositoryAdd>(repositories::add),
    on::<calls::BackupRepositoryRemove>(repositories::remove),
    on::<calls::BackupRepositoryStartSynchronizeAction>(repositories::synchronize),
    on::<calls::RepositorySynchronizeSessionsStopSynchronizeAction>(repositories::stop_synchronizing),
    on::<calls::BackupRepositoryChangeOwner>(repositories::change_owner),
    on::<calls::RepositoryOwnerChangeSessionsStopAction>(repositories::stop_changing_owner),
    on::<calls::ProxyPoolAdd>(repositories::add_pool),
    on::<calls::ProxyRemoveAction>(repositories::remove_proxy),
    on::<calls::ProxyEnableMaintenanceAction>(repositories::enable_maintenance),
    on::<calls::ProxyDisableMaintenanceAction>(repositories::disable_maintenance),
    // Jobs and their sessions.
    on::<calls::JobAdd>(jobs::add),
    on::<calls::JobAddV7>(jobs::add),
    on::<calls::JobRemove>(jobs::remove),
    on::<calls::JobStartAction>(jobs::start),
    on::<calls::JobStopAction>(jobs::stop),
    on::<calls::JobEnableAction>(jobs::enable),
    on::<calls::JobDisableAction>(jobs::disable),
    on::<calls::JobGetCopyJobByBackupJob>(jobs::copy_of),
    on::<calls::CopyJobCreate>(jobs::add),
    on::<calls::CopyJobDelete>(jobs::remove),
    on::<calls::CopyJobStart>(jobs::start),
    on::<calls::CopyJobStop>(jobs::stop),
    on::<calls::CopyJobEnable>(jobs::enable),
    on::<calls::CopyJobDisable>(jobs::disable),
    on::<calls::CopyJobGetBackupJobByCopyJob>(jobs::copied_by),
    on::<calls::JobSessionChangesGet>(feeds::job_sessions),
    on::<calls::RestorePointGetChanges>(feeds::restore_points),
    on::<calls::EventsGet>(feeds::events),
    // Restore sessions.
    on::<calls::OrganizationExplore>(restore::explore_organization),
    on::<calls::RestoreSessionExploreAction>(restore::explore_own),
    on::<calls::RestoreSessionOperatorExploreAction>(restore::explore_own),
    on::<calls::JobExploreAction>(restore::explore_job),
    on::<calls::BackupRepositoryExplore>(restore::explore_repository),
    on::<calls::DataRetrievalExploreAction>(restore::explore_retrieval),
    on::<calls::RestoreSessionStopAction>(restore::stop),
    on::<calls::RestoreSessionGetRestoreStatistics>(restore::statistics),
    on::<calls::BackupOrganizationGetByRestoreSessionId>(restore::organization),
    on::<calls::TeamsChannelOperatorStartExportTask>(files::start_export),
    on::<calls::TeamsPostOperatorStartExportTask>(files::start_export),
    on::<calls::TeamsChannelDownloadExportedPosts>(files::download_export),
    on::<calls::TeamsPostDownloadExportedPosts>(files::download_export),
];
