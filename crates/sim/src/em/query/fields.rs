//! The fields that filters may name, and where the server finds their values.
//!
//! Written down once more, although `schemas/em/queries.json` has them: a server knows what its answers do not hold,
//! and a simulator that read the client's table would share its mistakes.

mod agents;
mod backups;
mod cloud;
mod infrastructure;
mod jobs;

use backhaul_filter::{FieldDef, Kind, QueryDef, Source};

/// The kind of a tenant, which its entity tells by the element it has.
pub(super) const TENANT_KIND: &str = "$kind";
/// The address under which a backup server is known.
pub(super) const ADDRESS: &str = "$address";
/// The platform of a hardware plan, which its entity tells by the element it has.
pub(super) const PLAN_PLATFORM: &str = "$platform";
/// The name of the tenant whose UID the record holds.
pub(super) const TENANT_NAME: &str = "$tenantName";
/// The computer of a restore point, which its name begins with.
pub(super) const COMPUTER: &str = "$computer";
/// The name of the file server whose UID the record holds.
pub(super) const FILE_SERVER: &str = "$fileServer";
/// What the documents list and no such record has.
const NOTHING: &str = "$nothing";

const TABLES: [&[QueryDef]; 5] = [infrastructure::TYPES, jobs::TYPES, backups::TYPES, agents::TYPES, cloud::TYPES];

/// Every type that can be queried, with its fields.
pub(super) fn types() -> impl Iterator<Item = &'static QueryDef> {
    TABLES.into_iter().flatten()
}

const UID: FieldDef = attribute("UID", Kind::Uid, "UID");
const NAME: FieldDef = attribute("Name", Kind::Text, "Name");
const SERVER_UID: FieldDef = owner_id("BackupServerUid", "BackupServer");
const SERVER_NAME: FieldDef = owner_name("BackupServerName", "BackupServer");

const fn field(name: &'static str, kind: Kind, source: Source<'static>) -> FieldDef {
    FieldDef { name, kind, values: &[], source }
}

/// A field of the entity with the same name.
const fn own(name: &'static str, kind: Kind) -> FieldDef {
    field(name, kind, Source::Field(name))
}

const fn at(name: &'static str, kind: Kind, path: &'static str) -> FieldDef {
    field(name, kind, Source::Field(path))
}

const fn attribute(name: &'static str, kind: Kind, attribute: &'static str) -> FieldDef {
    field(name, kind, Source::Attribute(attribute))
}

const fn not(name: &'static str, path: &'static str) -> FieldDef {
    field(name, Kind::Bool, Source::Not(path))
}

/// The identifier of what the record belongs to.
const fn owner_id(name: &'static str, kind: &'static str) -> FieldDef {
    field(name, Kind::Uid, Source::LinkId(kind))
}

/// The name of what the record belongs to.
const fn owner_name(name: &'static str, kind: &'static str) -> FieldDef {
    field(name, Kind::Text, Source::LinkName(kind))
}

/// A word of a list, lowest first.
const fn word(name: &'static str, values: &'static [&'static str], source: Source<'static>) -> FieldDef {
    FieldDef { name, kind: Kind::Enum, values, source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The same types and names as in the schema, in the same order; where the values come from is our own.
    #[test]
    fn the_names_are_those_of_the_schema() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../../../schemas/em/queries.json")).unwrap();
        for known in schema["types"].as_array().unwrap() {
            let name = known["type"].as_str().unwrap();
            let def = types().find(|def| def.name == name).unwrap_or_else(|| unreachable!("{name}"));
            let names: Vec<_> =
                known["params"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
            assert_eq!(names, def.fields.iter().map(|it| it.name).collect::<Vec<_>>(), "{name}");
        }
    }
}
