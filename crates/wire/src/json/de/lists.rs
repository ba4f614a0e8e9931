//! Reading lists: bare, in a wrapper, or in a wrapper that repeats its name.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess};

use super::super::scalar;
use super::{Context, NestedSeed, OrNull, Segment};
use crate::reflect::{EnumList, Slot, StructList};
use crate::shape::Field;

/// Reads a list out of its wrapper: an object whose one known member is the array.
pub(super) fn read_wrapped<'de, A: MapAccess<'de>>(
    list: Slot<'_>,
    field: &'static Field,
    mut first: Option<String>,
    mut map: A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let mut list = list;
    loop {
        let name = match first.take() {
            Some(name) => name,
            None => match map.next_key::<String>()? {
                Some(name) => name,
                None => return Ok(()),
            },
        };
        if wraps(field, &name) {
            let slot = list.reborrow();
            context.within(Segment::Name(name), |context| {
                map.next_value_seed(NestedSeed { slot, field, wrapped: true, context })
            })?;
        } else {
            if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                context.unknown_field(&name);
            }
        }
    }
}

/// Whether a member of this name is what a list's wrapper holds.
pub(super) fn wraps(field: &Field, name: &str) -> bool {
    let known = [field.json_item.unwrap_or(""), field.item.unwrap_or(""), field.json, field.wire];
    known.into_iter().any(|known| !known.is_empty() && known.eq_ignore_ascii_case(name))
}

/// Reads the items of a list, replacing what was there.
pub(super) fn read_items<'de, A: SeqAccess<'de>>(
    mut list: Slot<'_>,
    seq: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    list.clear();
    match list {
        Slot::Structs(place) => read_structs(place, seq, context),
        Slot::Enums(place) => read_enums(place, seq, context),
        Slot::Bools(place) => read_scalars(seq, context, scalar::Bool, |value| place.push(value)),
        Slot::Ints(place) => read_scalars(seq, context, scalar::Int, |value| place.push(value)),
        Slot::Floats(place) => read_scalars(seq, context, scalar::Float, |value| place.push(value)),
        Slot::Texts(place) => read_scalars(seq, context, scalar::Text, |value| place.push(value)),
        Slot::Ids(place) => read_scalars(seq, context, scalar::Text, |value| place.push(value.into())),
        Slot::DateTimes(place) => read_scalars(seq, context, scalar::Text, |value| place.push(value.into())),
        Slot::Jsons(place) => {
            while let Some(value) = seq.next_element()? {
                place.push(value);
            }
            Ok(())
        }
        _ => Err(A::Error::custom("a list stands where a single value is expected")),
    }
}

fn read_structs<'de, A: SeqAccess<'de>>(
    place: &mut dyn StructList,
    seq: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let at = context.segments.len();
    context.segments.push(Segment::Index(0));
    let mut index = 0;
    while seq.next_element_seed(ItemSeed { place: &mut *place, context: &mut *context })?.is_some() {
        index += 1;
        context.segments[at] = Segment::Index(index);
    }
    context.segments.pop();
    Ok(())
}

fn read_enums<'de, A: SeqAccess<'de>>(
    place: &mut dyn EnumList,
    seq: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let mut index = 0;
    while let Some(text) = context.within(Segment::Index(index), |_| seq.next_element_seed(scalar::Text))? {
        if let Some(text) = text
            && !place.push(&text)
        {
            context.push(Segment::Index(index));
            context.unknown_value("", &text);
            context.pop();
        }
        index += 1;
    }
    Ok(())
}

fn read_scalars<'de, A: SeqAccess<'de>, S, T>(
    seq: &mut A,
    context: &mut Context<'_>,
    seed: S,
    mut push: impl FnMut(T),
) -> Result<(), A::Error>
where
    S: DeserializeSeed<'de, Value = Option<T>> + Copy,
{
    let mut index = 0;
    while let Some(value) = context.within(Segment::Index(index), |_| seq.next_element_seed(seed))? {
        if let Some(value) = value {
            push(value);
        }
        index += 1;
    }
    Ok(())
}

/// Adds a struct to a list and reads it.
struct ItemSeed<'t, 'c, 'd> {
    place: &'t mut dyn StructList,
    context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        OrNull { target: self.place.push(), context: self.context }.deserialize(deserializer)
    }
}
