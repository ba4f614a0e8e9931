//! Where the vendor's documents say otherwise than the schemas, and a person has settled it.

/// What it is of, and what the documents say: no note tells it again, and something else that a document says is told.
/// The schemas have what the server's source, the manual and recordings say: items of their own type (the documents
/// take a list's items for what holds it), parameters as they are read, answers as they come.
pub(super) const SETTLED: [(&str, &str); 23] = [
    ("AddHostFromConfigFileResult.results: an item", "AddHostFromConfigFileResult"),
    ("AttachTagToResourcesResult.results: an item", "AttachTagToResourcesResult"),
    ("CheckIAM2VirtualIDConfigFileResult.results: an item", "CheckIAM2VirtualIDConfigFileResult"),
    ("CheckNetworkReachableResult.results: an item", "CheckNetworkReachableResult"),
    ("DataVolumeSpending.sizeInventory: an item", "DataVolumeSpendingInventory"),
    ("DetachNetworkServiceFromL3Network?networkServices", "one value"),
    ("GetAlarmData?conditions", "HaStrategyCondition"),
    ("GetApiJob", "answered with nothing"),
    ("GetAuditData?conditions", "HaStrategyCondition"),
    ("GetAuditDataResult.audits: an item", "BaseAuditData"),
    ("GetBlockPrimaryStorageMetadata", "answered with body QueryBlockPrimaryStorageResult"),
    ("GetEventData?conditions", "HaStrategyCondition"),
    ("GetIAM2VirtualIDInGroup", "answered with inventories IAM2VirtualID"),
    ("GetLicenseRecords", "answered with inventories License"),
    ("GetLocalRaidPhysicalDriveSmartResult.result: an item", "GetLocalRaidPhysicalDriveSmartResult"),
    ("GetSharedBlockCandidateResult.results: an item", "GetSharedBlockCandidateResult"),
    ("Histogram.tags: an item", "BaseTagInventory"),
    ("LogOut?clientInfo", "one value"),
    ("PciDeviceSpending.sizeInventory: an item", "PciDeviceSpendingInventory"),
    ("PowerOffHostResult.results: an item", "PowerOffHostResult"),
    ("QueryTag", "answered with query BaseTagInventory"),
    ("RootVolumeSpending.sizeInventory: an item", "RootVolumeSpendingInventory"),
    ("SnapshotSpending.sizeInventory: an item", "SnapShotSpending"),
];
