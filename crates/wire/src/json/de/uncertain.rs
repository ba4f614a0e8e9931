//! Members whose type is a guess of the schemas.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{Context, read_field};
use crate::drift::Drift;
use crate::reflect::{Slot, Struct, UnknownField, UnknownPlace};
use crate::shape::Field;

/// Reads a member whose type is a guess: a value that does not fit is kept as it came, and reported.
#[cold]
pub(super) fn read_uncertain<'de, A: MapAccess<'de>>(
    target: &mut dyn Struct,
    index: usize,
    map: &mut A,
    context: &mut Context<'_>,
) -> Result<(), A::Error> {
    let field = &target.shape().fields[index];
    let value: Value = map.next_value()?;
    let (depth, mut one) = (context.segments.len(), serde_json::Map::new());
    one.insert(field.json.to_owned(), value.clone());
    let mut drift = context.drift.is_some().then(Drift::default);
    let mut inner = Context { segments: std::mem::take(&mut context.segments), drift: drift.as_mut() };
    let read = Value::Object(one).deserialize_map(One { slot: target.slot(index), field, context: &mut inner });
    inner.segments.truncate(depth);
    context.segments = std::mem::take(&mut inner.segments);
    if read.is_ok() {
        if let (Some(all), Some(more)) = (&mut context.drift, drift) {
            all.extend(more);
        }
        return Ok(());
    }
    target.slot(index).clear();
    context.unknown_field(field.json);
    if let Some(unknown) = target.unknown_mut() {
        unknown.push(UnknownField { name: field.json.to_owned(), place: UnknownPlace::Member, value });
    }
    Ok(())
}

/// Reads the one member of an object into a slot.
struct One<'t, 'c, 'd> {
    slot: Slot<'t>,
    field: &'static Field,
    context: &'c mut Context<'d>,
}

impl<'de> Visitor<'de> for One<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        map.next_key::<IgnoredAny>()?;
        read_field(self.slot, self.field, &mut map, self.context)
    }
}
