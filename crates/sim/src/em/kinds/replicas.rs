//! Replicas and the points they can be failed over to.

use backhaul_models::em::{
    CdpReplica, CdpReplicaVm, CdpReplicaVms, CdpReplicas, Replica, Replicas, VAppCdpReplica, VAppCdpReplicaVm,
    VAppCdpReplicaVms, VAppCdpReplicas, VAppReplicaPoint, VAppReplicaPoints, VmReplicaPoint, VmReplicaPoints,
};

use super::links::{ALTERNATE, Form, LinkRow, SERVER, action, down, own, up, up_entity};
use super::{Kind, below};

const ITS_VMS: LinkRow = LinkRow::To { rel: "Down", kind: "VmReplicaPoint", form: Form::Reference };

pub(super) static KINDS: &[Kind] =
    &[
        Kind::new::<Replica, Replicas>("replicas", "ReplicaReference")
            .bucket("Replicas")
            .links(&[up("Repository"), SERVER, ALTERNATE, down("VmReplicaPointReferenceList", "/vmReplicaPoints")])
            .subs(&[below("vmReplicaPoints", "VmReplicaPoint"), below("vAppReplicaPoints", "VAppReplicaPoint")]),
        Kind::new::<VmReplicaPoint, VmReplicaPoints>("vmReplicaPoints", "VmReplicaPointReference")
            .bucket("VmReplicaPoints")
            .links(&[
                action("Failover", "?action=failover"),
                SERVER,
                up("Replica"),
                ALTERNATE,
                down("VmReplicaPointMountList", "/mounts"),
                own("Create", "VmReplicaPointMount", "/mounts"),
            ]),
        Kind::new::<VAppReplicaPoint, VAppReplicaPoints>("vAppReplicaPoints", "VAppReplicaPointReference")
            .bucket("VAppReplicaPoints")
            .links(&[action("Failover", "?action=failover"), SERVER, up("Replica"), ALTERNATE, ITS_VMS]),
        Kind::new::<CdpReplica, CdpReplicas>("cdpReplicas", "CdpReplicaReference")
            .bucket("CdpReplicas")
            .links(&[SERVER, down("CdpReplicaVmReferenceList", "/vms"), up("CdpPolicy"), ALTERNATE])
            .subs(&[below("vms", "CdpReplicaVm")]),
        Kind::under::<CdpReplicaVm, CdpReplicaVms>("CdpReplica", "vms", "CdpReplicaVmReference").links(&[
            action("Intervals", "?action=intervals"),
            action("Failover", "?action=failover"),
            SERVER,
            up("Repository"),
            up("CdpReplica"),
            up("CdpPolicy"),
        ]),
        Kind::new::<VAppCdpReplica, VAppCdpReplicas>("cdpReplica/vApps", "VAppCdpReplicaReference")
            .links(&[
                up_entity("BackupServer"),
                ALTERNATE,
                down("VAppCdpReplicaVmReferenceList", "/vms"),
                action("Intervals", "?action=intervals"),
                action("Failover", "?action=failover"),
                up("CdpPolicy"),
            ])
            .subs(&[below("vms", "VAppCdpReplicaVm")]),
        Kind::under::<VAppCdpReplicaVm, VAppCdpReplicaVms>("VAppCdpReplica", "vms", "VAppCdpReplicaVmReference")
            .links(&[SERVER, ALTERNATE, up("VAppCdpReplica"), up("CdpPolicy")]),
    ];
