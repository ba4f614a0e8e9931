//! What operations do beyond reading, editing and deleting resources: a map from operation to effect.

mod cloud;
mod create;
mod jobs;
mod restore;
mod run;
mod security;
mod servers;
mod tenants;

use backhaul_wire::Operation;

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

const EFFECTS: &[(&str, Handler)] = &[
    // Sessions, tasks and services.
    ("Get", logon::root),
    ("PostSessionMngr", logon::log_on),
    ("GetLogonSessions", logon::list),
    ("GetLogonSessionsById", logon::get),
    ("DeleteLogonSessionsById", logon::log_off),
    ("GetTasks", tasks::list),
    ("GetTasksById", tasks::get),
    ("DeleteTasksById", tasks::delete),
    ("GetAgents", services::agents),
    ("GetCloud", services::cloud),
    ("GetNas", services::nas),
    ("GetQuerySvc", services::queries),
    ("GetSecurity", services::security),
    ("GetSelfServiceVSphere", services::self_service),
    ("GetVCloud", services::v_cloud),
    ("GetSystemSessionsByIdEvents", services::events),
    ("GetLookup", lookup::lookup),
    ("GetLookupSvc", lookup::service),
    ("GetReportsSummary", reports::summary),
    ("GetReportsSummaryJobStatistics", reports::job_statistics),
    ("GetReportsSummaryOverview", reports::overview),
    ("GetReportsSummaryProcessedVms", reports::processed),
    ("GetReportsSummaryRepository", reports::repositories),
    ("GetReportsSummaryVmsOverview", reports::machines),
    // Backup servers.
    ("PostBackupServersCreate", servers::add),
    ("PutBackupServersById", servers::edit),
    ("PostBackupServersByIdCollect", servers::collect),
    ("PostBackupServersByIdQuickbackup", jobs::quick_backup),
    ("PostBackupServersByIdVeeamzip", jobs::veeam_zip),
    ("PostBackupServersByIdCredentialsCreate", servers::add_credentials),
    ("PostBackupServersByIdPasswordsCreate", servers::add_password),
    ("PutBackupServersByIdPasswordsById", servers::edit_password),
    // Jobs and policies.
    ("PostJobsByIdClone", jobs::clone),
    ("PostJobsByIdRetry", jobs::retry),
    ("PostJobsByIdStart", jobs::start),
    ("PostJobsByIdStop", jobs::stop),
    ("PostJobsByIdSync", jobs::sync),
    ("PostJobsByIdToggleScheduleEnabled", jobs::toggle),
    ("PostJobsByIdIncludes", jobs::include),
    ("PostJobsByIdLinkedBackupRepositories", jobs::link_repository),
    ("PostJobsByIdLinkedJobs", jobs::link_job),
    ("PostAgentsJobsByIdRetry", jobs::retry),
    ("PostAgentsJobsByIdStart", jobs::start),
    ("PostAgentsJobsByIdStop", jobs::stop),
    ("PostAgentsJobsByIdToggleScheduleEnabled", jobs::toggle),
    ("PostNasJobsByIdRetry", jobs::retry),
    ("PostNasJobsByIdStart", jobs::start),
    ("PostNasJobsByIdStop", jobs::stop),
    ("PostNasJobsByIdToggleScheduleEnabled", jobs::toggle),
    ("PostBackupSessionsByIdStop", jobs::stop_session),
    ("PostCdpPoliciesByIdDisable", jobs::disable_policy),
    ("PostCdpPoliciesByIdEnable", jobs::enable_policy),
    ("PostCdpPoliciesByIdIncludes", jobs::include),
    // Tenants and what a provider has.
    ("PostCloudTenants", tenants::add),
    ("PostCloudTenantsByIdResources", tenants::add_resource),
    ("PostCloudTenantsByIdComputeResources", tenants::add_compute),
    ("PostCloudTenantsByIdVCloudComputeResources", tenants::add_v_cloud_compute),
    ("PostCloudTenantsByIdSubtenants", tenants::add_subtenant),
    ("GetCloudTenantsByIdFreelicenseCounters", tenants::license_counters),
    ("PostCloudGateways", cloud::add_gateway),
    ("PostCloudGatewayPools", cloud::add_pool),
    ("PostCloudHardwarePlans", cloud::add_plan),
    ("PostCloudPublicIpAddresses", cloud::add_addresses),
    ("PostVCloudOrgConfigs", cloud::add_organization),
    ("PostVCloudOrgConfigsByIdDisable", cloud::disable_organization),
    ("GetVCloudOrgConfigsByIdBackupJobSettings", cloud::organization_settings),
    ("PostSelfServiceVSphereConfigs", cloud::add_self_service),
    ("GetSelfServiceVSphereConfigsByIdBackupJobSettings", cloud::self_service_settings),
    // Accounts.
    ("PostSecurityAccounts", security::add),
    ("PostSecurityAccountsById", security::toggle),
    ("PostSecurityAccountsRebuildScope", security::rebuild_scope),
    ("PostSecurityAccountsByIdRoles", security::add_role),
    ("PostSecurityAccountsByIdScopes", security::add_scopes),
    // Restores and failovers.
    ("PostVmRestorePointsByIdRestore", restore::restore_vm),
    ("PostVAppRestorePointsByIdRestore", restore::restore_v_app),
    ("PostVmReplicaPointsByIdFailover", restore::fail_over_vm),
    ("PostVAppReplicaPointsByIdFailover", restore::fail_over_v_app),
    ("PostCdpReplicaVAppsByIdFailover", restore::fail_over_cdp),
    ("PostCdpReplicaVAppsByIdIntervals", restore::intervals),
    ("PostCdpReplicasByIdVmsByIdFailover", restore::fail_over_cdp),
    ("PostCdpReplicasByIdVmsByIdIntervals", restore::intervals),
    ("PostFailoverPlansByIdStart", restore::start_plan),
    ("PostFailoverPlansByIdUndo", restore::undo_plan),
    ("PostCloudCloudFailoverPlansByIdStart", restore::start_cloud_plan),
    ("PostCloudCloudFailoverPlansByIdTest", restore::test_cloud_plan),
    ("PostCloudCloudFailoverPlansByIdUndo", restore::undo_cloud_plan),
    // Files inside restore points.
    ("GetVmRestorePointsByIdMounts", guest_files::list),
    ("PostVmRestorePointsByIdMounts", guest_files::mount),
    ("GetVmRestorePointsByIdMountsById", guest_files::get),
    ("DeleteVmRestorePointsByIdMountsById", guest_files::unmount),
    ("GetVmRestorePointsByIdMountsByIdByFilepath", guest_files::browse),
    ("PostVmRestorePointsByIdMountsByIdByFilepathRestore", guest_files::restore),
    ("GetVmReplicaPointsByIdMounts", guest_files::list),
    ("PostVmReplicaPointsByIdMounts", guest_files::mount),
    ("GetVmReplicaPointsByIdMountsById", guest_files::get),
    ("DeleteVmReplicaPointsByIdMountsById", guest_files::unmount),
    ("GetVmReplicaPointsByIdMountsByIdByFilepath", guest_files::browse),
    ("PostVmReplicaPointsByIdMountsByIdByFilepathRestore", guest_files::restore),
    ("GetAgentsAgentRestorePointsByIdMounts", guest_files::list),
    ("PostAgentsAgentRestorePointsByIdMounts", guest_files::mount),
    ("GetAgentsAgentRestorePointsByIdMountsById", guest_files::get),
    ("DeleteAgentsAgentRestorePointsByIdMountsById", guest_files::unmount),
    ("GetAgentsAgentRestorePointsByIdMountsByIdByFilepath", guest_files::browse),
    ("PostAgentsAgentRestorePointsByIdMountsByIdByFilepathRestore", guest_files::restore),
    ("GetCatalogVmsByVmnameVmRestorePointsByIdGuestfs", guest_files::catalog_root),
    ("GetCatalogVmsByVmnameVmRestorePointsByIdGuestfsByFilepath", guest_files::browse),
    ("PostCatalogVmsByVmnameVmRestorePointsByIdBrowse", guest_files::browse_catalog),
    ("PostCatalogVmsByVmnameVmRestorePointsByIdGuestfsByFilepathRestore", guest_files::restore_from_catalog),
];

#[cfg(test)]
mod tests {
    use backhaul_models::em::operations::OPERATIONS;

    use super::*;

    #[test]
    fn every_effect_is_an_operations_and_every_post_has_one() {
        for (name, _) in EFFECTS {
            assert!(OPERATIONS.iter().any(|operation| operation.name == *name), "{name}");
        }
        for operation in OPERATIONS.iter().filter(|operation| operation.method == "POST") {
            assert!(EFFECTS.iter().any(|(name, _)| *name == operation.name), "{}", operation.name);
        }
    }
}
