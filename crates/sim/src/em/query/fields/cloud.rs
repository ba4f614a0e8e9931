//! What a provider has.

use backhaul_filter::{ResourceType, QueryDef, Source};

use super::{
    NAME, PLAN_PLATFORM, SERVER_NAME, SERVER_UID, TENANT_KIND, TENANT_NAME, UID, at, attribute, not, own, owner_id,
    owner_name, word,
};

const RESTORE_STATES: &[&str] = &["Starting", "Stopping", "Working", "Stopped"];
const RESULTS: &[&str] = &["Success", "Warning", "Failed"];
const SCHEDULERS: &[&str] = &["Full", "Partial", "Random", "Disabled"];

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "CloudFailoverPlan",
        fields: &[
            UID,
            NAME,
            own("Description", ResourceType::Text),
            at("CloudTenantUid", ResourceType::Uid, "TenantUid"),
            at("CloudTenantName", ResourceType::Text, "TenantName"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudFailoverSession",
        fields: &[
            UID,
            NAME,
            word("Type", &["FailoverPlan"], Source::Field("JobType")),
            at("CreationTime", ResourceType::DateTime, "CreationTimeUTC"),
            at("EndTime", ResourceType::DateTime, "EndTimeUTC"),
            word("State", RESTORE_STATES, Source::Field("State")),
            word("Result", RESULTS, Source::Field("Result")),
            own("FailureMessage", ResourceType::Text),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudGateway",
        fields: &[
            UID,
            NAME,
            own("Enabled", ResourceType::Bool),
            own("Description", ResourceType::Text),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudGatewayPool",
        fields: &[UID, NAME, own("Description", ResourceType::Text), SERVER_UID, SERVER_NAME],
    },
    QueryDef {
        name: "CloudHardwarePlan",
        fields: &[
            UID,
            NAME,
            word("Platform", &["VMware", "HyperV"], Source::Field(PLAN_PLATFORM)),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudPublicIpAddress",
        fields: &[
            UID,
            NAME,
            own("IpAddress", ResourceType::Text),
            at("CloudTenantUid", ResourceType::Uid, "TenantUid"),
            at("CloudTenantName", ResourceType::Text, TENANT_NAME),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudReplica",
        fields: &[UID, NAME, word("Platform", &["VMware", "HyperV", "vCloud"], Source::Field("Platform"))],
    },
    QueryDef {
        name: "CloudSubtenant",
        fields: &[
            attribute("UID", ResourceType::Uid, "Id"),
            own("Name", ResourceType::Text),
            owner_id("CloudTenantUid", "CloudTenant"),
            owner_name("CloudTenantName", "CloudTenant"),
            not("Disabled", "Enabled"),
            at("Unlimited", ResourceType::Bool, "RepositoryQuota.Unlimited"),
            at("Quota", ResourceType::Int, "RepositoryQuota.QuotaMb"),
            at("UsedQuota", ResourceType::Int, "RepositoryQuota.UsedQuotaMb"),
            at("BackupResourceId", ResourceType::Uid, "RepositoryQuota.TenantResourceId"),
            owner_id("BackupServerUID", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudTenant",
        fields: &[
            UID,
            NAME,
            own("Enabled", ResourceType::Bool),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
            word("Type", &["vCD", "Standalone", "ActiveDirectory"], Source::Field(TENANT_KIND)),
            at("OrganizationReference", ResourceType::Uid, "TenantType.vCloudTenant.OrganizationRef"),
        ],
    },
    QueryDef {
        name: "CloudVmReplicaPoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", ResourceType::DateTime, "CreationTimeUTC"),
            attribute("VmName", ResourceType::Text, "VmDisplayName"),
            word("Type", &["CDP", "Full", "ReverseIncrement", "Increment", "Snapshot"], Source::Field("PointType")),
            owner_id("ReplicaUid", "CloudReplica"),
            owner_name("ReplicaName", "CloudReplica"),
            attribute("VmDisplayName", ResourceType::Text, "VmDisplayName"),
            SERVER_UID,
            SERVER_NAME,
            word("State", &["Unknown", "Ready", "Failover", "Failback", "PermanentFailover"], Source::Field("State")),
        ],
    },
    QueryDef {
        name: "VCloudOrganizationConfig",
        fields: &[
            UID,
            NAME,
            own("RepositoryUid", ResourceType::Uid),
            own("QuotaGb", ResourceType::Int),
            at("Disabled", ResourceType::Bool, "IsDisabled"),
            word("JobSchedulerType", SCHEDULERS, Source::Field("JobSettings.JobSchedulerType")),
            at("UsedQuota", ResourceType::Int, "UsedQuotaMb"),
            SERVER_UID,
            SERVER_NAME,
            own("HostUid", ResourceType::Uid),
            own("RepositoryFriendlyName", ResourceType::Text),
        ],
    },
    QueryDef {
        name: "VlanConfiguration",
        fields: &[
            UID,
            own("SwitchName", ResourceType::Text),
            word("SwitchType", &["VirtualSwitch", "DistributedVirtualSwitch"], Source::Field("SwitchType")),
            own("SwitchId", ResourceType::Text),
            own("ClusterName", ResourceType::Text),
            at("ClusterRef", ResourceType::Text, "ClusterId"),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "VSphereSelfServiceConfig",
        fields: &[
            UID,
            NAME,
            SERVER_UID,
            SERVER_NAME,
            word("JobSchedulerType", SCHEDULERS, Source::Field("JobSettings.JobSchedulerType")),
            word("AccountType", &["User", "Group"], Source::Field("Account.AccountType")),
            own("PerUser", ResourceType::Bool),
            own("QuotaGb", ResourceType::Int),
            own("RepositoryUid", ResourceType::Uid),
            at("UsedQuota", ResourceType::Int, "UsedQuotaMb"),
        ],
    },
];
