//! Writing answers: entities, references and lists, with addresses and links.

use backhaul_models::em::{EntityRef, EntityReferences, Link};
use backhaul_wire::Struct;
use backhaul_wire::reflect::copy;

use super::links::named;
use super::resource_types::{Form, LinkRow, Location, Part, ResourceType, empty};
use super::store::{Record, Store};
use super::value;

/// What is needed to write an answer.
#[derive(Clone, Copy)]
pub(in crate::em) struct Writer<'a> {
    pub(in crate::em) store: &'a Store,
    /// The address of the API, such as `https://localhost:9398/api`.
    pub(in crate::em) api: &'a str,
}

impl Writer<'_> {
    /// The address of a record's reference.
    pub(in crate::em) fn href(&self, record: &Record) -> String {
        format!("{}{}", self.api, path(record, self.store))
    }

    pub(in crate::em) fn reference(&self, record: &Record) -> EntityRef {
        let mut it = EntityRef::default();
        it.href = Some(self.href(record));
        it.r#type = Some(format!("{}Reference", record.kind.link));
        it.name = record.name().map(str::to_owned);
        it.uid = value::text(record.body.as_ref(), "UID").map(Into::into);
        let rows = record.kind.reference.unwrap_or(record.kind.links);
        let rows = rows.iter().filter(|row| record.kind.reference.is_some() || in_reference(row));
        it.links = self.links(record, rows, Form::Reference);
        it
    }

    /// A record in full.
    pub(in crate::em) fn entity(&self, record: &Record) -> Box<dyn Struct> {
        let kind = record.kind;
        let mut body = record.copy();
        let it = body.as_mut();
        let href = self.href(record);
        value::set(it, "Href", &if kind.key { format!("{href}?format=Entity") } else { href.clone() });
        value::set(it, "Type", kind.link);
        for part in kind.parts {
            for path in part.paths {
                value::each(it, path, &|item| {
                    let id = value::text(item, part.id).unwrap_or_default().to_ascii_lowercase();
                    value::set(item, "Href", &format!("{href}/{}/{id}", part.segment));
                    value::set(item, "Type", part.link);
                });
            }
        }
        value::blank_secrets(it);
        put_links(it, self.links(record, kind.links, Form::Entity));
        body
    }

    /// A record in the form that is asked for; what is no key resource has one form.
    pub(in crate::em) fn one(&self, record: &Record, entity: bool) -> Box<dyn Struct> {
        if entity || !record.kind.key { self.entity(record) } else { Box::new(self.reference(record)) }
    }

    /// A collection in the form that is asked for.
    pub(in crate::em) fn list(&self, kind: &ResourceType, records: &[&Record], entities: bool) -> Box<dyn Struct> {
        if kind.key && !entities {
            let mut list = EntityReferences::default();
            list.refs = records.iter().map(|record| self.reference(record)).collect();
            return Box::new(list);
        }
        let mut list = empty(kind.all);
        for record in records {
            append(list.as_mut(), self.entity(record).as_ref());
        }
        list
    }

    /// An item of a part of a record, with its own links.
    pub(in crate::em) fn item(&self, record: &Record, part: &Part, item: &dyn Struct) -> Box<dyn Struct> {
        let mut body = empty(part.one);
        value::alike(item, body.as_mut());
        let it = body.as_mut();
        let id = value::text(item, part.id).unwrap_or_default().to_ascii_lowercase();
        let href = format!("{}/{}/{id}", self.href(record), part.segment);
        let name = value::text(item, "Name").map(str::to_owned);
        value::set(it, "Href", &href);
        value::set(it, "Type", part.link);
        let links = part.links.iter().filter_map(|row| match row {
            LinkRow::Own { rel, kind, tail, name: title } => {
                Some(named(rel, kind, format!("{href}{tail}"), title.of(name.as_deref())))
            }
            // Up from an item is the record itself, or what that belongs to; an item may also name what it is tied to.
            LinkRow::To { rel, kind, form } if *kind == record.kind.name => Some(self.to(rel, record, *form)),
            LinkRow::To { rel, kind, form } => {
                let mentioned = value::text(item, &format!("{kind}Uid")).and_then(|id| self.store.named(kind, id));
                let to = mentioned.or_else(|| self.store.owner(record, kind))?;
                Some(self.to(rel, to, *form))
            }
            LinkRow::Alternate | LinkRow::For(..) => None,
        });
        put_links(it, links.collect());
        body
    }

    fn links<'r>(&self, record: &Record, rows: impl IntoIterator<Item = &'r LinkRow>, form: Form) -> Vec<Link> {
        rows.into_iter().filter_map(|row| self.link(record, row, form)).collect()
    }

    fn link(&self, record: &Record, row: &LinkRow, form: Form) -> Option<Link> {
        match row {
            LinkRow::To { rel, kind, form } => {
                let to = match *rel {
                    "Up" => self.store.owner(record, kind),
                    _ => self.store.direct_owner(record, kind),
                };
                to.map(|to| self.to(rel, to, *form))
            }
            LinkRow::Alternate if form == Form::Entity => {
                let kind = record.kind.reference_type;
                Some(named("Alternate", kind, self.href(record), record.name()))
            }
            LinkRow::Alternate => {
                let href = format!("{}?format=Entity", self.href(record));
                Some(named("Alternate", record.kind.link, href, record.name()))
            }
            LinkRow::Own { rel, kind, tail, name } => {
                Some(named(rel, kind, format!("{}{tail}", self.href(record)), name.of(record.name())))
            }
            LinkRow::For(kinds, row) => {
                let job_type = value::text(record.body.as_ref(), "JobType").unwrap_or("Backup");
                kinds.holds(job_type).then(|| self.link(record, row, form)).flatten()
            }
        }
    }

    pub(in crate::em) fn to(&self, rel: &str, record: &Record, form: Form) -> Link {
        let href = self.href(record);
        match form {
            Form::Reference => named(rel, record.kind.reference_type, href, record.name()),
            Form::Entity if record.kind.key => {
                named(rel, record.kind.link, format!("{href}?format=Entity"), record.name())
            }
            Form::Entity => named(rel, record.kind.link, href, record.name()),
        }
    }
}

/// The address of a record below the API: `/jobs/<guid>`.
pub(in crate::em) fn path(record: &Record, store: &Store) -> String {
    match record.kind.place {
        Location::At(collection) => format!("/{collection}/{}", record.id),
        Location::Under(owner, segment) => {
            let above = match store.direct_owner(record, owner) {
                Some(owner) => path(owner, store),
                // It belongs to what is not there: the address is still known.
                None => record.owners.iter().find(|it| it.kind.name == owner).map_or_else(String::new, |it| {
                    let Location::At(collection) = it.kind.place else { return String::new() };
                    format!("/{collection}/{}", it.id)
                }),
            };
            format!("{above}/{segment}/{}", record.id)
        }
    }
}

/// Whether a link of an entity is also one of the reference to it.
fn in_reference(row: &LinkRow) -> bool {
    match row {
        LinkRow::To { rel, .. } => *rel == "Up",
        LinkRow::Alternate => true,
        LinkRow::Own { rel, kind, .. } => *rel == "Down" && kind.ends_with("ReferenceList"),
        LinkRow::For(_, row) => in_reference(row),
    }
}

/// Gives a body its links.
pub(in crate::em) fn put_links(of: &mut dyn Struct, links: Vec<Link>) {
    value::clear(of, "Links");
    for link in &links {
        value::push(of, "Links", link);
    }
}

/// Adds an item to a type that is a list.
pub(in crate::em) fn append(list: &mut dyn Struct, item: &dyn Struct) {
    for index in 0..list.shape().fields.len() {
        if let backhaul_wire::Slot::Structs(items) = list.slot(index) {
            copy(item, items.push());
            return;
        }
    }
}
