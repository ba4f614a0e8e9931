//! What VB365 holds: records of no version, as JSON, in collections that are named by their paths.
//!
//! A collection comes into being when it is first asked for ([`super::content`]), so that a large estate costs what is
//! used of it.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::engine::collection::{self, Named};

/// The members of a record, by the names that the newest schema gives them.
pub(in crate::vb365) type Members = Map<String, Value>;

#[derive(Debug, Clone)]
pub(in crate::vb365) struct Record {
    /// What the path calls it.
    pub(in crate::vb365) id: Arc<str>,
    pub(in crate::vb365) body: Members,
    /// Whether it was made up: what it does not say is made up, too, and not only what an answer must hold.
    pub(in crate::vb365) made: bool,
}

impl Record {
    /// A member as text; empty when there is none.
    pub(in crate::vb365) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether a member is this text; the letter case of ids does not count.
    pub(in crate::vb365) fn says(&self, name: &str, text: &str) -> bool {
        self.text(name).eq_ignore_ascii_case(text)
    }

    /// A member as a number; 0 when there is none.
    pub(in crate::vb365) fn number(&self, name: &str) -> i64 {
        self.body.get(name).and_then(Value::as_i64).unwrap_or_default()
    }
}

impl Named for Record {
    fn id(&self) -> &Arc<str> {
        &self.id
    }
}

pub(in crate::vb365) type Collection = collection::Collection<Record>;

/// One record, by id or else by name.
pub(in crate::vb365) fn find<'s>(collection: &'s Collection, id: &str) -> Option<&'s Record> {
    collection.get(id).or_else(|| collection.all().find(|record| !id.is_empty() && record.says("name", id)))
}

/// All that has been asked for.
#[derive(Debug, Default)]
pub(in crate::vb365) struct Store {
    collections: HashMap<String, Collection>,
    /// Documents that stand alone, such as settings, by path: what was put there.
    singles: HashMap<String, Members>,
}

impl Store {
    pub(in crate::vb365) fn has(&self, key: &str) -> bool {
        self.collections.contains_key(key)
    }

    /// Puts a whole collection in.
    pub(in crate::vb365) fn load(&mut self, key: String, collection: Collection) {
        self.collections.insert(key, collection);
    }

    pub(in crate::vb365) fn collection(&self, key: &str) -> Option<&Collection> {
        self.collections.get(key)
    }

    pub(in crate::vb365) fn collection_mut(&mut self, key: &str) -> &mut Collection {
        self.collections.entry(key.to_owned()).or_default()
    }

    pub(in crate::vb365) fn get(&self, key: &str, id: &str) -> Option<&Record> {
        find(self.collections.get(key)?, id)
    }

    /// Changes a record, and says whether it is there.
    pub(in crate::vb365) fn edit(&mut self, key: &str, id: &str, change: impl FnOnce(&mut Members)) -> bool {
        let Some(collection) = self.collections.get_mut(key) else { return false };
        let Some(mut record) = find(collection, id).cloned() else { return false };
        change(&mut record.body);
        collection.put(record);
        true
    }

    /// Takes a record out, with every collection and document below it.
    pub(in crate::vb365) fn remove(&mut self, key: &str, id: &str) -> Option<Record> {
        let collection = self.collections.get_mut(key)?;
        let id = find(collection, id)?.id.clone();
        let record = collection.remove(&id)?;
        let below = format!("{key}/{}/", record.id.to_ascii_lowercase());
        self.collections.retain(|key, _| !key.starts_with(&below));
        self.singles.retain(|key, _| !key.starts_with(&below));
        Some(record)
    }

    /// What was put into a document; nothing when nothing was.
    pub(in crate::vb365) fn single(&self, key: &str) -> Members {
        self.singles.get(key).cloned().unwrap_or_default()
    }

    pub(in crate::vb365) fn put_single(&mut self, key: &str, body: Members) {
        self.singles.insert(key.to_owned(), body);
    }
}

/// Lays what was sent over what there is: objects member by member, lists whole, and a null takes away.
pub(in crate::vb365) fn overlay(sent: Members, onto: &mut Members) {
    for (name, value) in sent {
        match (value, onto.get_mut(&name)) {
            (Value::Null, _) => {
                onto.remove(&name);
            }
            (Value::Object(sent), Some(Value::Object(onto))) => overlay(sent, onto),
            (value, _) => {
                onto.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(id: &str) -> Record {
        Record { id: id.into(), body: Members::new(), made: false }
    }

    #[test]
    fn records_go_with_what_is_below_them() {
        let mut store = Store::default();
        store.load("jobs".to_owned(), [record("A"), record("b")].into_iter().collect());
        store.load("jobs/a/selecteditems".to_owned(), [record("c")].into_iter().collect());
        assert!(store.get("jobs", "a").is_some());
        assert!(store.remove("jobs", "a").is_some());
        assert!(store.get("jobs", "A").is_none() && store.get("jobs", "B").is_some());
        assert!(!store.has("jobs/a/selecteditems"));
    }

    #[test]
    fn nulls_take_away() {
        let Value::Object(mut onto) = json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2]}) else { unreachable!() };
        let Value::Object(sent) = json!({"a": null, "b": {"c": 4}, "e": [5]}) else { unreachable!() };
        overlay(sent, &mut onto);
        assert_eq!(Value::Object(onto), json!({"b": {"c": 4, "d": 3}, "e": [5]}));
    }
}
