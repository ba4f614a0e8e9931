//! Decoded entities as records, behind the feature `wire`.

use backhaul_wire::Struct;
use backhaul_wire::reflect::Scalar as Value;

use crate::field::Place;
use crate::link::{is_up, last_segment, names_type};
use crate::record::{Record, Scalar};

/// A decoded entity, seen as a [`Record`].
///
/// A link's name and identifier are those of the entity's `Up` link of that type, or of any other link of it when there
/// is no `Up`. `BackupServer` finds links of the type `BackupServer` and of `BackupServerReference`.
#[derive(Clone, Copy)]
pub struct Reflected<'a>(pub &'a dyn Struct);

impl Record for Reflected<'_> {
    fn get(&self, place: Place<'_>) -> Scalar<'_> {
        match place {
            Place::Field(path) => scalar(self.0.path(path).scalar()),
            Place::Attribute(name) => scalar(self.0.field(name).scalar()),
            Place::LinkName(link) => scalar(self.link(link).and_then(|link| link.field("Name").scalar())),
            Place::LinkId(link) => match self.link(link).and_then(|link| link.field("Href").scalar()) {
                Some(Value::Text(href)) => last_segment(href).into(),
                _ => Scalar::Null,
            },
        }
    }
}

impl<'a> Reflected<'a> {
    fn link(&self, wanted: &str) -> Option<&'a dyn Struct> {
        let links = self.0.field("Links").structs()?;
        let of_type = |link: &&dyn Struct| match link.field("Type").scalar() {
            Some(Value::Text(found)) => names_type(found, wanted),
            _ => false,
        };
        let is_up = |link: &&dyn Struct| match link.field("Rel").scalar() {
            Some(Value::Text(relation) | Value::Enum(relation)) => is_up(relation),
            _ => false,
        };
        let mut found = (0..links.len()).filter_map(|index| links.get(index)).filter(of_type);
        let first = found.next()?;
        if is_up(&first) { Some(first) } else { found.find(is_up).or(Some(first)) }
    }
}

fn scalar(value: Option<Value<'_>>) -> Scalar<'_> {
    match value {
        None => Scalar::Null,
        Some(Value::Bool(value)) => Scalar::Bool(value),
        Some(Value::Int(value)) => Scalar::Int(value),
        Some(Value::Float(value)) => Scalar::Float(value),
        Some(Value::Text(text) | Value::Enum(text)) => Scalar::Text(text.into()),
        // Nothing is learnt of a secret, not even by asking whether it equals a guess.
        Some(Value::Secret(_)) => Scalar::Null,
    }
}
