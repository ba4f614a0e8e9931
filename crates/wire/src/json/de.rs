//! The reading driver, over serde's data model.

mod context;
mod key;
mod lists;
mod nested;
mod uncertain;
mod union;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::scalar;
use crate::reflect::{EditSlot, EnumSlot, Slot, Struct, UnknownField, UnknownPlace};
use crate::shape::{Field, Repeat, Shape};
use crate::text::{DateTime, Id, Secret};
pub(super) use context::Explained;
pub(crate) use context::{Context, Segment, looks_like_html};
use key::{Key, KeySeed};
use lists::read_items;
use nested::{NestedSeed, OrNull};
use uncertain::read_uncertain;
pub(super) use union::Fields;
use union::read_union;
/// Reads a whole text. Not generic, so that it is compiled once, here.
pub(super) fn run(target: &mut dyn Struct, text: &str, context: &mut Context<'_>) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    StructSeed { target, context }.deserialize(&mut reader)?;
    reader.end()
}

/// Reads one struct.
pub(crate) struct StructSeed<'t, 'c, 'd> {
    pub(crate) target: &'t mut dyn Struct,
    pub(crate) context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for StructSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StructSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.target.shape().name)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        read_members(self.target, None, map, self.context)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { target, context } = self;
        let shape = target.shape();
        match takes_list(shape) {
            Some(index) => {
                let field = &shape.fields[index];
                context.within(Segment::Field(field.json), |context| read_items(target.slot(index), &mut seq, context))
            }
            None => Err(A::Error::custom(format_args!("a list stands where an object ({}) is expected", shape.name))),
        }
    }
}

/// The field that takes a list which stands where the struct is expected.
fn takes_list(shape: &Shape) -> Option<usize> {
    let only = matches!(shape.fields, [only] if only.repeat == Repeat::List).then_some(0);
    shape.bare_list.map(usize::from).or(only)
}

/// Reads the members of a struct or union; the name of the first one may have been read already.
fn read_members<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    first: Option<String>,
    map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    match target.shape().union {
        None => {
            read_fields(target, first, map, context)?;
            match target.shape().classes {
                None => Ok(()),
                Some(index) => super::classes::settle(target, index.into(), context).map_err(A::Error::custom),
            }
        }
        Some(union) => read_union(target, union, first, map, context),
    }
}

fn read_fields<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    mut first: Option<String>,
    mut map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let shape = target.shape();
    let keep = target.unknown().is_some();
    let mut next = 0;
    loop {
        let key = KeySeed { shape, next, name: keep || context.drift.is_some() };
        let key = match first.take() {
            Some(name) => Some(key.resolve(&name)),
            None => map.next_key_seed(key)?,
        };
        match key {
            None => return Ok(()),
            Some(Key::Known(index)) => {
                next = index + 1;
                let field = &shape.fields[index];
                if field.uncertain {
                    read_uncertain(target, index, &mut map, context)?;
                } else {
                    read_field(target.slot(index), field, &mut map, context)?;
                }
            }
            // The document's element around its members: naive XML-to-JSON conversions keep it.
            Some(Key::Root) => map.next_value_seed(OrNull { target: &mut *target, context: &mut *context })?,
            Some(Key::Namespace) => drop(map.next_value::<IgnoredAny>()?),
            Some(Key::Unknown(name)) if keep => {
                let value = map.next_value::<Value>()?;
                // EM writes every member that a type could have: an unknown one without a value says nothing.
                if value.is_null() && !shape.keeps_nulls() {
                    continue;
                }
                context.unknown_field(&name);
                if let Some(unknown) = target.unknown_mut() {
                    unknown.push(UnknownField { name, place: UnknownPlace::Member, value });
                }
            }
            Some(Key::Unknown(name)) => {
                if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                    context.unknown_field(&name);
                }
            }
        }
    }
}

/// Reads the value of a known member into its slot.
fn read_field<'de, A: MapAccess<'de>>(
    slot: Slot<'_>,
    field: &'static Field,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    match slot {
        Slot::None => map.next_value::<IgnoredAny>().map(|_| ()),
        Slot::Bool(place) => {
            let read = map.next_value_seed(scalar::Bool);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Int(place) => {
            let read = map.next_value_seed(scalar::Int);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Float(place) => {
            let read = map.next_value_seed(scalar::Float);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Text(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?;
            Ok(())
        }
        Slot::Id(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(Id::from);
            Ok(())
        }
        Slot::DateTime(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(DateTime::from);
            Ok(())
        }
        Slot::Secret(place) => {
            let read = map.next_value_seed(scalar::Text);
            *place = context.blame(field.json, read)?.map(Secret::from);
            Ok(())
        }
        Slot::Json(place) => {
            let value = map.next_value::<Value>();
            *place = Some(context.blame(field.json, value)?).filter(|value| !value.is_null());
            Ok(())
        }
        Slot::Enum(place) => {
            let read = map.next_value_seed(EnumSeed { place, field, context });
            context.blame(field.json, read)
        }
        Slot::Edit(place) => read_edit(place, field, map, context),
        slot => {
            // Without a wrapper, an object where a list belongs is its one item.
            let wrapped = field.item.is_none();
            context.within(Segment::Field(field.json), |context| {
                map.next_value_seed(NestedSeed { slot, field, wrapped, context })
            })
        }
    }
}

/// Reads a value that may be an explicit null.
fn read_edit<'de, A: MapAccess<'de>>(
    place: &mut dyn EditSlot,
    field: &'static Field,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    read_field(place.slot(), field, map, context)?;
    let null = place.view().is_absent();
    place.set_null(null);
    Ok(())
}

/// Reads an enum value without a copy of its text.
struct EnumSeed<'t, 'c, 'd> {
    place: &'t mut dyn EnumSlot,
    field: &'static Field,
    context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for EnumSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { place, field, context } = self;
        deserializer.deserialize_any(scalar::WithText(|text: Option<&str>| {
            // As in XML, an empty text is no value.
            if !place.put(text.filter(|text| !text.is_empty())) {
                context.unknown_value(field.json, text.unwrap_or_default());
            }
        }))
    }
}
