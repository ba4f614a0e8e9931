//! Values that hold others: structs, lists, maps.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::lists::{read_items, read_wrapped, wraps};
use super::{Context, Segment, StructSeed, read_members, scalar, takes_list};
use crate::reflect::{Slot, Struct};
use crate::shape::Field;

/// Reads a struct, list or map, where `null` empties the place.
pub(super) struct NestedSeed<'t, 'c, 'd> {
    pub(super) slot: Slot<'t>,
    pub(super) field: &'static Field,
    /// Whether the wrapper of a list, if it has one, is around this already.
    pub(super) wrapped: bool,
    pub(super) context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for NestedSeed<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NestedSeed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.slot {
            Slot::Struct(_) => "an object",
            Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) => "an object of named values",
            _ => "a list",
        };
        write!(f, "{what} ({})", self.field.kind.name())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.slot.clear();
        Ok(())
    }

    /// An empty string stands for absence: naive XML-to-JSON conversions write one for an empty element.
    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        match &mut self.slot {
            slot if text.is_empty() => slot.clear(),
            // They also write a list of one item as the item.
            Slot::Texts(list) => list.push(text.to_owned()),
            Slot::Ids(list) => list.push(text.into()),
            Slot::Enums(list) => {
                if !list.push(text) {
                    self.context.unknown_value("", text);
                }
            }
            _ => return Err(E::invalid_type(serde::de::Unexpected::Str("..."), &self)),
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { slot, field, wrapped, context } = self;
        match slot {
            // Inside its wrapper, an object is another wrapper or the one item: its first member tells.
            Slot::Structs(place) if wrapped => match map.next_key::<String>()? {
                None => Ok(()),
                Some(name) if wraps(field, &name) => {
                    read_wrapped(Slot::Structs(place), field, Some(name), map, context)
                }
                Some(name) => read_members(place.push(), Some(name), map, context),
            },
            Slot::Struct(place) => StructSeed { target: place.get_or_default(), context }.visit_map(map),
            Slot::StructMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    let target = place.entry(&name);
                    context.within(Segment::Name(name), |context| map.next_value_seed(OrNull { target, context }))?;
                }
                Ok(())
            }
            Slot::TextMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    let text = context.within(Segment::Name(name.clone()), |_| map.next_value_seed(scalar::Text))?;
                    place.insert(name, text.unwrap_or_default());
                }
                Ok(())
            }
            Slot::JsonMap(place) => {
                while let Some(name) = map.next_key::<String>()? {
                    place.insert(name, map.next_value()?);
                }
                Ok(())
            }
            list => read_wrapped(list, field, None, map, context),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { slot, context, .. } = self;
        match slot {
            // A struct that is nothing but a list may stand as the list alone.
            Slot::Struct(place) => StructSeed { target: place.get_or_default(), context }.visit_seq(seq),
            // ZStack writes maps with object keys as arrays of pairs; an empty one says nothing.
            Slot::TextMap(_) | Slot::JsonMap(_) | Slot::StructMap(_) => match seq.next_element::<IgnoredAny>()? {
                None => Ok(()),
                Some(_) => Err(A::Error::custom("a list stands where an object of named values is expected")),
            },
            list => read_items(list, &mut seq, context),
        }
    }
}

/// Reads a struct that may be null, which leaves it empty.
pub(super) struct OrNull<'t, 'c, 'd> {
    pub(super) target: &'t mut dyn Struct,
    pub(super) context: &'c mut Context<'d>,
}

impl<'de> DeserializeSeed<'de> for OrNull<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OrNull<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", self.target.shape().name)
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        StructSeed { target: self.target, context: self.context }.visit_map(map)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { target, context } = self;
        if takes_list(target.shape()).is_some() {
            return StructSeed { target, context }.visit_seq(seq);
        }
        // A list of one in a list is that one: so a page of VB365's documents prints users.
        let shape = target.shape();
        let item = context.within(Segment::Index(0), |context| seq.next_element_seed(OrNull { target, context }))?;
        match item.is_none() || seq.next_element::<IgnoredAny>()?.is_some() {
            true => Err(A::Error::custom(format_args!("a list stands where an object ({}) is expected", shape.name))),
            false => Ok(()),
        }
    }
}
