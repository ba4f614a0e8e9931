//! What creations have in common.

use backhaul_wire::Struct;
use http::StatusCode;

use super::jobs::pointer;
use crate::em::backend::Backend;
use crate::em::resource_types;
use crate::em::store::{Owner, Record};
use crate::em::tasks::Done;
use crate::em::value;
use crate::em::writer::path;
use crate::em::{Call, Refusal};
use crate::engine::message::Reply;
use crate::engine::schedule::Clocked as _;

/// A record that is to be: its kind, its body without a UID, and what it belongs to.
pub(super) struct New {
    pub(super) kind: &'static str,
    pub(super) body: Box<dyn Struct>,
    pub(super) owners: Vec<Owner>,
}

impl New {
    pub(super) fn of(kind: &'static str, body: impl Struct, owners: Vec<Owner>) -> Self {
        Self { kind, body: Box::new(body), owners }
    }

    /// Puts it into the store, with an identifier of its own. Two of one kind and one owner have different names, where
    /// names tell them apart.
    pub(super) fn put(self, backend: &mut Backend) -> Result<Record, String> {
        let Self { kind, body, owners } = &self;
        let kind = resource_types::find(kind).ok_or("The kind is not known.")?;
        let name = value::text(body.as_ref(), kind.title).unwrap_or_default().to_owned();
        let beside = |it: &&Record| owners.first().is_none_or(|owner| it.owners.iter().any(|own| own.id == owner.id));
        let unique = (kind.key || kind.name == "CloudSubtenant") && !name.is_empty();
        if unique && backend.store.all(kind.name).filter(beside).any(|it| it.name() == Some(&name)) {
            return Err(format!("There already is a {} \"{name}\".", kind.name));
        }
        self.put_again(backend)
    }

    /// As [`New::put`], of a kind of which many have one name: sessions.
    pub(super) fn put_again(self, backend: &mut Backend) -> Result<Record, String> {
        let Self { kind, mut body, owners } = self;
        let kind = resource_types::find(kind).ok_or("The kind is not known.")?;
        let id = backend.new_guid();
        let uid = if kind.urn.is_empty() { id.clone() } else { format!("urn:veeam:{}:{id}", kind.urn) };
        value::set(body.as_mut(), "UID", &uid);
        value::set(body.as_mut(), "Id", &id);
        let record = Record { kind, id: id.into(), body: body.into(), owners };
        backend.store.put(record.clone());
        Ok(record)
    }
}

impl Call<'_> {
    /// Creates a record: at once with 201, or by a task whose end leads to it, as the operation is documented.
    pub(super) fn create(&mut self, new: New) -> Result<Reply, Refusal> {
        let task = resource_types::find(new.kind).map_or("", |kind| kind.tasks[0]);
        self.carry_out(
            task,
            StatusCode::CREATED,
            Box::new(move |backend| {
                let record = new.put(backend)?;
                let path = path(&record, &backend.store);
                Ok(Done::to(pointer(&record, &path)))
            }),
        )
    }
}
