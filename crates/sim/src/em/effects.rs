//! What operations do beyond reading, editing and deleting resources: a map from operation to effect.

mod cloud;
mod create;
mod jobs;
mod restore;
mod run;
mod security;
mod servers;
mod tenants;

use backhaul_models::em::operations as calls;
use backhaul_wire::Operation;
use backhaul_wire::operation::Call;

pub(in crate::em) use self::restore::session as restore_session;
use super::{Handler, guest_files, logon, lookup, reports, resources, services, tasks};

/// How an operation is carried out: by what stands here, or else as all resources are read, edited and deleted.
pub(in crate::em) fn handler(operation: &Operation) -> Handler {
    let own = EFFECTS.iter().find(|(name, _)| *name == operation.name).map(|(_, handler)| *handler);
    own.unwrap_or(match operation.method {
        "PUT" => resources::edit,
        "DELETE" => resources::delete,
        _ => resources::get,
    })
}

/// What an operation does, by its name.
const fn on<C: Call>(handler: Handler) -> (&'static str, Handler) {
    (C::OPERATION.name, handler)
}

const EFFECTS: &[(&str, Handler)] = &[
    // Sessions, tasks and services.
    on::<calls::Get>(logon::root),
    on::<calls::PostSessionMngr>(logon::log_on),
    on::<calls::GetLogonSessions>(logon::list),
    on::<calls::GetLogonSessionsById>(logon::get),
    on::<calls::DeleteLogonSessionsById>(logon::log_off),
    on::<calls::GetTasks>(tasks::list),
    on::<calls::GetTasksById>(tasks::get),
    on::<calls::DeleteTasksById>(tasks::delete),
    on::<calls::GetAgents>(services::agents),
    on::<calls::GetCloud>(services::cloud),
    on::<calls::GetNas>(services::nas),
    on::<calls::GetQuerySvc>(services::queries),
    on::<calls::GetSecurity>(services::security),
    on::<calls::GetSelfServiceVSphere>(services::self_service),
    on::<calls::GetVCloud>(services::v_cloud),
    on::<calls::GetSystemSessionsByIdEvents>(services::events),
    on::<calls::GetLookup>(lookup::lookup),
    on::<calls::GetLookupSvc>(lookup::service),
    on::<calls::GetReportsSummary>(reports::summary),
    on::<calls::GetReportsSummaryJobStatistics>(reports::job_statistics),
    on::<calls::GetReportsSummaryOverview>(reports::overview),
    on::<calls::GetReportsSummaryProcessedVms>(reports::processed),
    on::<calls::GetReportsSummaryRepository>(reports::repositories),
    on::<calls::GetReportsSummaryVmsOverview>(reports::machines),
    // Backup servers.
    on::<calls::PostBackupServersCreate>(servers::add),
    on::<calls::PutBackupServersById>(servers::edit),
    on::<calls::PostBackupServersByIdCollect>(servers::collect),
    on::<calls::PostBackupServersByIdQuickbackup>(jobs::quick_backup),
    on::<calls::PostBackupServersByIdVeeamzip>(jobs::veeam_zip),
    on::<calls::PostBackupServersByIdCredentialsCreate>(servers::add_credentials),
    on::<calls::PostBackupServersByIdPasswordsCreate>(servers::add_password),
    on::<calls::PutBackupServersByIdPasswordsById>(servers::edit_password),
    // Jobs and policies.
    on::<calls::PostJobsByIdClone>(jobs::clone),
    on::<calls::PostJobsByIdRetry>(jobs::retry),
    on::<calls::PostJobsByIdStart>(jobs::start),
    on::<calls::PostJobsByIdStop>(jobs::stop),
    on::<calls::PostJobsByIdSync>(jobs::sync),
    on::<calls::PostJobsByIdToggleScheduleEnabled>(jobs::toggle),
    on::<calls::PostJobsByIdIncludes>(jobs::include),
    on::<calls::PostJobsByIdLinkedBackupRepositories>(jobs::link_repository),
    on::<calls::PostJobsByIdLinkedJobs>(jobs::link_job),
    on::<calls::PostAgentsJobsByIdRetry>(jobs::retry),
    on::<calls::PostAgentsJobsByIdStart>(jobs::start),
    on::<calls::PostAgentsJobsByIdStop>(jobs::stop),
    on::<calls::PostAgentsJobsByIdToggleScheduleEnabled>(jobs::toggle),
    on::<calls::PostNasJobsByIdRetry>(jobs::retry),
    on::<calls::PostNasJobsByIdStart>(jobs::start),
    on::<calls::PostNasJobsByIdStop>(jobs::stop),
    on::<calls::PostNasJobsByIdToggleScheduleEnabled>(jobs::toggle),
    on::<calls::PostBackupSessionsByIdStop>(jobs::stop_session),
    on::<calls::PostCdpPoliciesByIdDisable>(jobs::disable_policy),
    on::<calls::PostCdpPoliciesByIdEnable>(jobs::enable_policy),
    on::<calls::PostCdpPoliciesByIdIncludes>(jobs::include),
    // Tenants and what a provider has.
    on::<calls::PostCloudTenants>(tenants::add),
    on::<calls::PostCloudTenantsByIdResources>(tenants::add_resource),
    on::<calls::PostCloudTenantsByIdComputeResources>(tenants::add_compute),
    on::<calls::PostCloudTenantsByIdVCloudComputeResources>(tenants::add_v_cloud_compute),
    on::<calls::PostCloudTenantsByIdSubtenants>(tenants::add_subtenant),
    on::<calls::GetCloudTenantsByIdFreelicenseCounters>(tenants::license_counters),
    on::<calls::PostCloudGateways>(cloud::add_gateway),
    on::<calls::PostCloudGatewayPools>(cloud::add_pool),
    on::<calls::PostCloudHardwarePlans>(cloud::add_plan),
    on::<calls::PostCloudPublicIpAddresses>(cloud::add_addresses),
    on::<calls::PostVCloudOrgConfigs>(cloud::add_organization),
    on::<calls::PostVCloudOrgConfigsByIdDisable>(cloud::disable_organization),
    on::<calls::GetVCloudOrgConfigsByIdBackupJobSettings>(cloud::organization_settings),
    on::<calls::PostSelfServiceVSphereConfigs>(cloud::add_self_service),
    on::<calls::GetSelfServiceVSphereConfigsByIdBackupJobSettings>(cloud::self_service_settings),
    // Accounts.
    on::<calls::PostSecurityAccounts>(security::add),
    on::<calls::PostSecurityAccountsById>(security::toggle),
    on::<calls::PostSecurityAccountsRebuildScope>(security::rebuild_scope),
    on::<calls::PostSecurityAccountsByIdRoles>(security::add_role),
    on::<calls::PostSecurityAccountsByIdScopes>(security::add_scopes),
    // Restores and failovers.
    on::<calls::PostVmRestorePointsByIdRestore>(restore::restore_vm),
    on::<calls::PostVAppRestorePointsByIdRestore>(restore::restore_v_app),
    on::<calls::PostVmReplicaPointsByIdFailover>(restore::fail_over_vm),
    on::<calls::PostVAppReplicaPointsByIdFailover>(restore::fail_over_v_app),
    on::<calls::PostCdpReplicaVAppsByIdFailover>(restore::fail_over_cdp),
    on::<calls::PostCdpReplicaVAppsByIdIntervals>(restore::intervals),
    on::<calls::PostCdpReplicasByIdVmsByIdFailover>(restore::fail_over_cdp),
    on::<calls::PostCdpReplicasByIdVmsByIdIntervals>(restore::intervals),
    on::<calls::PostFailoverPlansByIdStart>(restore::start_plan),
    on::<calls::PostFailoverPlansByIdUndo>(restore::undo_plan),
    on::<calls::PostCloudCloudFailoverPlansByIdStart>(restore::start_cloud_plan),
    on::<calls::PostCloudCloudFailoverPlansByIdTest>(restore::test_cloud_plan),
    on::<calls::PostCloudCloudFailoverPlansByIdUndo>(restore::undo_cloud_plan),
    // Files inside restore points.
    on::<calls::GetVmRestorePointsByIdMounts>(guest_files::list),
    on::<calls::PostVmRestorePointsByIdMounts>(guest_files::mount),
    on::<calls::GetVmRestorePointsByIdMountsById>(guest_files::get),
    on::<calls::DeleteVmRestorePointsByIdMountsById>(guest_files::unmount),
    on::<calls::GetVmRestorePointsByIdMountsByIdByFilepath>(guest_files::browse),
    on::<calls::PostVmRestorePointsByIdMountsByIdByFilepathRestore>(guest_files::restore),
    on::<calls::GetVmReplicaPointsByIdMounts>(guest_files::list),
    on::<calls::PostVmReplicaPointsByIdMounts>(guest_files::mount),
    on::<calls::GetVmReplicaPointsByIdMountsById>(guest_files::get),
    on::<calls::DeleteVmReplicaPointsByIdMountsById>(guest_files::unmount),
    on::<calls::GetVmReplicaPointsByIdMountsByIdByFilepath>(guest_files::browse),
    on::<calls::PostVmReplicaPointsByIdMountsByIdByFilepathRestore>(guest_files::restore),
    on::<calls::GetAgentsAgentRestorePointsByIdMounts>(guest_files::list),
    on::<calls::PostAgentsAgentRestorePointsByIdMounts>(guest_files::mount),
    on::<calls::GetAgentsAgentRestorePointsByIdMountsById>(guest_files::get),
    on::<calls::DeleteAgentsAgentRestorePointsByIdMountsById>(guest_files::unmount),
    on::<calls::GetAgentsAgentRestorePointsByIdMountsByIdByFilepath>(guest_files::browse),
    on::<calls::PostAgentsAgentRestorePointsByIdMountsByIdByFilepathRestore>(guest_files::restore),
    on::<calls::GetCatalogVmsByVmnameVmRestorePointsByIdGuestfs>(guest_files::catalog_root),
    on::<calls::GetCatalogVmsByVmnameVmRestorePointsByIdGuestfsByFilepath>(guest_files::browse),
    on::<calls::PostCatalogVmsByVmnameVmRestorePointsByIdBrowse>(guest_files::browse_catalog),
    on::<calls::PostCatalogVmsByVmnameVmRestorePointsByIdGuestfsByFilepathRestore>(guest_files::restore_from_catalog),
];

#[cfg(test)]
mod tests {
    use backhaul_models::em::operations::OPERATIONS;

    use super::*;

    #[test]
    fn every_post_has_an_effect() {
        for operation in OPERATIONS.iter().filter(|operation| operation.method == "POST") {
            assert!(EFFECTS.iter().any(|(name, _)| *name == operation.name), "{}", operation.name);
        }
    }
}
