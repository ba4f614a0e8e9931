//! What Enterprise Manager holds: records of every kind, and what they belong to.
//!
//! Records are of no version and know no addresses: `Href`, `Type` and `Links` are made for every answer.

mod load;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use backhaul_wire::Struct;
use backhaul_wire::reflect::copy;

use super::resource_types::{self, Location, Part, Relation, ResourceType, empty};
use super::value;
use crate::engine::collection::{Collection, Named};

pub(in crate::em) use self::load::load;

/// How far up an owner is looked for: task session, session, job, backup server.
const MAX_STEPS: usize = 3;

#[derive(Debug, Clone)]
pub(in crate::em) struct Record {
    pub(in crate::em) kind: &'static ResourceType,
    /// The lower-case GUID, or what stands for one.
    pub(in crate::em) id: Arc<str>,
    pub(in crate::em) body: Arc<dyn Struct>,
    /// What it belongs to, or is otherwise tied to; of a kind at most one.
    pub(in crate::em) owners: Vec<Owner>,
}

/// What a record belongs to.
#[derive(Debug, Clone)]
pub(in crate::em) struct Owner {
    pub(in crate::em) kind: &'static ResourceType,
    pub(in crate::em) id: Arc<str>,
}

impl Named for Record {
    fn id(&self) -> &Arc<str> {
        &self.id
    }
}

impl Record {
    pub(in crate::em) fn name(&self) -> Option<&str> {
        value::text(self.body.as_ref(), self.kind.title)
    }

    /// Itself, as what another record belongs to.
    pub(in crate::em) fn as_owner(&self) -> Owner {
        Owner { kind: self.kind, id: self.id.clone() }
    }

    pub(in crate::em) fn uid(&self) -> String {
        if self.kind.urn.is_empty() { self.id.to_string() } else { format!("urn:veeam:{}:{}", self.kind.urn, self.id) }
    }

    /// Whether it belongs to this one directly.
    pub(in crate::em) fn belongs_to(&self, other: &Record) -> bool {
        self.owners.iter().any(|owner| owner.kind == other.kind && owner.id == other.id)
    }

    /// A copy of its body, to change.
    pub(in crate::em) fn copy(&self) -> Box<dyn Struct> {
        let mut body = empty(self.kind.one);
        copy(self.body.as_ref(), body.as_mut());
        body
    }
}

/// All records.
#[derive(Clone, Default)]
pub(in crate::em) struct Store {
    collections: HashMap<&'static str, Collection<Record>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.collections.iter().map(|(kind, collection)| (kind, collection.len()))).finish()
    }
}

impl Store {
    /// One record, by GUID in any letter case.
    pub(in crate::em) fn get(&self, kind: &ResourceType, id: &str) -> Option<&Record> {
        self.collections.get(kind.name)?.get(id)
    }

    pub(in crate::em) fn named(&self, kind: &str, id: &str) -> Option<&Record> {
        self.get(resource_types::find(kind)?, id_of(id))
    }

    pub(in crate::em) fn all(&self, kind: &str) -> impl Iterator<Item = &Record> {
        self.collections.get(kind).into_iter().flat_map(Collection::all)
    }

    /// The record of that kind that a record belongs to, directly or through what it belongs to.
    pub(in crate::em) fn owner<'s>(&'s self, of: &Record, kind: &str) -> Option<&'s Record> {
        self.owner_within(of, kind, MAX_STEPS)
    }

    fn owner_within<'s>(&'s self, of: &Record, kind: &str, steps: usize) -> Option<&'s Record> {
        if let Some(owner) = of.owners.iter().find(|owner| owner.kind.name == kind) {
            return self.get(owner.kind, &owner.id);
        }
        if steps == 0 {
            return None;
        }
        of.owners
            .iter()
            .filter_map(|owner| self.get(owner.kind, &owner.id))
            .find_map(|owner| self.owner_within(owner, kind, steps - 1))
    }

    /// The record of that kind that a record belongs to directly.
    pub(in crate::em) fn direct_owner<'s>(&'s self, of: &Record, kind: &str) -> Option<&'s Record> {
        let owner = of.owners.iter().find(|owner| owner.kind.name == kind)?;
        self.get(owner.kind, &owner.id)
    }

    /// The records of a sub-collection.
    pub(in crate::em) fn below<'s>(&'s self, of: &'s Record, kind: &str, way: Relation) -> Vec<&'s Record> {
        let all = self.all(kind);
        match way {
            Relation::Children => all.filter(|it| it.belongs_to(of)).collect(),
            Relation::Owners => all.filter(|it| of.belongs_to(it)).collect(),
            Relation::Mentions(list, field) => {
                let names = |item: &&dyn Struct| value::text(*item, field).is_some_and(|id| same(id, &of.id));
                all.filter(|it| value::items(it.body.as_ref(), list).iter().any(names)).collect()
            }
            Relation::Listed(theirs, own) => all
                .filter(|it| {
                    value::lists_id(it.body.as_ref(), theirs, &of.id) || value::lists_id(of.body.as_ref(), own, &it.id)
                })
                .collect(),
        }
    }

    /// Puts a record in; one of the same kind and identifier is replaced where it stands.
    pub(in crate::em) fn put(&mut self, record: Record) {
        self.collections.entry(record.kind.name).or_default().put(record);
    }

    /// Changes a record, and says whether it is there.
    pub(in crate::em) fn edit(&mut self, kind: &str, id: &str, change: impl FnOnce(&mut dyn Struct)) -> bool {
        let Some(record) = resource_types::find(kind).and_then(|kind| self.get(kind, id)) else { return false };
        let mut body = record.copy();
        let record = record.clone();
        change(body.as_mut());
        self.put(Record { body: body.into(), ..record });
        true
    }

    /// Takes a record out, with what is addressed below it; a backup server goes with all that is on it.
    pub(in crate::em) fn remove(&mut self, kind: &'static ResourceType, id: &str) -> Option<Record> {
        let record = self.collections.get_mut(kind.name)?.remove(id)?;
        for other in resource_types::all() {
            if kind.name == "BackupServer" || matches!(other.place, Location::Under(owner, _) if owner == kind.name) {
                let gone: Vec<Arc<str>> =
                    self.all(other.name).filter(|it| it.belongs_to(&record)).map(|it| it.id.clone()).collect();
                for id in gone {
                    self.remove(other, &id);
                }
            }
        }
        Some(record)
    }

    pub(in crate::em) fn items<'s>(&self, record: &'s Record, part: &Part) -> Vec<&'s dyn Struct> {
        part.paths.iter().flat_map(|path| value::items(record.body.as_ref(), path)).collect()
    }
}

/// Whether an identifier, with or without a URN around it, is this lower-case one.
pub(in crate::em) fn same(id: &str, known: &str) -> bool {
    id_of(id).eq_ignore_ascii_case(known)
}

/// What is inside a UID: `urn:veeam:<ResourceType>:<this>`; anything else is itself.
pub(in crate::em) fn id_of(uid: &str) -> &str {
    let urn = uid.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("urn:veeam:"));
    if urn { uid[10..].split_once(':').map_or(uid, |(_, id)| id) } else { uid }
}

pub(in crate::em) fn kind_of(uid: &str) -> Option<&'static ResourceType> {
    let urn = uid.get(..10).filter(|start| start.eq_ignore_ascii_case("urn:veeam:"));
    urn.and_then(|_| uid[10..].split_once(':')).and_then(|(kind, _)| resource_types::find(kind))
}
