//! What there is: rows of every class, as the JSON that they are written as.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use backhaul_wire::Struct;
use serde_json::{Map, Value};

use super::class::{self, Class};
use super::estate::{ZstackEstate, ZstackRecord};
use super::made;
use crate::engine::project::to_json;

/// The members of a row.
pub(super) type Body = Map<String, Value>;

/// An object, and what it is.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) class: &'static Class,
    pub(super) body: Arc<Body>,
}

impl Row {
    pub(super) fn new(class: &'static Class, body: Body) -> Self {
        Self { class, body: Arc::new(body) }
    }

    pub(super) fn uuid(&self) -> &str {
        text(&self.body, "uuid")
    }
}

/// A text member; empty when there is none.
pub(super) fn text<'b>(body: &'b Body, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or("")
}

/// The rows of one hierarchy, in the order in which they came.
#[derive(Default)]
struct Table {
    rows: BTreeMap<u64, Row>,
    by_uuid: HashMap<String, u64>,
    next: u64,
}

impl Table {
    fn get(&self, uuid: &str) -> Option<&Row> {
        self.rows.get(self.by_uuid.get(uuid)?)
    }

    fn put(&mut self, row: Row) {
        self.next += 1;
        let uuid = row.uuid();
        // Not every class has a uuid.
        let place = if uuid.is_empty() { self.next } else { *self.by_uuid.entry(uuid.to_owned()).or_insert(self.next) };
        self.rows.insert(place, row);
    }
}

/// All rows, by the name of the class on top of their hierarchy.
#[derive(Default)]
pub(super) struct Store {
    tables: HashMap<&'static str, Table>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.tables.iter().map(|(class, table)| (class, table.rows.len()))).finish()
    }
}

impl Store {
    /// The rows of an estate, and made-up ones of every class that an estate could hold and this one does not.
    pub(super) fn load(estate: &ZstackEstate) -> Self {
        let mut store = Self::default();
        let zones = estate.zones.iter().map(|it| it as &dyn Struct);
        let storages = estate.backup_storages.iter().map(|it| it as &dyn Struct);
        let records = estate.records.iter().map(ZstackRecord::record);
        for record in zones.chain(storages).chain(records) {
            if let (Some(class), Ok(Value::Object(body))) = (class::of_shape(record.shape()), to_json(record)) {
                store.put(Row::new(concrete(class, &body), body));
            }
        }
        // An estate lists these two by name: when it has none, there is none.
        store.tables.entry("ZoneInventory").or_default();
        store.tables.entry("BackupStorageInventory").or_default();
        let roots = class::all().iter().filter(|class| std::ptr::eq(class.root(), *class) && class.part.is_none());
        let absent = roots.filter(|class| !store.tables.contains_key(class.name));
        let made: Vec<Row> = absent.flat_map(|class| made::rows(class, &store)).collect();
        made.into_iter().for_each(|row| store.put(row));
        store
    }

    /// The rows of a class and of those below it.
    pub(super) fn rows(&self, class: &'static Class) -> Vec<Row> {
        if let Some(part) = &class.part {
            let Some(of) = class::find(part.of) else { return Vec::new() };
            return self.rows(of).iter().flat_map(|row| items(class, row)).collect();
        }
        let table = self.tables.get(class.root().name).into_iter().flat_map(|table| table.rows.values());
        table.filter(|row| row.class.is_a(class)).cloned().collect()
    }

    pub(super) fn get(&self, class: &'static Class, uuid: &str) -> Option<&Row> {
        self.tables.get(class.root().name)?.get(uuid).filter(|row| row.class.is_a(class))
    }

    /// The uuid of some row of a hierarchy, by a number that need not be one of its places.
    pub(super) fn uuid_at(&self, root: &str, number: usize) -> Option<&str> {
        let rows = &self.tables.get(root)?.rows;
        rows.values().nth(number.checked_rem(rows.len())?).map(Row::uuid).filter(|uuid| !uuid.is_empty())
    }

    /// A row of any class, by its uuid.
    pub(super) fn any(&self, uuid: &str) -> Option<&Row> {
        self.tables.values().find_map(|table| table.get(uuid))
    }

    /// Puts a row in; one with the same uuid is replaced where it stands.
    pub(super) fn put(&mut self, row: Row) {
        self.tables.entry(row.class.root().name).or_default().put(row);
    }

    /// Changes a row, and gives it as it is then.
    pub(super) fn edit(&mut self, class: &'static Class, uuid: &str, change: impl FnOnce(&mut Body)) -> Option<Row> {
        let table = self.tables.get_mut(class.root().name)?;
        let row = table.rows.get_mut(table.by_uuid.get(uuid)?).filter(|row| row.class.is_a(class))?;
        change(Arc::make_mut(&mut row.body));
        Some(row.clone())
    }

    /// Takes a row out.
    pub(super) fn remove(&mut self, class: &'static Class, uuid: &str) -> Option<Row> {
        self.get(class, uuid)?;
        let table = self.tables.get_mut(class.root().name)?;
        let place = table.by_uuid.remove(uuid)?;
        table.rows.remove(&place)
    }

    /// Changes every row of a class.
    pub(super) fn edit_all(&mut self, class: &'static Class, mut change: impl FnMut(&mut Body)) {
        for row in self.tables.get_mut(class.root().name).into_iter().flat_map(|table| table.rows.values_mut()) {
            if row.class.is_a(class) {
                change(Arc::make_mut(&mut row.body));
            }
        }
    }
}

/// The class that an object's type fields mean, of those below another.
pub(super) fn concrete(class: &'static Class, body: &Body) -> &'static Class {
    class.of(|name| text(body, name).to_owned())
}

/// The rows that are parts of a row.
fn items(class: &'static Class, row: &Row) -> Vec<Row> {
    let Some(part) = &class.part else { return Vec::new() };
    let list = row.body.get(part.list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let uuid = Value::from(row.uuid());
    let item = |item: &Value| match item {
        Value::Object(body) => {
            let mut body = body.clone();
            body.entry(part.key).or_insert_with(|| uuid.clone());
            Row::new(class, body)
        }
        id => Row::new(class, Body::from_iter([(part.key.into(), uuid.clone()), (part.own.into(), id.clone())])),
    };
    list.iter().map(item).collect()
}
