//! What can change: what there is, what changed, the time, and what is about to happen.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use backhaul_models::vb365::operations::OPERATIONS;
use backhaul_wire::IdKey;

use super::content;
use super::estate::Vb365Estate;
use super::invent::Known;
use super::paths::{CollectionPath, RecordTypes};
use super::store::{Collection, Members, Record, Store};
use super::usage::Usages;
use crate::engine::schedule::{Clocked, Schedule};

/// How many changes are remembered; who asks from before gets an error.
const MAX_CHANGES: usize = 1000;
/// How many listings are kept for the pages that follow; then all are dropped, and a page is cut from the collection as
/// it is.
const MAX_SETS: usize = 64;

/// All that can change.
#[derive(Debug)]
pub(in crate::vb365) struct Backend {
    pub(in crate::vb365) store: Store,
    pub(in crate::vb365) usages: Usages,
    pub(in crate::vb365) job_time: Duration,
    pub(in crate::vb365) known: Known,
    pub(in crate::vb365) record_types: RecordTypes,
    estate: Arc<Vb365Estate>,
    schedule: Schedule<Backend>,
    changes: VecDeque<Change>,
    changed: u64,
    sets: HashMap<IdKey, Vec<Arc<str>>>,
}

/// Something that happened to a record.
#[derive(Debug, Clone)]
pub(in crate::vb365) struct Change {
    pub(in crate::vb365) number: u64,
    /// The collection.
    pub(in crate::vb365) key: String,
    /// The record as it was then.
    pub(in crate::vb365) record: Record,
    pub(in crate::vb365) deleted: bool,
}

impl Backend {
    pub(in crate::vb365) fn new(estate: Arc<Vb365Estate>, job_time: Duration, started: i64) -> Self {
        let mut backend = Self {
            store: Store::default(),
            usages: Usages::new(&estate.usage),
            job_time,
            known: Known::new(),
            record_types: RecordTypes::new(OPERATIONS),
            estate,
            schedule: Schedule::starting_at(started),
            changes: VecDeque::new(),
            changed: 0,
            sets: HashMap::new(),
        };
        for (id, name) in &backend.estate.removed {
            backend.usages.remember(id.as_str(), name);
        }
        let vb365 = &backend.estate;
        let organization = vb365.organizations.first().and_then(|it| it.id.clone());
        let repository = vb365.repositories.first();
        let known = [
            ("organizationId", organization.clone()),
            ("backedUpOrganizationId", organization),
            ("repositoryId", repository.and_then(|it| it.id.clone())),
            ("proxyId", repository.and_then(|it| it.proxy_id.clone())),
        ];
        let known = known.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.as_str().into())));
        backend.known.extend(known);
        backend
    }

    pub(in crate::vb365) fn installation(&self) -> (&str, &str) {
        (self.estate.installation_id.as_str(), &self.estate.build)
    }

    /// A collection, which comes into being now if it was not asked for before; `None` where there is none.
    pub(in crate::vb365) fn collection(&mut self, place: &CollectionPath) -> Option<&Collection> {
        let shape = self.record_types.of(&place.template)?;
        if !self.store.has(&place.key) {
            let collection = content::load(&self.estate, &self.store, place, shape);
            self.store.load(place.key.clone(), collection);
        }
        self.store.collection(&place.key)
    }

    pub(in crate::vb365) fn top(&mut self, key: &str) -> Option<&Collection> {
        self.collection(&CollectionPath::top(key))
    }

    /// A record of a collection at the top.
    pub(in crate::vb365) fn find(&mut self, key: &str, id: &str) -> Option<Record> {
        super::store::find(self.top(key)?, id).cloned()
    }

    /// A document that stands alone: what it says for certain.
    pub(in crate::vb365) fn single(&self, key: &str) -> Members {
        let mut body = content::single(&self.estate, key);
        body.extend(self.store.single(key));
        body
    }

    /// Puts a record into a collection at the top, and tells of the change.
    pub(in crate::vb365) fn put(&mut self, key: &str, mut record: Record) {
        self.top(key);
        self.changed += 1;
        record.body.insert("eTag".to_owned(), self.changed.into());
        self.store.collection_mut(key).put(record.clone());
        self.tell(key, record, false);
    }

    /// Changes a record of a collection at the top, and says whether it is there.
    pub(in crate::vb365) fn edit(&mut self, key: &str, id: &str, change: impl FnOnce(&mut Members)) -> bool {
        let Some(mut record) = self.find(key, id) else { return false };
        change(&mut record.body);
        self.put(key, record);
        true
    }

    /// Takes a record out of a collection at the top.
    pub(in crate::vb365) fn remove(&mut self, key: &str, id: &str) -> Option<Record> {
        self.top(key);
        let record = self.store.remove(key, id)?;
        self.changed += 1;
        self.tell(key, record.clone(), true);
        Some(record)
    }

    fn tell(&mut self, key: &str, record: Record, deleted: bool) {
        if self.changes.len() == MAX_CHANGES {
            self.changes.pop_front();
        }
        self.changes.push_back(Change { number: self.changed, key: key.to_owned(), record, deleted });
    }

    /// The number of the last change.
    pub(in crate::vb365) fn changed(&self) -> u64 {
        self.changed
    }

    /// The changes after one; `None` when some of them are forgotten, or there was no such change.
    pub(in crate::vb365) fn changes(&self, after: u64) -> Option<impl Iterator<Item = &Change>> {
        let oldest = self.changes.front().map_or(self.changed + 1, |change| change.number);
        (after <= self.changed && after + 1 >= oldest).then(|| self.changes.iter().filter(move |it| it.number > after))
    }

    /// Keeps a listing, so that its pages do not shift; gives its name.
    pub(in crate::vb365) fn keep_set(&mut self, ids: Vec<Arc<str>>) -> String {
        if self.sets.len() >= MAX_SETS {
            self.sets.clear();
        }
        let id = self.new_guid();
        self.sets.insert(id.as_str().into(), ids);
        id
    }

    pub(in crate::vb365) fn set(&self, id: &str) -> Option<&[Arc<str>]> {
        self.sets.get(&IdKey::from(id)).map(Vec::as_slice)
    }
}

impl Clocked for Backend {
    fn schedule(&self) -> &Schedule<Self> {
        &self.schedule
    }

    fn schedule_mut(&mut self) -> &mut Schedule<Self> {
        &mut self.schedule
    }
}
