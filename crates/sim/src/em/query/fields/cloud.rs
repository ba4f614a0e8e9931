//! What a provider has.

use backhaul_filter::{Kind, QueryDef, Source};

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
            own("Description", Kind::Text),
            at("CloudTenantUid", Kind::Uid, "TenantUid"),
            at("CloudTenantName", Kind::Text, "TenantName"),
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
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            at("EndTime", Kind::DateTime, "EndTimeUTC"),
            word("State", RESTORE_STATES, Source::Field("State")),
            word("Result", RESULTS, Source::Field("Result")),
            own("FailureMessage", Kind::Text),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudGateway",
        fields: &[
            UID,
            NAME,
            own("Enabled", Kind::Bool),
            own("Description", Kind::Text),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudGatewayPool",
        fields: &[UID, NAME, own("Description", Kind::Text), SERVER_UID, SERVER_NAME],
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
            own("IpAddress", Kind::Text),
            at("CloudTenantUid", Kind::Uid, "TenantUid"),
            at("CloudTenantName", Kind::Text, TENANT_NAME),
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
            attribute("UID", Kind::Uid, "Id"),
            own("Name", Kind::Text),
            owner_id("CloudTenantUid", "CloudTenant"),
            owner_name("CloudTenantName", "CloudTenant"),
            not("Disabled", "Enabled"),
            at("Unlimited", Kind::Bool, "RepositoryQuota.Unlimited"),
            at("Quota", Kind::Int, "RepositoryQuota.QuotaMb"),
            at("UsedQuota", Kind::Int, "RepositoryQuota.UsedQuotaMb"),
            at("BackupResourceId", Kind::Uid, "RepositoryQuota.TenantResourceId"),
            owner_id("BackupServerUID", "BackupServer"),
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "CloudTenant",
        fields: &[
            UID,
            NAME,
            own("Enabled", Kind::Bool),
            owner_id("BackupServerUId", "BackupServer"),
            SERVER_NAME,
            word("Type", &["vCD", "Standalone", "ActiveDirectory"], Source::Field(TENANT_KIND)),
            at("OrganizationReference", Kind::Uid, "TenantType.vCloudTenant.OrganizationRef"),
        ],
    },
    QueryDef {
        name: "CloudVmReplicaPoint",
        fields: &[
            UID,
            NAME,
            at("CreationTime", Kind::DateTime, "CreationTimeUTC"),
            attribute("VmName", Kind::Text, "VmDisplayName"),
            word("Type", &["CDP", "Full", "ReverseIncrement", "Increment", "Snapshot"], Source::Field("PointType")),
            owner_id("ReplicaUid", "CloudReplica"),
            owner_name("ReplicaName", "CloudReplica"),
            attribute("VmDisplayName", Kind::Text, "VmDisplayName"),
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
            own("RepositoryUid", Kind::Uid),
            own("QuotaGb", Kind::Int),
            at("Disabled", Kind::Bool, "IsDisabled"),
            word("JobSchedulerType", SCHEDULERS, Source::Field("JobSettings.JobSchedulerType")),
            at("UsedQuota", Kind::Int, "UsedQuotaMb"),
            SERVER_UID,
            SERVER_NAME,
            own("HostUid", Kind::Uid),
            own("RepositoryFriendlyName", Kind::Text),
        ],
    },
    QueryDef {
        name: "VlanConfiguration",
        fields: &[
            UID,
            own("SwitchName", Kind::Text),
            word("SwitchType", &["VirtualSwitch", "DistributedVirtualSwitch"], Source::Field("SwitchType")),
            own("SwitchId", Kind::Text),
            own("ClusterName", Kind::Text),
            at("ClusterRef", Kind::Text, "ClusterId"),
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
            own("PerUser", Kind::Bool),
            own("QuotaGb", Kind::Int),
            own("RepositoryUid", Kind::Uid),
            at("UsedQuota", Kind::Int, "UsedQuotaMb"),
        ],
    },
];
