//! Replicas and the points they can be failed over to.

use backhaul_models::em::{
    CdpReplica, CdpReplicaVm, CdpReplicaVms, CdpReplicas, Replica, Replicas, VAppCdpReplica, VAppCdpReplicaVm,
    VAppCdpReplicaVms, VAppCdpReplicas, VAppReplicaPoint, VAppReplicaPoints, VmReplicaPoint, VmReplicaPoints,
};

use super::links::{ALTERNATE, Form, LinkRow, SERVER, action, down, own, up, up_entity};
use super::{ResourceType, below};

const ITS_VMS: LinkRow = LinkRow::To { rel: "Down", kind: "VmReplicaPoint", form: Form::Reference };

pub(super) static KINDS: &[ResourceType] = &[
    ResourceType::new::<Replica, Replicas>("replicas", "ReplicaReference")
        .bucket("Replicas")
        .links(&[up("Repository"), SERVER, ALTERNATE, down("VmReplicaPointReferenceList", "/vmReplicaPoints")])
        .subs(&[below("vmReplicaPoints", "VmReplicaPoint"), below("vAppReplicaPoints", "VAppReplicaPoint")]),
    ResourceType::new::<VmReplicaPoint, VmReplicaPoints>("vmReplicaPoints", "VmReplicaPointReference")
        .bucket("VmReplicaPoints")
        .links(&[
            action("Failover", "?action=failover"),
            SERVER,
            up("Replica"),
            ALTERNATE,
            down("VmReplicaPointMountList", "/mounts"),
            own("Create", "VmReplicaPointMount", "/mounts"),
        ]),
    ResourceType::new::<VAppReplicaPoint, VAppReplicaPoints>("vAppReplicaPoints", "VAppReplicaPointReference")
        .bucket("VAppReplicaPoints")
        .links(&[action("Failover", "?action=failover"), SERVER, up("Replica"), ALTERNATE, ITS_VMS]),
    ResourceType::new::<CdpReplica, CdpReplicas>("cdpReplicas", "CdpReplicaReference")
        .bucket("CdpReplicas")
        .links(&[SERVER, down("CdpReplicaVmReferenceList", "/vms"), up("CdpPolicy"), ALTERNATE])
        .subs(&[below("vms", "CdpReplicaVm")]),
    ResourceType::under::<CdpReplicaVm, CdpReplicaVms>("CdpReplica", "vms", "CdpReplicaVmReference").links(&[
        action("Intervals", "?action=intervals"),
        action("Failover", "?action=failover"),
        SERVER,
        up("Repository"),
        up("CdpReplica"),
        up("CdpPolicy"),
    ]),
    ResourceType::new::<VAppCdpReplica, VAppCdpReplicas>("cdpReplica/vApps", "VAppCdpReplicaReference")
        .links(&[
            up_entity("BackupServer"),
            ALTERNATE,
            down("VAppCdpReplicaVmReferenceList", "/vms"),
            action("Intervals", "?action=intervals"),
            action("Failover", "?action=failover"),
            up("CdpPolicy"),
        ])
        .subs(&[below("vms", "VAppCdpReplicaVm")]),
    ResourceType::under::<VAppCdpReplicaVm, VAppCdpReplicaVms>("VAppCdpReplica", "vms", "VAppCdpReplicaVmReference")
        .links(&[SERVER, ALTERNATE, up("VAppCdpReplica"), up("CdpPolicy")]),
];
