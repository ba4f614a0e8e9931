//! Which listings there are, and how they are named.

use std::collections::BTreeMap;

use backhaul_filter::{FieldSchema, Kind, Source};
use backhaul_models::registry;
use backhaul_transport::QUERY_TYPES;
use backhaul_wire::operation::{Param, ParamPlace, Response};
use backhaul_wire::shape::{Kind as WireKind, Repeat, Shape};
use backhaul_wire::{ApiVersion, Operation, System};
use heck::ToSnakeCase;

/// A listing: an operation, where in its answer the items stand, and what they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) operation: &'static Operation,
    /// The path to the items.
    pub(crate) list: &'static str,
    pub(crate) item: &'static Shape,
    /// Enterprise Manager's own list of filter fields.
    fields: Option<&'static [FieldSchema<'static>]>,
}

/// A field that a filter may name.
#[derive(Debug, Clone)]
pub(crate) struct FilterField {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) values: Vec<&'static str>,
    pub(crate) source: Source<'static>,
}

impl FilterField {
    pub(crate) fn schema(&self) -> FieldSchema<'_> {
        FieldSchema { name: self.name, kind: self.kind, values: &self.values, source: self.source }
    }
}

/// The listings of a system, by the names of their tables: those of the generated Rust code.
pub(crate) fn listings(system: System) -> BTreeMap<String, Listing> {
    match system {
        System::Em => query_types().collect(),
        System::Zstack => queries().collect(),
        System::Vb365 => collections(),
    }
}

fn query_types() -> impl Iterator<Item = (String, Listing)> {
    QUERY_TYPES.iter().filter_map(|row| {
        let listing = Listing::of(row.operation()?, None)?;
        Some((row.name.to_snake_case(), Listing { fields: Some(row.def.fields), ..listing }))
    })
}

fn queries() -> impl Iterator<Item = (String, Listing)> {
    registry::operations(System::Zstack).iter().filter_map(|operation| {
        let resource = operation.name.strip_prefix("Query")?;
        let listing = Listing::of(operation, None)?;
        listing.required().next().is_none().then(|| (resource.to_snake_case(), listing))
    })
}

/// Of several listings of a type, the one that asks for least, then the one that newer versions still have.
fn collections() -> BTreeMap<String, Listing> {
    let mut best: BTreeMap<String, Listing> = BTreeMap::new();
    for operation in registry::operations(System::Vb365) {
        let older = operation.older.iter().map(|form| form.until);
        for listing in std::iter::once(None).chain(older).filter_map(|until| Listing::of(operation, until)) {
            let rank = |it: &Listing| (it.required().count(), it.operation.versions.until.is_some());
            match best.get(&listing.item.name.to_snake_case()) {
                Some(known) if rank(known) <= rank(&listing) => {}
                _ => drop(best.insert(listing.item.name.to_snake_case(), listing)),
            }
        }
    }
    best
}

impl Listing {
    /// An operation as a listing, in the form of a version. What is posted changes something, or searches for what
    /// stands in a body.
    fn of(operation: &'static Operation, version: Option<ApiVersion>) -> Option<Self> {
        let response = operation.form(version).response;
        let Response::Page(_, list) = response else { return None };
        let item = registry::listed_in(response)?;
        (operation.method == "GET").then_some(Self { operation, list, item, fields: None })
    }

    /// Refuses a version whose listing has items of another type: their fields are not those of the table.
    pub(crate) fn check_version(&self, version: Option<ApiVersion>) -> Result<(), String> {
        if version.is_some() && !self.operation.versions.contains(version) {
            return Err(format!("the listing is in {}", self.operation.versions));
        }
        match registry::listed_in(self.operation.form(version).response) {
            Some(item) if item.name != self.item.name => {
                Err(format!("its version of the API lists {}: ask for {}", item.name, item.name.to_snake_case()))
            }
            _ => Ok(()),
        }
    }

    /// The parameters without which it cannot be asked for.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'static Param> {
        self.operation.params.iter().filter(|param| param.required && param.place != ParamPlace::Body)
    }

    /// The parameters of a VB365 listing that choose what it lists, those in the path first. How it is paged is not
    /// theirs to say.
    pub(crate) fn params(&self) -> impl Iterator<Item = &'static Param> {
        let paging = |param: &&Param| !matches!(param.name, "limit" | "offset" | "setId");
        let of = |place: ParamPlace| {
            let all = if self.operation.system == System::Vb365 { self.operation.params } else { &[] };
            all.iter().filter(move |param| param.place == place)
        };
        of(ParamPlace::Path).chain(of(ParamPlace::Query)).filter(paging)
    }

    /// Whether the server can be asked by a field: ZStack's queries know what all kinds of a resource have, and no
    /// more.
    pub(crate) fn is_known(&self, field: &str) -> bool {
        let kinds = match self.item.union {
            Some(union) if self.operation.system == System::Zstack => union.variants,
            _ => &[],
        };
        kinds.iter().all(|kind| kind.shape.fields.iter().any(|it| it.json == field))
    }

    /// The fields that a filter may name: Enterprise Manager's own list, or the single values of the type.
    pub(crate) fn fields(&self) -> Vec<FilterField> {
        if let Some(fields) = self.fields {
            let field = |it: &FieldSchema<'static>| FilterField {
                name: it.name,
                kind: it.kind,
                values: it.values.to_vec(),
                source: it.source,
            };
            return fields.iter().map(field).collect();
        }
        let single = self.item.fields.iter().filter(|field| field.repeat == Repeat::One && self.is_known(field.json));
        let field = |field: &backhaul_wire::shape::Field| {
            let kind = kind(self.operation.system, field.kind)?;
            let values = match field.kind {
                WireKind::Enum(shape) => shape.values.iter().map(|value| value.name).collect(),
                _ => Vec::new(),
            };
            Some(FilterField { name: field.json, kind, values, source: Source::Field(field.json) })
        };
        single.filter_map(field).collect()
    }
}

/// What a filter may say of a value; nothing of a secret, not even whether it equals a guess.
fn kind(system: System, kind: WireKind) -> Option<Kind> {
    Some(match kind {
        WireKind::Bool => Kind::Bool,
        WireKind::Int => Kind::Int,
        WireKind::Float => Kind::Float,
        WireKind::Text => Kind::Text,
        // ZStack compares ids as text.
        WireKind::Id if system == System::Zstack => Kind::Text,
        WireKind::Id => Kind::Uid,
        WireKind::DateTime => Kind::DateTime,
        WireKind::Enum(_) => Kind::Enum,
        WireKind::Secret | WireKind::Json | WireKind::Struct(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_as_people_name_the_listings() {
        let operation = |system, table: &str| listings(system).get(table).map(|it| it.operation.name);
        for (system, table, name) in [
            (System::Em, "cloud_subtenant", "QueryCloudSubtenant"),
            (System::Em, "backup_job_session", "QueryBackupJobSession"),
            (System::Vb365, "job_session", "JobSession_Get"),
            (System::Vb365, "organization", "Organization_Get"),
            (System::Vb365, "credential", "Account_GetAccounts"),
            (System::Vb365, "account", "Account_GetAccounts"),
            (System::Zstack, "vm_instance", "QueryVmInstance"),
        ] {
            assert_eq!(operation(system, table), Some(name), "{system}.{table}");
        }
    }
}
