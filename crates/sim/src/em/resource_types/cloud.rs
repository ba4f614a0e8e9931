//! What a provider has: tenants, their resources, gateways, plans, organizations and self-service.

use backhaul_models::em::{
    CloudFailoverPlan, CloudFailoverPlans, CloudFailoverSession, CloudFailoverSessions, CloudFailoveredVm,
    CloudFailoveredVms, CloudGateway, CloudGatewayPool, CloudGatewayPools, CloudGateways, CloudHardwarePlan,
    CloudHardwarePlans, CloudPublicIpAddress, CloudPublicIpAddresses, CloudReplica, CloudReplicas, CloudSubtenant,
    CloudSubtenants, CloudTenant, CloudTenantComputeResource, CloudTenantComputeResources, CloudTenantResource,
    CloudTenantResources, CloudTenantVCloudComputeResource, CloudTenantVCloudComputeResources, CloudTenants,
    CloudVmReplicaPoint, CloudVmReplicaPoints, VCloudOrganizationConfig, VCloudOrganizationConfigs,
    VSphereSelfServiceConfig, VSphereSelfServiceConfigs, VlanConfiguration, VlanConfigurations,
};

use super::links::{ALTERNATE, DELETE, EDIT, SERVER, action, called, down, own, titled, up, up_entity};
use super::{Part, Relation, ResourceType, Sub, below};

pub(super) static KINDS: &[ResourceType] = &[
    ResourceType::new::<CloudTenant, CloudTenants>("cloud/tenants", "CloudTenantReference")
        .bucket("CloudTenants")
        .tasks("CreateCloudTenant", "EditCloudTenant", "DeleteCloudTenant")
        .links(&[
            SERVER,
            ALTERNATE,
            titled(EDIT, "CloudTenantReference", ""),
            down("CloudTenantResourceList", "/resources"),
            own("Create", "CloudTenantResource", "/resources"),
            own(DELETE, "", ""),
            called("Related", "FreeLicenseCounters", "/freelicenseCounters", "FreeLicenseCounters"),
        ])
        .reference(&[SERVER, ALTERNATE])
        .subs(&[
            below("subtenants", "CloudSubtenant"),
            Sub {
                segment: "gatewayPools",
                kind: "CloudGatewayPool",
                way: Relation::Listed("CloudTenants", "CloudGatewayPools"),
            },
        ])
        .parts(&[
            Part::new::<CloudTenantResource, CloudTenantResources>("resources", "Id", &["Resources"])
                .links(&[up_entity("CloudTenant"), own(DELETE, "", "")])
                .tasks("CreateCloudTenantResource", "DeleteCloudTenantResource"),
            Part::new::<CloudTenantComputeResource, CloudTenantComputeResources>(
                "computeResources",
                "Id",
                &["ComputeResources"],
            )
            .links(&[up_entity("BackupServer"), own(DELETE, "", "")])
            .tasks("CreateCloudTenantResource", "DeleteCloudTenantComputeResource"),
            Part::new::<CloudTenantVCloudComputeResource, CloudTenantVCloudComputeResources>(
                "vCloudComputeResources",
                "Id",
                &["VCloudComputeResources"],
            )
            .links(&[up_entity("BackupServer"), own(DELETE, "", "")])
            .tasks("CreateCloudTenantVCloudComputeResource", "DeletevCloudTenantComputeResource"),
        ]),
    ResourceType::under::<CloudSubtenant, CloudSubtenants>("CloudTenant", "subtenants", "CloudSubtenantReference")
        .plain("Name")
        .bucket("CloudSubtenants")
        .tasks("AddCloudSubtenant", "EditCloudSubtenant", "DeleteCloudSubtenant")
        .links(&[
            titled(EDIT, "CloudSubtenant", ""),
            own(DELETE, "", ""),
            up_entity("CloudTenant"),
            up_entity("BackupServer"),
        ]),
    ResourceType::new::<CloudGateway, CloudGateways>("cloud/gateways", "CloudGatewayReference")
        .bucket("CloudGateways")
        .tasks("CreateCloudGateway", "EditCloudGateway", "DeleteCloudGateway")
        .links(&[SERVER, ALTERNATE, titled(EDIT, "CloudGatewayReference", ""), titled(DELETE, "CloudGateway", "")]),
    ResourceType::new::<CloudGatewayPool, CloudGatewayPools>("cloud/gatewayPools", "CloudGatewayPoolReference")
        .bucket("CloudGatewayPools")
        .tasks("CreateCloudGatewayPool", "UpdateCloudGatewayPool", "DeleteCloudGatewayPool")
        .links(&[
            SERVER,
            ALTERNATE,
            titled(EDIT, "CloudGatewayPoolReference", ""),
            own(DELETE, "", ""),
            down("CloudGatewayReferenceList", "/gateways"),
        ])
        .subs(&[
            Sub { segment: "gateways", kind: "CloudGateway", way: Relation::Listed("", "CloudGateways") },
            Sub { segment: "tenants", kind: "CloudTenant", way: Relation::Listed("CloudGatewayPools", "CloudTenants") },
        ]),
    ResourceType::new::<CloudHardwarePlan, CloudHardwarePlans>("cloud/hardwarePlans", "CloudHardwarePlanReference")
        .bucket("CloudHardwarePlans")
        .tasks("CreateCloudHardwarePlan", "EditCloudHardwarePlan", "DeleteCloudHardwarePlan")
        .links(&[
            SERVER,
            ALTERNATE,
            titled("Down", "CloudTenantReference", "/tenants"),
            titled(EDIT, "CloudHardwarePlanReference", ""),
            titled(DELETE, "CloudHardwarePlan", ""),
        ])
        .subs(&[Sub {
            segment: "tenants",
            kind: "CloudTenant",
            way: Relation::Mentions("ComputeResources", "CloudHardwarePlanUid"),
        }]),
    ResourceType::new::<CloudPublicIpAddress, CloudPublicIpAddresses>(
        "cloud/publicIpAddresses",
        "CloudPublicIpAddressReference",
    )
    .bucket("CloudPublicIps")
    .tasks("CreateCloudPublicIpAddress", "EditCloudPublicIpAddress", "DeleteCloudPublicIpAddress")
    .links(&[
        SERVER,
        ALTERNATE,
        titled(EDIT, "CloudPublicIpAddressReference", ""),
        titled(DELETE, "CloudPublicIpAddress", ""),
    ]),
    ResourceType::new::<VlanConfiguration, VlanConfigurations>("cloud/vlans", "VlanConfigurationReference")
        .named("", "VlanConfiguration")
        .bucket("VlanConfigurations")
        .tasks("", "UpdateVlanConfiguration", "DeleteVlanConfiguration")
        .links(&[SERVER, ALTERNATE, titled(EDIT, "VlanConfigurationReference", ""), own(DELETE, "", "")]),
    ResourceType::new::<CloudReplica, CloudReplicas>("cloud/replicas", "CloudReplicaReference")
        .bucket("CloudReplicas")
        .links(&[SERVER, ALTERNATE, down("CloudVmReplicaPointReferenceList", "/vmReplicaPoints")])
        .subs(&[below("vmReplicaPoints", "CloudVmReplicaPoint")]),
    ResourceType::new::<CloudVmReplicaPoint, CloudVmReplicaPoints>(
        "cloud/vmReplicaPoints",
        "CloudVmReplicaPointReference",
    )
    .bucket("CloudVmReplicaPoints")
    .links(&[SERVER, up("CloudReplica"), ALTERNATE]),
    ResourceType::new::<CloudFailoverPlan, CloudFailoverPlans>(
        "cloud/cloudFailoverPlans",
        "CloudFailoverPlanReference",
    )
    .bucket("CloudFailoverPlans")
    .tasks("", "UpdateFailoverPlan", "DeleteCloudFailoverPlan")
    .links(&[
        SERVER,
        ALTERNATE,
        titled(EDIT, "CloudFailoverPlanReference", ""),
        action("Start", "?action=start"),
        action("Test", "?action=test"),
        action("Undo", "?action=undo"),
        titled(DELETE, "CloudFailoverPlanReference", ""),
    ])
    .parts(&[Part::new::<CloudFailoveredVm, CloudFailoveredVms>(
        "includes",
        "FailoverPlanVMId",
        &["CloudFailoverPlanInfo.Includes"],
    )]),
    ResourceType::new::<CloudFailoverSession, CloudFailoverSessions>(
        "cloud/failoverSessions",
        "CloudFailoverSessionReference",
    )
    .bucket("CloudFailoverSessions")
    .links(&[SERVER, ALTERNATE]),
    ResourceType::new::<VCloudOrganizationConfig, VCloudOrganizationConfigs>(
        "vCloud/orgConfigs",
        "VCloudOrganizationConfigReference",
    )
    .bucket("VCloudOrganizationConfigs")
    .tasks("CreateVCloudOrganizationConfig", "EditVCloudOrganizationConfig", "DeleteVCloudOrganizationConfig")
    .links(&[
        SERVER,
        ALTERNATE,
        titled(EDIT, "VCloudOrganizationConfigReference", ""),
        action("Disable", "?action=disable"),
        own(DELETE, "", ""),
        titled("Down", "VCloudOrganizationConfigBackupJobSettings", "/backupJobSettings"),
    ]),
    ResourceType::new::<VSphereSelfServiceConfig, VSphereSelfServiceConfigs>(
        "selfService/vSphere/Configs",
        "VSphereSelfServiceConfigReference",
    )
    .bucket("VSphereSelfServiceConfigs")
    .tasks("CreateVSphereSelfServiceConfig", "EditVSphereOrganizationConfig", "DeleteVSphereConfigs")
    .links(&[
        SERVER,
        ALTERNATE,
        titled(EDIT, "VSphereSelfServiceConfigReference", ""),
        own(DELETE, "", ""),
        titled("Down", "VSphereSelfServiceConfigJobSettings", "/backupJobSettings"),
    ]),
];
