//! Servers, credentials, repositories, tasks.

use backhaul_filter::{ResourceType, QueryDef, Source};

use super::{ADDRESS, NAME, SERVER_NAME, SERVER_UID, UID, at, own, word};

pub(super) const TYPES: &[QueryDef] = &[
    QueryDef {
        name: "BackupServer",
        fields: &[
            UID,
            NAME,
            own("Description", ResourceType::Text),
            at("IpOrDnsName", ResourceType::Text, ADDRESS),
            own("Port", ResourceType::Int),
            own("Version", ResourceType::Text),
        ],
    },
    QueryDef {
        name: "Credentials",
        fields: &[
            own("Username", ResourceType::Text),
            own("Description", ResourceType::Text),
            SERVER_UID,
            at("CredentialsId", ResourceType::Uid, "Id"),
        ],
    },
    // The query service links to it; it has no page.
    QueryDef { name: "ExternalRepository", fields: &[UID, NAME, SERVER_UID, SERVER_NAME] },
    QueryDef {
        name: "HierarchyRoot",
        fields: &[
            UID,
            NAME,
            own("UniqueId", ResourceType::Text),
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
            own("Description", ResourceType::Text),
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
        fields: &[at("PasswordKeyID", ResourceType::Uid, "Id"), own("Hint", ResourceType::Text), SERVER_UID, SERVER_NAME],
    },
    QueryDef {
        name: "Repository",
        fields: &[UID, NAME, own("FreeSpace", ResourceType::Int), own("Capacity", ResourceType::Int), SERVER_UID, SERVER_NAME],
    },
    QueryDef {
        name: "Task",
        fields: &[
            own("TaskId", ResourceType::Text),
            word("State", &["Running", "OperationFinished", "Finished"], Source::Field("State")),
            own("Operation", ResourceType::Text),
        ],
    },
    QueryDef {
        name: "WanAccelerator",
        fields: &[
            UID,
            NAME,
            own("Capacity", ResourceType::Int),
            own("ConnectionsCount", ResourceType::Int),
            own("HighBandwidthModeEnabled", ResourceType::Bool),
            SERVER_UID,
            SERVER_NAME,
        ],
    },
];
