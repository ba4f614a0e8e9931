//! Collections, records and documents: listing, reading, creating, editing, deleting, the same for all of them.

use backhaul_wire::ApiVersion;
use std::cell::OnceCell;
use std::sync::Arc;

use backhaul_models::registry::listed_in;
use backhaul_wire::Shape;
use http::StatusCode;
use serde_json::Value;

use super::content::{key_member, whole};
use super::filters::{Filters, compare};
use super::page::NO_SET;
use super::paths::{Address, CollectionPath, is_known};
use super::store::{Collection, Members, Record, find, overlay};
use super::writer::Writer;
use super::{Account, Call, Refusal, status};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

type Answer = Result<Reply, Refusal>;

/// What a proxy shows in its extended view alone.
const EXTENDED: [&str; 3] = ["threadsNumber", "throttlingValue", "throttlingUnit"];

impl Call<'_> {
    pub(in crate::vb365) fn writer(&self) -> Writer<'_> {
        Writer { version: self.version, known: &self.backend.known }
    }

    /// A record as this version shows it.
    pub(in crate::vb365) fn show(&self, place: &CollectionPath, record: &Record, shape: &Shape) -> Value {
        let mut value = self.writer().write(shape, &self.linked(place, record, shape), &record.id, record.made);
        if place.template == "proxies"
            && !self.extended()
            && let Some(members) = value.as_object_mut()
        {
            members.retain(|name, _| !EXTENDED.contains(&name.as_str()));
        }
        value
    }

    /// Whether a proxy is shown whole: in v7 when it is asked for, before and after that unless it is asked for less.
    fn extended(&self) -> bool {
        match self.param("extendedView") {
            Some(wanted) => wanted.eq_ignore_ascii_case("true"),
            None => !(self.version == 7 && self.has_param("extendedView")),
        }
    }

    /// A value that is no record of a collection; everything that is not given is made up.
    pub(in crate::vb365) fn make(&self, shape: &Shape, given: &Members, seed: &str) -> Value {
        self.writer().write(shape, given, seed, true)
    }

    /// A record that no collection of this type holds: what is given, and what must be there.
    pub(in crate::vb365) fn make_as_given(&self, shape: &Shape, record: &Record) -> Value {
        self.writer().write(shape, &record.body, &record.id, false)
    }

    /// A document that stands alone.
    fn document(&self, shape: &Shape, key: &str) -> Value {
        let mut given = self.backend.single(key);
        if let Account::Organization(own) = &self.account {
            given.insert("organizationId".to_owned(), own.as_str().into());
        }
        self.make(shape, &given, key)
    }

    /// The type of the answer, or of what it lists.
    pub(in crate::vb365) fn answer_shape(&self) -> Option<&'static Shape> {
        let response = self.operation.form(ApiVersion::new(self.version)).response;
        listed_in(response).or_else(|| response.shape())
    }

    /// Success without a body.
    pub(in crate::vb365) fn done(&self) -> Reply {
        Reply::empty(status::of(self.operation, self.version, false))
    }

    /// Success with a body.
    pub(in crate::vb365) fn reply(&self, body: &Value) -> Reply {
        Reply::json(status::of(self.operation, self.version, true), body)
    }

    /// Success with a record of a collection at the top, where the version answers with one.
    pub(in crate::vb365) fn reply_record(&mut self, key: &str, record: &Record) -> Reply {
        let Some(shape) = self.answer_shape() else { return self.done() };
        let place = CollectionPath::top(key);
        self.reply(&self.show(&place, record, shape))
    }

    /// Fails unless everything that the path goes through is there.
    pub(in crate::vb365) fn check_owners(&mut self, address: &Address) -> Result<(), Refusal> {
        for at in 0..address.segments.len().saturating_sub(1) {
            if address.segments[at].id {
                let place = address.collection_path(at);
                let id = &address.segments[at].text;
                let Some(collection) = self.backend.collection(&place) else { continue };
                let found = find(collection, id).cloned();
                if !found.is_some_and(|record| self.may_see(&place, &record)) {
                    return Err(absent(&place, id));
                }
            }
        }
        Ok(())
    }

    /// The record that the path ends with, and its collection.
    pub(in crate::vb365) fn record(&mut self) -> Result<(CollectionPath, Record), Refusal> {
        let address = self.address()?;
        self.check_owners(&address)?;
        let place = address.collection_path(address.segments.len().saturating_sub(1));
        let id = address.last_id().unwrap_or_default();
        let found = self.backend.collection(&place).and_then(|collection| find(collection, id)).cloned();
        match found {
            Some(record) if self.may_see(&place, &record) => Ok((place, record)),
            _ => Err(absent(&place, id)),
        }
    }

    /// The record of a collection at the top that the first parameter of the path names: what an action is about.
    pub(in crate::vb365) fn subject(&mut self, key: &str) -> Result<Record, Refusal> {
        let id = self.path.first().to_owned();
        let found = self.backend.find(key, &id).filter(|record| self.may_see(&CollectionPath::top(key), record));
        found.ok_or_else(|| absent(&CollectionPath::top(key), &id))
    }

    /// Whether a record is the account's own: an organization's own account sees its restore sessions and restore
    /// points.
    fn may_see(&self, place: &CollectionPath, record: &Record) -> bool {
        match &self.account {
            Account::Organization(own) if ["restoresessions", "restorepoints"].contains(&place.template.as_str()) => {
                own.same(&record.text("organizationId").into())
            }
            _ => true,
        }
    }
}

fn absent(place: &CollectionPath, id: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, format!("There is no {}/{id}.", place.shown))
}

/// `GET` of a collection.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    if address.last_id().is_some() {
        // One element, in an array.
        let (place, record) = call.record()?;
        let shape = call.answer_shape().ok_or_else(Refusal::forbidden)?;
        return Ok(call.list(1, |_| call.show(&place, &record, shape)));
    }
    listing(call, &address.collection_path(address.segments.len()), |_| true)
}

/// The records of a collection that the parameters ask for.
pub(super) fn listing(call: &mut Call<'_>, place: &CollectionPath, wanted: impl Fn(&Record) -> bool) -> Answer {
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    let mut place = place.clone();
    if let (Some((_, owner)), Account::Organization(own)) = (&mut place.only, &call.account)
        && owner.is_empty()
    {
        *owner = own.as_str().to_ascii_lowercase();
    }
    let place = &place;
    if call.backend.collection(place).is_none() {
        return Err(Refusal::not_found("The collection", &place.key));
    }
    let filters = Filters::of(call, shape);
    let set = call.param("setId").unwrap_or(NO_SET).to_owned();
    let known = call.backend.set(&set).map(<[_]>::to_vec);
    let view = |record: &&Record| {
        let own = place.only.as_ref().is_none_or(|(member, owner)| record.says(member, owner));
        own && wanted(record) && call.may_see(place, record)
    };
    let collection = call.backend.store.collection(&place.key);
    let mut records: Vec<&Record> = match &known {
        Some(ids) => ids.iter().filter_map(|id| collection?.get(id)).collect(),
        None => collection.into_iter().flat_map(|collection| collection.all()).filter(view).collect(),
    };
    // Most records say themselves what is asked for.
    let shown = |record: &Record| call.show(place, record, shape);
    if known.is_none() && !filters.is_empty() {
        records.retain(|record| {
            let all = OnceCell::new();
            filters.fit(|name| record.body.get(name).or_else(|| all.get_or_init(|| shown(record)).get(name)))
        });
    }
    if let Some(by) = call.param("orderBy").filter(|_| known.is_none()) {
        let field = shape.index_of(by).and_then(|at| shape.fields.get(at));
        let Some(field) = field else {
            return Err(Refusal::bad(format!("The value '{by}' is not valid for orderBy.")));
        };
        let keyed =
            |record: &&Record| record.body.get(field.json).cloned().or_else(|| shown(record).get(field.json).cloned());
        let mut all: Vec<(Option<Value>, &Record)> =
            records.into_iter().map(|record| (keyed(&record), record)).collect();
        all.sort_by(|(a, _), (b, _)| compare(a.as_ref(), b.as_ref()));
        records = all.into_iter().map(|(_, record)| record).collect();
        if call.param("orderAsc").is_some_and(|asc| asc.eq_ignore_ascii_case("false")) {
            records.reverse();
        }
    }
    if !call.has_param("setId") {
        return Ok(call.list(records.len(), |at| call.show(place, records[at], shape)));
    }
    let ids: Vec<Arc<str>> = records.iter().map(|record| record.id.clone()).collect();
    let set = if known.is_some() { set } else { call.backend.keep_set(ids.clone()) };
    let Some(collection) = call.backend.store.collection(&place.key) else { return Ok(call.done()) };
    let show = |at: usize| collection.get(&ids[at]).map(|record| call.show(place, record, shape)).unwrap_or_default();
    Ok(call.list_of(&set, ids.len(), show))
}

/// `GET` of one record.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (place, record) = call.record()?;
    let shape = call.answer_shape().ok_or_else(Refusal::forbidden)?;
    Ok(call.reply(&call.show(&place, &record, shape)))
}

/// `GET` of a document that stands alone.
pub(super) fn document(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = address.collection_path(address.segments.len());
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    Ok(call.reply(&call.document(shape, &place.key)))
}

/// `POST` to a collection: a record of what was sent.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = call.members()?;
    create_with(call, body)
}

/// The same, of a body that was looked at.
pub(super) fn create_with(call: &mut Call<'_>, mut body: Members) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = address.collection_path(address.segments.len());
    if let Some((member, owner)) = &place.only {
        body.insert((*member).to_owned(), owner.as_str().into());
    }
    let record = put(call, &place, body)?;
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    if listed_in(call.operation.response).is_some() {
        return Ok(call.list(1, |_| call.show(&place, &record, shape)));
    }
    Ok(call.reply(&call.show(&place, &record, shape)))
}

/// Puts a record of these members into a collection.
fn put(call: &mut Call<'_>, place: &CollectionPath, mut body: Members) -> Result<Record, Refusal> {
    let kind = call
        .backend
        .record_types
        .of(&place.template)
        .ok_or_else(|| Refusal::not_found("The collection", &place.key))?;
    body.retain(|_, value| !value.is_null());
    let key = key_member(kind);
    let id = body.get(key).and_then(Value::as_str).filter(|id| !id.is_empty() && *id != NO_SET).map(str::to_owned);
    let id = id.unwrap_or_else(|| call.backend.new_guid());
    body.insert(key.to_owned(), id.as_str().into());
    let record = Record { id: id.into(), body, made: false };
    if place.key.contains('/') {
        call.backend.collection(place);
        call.backend.store.collection_mut(&place.key).put(record.clone());
    } else {
        call.backend.put(&place.key, record.clone());
    }
    Ok(record)
}

/// `POST` of items to a collection, or `PUT` of all its items.
pub(super) fn append(call: &mut Call<'_>) -> Answer {
    let items = call.items()?;
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = address.collection_path(address.segments.len());
    if call.operation.method == "PUT" {
        call.backend.store.load(place.key.clone(), Collection::default());
    }
    for item in items {
        match (&place.only, item) {
            // What a view shows stands elsewhere: it is told that it belongs here.
            (Some((member, owner)), Value::Object(item)) => {
                let id = named(&item).unwrap_or_default();
                if !call
                    .backend
                    .edit(&place.key, id, |body| drop(body.insert((*member).to_owned(), owner.as_str().into())))
                {
                    return Err(absent(&place, id));
                }
            }
            (None, Value::Object(item)) => drop(put(call, &place, item)?),
            _ => return Err(Refusal::bad("The items must be objects.")),
        }
    }
    match call.answer_shape() {
        Some(shape) => Ok(call.reply(&call.make(shape, &Members::new(), &place.key))),
        None => Ok(call.done()),
    }
}

/// The id by which an item of a body names what is there.
fn named(item: &Members) -> Option<&str> {
    ["id", "proxyId", "applicationId"].iter().find_map(|name| item.get(*name)?.as_str())
}

/// `PUT` of one record: what is sent replaces what there is, and what is left out stays.
pub(super) fn edit(call: &mut Call<'_>) -> Answer {
    let (place, record) = call.record()?;
    let mut sent = call.members()?;
    for own in ["id", "_links", "_actions", "eTag"] {
        sent.remove(own);
    }
    let whole = whole(&place.template, &record);
    let change = |body: &mut Members| {
        // What is edited in part was implied as a whole.
        for (name, value) in whole.into_iter().filter(|(name, value)| value.is_object() && sent.contains_key(name)) {
            body.entry(name).or_insert(value);
        }
        overlay(sent, body);
    };
    if place.key.contains('/') {
        call.backend.store.edit(&place.key, &record.id, change);
    } else {
        call.backend.edit(&place.key, &record.id, change);
    }
    let record = call.backend.store.get(&place.key, &record.id).cloned().unwrap_or(record);
    match call.answer_shape() {
        Some(shape) => Ok(call.reply(&call.show(&place, &record, shape))),
        None => Ok(call.done()),
    }
}

/// `PUT` of a document that stands alone.
pub(super) fn edit_document(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = address.collection_path(address.segments.len());
    let sent = call.members()?;
    let mut body = call.backend.store.single(&place.key);
    overlay(sent, &mut body);
    call.backend.store.put_single(&place.key, body);
    match call.answer_shape() {
        Some(_) => document(call),
        None => Ok(call.done()),
    }
}

/// `DELETE` of one record, or of what stands alone.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    if call.address()?.last_id().is_none() {
        return delete_items(call);
    }
    let (place, record) = call.record()?;
    if place.key.contains('/') {
        call.backend.store.remove(&place.key, &record.id);
    } else {
        call.backend.remove(&place.key, &record.id);
    }
    Ok(call.done())
}

/// `DELETE` of items of a collection, whose ids the parameter or the body gives.
fn delete_items(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    let place = address.collection_path(address.segments.len());
    if call.backend.collection(&place).is_none() {
        call.backend.store.put_single(&place.key, Members::new());
        return Ok(call.done());
    }
    let mut ids: Vec<String> = match call.param("ids") {
        Some(ids) => ids.split(',').map(|id| id.trim().to_owned()).collect(),
        None => Vec::new(),
    };
    let id_of = |item: &Value| item.as_str().or_else(|| named(item.as_object()?)).map(str::to_owned);
    if ids.is_empty() {
        ids = call.items()?.iter().filter_map(id_of).collect();
    }
    if ids.is_empty() {
        return Err(Refusal::bad("The ids field is required."));
    }
    for id in &ids {
        let gone = match &place.only {
            Some((member, _)) => call.backend.edit(&place.key, id, |body| drop(body.remove(*member))),
            None => call.backend.store.remove(&place.key, id).is_some(),
        };
        if !gone {
            return Err(absent(&place, id));
        }
    }
    Ok(call.done())
}

/// Any other `POST`: done, and answered with what its type must hold.
pub(super) fn act(call: &mut Call<'_>) -> Answer {
    let address = call.address()?;
    call.check_owners(&address)?;
    call.members().or_else(|refusal| call.items().map(|_| Members::new()).map_err(|_| refusal))?;
    let Some(shape) = call.answer_shape() else { return Ok(call.done()) };
    // What acts on a document answers with it, as it is read.
    let parent = address.collection_path(address.segments.len() - 1);
    if is_known(&parent.key).is_some_and(|document| document.name == shape.name) {
        return Ok(call.reply(&call.document(shape, &parent.key)));
    }
    let seed = call.backend.new_guid();
    Ok(call.reply(&call.make(shape, &Members::new(), &seed)))
}

/// `GET /ServiceInstance`.
pub(super) fn service_instance(call: &mut Call<'_>) -> Answer {
    let (id, build) = call.backend.installation();
    Ok(Reply::json(StatusCode::OK, &serde_json::json!({ "installationId": id, "version": build })))
}
