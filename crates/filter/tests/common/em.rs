// Stand-ins in the shape of generated code. Doc tests include this file, so it has no inner attributes.

use backhaul_filter::{Field, FieldDef, Kind, QueryDef, QueryType, Source, kind};

/// Filter fields of the `CloudSubtenant` query type.
#[derive(Debug, Clone, Copy)]
pub enum CloudSubtenant {}

impl QueryType for CloudSubtenant {
    const DEF: &'static QueryDef = &QueryDef {
        name: "CloudSubtenant",
        fields: &[
            FieldDef {
                name: "UID",
                kind: Kind::Text,
                values: &[],
                source: Source::Field("Id"),
            },
            FieldDef {
                name: "Name",
                kind: Kind::Text,
                values: &[],
                source: Source::Field("Name"),
            },
            FieldDef {
                name: "CloudTenantUid",
                kind: Kind::Uid,
                values: &[],
                source: Source::LinkId("CloudTenant"),
            },
            FieldDef {
                name: "CloudTenantName",
                kind: Kind::Text,
                values: &[],
                source: Source::LinkName("CloudTenant"),
            },
            FieldDef {
                name: "Disabled",
                kind: Kind::Bool,
                values: &[],
                source: Source::Not("Enabled"),
            },
            FieldDef {
                name: "Unlimited",
                kind: Kind::Bool,
                values: &[],
                source: Source::ServerOnly,
            },
            FieldDef {
                name: "Quota",
                kind: Kind::Int,
                values: &[],
                source: Source::Field("QuotaMb"),
            },
            FieldDef {
                name: "BackupServerName",
                kind: Kind::Text,
                values: &[],
                source: Source::LinkName("BackupServer"),
            },
        ],
    };
}

impl CloudSubtenant {
    /// `UID`: text.
    pub const UID: Field<Self, kind::Text> = Field::new("UID");
    /// `Name`: text.
    pub const NAME: Field<Self, kind::Text> = Field::new("Name");
    /// `CloudTenantUid`: identifier.
    pub const CLOUD_TENANT_UID: Field<Self, kind::Uid> = Field::new("CloudTenantUid");
    /// `Disabled`: boolean.
    pub const DISABLED: Field<Self, kind::Bool> = Field::new("Disabled");
    /// `Quota`: whole number.
    pub const QUOTA: Field<Self, kind::Int> = Field::new("Quota");
}

/// Filter fields of the `Repository` query type.
#[derive(Debug, Clone, Copy)]
pub enum Repository {}

impl QueryType for Repository {
    const DEF: &'static QueryDef = &QueryDef {
        name: "Repository",
        fields: &[
            FieldDef {
                name: "UID",
                kind: Kind::Uid,
                values: &[],
                source: Source::Attribute("UID"),
            },
            FieldDef {
                name: "Name",
                kind: Kind::Text,
                values: &[],
                source: Source::Attribute("Name"),
            },
            FieldDef {
                name: "FreeSpace",
                kind: Kind::Int,
                values: &[],
                source: Source::Field("FreeSpace"),
            },
        ],
    };
}

impl Repository {
    /// `Name`: text.
    pub const NAME: Field<Self, kind::Text> = Field::new("Name");
    /// `FreeSpace`: whole number.
    pub const FREE_SPACE: Field<Self, kind::Int> = Field::new("FreeSpace");
}

/// Filter fields of the `BackupJobSession` query type, and one of each kind that the others lack.
#[derive(Debug, Clone, Copy)]
pub enum BackupJobSession {}

impl QueryType for BackupJobSession {
    const DEF: &'static QueryDef = &QueryDef {
        name: "BackupJobSession",
        fields: &[
            FieldDef {
                name: "JobUid",
                kind: Kind::Uid,
                values: &[],
                source: Source::LinkId("Job"),
            },
            FieldDef {
                name: "JobName",
                kind: Kind::Text,
                values: &[],
                source: Source::Field("JobName"),
            },
            FieldDef {
                name: "Result",
                kind: Kind::Enum,
                values: &["Success", "Warning", "Failed"],
                source: Source::Field("Result"),
            },
            FieldDef {
                name: "CreationTime",
                kind: Kind::DateTime,
                values: &[],
                source: Source::Field("CreationTimeUTC"),
            },
            FieldDef {
                name: "Progress",
                kind: Kind::Float,
                values: &[],
                source: Source::Field("Progress"),
            },
            FieldDef {
                name: "Size",
                kind: Kind::Int,
                values: &[],
                source: Source::Attribute("Size"),
            },
            FieldDef {
                name: "Finished",
                kind: Kind::Bool,
                values: &[],
                source: Source::Field("Finished"),
            },
        ],
    };
}

impl BackupJobSession {
    /// `Result`: enumeration.
    pub const RESULT: Field<Self, kind::Enum> = Field::new("Result");
    /// `CreationTime`: date and time.
    pub const CREATION_TIME: Field<Self, kind::DateTime> = Field::new("CreationTime");
    /// `Progress`: number.
    pub const PROGRESS: Field<Self, kind::Float> = Field::new("Progress");
}
