//! What all kinds of resources have in common: collections, single ones, what is below them, editing and deleting.

use std::borrow::Cow;

use backhaul_wire::Struct;
use backhaul_wire::operation::Response;
use http::StatusCode;
use percent_encoding::percent_decode_str;

use super::resource_types::{self, Location, Part, ResourceType, empty};
use super::store::{Owner, Record, Store, id_of};
use super::tasks::{Done, Effect};
use super::writer::append;
use super::{Call, Refusal, query, value};
use crate::engine::message::Reply;

/// What an address names.
pub(in crate::em) enum Found<'s> {
    /// A collection, of these records.
    List(&'static ResourceType, Vec<&'s Record>),
    One(&'s Record),
    /// A list inside a record.
    Items(&'s Record, &'static Part),
    Item(&'s Record, &'static Part, &'s dyn Struct),
}

/// A collection that shows some of another: the address, the kind, and which of it.
type View = (&'static str, &'static str, fn(&Store, &Record) -> bool);

const VIEWS: [View; 5] = [
    ("agents/backupFiles", "BackupFile", of_agents),
    ("agents/backupSessions", "BackupJobSession", |_, it| is(it, "JobType", &["AgentBackup", "AgentManagement"])),
    ("agents/backups", "Backup", of_agents),
    ("agents/restorePoints", "RestorePoint", of_agents),
    ("nas/backupSessions", "BackupJobSession", |_, it| is(it, "JobType", &["NasBackup"])),
];

fn of_agents(store: &Store, record: &Record) -> bool {
    let backup = if record.kind.name == "Backup" { Some(record) } else { store.owner(record, "Backup") };
    backup.is_some_and(|backup| is(backup, "Platform", &["AgentForLinux", "AgentForWindows"]))
}

fn is(record: &Record, field: &str, words: &[&str]) -> bool {
    value::text(record.body.as_ref(), field).is_some_and(|word| words.contains(&word))
}

impl Call<'_> {
    /// The parts of the path below `/api/`, decoded.
    pub(in crate::em) fn segments(&self) -> Vec<Cow<'_, str>> {
        let all = self.request.path.split('/').filter(|segment| !segment.is_empty()).skip(1);
        all.map(|segment| percent_decode_str(segment).decode_utf8_lossy()).collect()
    }

    /// What the path names.
    pub(in crate::em) fn find(&self) -> Result<Found<'_>, Refusal> {
        self.find_at(&self.segments())
    }

    fn find_at(&self, segments: &[Cow<'_, str>]) -> Result<Found<'_>, Refusal> {
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let store = &self.backend.store;
        let path = segments.join("/");
        if let Some((_, kind, shown)) = VIEWS.iter().find(|(view, ..)| view.eq_ignore_ascii_case(&path)) {
            let kind = resource_types::find(kind).ok_or_else(|| self.nothing())?;
            return Ok(Found::List(kind, store.all(kind.name).filter(|it| shown(store, it)).collect()));
        }
        let (kind, rest) = resource_types::all()
            .find_map(|kind| Some((kind, after(kind, &segments)?)))
            .ok_or_else(|| self.nothing())?;
        let Some((id, rest)) = rest.split_first() else {
            return Ok(Found::List(kind, store.all(kind.name).collect()));
        };
        let record = one(store, kind, id)?;
        let Some((segment, rest)) = rest.split_first() else {
            return Ok(Found::One(record));
        };
        if let Some(part) = kind.parts.iter().find(|part| part.segment.eq_ignore_ascii_case(segment)) {
            let Some(id) = rest.first() else { return Ok(Found::Items(record, part)) };
            let items = store.items(record, part).into_iter();
            let item = items
                .into_iter()
                .find(|item| value::text(*item, part.id).is_some_and(|it| it.eq_ignore_ascii_case(id)));
            return match item {
                Some(item) if rest.len() == 1 => Ok(Found::Item(record, part, item)),
                Some(_) => Err(self.nothing()),
                None => Err(absent(part.name, id)),
            };
        }
        let sub =
            kind.subs.iter().find(|sub| sub.segment.eq_ignore_ascii_case(segment)).ok_or_else(|| self.nothing())?;
        let below = resource_types::find(sub.kind).ok_or_else(|| self.nothing())?;
        match rest {
            [] => Ok(Found::List(below, store.below(record, below.name, sub.way))),
            [id] => {
                let found = one(store, below, id)?;
                if found.belongs_to(record) { Ok(Found::One(found)) } else { Err(absent(below.name, id)) }
            }
            _ => Err(self.nothing()),
        }
    }

    /// The one record that the path names, before what is below it in the files of a guest.
    pub(in crate::em) fn record(&self) -> Result<&Record, Refusal> {
        let mut segments = self.segments();
        if let Some(at) = segments.iter().position(|segment| segment.eq_ignore_ascii_case("guestfs")) {
            segments.truncate(at);
        }
        match self.find_at(&segments)? {
            Found::One(record) | Found::Item(record, ..) | Found::Items(record, _) if self.may_see(record) => {
                Ok(record)
            }
            _ => Err(self.nothing()),
        }
    }

    /// The record of a kind that the first part of the path names: what an action is about.
    pub(in crate::em) fn subject(&self, kind: &str) -> Result<&Record, Refusal> {
        let kind = resource_types::find(kind).ok_or_else(|| self.nothing())?;
        let record = one(&self.backend.store, kind, self.path.first())?;
        if self.may_see(record) { Ok(record) } else { Err(absent(kind.name, self.path.first())) }
    }

    /// The record that a body names by UID, such as a backup server.
    pub(in crate::em) fn mentioned(&self, kind: &str, uid: Option<&backhaul_wire::Id>) -> Result<Owner, Refusal> {
        let uid = uid.map_or("", |uid| uid.as_str());
        let record = self.backend.store.named(kind, uid);
        record.map(Record::as_owner).ok_or_else(|| Refusal::bad(format!("There is no {kind} {uid}.")))
    }

    pub(in crate::em) fn nothing(&self) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, format!("There is no {}.", self.request.path))
    }

    /// Whether the operation answers with this type in any case, whatever form is asked for.
    fn answers_only(&self, name: &str) -> bool {
        matches!(self.operation.map(|it| it.response), Some(Response::Body(shape)) if shape.name == name)
    }
}

/// What is left of a path behind a kind's collection.
fn after<'p, 's>(kind: &ResourceType, segments: &'p [&'s str]) -> Option<&'p [&'s str]> {
    let Location::At(collection) = kind.place else { return None };
    let mut rest = segments;
    for name in collection.split('/') {
        let (first, others) = rest.split_first()?;
        if !first.eq_ignore_ascii_case(name) {
            return None;
        }
        rest = others;
    }
    Some(rest)
}

/// A record by the identifier in a path. What is not there and no GUID either cannot be an identifier.
fn one<'s>(store: &'s Store, kind: &ResourceType, id: &str) -> Result<&'s Record, Refusal> {
    let found = store.get(kind, id_of(id));
    let by_name = kind.name == "CatalogVm";
    found.ok_or_else(|| match backhaul_wire::Id::from(id).guid() {
        None if !by_name => Refusal::bad(format!("{id} is no identifier.")),
        _ => absent(kind.name, id),
    })
}

fn absent(kind: &str, id: &str) -> Refusal {
    Refusal::not_found(&format!("The {kind}"), id)
}

/// `GET` of a collection, of one resource, or of a list inside one.
pub(in crate::em) fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let api = call.api();
    let writer = call.writer(&api);
    let body: Box<dyn Struct> = match call.find()? {
        Found::List(kind, mut records) => {
            records.retain(|record| call.may_see(record));
            let (records, paging) = query::page_of(call, kind, records)?;
            let entities = call.wants_entity() || call.answers_only(kind.all.name);
            let mut list = writer.list(kind, &records, entities);
            if let Some(paging) = &paging {
                value::put(list.as_mut(), "PagingInfo", paging);
            }
            list
        }
        Found::One(record) if !call.may_see(record) => return Err(absent(record.kind.name, &record.id)),
        Found::One(record) => writer.one(record, call.wants_entity() || call.answers_only(record.kind.name)),
        Found::Items(record, part) => {
            let items = call.backend.store.items(record, part).into_iter().map(|item| writer.item(record, part, item));
            if call.answers_only(part.name) {
                // The document of this collection is a single item.
                items.into_iter().next().unwrap_or_else(|| empty(part.one))
            } else {
                let mut list = empty(part.all);
                items.for_each(|item| append(list.as_mut(), item.as_ref()));
                list
            }
        }
        Found::Item(record, part, item) => writer.item(record, part, item),
    };
    Ok(call.media.reply(StatusCode::OK, body.as_ref()))
}

/// `PUT`: what is sent replaces what there is, and what is left out stays.
pub(in crate::em) fn edit(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let record = call.record()?;
    let (kind, id) = (record.kind, record.id.clone());
    let mut sent = empty(kind.one);
    call.read(sent.as_mut())?;
    for own in ["Href", "Type", "Links", "UID", "Id"] {
        value::clear(sent.as_mut(), own);
    }
    let effect: Effect = Box::new(move |backend| {
        let found = backend.store.edit(kind.name, &id, |body| value::overlay(sent.as_ref(), body));
        if found { Ok(Done::default()) } else { Err(format!("The {} is no longer there.", kind.name)) }
    });
    call.carry_out(kind.tasks[1], StatusCode::NO_CONTENT, effect)
}

/// `DELETE` of a resource, or of an item of a list inside one.
pub(in crate::em) fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (operation, effect): (_, Effect) = match call.find()? {
        Found::One(record) => {
            let (kind, id) = (record.kind, record.id.clone());
            (
                kind.tasks[2],
                Box::new(move |backend| match backend.store.remove(kind, &id) {
                    Some(_) => Ok(Done::default()),
                    None => Err(format!("The {} is no longer there.", kind.name)),
                }),
            )
        }
        Found::Item(record, part, item) => {
            let (kind, owner) = (record.kind, record.id.clone());
            let id = value::text(item, part.id).unwrap_or_default().to_owned();
            (
                part.tasks[1],
                Box::new(move |backend| {
                    let other = |item: &dyn Struct| value::text(item, part.id) != Some(&id);
                    let mut gone = 0;
                    backend.store.edit(kind.name, &owner, |body| {
                        gone = part.paths.iter().map(|path| value::retain(body, path, &other)).sum();
                    });
                    if gone > 0 { Ok(Done::default()) } else { Err(format!("The {} is no longer there.", part.name)) }
                }),
            )
        }
        Found::List(..) | Found::Items(..) => return Err(call.nothing()),
    };
    call.carry_out(operation, StatusCode::NO_CONTENT, effect)
}

impl Call<'_> {
    /// Does something at once and answers with this status, or begins a task for it, as the operation is documented.
    pub(in crate::em) fn carry_out(
        &mut self,
        operation: &'static str,
        status: StatusCode,
        effect: Effect,
    ) -> Result<Reply, Refusal> {
        if self.operation.is_some_and(|operation| operation.response.shape().is_some()) {
            return self.begin(operation, effect);
        }
        effect(self.backend).map_err(Refusal::bad)?;
        Ok(Reply::empty(status))
    }
}
