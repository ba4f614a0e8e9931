//! Records in the order in which they came, found by their ids.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use backhaul_wire::IdKey;

/// What has an id.
pub(crate) trait Named {
    fn id(&self) -> &Arc<str>;
}

/// Records in the order in which they came.
#[derive(Debug, Clone)]
pub(crate) struct Collection<R> {
    records: BTreeMap<u64, R>,
    by_id: HashMap<IdKey, u64>,
    next: u64,
}

impl<R> Default for Collection<R> {
    fn default() -> Self {
        Self { records: BTreeMap::new(), by_id: HashMap::new(), next: 0 }
    }
}

impl<R: Named> Collection<R> {
    pub(crate) fn get(&self, id: &str) -> Option<&R> {
        self.records.get(self.place(id)?)
    }

    fn place(&self, id: &str) -> Option<&u64> {
        self.by_id.get(&IdKey::from(id))
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.records.values()
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Puts a record in; one with the same id is replaced where it stands.
    pub(crate) fn put(&mut self, record: R) {
        let place = match self.place(record.id()) {
            Some(place) => *place,
            None => {
                self.next += 1;
                self.by_id.insert(IdKey::from(&**record.id()), self.next);
                self.next
            }
        };
        self.records.insert(place, record);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<R> {
        let place = self.by_id.remove(&IdKey::from(id))?;
        self.records.remove(&place)
    }
}

impl<R: Named> FromIterator<R> for Collection<R> {
    fn from_iter<I: IntoIterator<Item = R>>(records: I) -> Self {
        let mut collection = Self::default();
        records.into_iter().for_each(|record| collection.put(record));
        collection
    }
}
