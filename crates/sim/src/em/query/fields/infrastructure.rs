//! Servers, credentials, repositories, tasks.

use backhaul_filter::{Kind, QueryDef, Source};

use super::{ADDRESS, NAME, SERVER_NAME, SERVER_UID, UID, at, own, word};

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "BackupServer",
        fields: &[
            UID,
            NAME,
            own("Description", Kind::Text),
            at("IpOrDnsName", Kind::Text, ADDRESS),
            own("Port", Kind::Int),
            own("Version", Kind::Text),
        ],
    },
    QueryDef {
        name: "Credentials",
        fields: &[
            own("Username", Kind::Text),
            own("Description", Kind::Text),
            SERVER_UID,
            at("CredentialsId", Kind::Uid, "Id"),
        ],
    },
    // The query service links to it; it has no page.
    QueryDef { name: "ExternalRepository", fields: &[UID, NAME, SERVER_UID, SERVER_NAME] },
    QueryDef {
        name: "HierarchyRoot",
        fields: &[
            UID,
            NAME,
            own("UniqueId", Kind::Text),
            word(
                "HostType",
                &["ESX", "VC", "ESXi", "HvServer", "HvCluster", "Scvmm", "VcdSystem"],
                Source::Field("HostType"),
            ),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
    QueryDef {
        name: "ManagedServer",
        fields: &[
            UID,
            NAME,
            own("Description", Kind::Text),
            word(
                "ManagedServerType",
                &[
                    "ESX",
                    "VC",
                    "Linux",
                    "Local",
                    "Windows",
                    "ESXi",
                    "HvServer",
                    "HvCluster",
                    "Scvmm",
                    "BackupServer",
                    "SanHost",
                    "SmbServer",
                    "SmbCluster",
                    "VcdSystem",
                    "Cloud",
                    "AzureWinServer",
                    "VmSnapshotStorageHost",
                    "ConfigurationService",
                    "ExternalInfrastructureProxy",
                    "NdmpServer",
                    "ExternalInfrastructureServer",
                ],
                Source::Field("ManagedServerType"),
            ),
        ],
    },
    QueryDef {
        name: "Passwords",
        fields: &[at("PasswordKeyID", Kind::Uid, "Id"), own("Hint", Kind::Text), SERVER_UID, SERVER_NAME],
    },
    QueryDef {
        name: "Repository",
        fields: &[UID, NAME, own("FreeSpace", Kind::Int), own("Capacity", Kind::Int), SERVER_UID, SERVER_NAME],
    },
    QueryDef {
        name: "Task",
        fields: &[
            own("TaskId", Kind::Text),
            word("State", &["Running", "OperationFinished", "Finished"], Source::Field("State")),
            own("Operation", Kind::Text),
        ],
    },
    QueryDef {
        name: "WanAccelerator",
        fields: &[
            UID,
            NAME,
            own("Capacity", Kind::Int),
            own("ConnectionsCount", Kind::Int),
            own("HighBandwidthModeEnabled", Kind::Bool),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
];
