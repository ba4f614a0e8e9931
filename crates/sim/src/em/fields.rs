//! The fields that filters may name, and where the server finds their values.
//!
//! Written down once more, although `schemas/em/queries.json` has them: a server knows what its answers do not hold, and a
//! simulator that read the client's table would share its mistakes.

use backhaul_filter::{FieldDef, Kind, QueryDef, Source};

/// The kind of a tenant, which its entity tells by the element it has.
pub(super) const TENANT_KIND: &str = "$kind";
/// The address under which a backup server is known.
pub(super) const ADDRESS: &str = "$address";

const fn field(name: &'static str, kind: Kind, source: Source<'static>) -> FieldDef {
    FieldDef { name, kind, values: &[], source }
}

const UID: FieldDef = field("UID", Kind::Uid, Source::Attribute("UID"));
const NAME: FieldDef = field("Name", Kind::Text, Source::Attribute("Name"));
const SERVER_NAME: FieldDef = field("BackupServerName", Kind::Text, Source::LinkName("BackupServer"));

pub(super) const BACKUP_SERVER: &QueryDef = &QueryDef {
    name: "BackupServer",
    fields: &[
        UID,
        NAME,
        field("Description", Kind::Text, Source::Field("Description")),
        field("IpOrDnsName", Kind::Text, Source::Field(ADDRESS)),
        field("Port", Kind::Int, Source::Field("Port")),
        field("Version", Kind::Text, Source::Field("Version")),
    ],
};

pub(super) const REPOSITORY: &QueryDef = &QueryDef {
    name: "Repository",
    fields: &[
        UID,
        NAME,
        field("FreeSpace", Kind::Int, Source::Field("FreeSpace")),
        field("Capacity", Kind::Int, Source::Field("Capacity")),
        field("BackupServerUid", Kind::Uid, Source::LinkId("BackupServer")),
        SERVER_NAME,
    ],
};

pub(super) const CLOUD_TENANT: &QueryDef = &QueryDef {
    name: "CloudTenant",
    fields: &[
        UID,
        NAME,
        field("Enabled", Kind::Bool, Source::Field("Enabled")),
        field("BackupServerUId", Kind::Uid, Source::LinkId("BackupServer")),
        SERVER_NAME,
        FieldDef {
            name: "Type",
            kind: Kind::Enum,
            values: &["vCD", "Standalone", "ActiveDirectory"],
            source: Source::Field(TENANT_KIND),
        },
        field("OrganizationReference", Kind::Uid, Source::Field("TenantType.vCloudTenant.OrganizationRef")),
    ],
};

pub(super) const CLOUD_SUBTENANT: &QueryDef = &QueryDef {
    name: "CloudSubtenant",
    fields: &[
        field("UID", Kind::Uid, Source::Attribute("Id")),
        field("Name", Kind::Text, Source::Field("Name")),
        field("CloudTenantUid", Kind::Uid, Source::LinkId("CloudTenant")),
        field("CloudTenantName", Kind::Text, Source::LinkName("CloudTenant")),
        field("Disabled", Kind::Bool, Source::Not("Enabled")),
        field("Unlimited", Kind::Bool, Source::Field("RepositoryQuota.Unlimited")),
        field("Quota", Kind::Int, Source::Field("RepositoryQuota.QuotaMb")),
        field("UsedQuota", Kind::Int, Source::Field("RepositoryQuota.UsedQuotaMb")),
        field("BackupResourceId", Kind::Uid, Source::Field("RepositoryQuota.TenantResourceId")),
        field("BackupServerUID", Kind::Uid, Source::LinkId("BackupServer")),
        SERVER_NAME,
    ],
};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The same types and names as in the schema, in the same order; where the values come from is our own.
    #[test]
    fn the_names_are_those_of_the_schema() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../../schemas/em/queries.json")).unwrap();
        for def in [BACKUP_SERVER, REPOSITORY, CLOUD_TENANT, CLOUD_SUBTENANT] {
            let types = schema["types"].as_array().unwrap();
            let known = types.iter().find(|it| it["type"] == def.name).unwrap();
            let names: Vec<_> =
                known["params"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
            assert_eq!(names, def.fields.iter().map(|it| it.name).collect::<Vec<_>>(), "{}", def.name);
        }
    }
}
